"""The preview shows what training would do, and names it truly."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch

from emocore.data.dataset import Dataset
from emocore.learn.augment import augment
from emocore.learn.recipe import RECIPES
from emocore.learn.transforms import TRANSFORMS
from emocore.predict import preview

FLIPS = dataclasses.replace(next(iter(RECIPES.values())), mirror=True, upside_down=True)


def test_it_is_the_trainers_own_code(faces: Dataset):
    face = np.array(faces.images[0])
    batch = torch.from_numpy(face).float().expand(8, 1, 48, 48).clone()
    expected = augment(batch, FLIPS, torch.Generator().manual_seed(5))
    shown = preview.drawn(face, FLIPS, seed=5)
    assert np.array_equal(np.stack([variant for _, variant in shown]), expected[:, 0].byte().numpy())


def test_flips_are_named_by_what_they_are(faces: Dataset):
    face = np.array(faces.images[0])
    shown = preview.drawn(face, FLIPS, seed=5, number=32)
    assert {says for says, _ in shown} == set(preview.TURNED)
    for says, variant in shown:
        upside_down, mirrored = "upside down" in says, "mirrored" in says
        assert np.array_equal(variant, face[:: -1 if upside_down else 1, :: -1 if mirrored else 1])


def test_no_augmentation_shows_the_face_as_it_is(faces: Dataset):
    recipe = dataclasses.replace(FLIPS, mirror=False, upside_down=False)
    assert all(says == "as it is" for says, _ in preview.drawn(np.array(faces.images[0]), recipe, seed=1))


def test_each_change_is_shown_both_ways_with_different_words_and_pixels(faces: Dataset):
    face = np.array(faces.images[0])
    drawn, each = preview.both(face, FLIPS, seed=1)
    assert len(drawn) == 8
    assert len(each) == 2 * len(TRANSFORMS) - 3 == len({says for says, _ in each})
    assert all(variant.dtype == np.uint8 and not np.array_equal(variant, face) for _, variant in each)
    brighter, darker = (dict(each)[f"{word} by 15 %"] for word in ("brighter", "darker"))
    assert brighter.mean() > face.mean() > darker.mean()
