"""A photograph, and what a model sees in one, for tests."""

from __future__ import annotations

import io

import numpy as np
import skimage.data
from PIL import Image

from emocore.predict import inference
from emocore.predict.face_detection import Box
from emocore.runs.run import Run

ASTRONAUT = skimage.data.astronaut()
"""A photograph of NASA in the public domain; the face is near (224, 113), 97 pixels wide."""


def encoded(image: np.ndarray | Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """An image as a file of some kind."""
    content = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(content, kind, **how)
    return content.getvalue()


def middle(box: Box) -> tuple[float, float]:
    """Where the middle of a box is."""
    return box.left + box.side / 2, box.top + box.side / 2


def look(run: Run, content: bytes, name: str = "a.png", box: Box | None = None) -> inference.Seen:
    """What a run's model sees in one picture."""
    (seen,), _ = inference.look_at(run.id, [(name, content)], box)
    return seen
