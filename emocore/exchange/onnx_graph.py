"""A model as one ONNX graph: networks, mirror images and temperature, gray values in, probabilities out.

Loads torch: belongs on a worker.
"""

from __future__ import annotations

import logging
import warnings

import numpy as np
import torch
from torch import nn

from emocore.arrays import SIDE, Faces, Probabilities
from emocore.errors import EmoError
from emocore.learn.network import shares
from emocore.predict.loaded_networks import Networks

AGREES = 1e-4
"""The largest difference of a probability between the graph and the network that is passed on."""
OPSET = 20
SMALLEST = 1e-30


class Answering(nn.Module):
    """(N, 1, 48, 48) grey values 0 to 255 as float32 in, (N, C) probabilities at the temperature out."""

    def __init__(self, models: Networks, temperature: float) -> None:
        super().__init__()
        self.models = nn.ModuleList(models)
        self.temperature = temperature

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        mean = torch.stack([shares(model, images) for model in self.models]).mean(0)  # type: ignore[arg-type]
        return (mean.clamp_min(SMALLEST).log() / self.temperature).softmax(1)


def encoded(models: Networks, temperature: float) -> bytes:
    """The graph as an ONNX file. Batches may have any size."""
    answering = Answering(models, temperature).eval()
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
            f"The ONNX graph answers otherwise than the network, by up to {found:.2g}; {AGREES:g} is allowed. "
            "Export the safetensors file instead.",
            "export_differs",
        )
    return found
