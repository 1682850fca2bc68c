"""Likeness is Pearson's correlation, and the coarse filter never loses a pair that is alike."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import rotate
from scipy.stats import pearsonr, rankdata

from emocore.data.copies import likeness
from emocore.data.dataset import Dataset


def test_likeness_is_the_correlation_of_scipy(small_faces: Dataset) -> None:
    first, second = np.array([0, 1, 2]), np.array([5, 6, 7])
    ours = likeness.correlations(small_faces.images, first, second, likeness.LOOKS["as it is"])

    theirs = [
        pearsonr(small_faces.images[a].ravel().astype(float), small_faces.images[b].ravel().astype(float)).statistic
        for a, b in zip(first, second, strict=True)
    ]
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_the_filter_keeps_every_pair_that_is_alike(small_faces: Dataset) -> None:
    rows = np.arange(60)
    images = small_faces.images
    threshold, look = 0.3, likeness.LOOKS["mirrored"]
    places = set(zip(*map(list, likeness.candidates(*likeness.coarse(images, rows, look), threshold)), strict=True))

    all_pairs = np.array([(a, b) for a in rows for b in rows])
    alike = likeness.correlations(images, all_pairs[:, 0], all_pairs[:, 1], look) >= threshold
    assert 0 < alike.sum() < len(all_pairs)
    assert {(int(a), int(b)) for a, b in all_pairs[alike]} <= {(int(a), int(b)) for a, b in places}


def test_ranks_are_those_of_scipy_and_forget_brightness_and_gamma(small_faces: Dataset) -> None:
    face = np.array(small_faces.images[:1])
    (ours,) = likeness.ranks(face)

    middle = (rankdata(face[0].ravel()) - 0.5) / face[0].size
    assert ours.ravel() == pytest.approx(middle, abs=1e-6)
    darker = (face.astype(np.int64) // 2 + 20).astype(np.uint8)
    assert np.corrcoef(likeness.ranks(darker).ravel(), ours.ravel())[0, 1] > 0.999


def test_a_rotated_copy_is_alike_inside_the_circle_only(small_faces: Dataset) -> None:
    face = np.array(small_faces.images[3])
    turned = np.clip(rotate(face, 10, reshape=False, order=1, mode="nearest"), 0, 255).astype(np.uint8)
    images, first, second = np.stack([face, turned]), np.array([0]), np.array([1])

    (plain,) = likeness.correlations(images, first, second, likeness.LOOKS["as it is"])
    (looked_for,) = likeness.correlations(images, first, second, likeness.LOOKS["rotated by 10 degrees"])
    assert looked_for > 0.99 > plain


def test_a_picture_of_one_gray_is_flat_and_like_nothing() -> None:
    images = np.full((2, 48, 48), 90, np.uint8)
    images[1, ::2] = 10

    assert likeness.is_flat(images).tolist() == [True, False]
    assert likeness.units(images[:1].astype(np.float32)).any() == np.False_


def test_each_look_on_demand_can_be_ticked_by_one_name() -> None:
    ticked = [look for looks in likeness.CHOICES.values() for look in looks]

    assert sorted(ticked) == sorted(likeness.ON_DEMAND)
