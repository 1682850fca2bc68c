"""The one module of ours that exported programs import: it never moves, and what is in it keeps its name."""

from __future__ import annotations

from pathlib import Path

from emocore.data.reading import decoding
from emocore.learn import network


def answer(weights: Path, picture: Path) -> dict[str, float]:
    """Class -> probability that a model (model.safetensors of an export) gives for a picture file.

    The picture is decoded as everywhere: in a process of its own, with limits of time and memory.

    Zips exported before this module was there import `emocore.data.faces.face_from_picture`, and `load` and
    `probabilities` of `emocore.learn.network`: those names stay as well.
    """
    model = network.load(weights)
    face = decoding.picture(picture.read_bytes(), picture.name).face
    shares = network.probabilities(model, face[None])[0]
    return dict(zip(model.classes, shares.tolist(), strict=True))
