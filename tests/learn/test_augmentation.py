"""Flips do what their names say, to about half of the images, as the generator draws."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy import ndimage

from emocore.learn import augmentation
from emocore.learn.augmentation import TRANSFORMS, augment, augment_some, stronger
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


@pytest.fixture
def images() -> torch.Tensor:
    """Smooth spots: resampling can be compared with another library's."""
    noise = np.random.default_rng(4).normal(0, 1, (6, 48, 48))
    smooth = np.stack([ndimage.gaussian_filter(one, 4) for one in noise])
    scaled = (smooth - smooth.min()) / np.ptp(smooth) * 255
    return torch.from_numpy(scaled).float()[:, None]


def amounts(*values: float) -> torch.Tensor:
    return torch.tensor(values)


def spot(row: int, column: int) -> torch.Tensor:
    image = torch.zeros(1, 1, 48, 48)
    image[0, 0, row, column] = 255
    return image


def place(image: torch.Tensor) -> tuple[int, int]:
    return divmod(int(image[0, 0].argmax()), 48)


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_flips_are_numpys_and_only_where_asked(images: torch.Tensor):
    given = torch.tensor([1.0, 0, 1, 0, 1, 0])
    for function, axis in ((augmentation.mirror, 3), (augmentation.upside_down, 2)):
        changed = function(images, given)
        assert torch.equal(changed[::2], images[::2].flip(axis))
        assert torch.equal(changed[1::2], images[1::2])


def test_shifts_move_whole_pixels_right_and_down(images: torch.Tensor):
    assert place(augmentation.shift_right(spot(10, 30), amounts(4))) == (10, 34)
    assert place(augmentation.shift_down(spot(10, 30), amounts(-3))) == (7, 30)
    moved = augmentation.shift_right(images[:1], amounts(4))
    torch.testing.assert_close(moved[..., 4:], images[:1, ..., :-4], atol=0.01, rtol=0)
    torch.testing.assert_close(moved[..., 0], images[:1, ..., 0], atol=0.01, rtol=0)  # The edge is repeated


def test_a_quarter_turn_is_clockwise(images: torch.Tensor):
    turned = augmentation.rotate(images, torch.full((6,), 90.0))
    torch.testing.assert_close(turned, torch.rot90(images, -1, (2, 3)), atol=0.02, rtol=0)


@pytest.mark.parametrize("degrees", [-10.0, 7.0])
def test_a_small_turn_is_scipys(images: torch.Tensor, degrees: float):
    turned = augmentation.rotate(images[:1], amounts(degrees))[0, 0].numpy()
    other = ndimage.rotate(images[0, 0].numpy(), -degrees, reshape=False, order=1, mode="nearest")
    np.testing.assert_allclose(turned[8:-8, 8:-8], other[8:-8, 8:-8], atol=0.05)


def test_scale_enlarges_about_the_middle(images: torch.Tensor):
    larger = augmentation.scale(images[:1], amounts(1.0))[0, 0].numpy()
    at = (np.indices((48, 48)) - 23.5) / 2 + 23.5
    np.testing.assert_allclose(larger, ndimage.map_coordinates(images[0, 0].numpy(), at, order=1), atol=0.05)


def test_turn_shift_and_scale_at_once_are_turn_then_scale_then_shift(images: torch.Tensor):
    together = augmentation.affine(images[:1], amounts(9), amounts(2), amounts(-3), amounts(1.1))[0, 0].numpy()
    rows, columns = np.indices((48, 48)) - 23.5
    rows, columns = rows + 3, columns - 2
    angle = np.deg2rad(9)
    across, along = (np.cos(angle) * columns + np.sin(angle) * rows), (np.cos(angle) * rows - np.sin(angle) * columns)
    at = np.stack([along / 1.1 + 23.5, across / 1.1 + 23.5])
    other = ndimage.map_coordinates(images[0, 0].numpy(), at, order=1, mode="nearest")
    np.testing.assert_allclose(together, other, atol=0.05)


def test_light_changes_are_arithmetic_on_grey_values(images: torch.Tensor):
    flat = images.numpy()
    given = torch.linspace(-0.3, 0.3, 6)
    wide = given.numpy()[:, None, None, None]
    mean = flat.mean((2, 3), keepdims=True)
    for function, expected in (
        (augmentation.brightness, (flat + 255 * wide).clip(0, 255)),
        (augmentation.contrast, (mean + (flat - mean) * (1 + wide)).clip(0, 255)),
        (augmentation.gamma, 255 * (flat / 255) ** np.exp(-wide)),
    ):
        np.testing.assert_allclose(function(images, given).numpy(), expected, atol=0.01)


def test_gamma_lifts_the_dark_and_leaves_black_and_white():
    image = torch.tensor([0.0, 60, 255]).expand(1, 1, 48, 3)
    lifted = augmentation.gamma(image, amounts(0.4))[0, 0, 0]
    assert lifted[0] == 0
    assert lifted[1] > 60
    assert lifted[2] == 255


def test_erase_fills_one_square_of_the_share_with_the_mean(images: torch.Tensor):
    changed = augmentation.erase(images, torch.tensor([[0.12, 0.2, 0.9]]).expand(6, 3))
    for before, after in zip(images[:, 0], changed[:, 0], strict=True):
        rows, columns = torch.nonzero(before != after, as_tuple=True)
        side = round(48 * 0.12**0.5)
        assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (side, side)
        assert (int(rows.min()), int(columns.min())) == (int(0.2 * (49 - side)), int(0.9 * (49 - side)))
        np.testing.assert_allclose(after[rows, columns], float(before.mean()), rtol=1e-5)


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_every_change_keeps_shape_and_scale_and_repeats_by_its_seed(images: torch.Tensor, name: str):
    change = TRANSFORMS[name]
    torch.manual_seed(1)
    changed = change(images, change.strength, generator(3))
    torch.manual_seed(2)
    again = change(images, change.strength, generator(3))
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert (changed >= 0).all()
    assert (changed <= 255).all()
    assert not torch.equal(changed, images)
    assert torch.equal(changed, again)


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_no_strength_changes_nothing(images: torch.Tensor, name: str):
    changed = TRANSFORMS[name](images, 0.0, generator())
    torch.testing.assert_close(changed, images, atol=0.01, rtol=0)


def test_amounts_are_drawn_within_the_strength_both_ways():
    drawn = TRANSFORMS["rotate"].draws(4000, 10, generator())
    assert drawn.abs().max() <= 10
    assert abs(float(drawn.mean())) < 0.5
    assert abs(float(drawn.std()) - 10 / 3**0.5) < 0.3


def test_the_words_tell_the_direction_and_amount():
    message = {name: change.message for name, change in TRANSFORMS.items()}
    assert message["rotate"](-10) == "rotated left by 10°"
    assert message["shift_down"](4) == "shifted down by 4 px"
    assert message["scale"](-0.1) == "smaller by 10%"
    assert message["upside_down"](1) == "upside down: unusual for faces"
    assert message["mirror"](0) == "as it is"
