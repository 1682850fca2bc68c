"""The preview shows what training would do, and names it truly."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
import torch

from emocore.data.dataset import Dataset
from emocore.learn.augmentation import TRANSFORMS, augment
from emocore.learn.presets import RECIPES
from emocore.learn.recipe import Recipe
from emocore.predict import augmentation_preview

PLAIN = dataclasses.replace(RECIPES["report-main"], mirror=False, upside_down=False)
FLIPS = dataclasses.replace(PLAIN, mirror=True, upside_down=True)
ALL = dataclasses.replace(FLIPS, rotate=12, shift=4, scale=0.15, brightness=0.2, contrast=0.25, gamma=0.3, erase=0.2)


@pytest.mark.parametrize("recipe", [FLIPS, ALL, RECIPES["modern"]], ids=["flips", "all", "modern"])
def test_it_is_the_trainers_own_code(faces: Dataset, recipe: Recipe):
    face = np.array(faces.images[0])
    batch = torch.from_numpy(face).float().expand(8, 1, 48, 48).clone()
    expected = augment(batch, recipe, torch.Generator().manual_seed(5))
    shown = augmentation_preview.drawn(face, recipe, seed=5)
    assert np.array_equal(np.stack([variant for _, variant in shown]), expected[:, 0].round().byte().numpy())


def test_flips_are_named_by_what_they_are(faces: Dataset):
    face = np.array(faces.images[0])
    shown = augmentation_preview.drawn(face, FLIPS, seed=5, number=32)
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
    for message, variant in augmentation_preview.drawn(face, dataclasses.replace(PLAIN, **{setting: 0.3}), seed=2):
        found = re.fullmatch(words, message)
        assert found, message
        sign = -1 if found[1] in ("left", "smaller", "darker", "down", "lowered") else 1
        amount = torch.tensor([sign * factor * float(found[2])])
        again = TRANSFORMS[name].function(torch.from_numpy(face).float()[None, None], amount)[0, 0].numpy()
        assert np.abs(again - variant.astype(float)).max() <= 2  # Words have three digits


def test_shifts_and_erased_squares_are_told_with_their_size(faces: Dataset):
    face = np.array(faces.images[0])
    shown = augmentation_preview.drawn(face, dataclasses.replace(PLAIN, shift=3, erase=0.2), seed=4, number=16)
    erased = [message for message, _ in shown if "erased" in message]
    assert all(
        re.search(r"shifted (left|right) by \S+ px, shifted (up|down) by \S+ px", message) for message, _ in shown
    )
    assert 0 < len(erased) < 16
    assert all(0 < float(message.split("erased ")[1].split(" %")[0]) <= 20 for message in erased)


def test_no_augmentation_shows_the_face_as_it_is(faces: Dataset):
    face = np.array(faces.images[0])
    shown = augmentation_preview.drawn(face, PLAIN, seed=1)
    assert all(message == "as it is" and np.array_equal(face, variant) for message, variant in shown)


def test_each_change_is_shown_both_ways_with_different_words_and_pixels(faces: Dataset):
    face = np.array(faces.images[0])
    drawn, each = augmentation_preview.both(face, dataclasses.replace(FLIPS, rotate=20), seed=1, number=12)
    assert len(drawn) == 12
    assert len(each) == 2 * len(TRANSFORMS) - 3 == len({message for message, _ in each})
    assert all(variant.dtype == np.uint8 and not np.array_equal(variant, face) for _, variant in each)
    brighter, darker = (dict(each)[f"{word} by 15% (off)"] for word in ("brighter", "darker"))
    assert brighter.mean() > face.mean() > darker.mean()
    assert {"mirrored left-right", "rotated left by 20°", "rotated right by 20°"} <= dict(each).keys()
