"""CenterFace, the network that finds faces (Xu et al. 2019, arXiv 1911.03599), and tells what is no face at all.

The server may import this module: onnxruntime is loaded when a worker looks for faces.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emocore.arrays import Faces

if TYPE_CHECKING:
    import onnxruntime

WEIGHTS = Path(__file__).parent / "weights" / "centerface.onnx"
STRIDE = 4
"""Pixels of the picture for a cell of what the network answers."""
SIDES_OF = 32
"""Both sides of what the network sees are multiples of this."""
FOUND_FROM = 0.2
"""Nearly nothing else reaches this (`benchmarks.faces --tune`)."""
OVERLAP = 0.3
"""Two boxes that share so much of what they cover together show one face (intersection over union)."""
MOST_CELLS = 2000

Gray = NDArray[np.uint8]
"""(H, W) gray values."""
Boxes = NDArray[np.float32]
"""(K, 6) the fields of K `Found`, the highest score first."""


class Found(NamedTuple):
    """A face: the middle of its box, its height and width in pixels, and how sure the network is, 0 to 1.

    roll: degrees against the clock from upright, -180 to 180, as eyes and mouth lie; a lying face tells about 70.
    """

    across: float
    down: float
    height: float
    width: float
    score: float
    roll: float


def found(pictures: Sequence[Gray], least: float = FOUND_FROM) -> list[list[Found]]:
    """The faces in pictures of one size, those with the highest score first."""
    answers = _session().run(["537", "538", "539", "540"], {"input.1": _input(pictures)})
    each = zip(*answers, strict=True)
    return [_apart(_decoded(heat, size, offset, marks, least)) for heat, size, offset, marks in each]


ENLARGED, CANVAS = 64, 128
"""A face of a dataset fills its picture. The network looks for heads with something around them."""
AT_ONCE = 32


def scores(faces: Faces) -> NDArray[np.float32]:
    """(N,) how sure the network is that each of (N, 48, 48) pictures shows a face, 0 to 1.

    Each is enlarged and laid in the middle of a larger ground in its own mean gray.
    """
    batches = [faces[start : start + AT_ONCE] for start in range(0, len(faces), AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate([np.zeros(0, np.float32), *pool.map(_scores, batches)])


def _scores(faces: Faces) -> NDArray[np.float32]:
    margin = (CANVAS - ENLARGED) // 2
    grounds = np.repeat(faces.mean((1, 2)).round().astype(np.uint8), CANVAS * CANVAS).reshape(-1, CANVAS, CANVAS)
    for ground, face in zip(grounds, faces, strict=True):
        large = Image.fromarray(face).resize((ENLARGED, ENLARGED), Image.Resampling.BILINEAR)
        ground[margin : CANVAS - margin, margin : CANVAS - margin] = np.asarray(large)
    (heats,) = _session().run(["537"], {"input.1": _input(list(grounds))})
    return np.asarray(heats.reshape(len(faces), -1).max(1), np.float32)


def _input(pictures: Sequence[Gray]) -> NDArray[np.float32]:
    """(N, 3, H, W): gray as red, green and blue, the sides filled up with black to what the network takes."""
    height, width = pictures[0].shape
    filled = np.zeros((len(pictures), 1, -(-height // SIDES_OF) * SIDES_OF, -(-width // SIDES_OF) * SIDES_OF))
    filled[:, 0, :height, :width] = pictures
    return np.repeat(filled.astype(np.float32), 3, 1)


def _decoded(heat: Boxes, size: Boxes, offset: Boxes, marks: Boxes, least: float) -> Boxes:
    heat = heat[0]
    rows, columns = np.nonzero(heat >= least)
    strongest = np.argsort(-heat[rows, columns], kind="stable")[:MOST_CELLS]
    rows, columns = rows[strongest], columns[strongest]
    down, across = (offset[:, rows, columns] + np.stack([rows, columns]) + 0.5) * STRIDE
    height, width = np.exp(size[:, rows, columns]) * STRIDE
    return np.stack(
        [across, down, height, width, heat[rows, columns], _roll(marks[:, rows, columns], height, width)], 1
    )


def _roll(marks: NDArray[np.float32], height: Boxes, width: Boxes) -> Boxes:
    """From (10, K): down and across of two eyes, the nose and two ends of the mouth, in shares of the box."""
    points = marks.reshape(5, 2, -1)
    down, across = points[3:].mean(0) - points[:2].mean(0)
    return np.asarray(np.degrees(np.arctan2(across * width, down * height)), np.float32)


def _apart(boxes: Boxes) -> list[Found]:
    """Of boxes that overlap the one with the highest score (greedy non-maximum suppression)."""
    kept = []
    across, down, height, width = boxes.T[:4]
    left = np.ones(len(boxes), bool)
    for place, box in enumerate(boxes):
        if left[place]:
            kept.append(Found(*(float(value) for value in box)))
            wide, high = (
                _shared(*edges) for edges in ((across, width, box[0], box[3]), (down, height, box[1], box[2]))
            )
            shared = wide * high
            left &= shared < OVERLAP * (height * width + box[2] * box[3] - shared)
    return kept


def _shared(middles: Boxes, lengths: Boxes, middle: float, length: float) -> Boxes:
    """How much of each stretch lies in one stretch."""
    ends = np.minimum(middles + lengths / 2, middle + length / 2)
    return np.asarray(np.maximum(ends - np.maximum(middles - lengths / 2, middle - length / 2), 0))


FALSE_ALARMS = 5
"""Percent of the faces that may count as none, at most."""
HIGHEST = 0.35
"""What is no face hardly ever scores so high (`benchmarks.faces`), so no threshold need be higher."""
LOWEST = 0.1
"""Below this a threshold lets much pass that is no face."""
MOST, SEED = 600, 1
"""Faces that are asked; of more a sample is drawn."""


def fitted(faces: Faces) -> tuple[float, str]:
    """The score below which a picture counts as no face, from one half of some faces, and how the other half fares.

    faces: (N, 48, 48), such as a network is asked for and did not learn from.
    """
    asked = scores(faces[np.random.default_rng(SEED).permutation(len(faces))[:MOST]])
    half = max(1, len(asked) // 2)
    threshold = min(HIGHEST, float(np.percentile(asked[:half], FALSE_ALARMS)))
    rest = asked[half:]
    message = (
        f"A picture is called not a face when the face detector scores it below {threshold:.2f}. "
        f"{int((asked[:half] < threshold).sum()):,} of {half:,} validation images, which set this threshold, score "
        f"lower, and {int((rest < threshold).sum()):,} of {len(rest):,} others."
    )
    if threshold < LOWEST:
        message += " The detector hardly knows faces like these, so much that is no face will pass."
    return threshold, message


def are_faces(faces: Faces, threshold: float | None) -> list[bool | None]:
    """For each of (N, 48, 48) pictures whether it shows a face; None for all where no threshold is known."""
    if threshold is None or not len(faces):
        return [None] * len(faces)
    return [bool(score >= threshold) for score in scores(faces)]


@lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    import onnxruntime  # The server stays without onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # A worker is one thread; others train beside it
    return onnxruntime.InferenceSession(WEIGHTS, options, providers=["CPUExecutionProvider"])
