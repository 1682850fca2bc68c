"""Flips do what their names say, to about half of the images, as the generator draws."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from emocore.learn.augmentation import augment, augment_some, stronger
from tests.laboratory import TINY

IMAGES = torch.randint(0, 256, (400, 1, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
FLIPS = {"mirror": 3, "upside_down": 2}


def changed(seed: int = 1, **flips: bool) -> torch.Tensor:
    recipe = dataclasses.replace(TINY, **({"mirror": False, "upside_down": False} | flips))
    return augment(IMAGES, recipe, torch.Generator().manual_seed(seed))


def same(images: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    return (images == others).flatten(1).all(1)


@pytest.mark.parametrize(("flip", "axis"), FLIPS.items())
def test_a_flip_turns_about_half_of_the_images_as_its_name_says_and_leaves_the_others(flip: str, axis: int) -> None:
    images = changed(**{flip: True})

    turned, kept = same(images, IMAGES.flip(axis)), same(images, IMAGES)

    assert (turned ^ kept).all()
    assert 150 < turned.sum() < 250


def test_mirroring_swaps_left_and_right() -> None:
    picture = torch.zeros(64, 1, 48, 48, dtype=torch.uint8)
    picture[:, :, 5, 0] = 255

    images = augment(picture, dataclasses.replace(TINY, mirror=True, upside_down=False), torch.Generator())

    assert set(images.nonzero()[:, 3].tolist()) == {0, 47}
    assert set(images.nonzero()[:, 2].tolist()) == {5}


def test_both_flips_are_drawn_each_for_itself() -> None:
    images = changed(mirror=True, upside_down=True)

    four = [same(images, IMAGES.flip(axes)).sum().item() for axes in ((), (3,), (2,), (2, 3))]

    assert sum(four) == len(IMAGES)
    assert min(four) > 60


def test_without_flips_the_images_are_as_they_were() -> None:
    assert torch.equal(changed(), IMAGES)


def test_the_same_seed_draws_the_same_flips_and_another_seed_others() -> None:
    assert torch.equal(changed(seed=1, mirror=True), changed(seed=1, mirror=True))
    assert not torch.equal(changed(seed=1, mirror=True), changed(seed=2, mirror=True))


def test_the_images_that_were_given_are_not_changed() -> None:
    before = IMAGES.clone()

    changed(mirror=True, upside_down=True)

    assert torch.equal(IMAGES, before)


def test_images_of_small_cells_are_changed_more_and_the_others_as_before() -> None:
    images = torch.randint(0, 256, (8, 1, 48, 48), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    small = torch.arange(8) % 2 == 0

    plain = augment(images, TINY, torch.Generator().manual_seed(2))
    some = augment_some(images, small, TINY, torch.Generator().manual_seed(2))
    none = augment_some(images, small & False, TINY, torch.Generator().manual_seed(2))

    assert torch.equal(some[~small], plain[~small].float())
    assert all(not torch.equal(one, other.float()) for one, other in zip(some[small], plain[small], strict=True))
    assert torch.equal(none, plain)
    assert stronger(stronger(TINY)) == stronger(TINY)
