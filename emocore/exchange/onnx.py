"""A model leaves as ONNX, checked against the network it was made from, with a program that needs nothing of ours.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from emocore.arrays import SIDE, Faces
from emocore.errors import EmoError
from emocore.exchange import model_file
from emocore.predict import inference, uncertainty
from emocore.runs import baselines
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run

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
    from emocore.exchange import onnx_graph  # Loads torch, which the server stays without

    run, models, doubts = inference.opened(run_id)
    content = onnx_graph.encoded(models, doubts.temperature)
    faces, which = _faces_to_check(run)
    expected = uncertainty.softened(uncertainty.ask(models, faces).probabilities, doubts.temperature)
    apart = onnx_graph.difference(content, expected, faces)
    about: dict[str, Any] = model_file.card(run) | {"sha256": hashlib.sha256(content).hexdigest()}
    about["onnx"] = {
        "input": "images: float32 (N, 1, 48, 48), grey values 0 to 255",
        "output": "probabilities: float32 (N, classes), mean over mirror image and networks where the model answers so",
        "temperature": doubts.temperature,
        "networks": len(models),
        "largest_difference": apart,
        "checked_on": f"{len(faces)} {which}",
    }
    return model_file.zipped(
        {"model.onnx": content, "card.json": model_file.told(about), "answer.py": SNIPPET.encode()}
    )


def _faces_to_check(run: Run) -> tuple[Faces, str]:
    """At most so few that they are answered in full precision."""
    try:
        return baselines.dataset_of(run).images[validation_answers(run).rows[: CHECKED - 1]], "validation images"
    except (EmoError, OSError):
        noise = np.random.default_rng(0).integers(0, 256, (CHECKED - 1, SIDE, SIDE), dtype=np.uint8)
        return noise, "images of noise"
