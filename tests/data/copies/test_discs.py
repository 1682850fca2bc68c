"""Two pictures are compared as discs at 13 angles and in four turns."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

from emocore.data.copies import discs
from emocore.data.copies.likeness import ALWAYS
from emocore.data.dataset import Dataset


def last(steps: object) -> discs.Pairs:
    """What a generator returns at last."""
    while True:
        try:
            next(steps)  # type: ignore[call-overload]
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]


def test_a_rotated_and_flipped_copy_is_most_alike_at_its_angle(small_faces: Dataset) -> None:
    face = small_faces.images[0]
    copy = np.asarray(Image.fromarray(face).transpose(Image.Transpose.FLIP_TOP_BOTTOM).rotate(20))

    (found,) = [discs.best(np.stack([face, copy]), np.array([0]), np.array([1]))]

    assert discs.words(*discs.LOOKS[found.look[0]]) == "upside down, rotated by -20 degrees"
    assert found.correlation[0] > 0.97


def test_discs_are_what_scipy_rotates_and_cuts(small_faces: Dataset) -> None:
    images = small_faces.images[:5]
    away = np.arange(24) - 11.5
    inside = away[:, None] ** 2 + away**2 <= 11.5**2

    (found,) = discs.discs_of(images, np.arange(5), angles=(15,))

    rotated = ndimage.rotate(images.astype(np.float64), 15, axes=(2, 1), reshape=False, order=1, mode="nearest")
    cells = rotated.reshape(5, 24, 2, 24, 2).mean(axis=(2, 4))[:, inside]
    oracle = [np.corrcoef(cell, disc)[0, 1] for cell, disc in zip(cells, found, strict=True)]
    assert min(oracle) > 0.9999
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_the_filter_loses_no_pair(small_faces: Dataset) -> None:
    images = np.concatenate([small_faces.images[:60], np.rot90(small_faces.images[:8], axes=(1, 2))])
    for row in range(8):
        images[60 + row] = np.asarray(Image.fromarray(small_faces.images[row]).rotate(3 * row - 12))
    rows, labels = np.arange(len(images)), np.zeros(len(images), np.int64)

    found = last(discs.alike(images, rows, labels))

    first, second = np.triu_indices(len(images), 1)
    turned = {turn: discs.discs_of(images, rows, turn)[0] for turn in ALWAYS}
    rotated = dict(zip(discs.ANGLES, discs.discs_of(images, rows, angles=discs.ANGLES), strict=True))
    every = np.max([rotated[angle] @ turned[turn].T for turn, angle in discs.LOOKS], axis=0)[first, second]
    wanted = set(zip(first[every >= discs.BY_PIXELS].tolist(), second[every >= discs.BY_PIXELS].tolist(), strict=True))
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == wanted
    assert {(row, 60 + row) for row in range(8)} <= wanted


def test_flat_pictures_and_other_classes_are_compared_with_nothing(small_faces: Dataset) -> None:
    images = np.concatenate([small_faces.images[:1], small_faces.images[:1], np.full((2, 48, 48), 90, np.uint8)])

    found = last(discs.alike(images, np.arange(4), np.array([0, 1, 0, 0])))

    assert not len(found.first)
