"""Faces are changed as stated, and where nothing is changed the run's own score comes out."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from emocore.data.dataset import Dataset
from emocore.judge.intervals import clopper_pearson
from emocore.learn.augmentation import TRANSFORMS, augment
from emocore.learn.recipe import RECIPES, Recipe
from emocore.predict import robustness
from emocore.runs.answers import derived_path, validation_answers
from tests.trained import trained


def test_unchanged_faces_get_the_saved_answers(faces: Dataset) -> None:
    run = trained(faces)
    answers = validation_answers(run)
    assert robustness.saved(run, "validation") == ()

    robustness.measure(run.id, "validation", tuple(answers.rows.tolist()))
    curves = robustness.saved(run, "validation")

    assert [curve.kind for curve in curves] == list(robustness.KINDS)
    for curve in curves:
        kind = robustness.KINDS[curve.kind]
        assert curve.n == len(answers)
        assert len(curve.right) == len(kind.amounts)
        assert curve.right[kind.amounts.index(kind.nothing)] == answers.right.sum()
    row = robustness.curve_rows(curves[0])[0]
    assert (row["low"], row["high"]) == clopper_pearson(row["right"], row["n"])
    assert row["accuracy"] == row["right"] / row["n"]


def test_the_blur_is_scipys(faces: Dataset) -> None:
    images = torch.from_numpy(np.array(faces.images[:3])).float()[:, None]

    blurred = robustness.blurred(images, 1.5).numpy()[:, 0]

    expected = [gaussian_filter(face.astype(float), 1.5, mode="nearest", radius=4) for face in faces.images[:3]]
    np.testing.assert_allclose(blurred, expected, atol=0.6)


def test_a_damaged_file_counts_as_none(faces: Dataset) -> None:
    run = trained(faces)
    derived_path(run, "robustness-validation.json").write_text("[{")

    assert robustness.saved(run, "validation") == ()


PLAIN = dataclasses.replace(RECIPES["report-main"], mirror=False, upside_down=False)
FLIPS = dataclasses.replace(PLAIN, mirror=True, upside_down=True)
ALL = dataclasses.replace(FLIPS, rotate=12, shift=4, scale=0.15, brightness=0.2, contrast=0.25, gamma=0.3, erase=0.2)


@pytest.mark.parametrize("recipe", [FLIPS, ALL, RECIPES["modern"]], ids=["flips", "all", "modern"])
def test_it_is_the_trainers_own_code(faces: Dataset, recipe: Recipe):
    face = np.array(faces.images[0])
    batch = torch.from_numpy(face).float().expand(8, 1, 48, 48).clone()
    expected = augment(batch, recipe, torch.Generator().manual_seed(5))
    shown = robustness.augmented(face, recipe, seed=5)
    assert np.array_equal(np.stack([variant for _, variant in shown]), expected[:, 0].round().byte().numpy())


def test_flips_are_named_by_what_they_are(faces: Dataset):
    face = np.array(faces.images[0])
    shown = robustness.augmented(face, FLIPS, seed=5, number=32)
    assert len({message for message, _ in shown}) == 4
    for message, variant in shown:
        upside_down, mirrored = "upside down" in message, "mirrored" in message
        assert np.array_equal(variant, face[:: -1 if upside_down else 1, :: -1 if mirrored else 1])


@pytest.mark.parametrize(
    ("setting", "words", "name", "factor"),
    [
        ("rotate", r"rotated (left|right) by (\S+)°", "rotate", 1),
        ("scale", r"(smaller|larger) by (\S+)%", "scale", 0.01),
        ("brightness", r"(darker|brighter) by (\S+)%", "brightness", 0.01),
        ("contrast", r"contrast (down|up) by (\S+)%", "contrast", 0.01),
        ("gamma", r"dark parts (lowered|lifted), gamma (\S+)", "gamma", 1),
    ],
)
def test_doing_what_the_words_say_gives_the_variant(faces: Dataset, setting: str, words: str, name: str, factor: float):
    face = np.array(faces.images[0])
    for message, variant in robustness.augmented(face, dataclasses.replace(PLAIN, **{setting: 0.3}), seed=2):
        found = re.fullmatch(words, message)
        assert found, message
        sign = -1 if found[1] in ("left", "smaller", "darker", "down", "lowered") else 1
        amount = torch.tensor([sign * factor * float(found[2])])
        again = TRANSFORMS[name].function(torch.from_numpy(face).float()[None, None], amount)[0, 0].numpy()
        assert np.abs(again - variant.astype(float)).max() <= 2  # Words have three digits


def test_shifts_and_erased_squares_are_told_with_their_size(faces: Dataset):
    face = np.array(faces.images[0])
    shown = robustness.augmented(face, dataclasses.replace(PLAIN, shift=3, erase=0.2), seed=4, number=16)
    erased = [message for message, _ in shown if "erased" in message]
    assert all(
        re.search(r"shifted (left|right) by \S+ px, shifted (up|down) by \S+ px", message) for message, _ in shown
    )
    assert 0 < len(erased) < 16
    assert all(0 < float(message.split("erased ")[1].split("%")[0]) <= 20 for message in erased)


def test_no_augmentation_shows_the_face_as_it_is(faces: Dataset):
    face = np.array(faces.images[0])
    shown = robustness.augmented(face, PLAIN, seed=1)
    assert all(message == "as it is" and np.array_equal(face, variant) for message, variant in shown)


def test_each_change_is_shown_both_ways_with_different_words_and_pixels(faces: Dataset):
    face = np.array(faces.images[0])
    drawn, each = robustness.augmented_and_each(face, dataclasses.replace(FLIPS, rotate=20), seed=1, number=12)
    assert len(drawn) == 12
    assert len(each) == 2 * len(TRANSFORMS) - 3 == len({message for message, _ in each})
    assert all(variant.dtype == np.uint8 and not np.array_equal(variant, face) for _, variant in each)
    brighter, darker = (dict(each)[f"{word} by 15% (off)"] for word in ("brighter", "darker"))
    assert brighter.mean() > face.mean() > darker.mean()
    assert {"mirrored left-right", "rotated left by 20°", "rotated right by 20°"} <= dict(each).keys()
