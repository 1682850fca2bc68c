"""A model leaves as ONNX, checked against the network it was made from, with a program that needs nothing of ours.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from typing import Any

import numpy as np

from emocore.arrays import SIDE, Faces, Probabilities
from emocore.errors import EmoError
from emocore.exchange import model_file
from emocore.predict import inference, uncertainty
from emocore.predict.loaded_networks import Ensemble
from emocore.runs import baselines
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run

AGREES = 1e-4
"""The largest difference of a probability between the graph and the network that is passed on."""
OPSET = 20
SMALLEST = 1e-30


def encoded(models: Ensemble, temperature: float) -> bytes:
    """The graph as an ONNX file: (N, 1, 48, 48) gray values 0 to 255 as float32 in, (N, C) probabilities out."""
    import torch  # The server stays without torch

    from emocore.learn.network import shares  # The server stays without torch

    class Answering(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.models = torch.nn.ModuleList(models)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            mean = torch.stack([shares(model, images) for model in models]).mean(0)
            return (mean.clamp_min(SMALLEST).log() / temperature).softmax(1)

    answering = Answering().eval()
    example = torch.full((2, 1, SIDE, SIDE), 100.0)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of the exporter, about its own dependencies
        program = torch.onnx.export(
            answering,
            (example,),
            input_names=["images"],
            output_names=["probabilities"],
            dynamic_shapes=({0: torch.export.Dim("faces")},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return bytes(program.model_proto.SerializeToString())


def difference(content: bytes, expected: Probabilities, faces: Faces) -> float:
    """The largest difference between what onnxruntime answers for (N, 48, 48) faces and what is expected.

    Raises EmoError "export_differs" when it is more than AGREES.
    """
    import onnxruntime  # Only the check of an export needs it

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (answers,) = session.run(None, {"images": np.asarray(faces, np.float32)[:, None]})
    found = float(np.abs(answers - expected).max())
    if not found <= AGREES:
        raise EmoError(
            f"The ONNX graph and the network disagree by up to {found:.2g}; {AGREES:g} is allowed. "
            "Export the safetensors file instead.",
            "export_differs",
        )
    return found


CHECKED = 64
"""Validation images, or noise where there are none, for which graph and network must agree."""
SNIPPET = '''"""Answer a face with this model. First: pip install onnxruntime pillow; then: python answer.py face.png"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

here = Path(__file__).parent
face = np.asarray(Image.open(sys.argv[1]).convert("L").resize((48, 48)), np.float32)
session = onnxruntime.InferenceSession(here / "model.onnx")
(shares,) = session.run(None, {"images": face[None, None]})
print(dict(zip(json.loads((here / "card.json").read_text())["classes"], shares[0].round(3).tolist(), strict=True)))
'''


def packed(run_id: str) -> bytes:
    """A zip of model.onnx, card.json and answer.py. Called on a worker.

    The graph holds all that an answer needs: standardization, all networks of an ensemble, mirror images and the
    temperature. Raises EmoError "no_weights" or "export_differs".
    """
    model = inference.opened(run_id)
    run, models, doubts = model.run, model.networks, model.doubts
    content = encoded(models, doubts.temperature)
    faces, which = _faces_to_check(run)
    expected = uncertainty.softened(uncertainty.ask(models, faces).probabilities, doubts.temperature)
    apart = difference(content, expected, faces)
    metadata: dict[str, Any] = model_file.card(run) | {"sha256": hashlib.sha256(content).hexdigest()}
    metadata["onnx"] = {
        "input": "images: float32 (N, 1, 48, 48), gray values 0 to 255",
        "output": "probabilities: float32 (N, classes), mean over mirror image and networks where the model answers so",
        "temperature": doubts.temperature,
        "networks": len(models),
        "largest_difference": apart,
        "checked_on": f"{len(faces)} {which}",
    }
    return model_file.zipped(
        {"model.onnx": content, "card.json": model_file.as_json(metadata), "answer.py": SNIPPET.encode()}
    )


def _faces_to_check(run: Run) -> tuple[Faces, str]:
    """At most so few that they are answered in full precision."""
    try:
        return baselines.dataset_of(run).images[validation_answers(run).rows[: CHECKED - 1]], "validation images"
    except (EmoError, OSError):
        noise = np.random.default_rng(0).integers(0, 256, (CHECKED - 1, SIDE, SIDE), dtype=np.uint8)
        return noise, "images of noise"
