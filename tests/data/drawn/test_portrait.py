"""A trait changes the part of the head where it lies, and nothing far from there."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data.drawn import dataset as drawn
from emocore.data.drawn import portrait
from emocore.data.drawn.strokes import Looks


@pytest.fixture(scope="module")
def looks() -> Looks:
    """The traits of eight people, upright and in the middle of the picture."""
    random = np.random.Generator(np.random.PCG64(5))
    table = drawn._people({"train": (2, 0, 0, 0)}, random)
    traits = drawn._looks(table, np.arange(len(table)) % 4, False, random)
    return traits | {name: 0 * traits[name] for name in ("roll", "yaw", "pitch", "shift_x", "shift_y")}


def heads(looks: Looks) -> np.ndarray:
    return np.asarray(portrait.draw(looks, np.random.Generator(np.random.PCG64(9))))


def change(looks: Looks, **traits: float) -> np.ndarray:
    """(48, 48) how much the picture changes on average with other traits."""
    other = looks | {name: 0 * looks[name] + np.float32(value) for name, value in traits.items()}
    return np.asarray(np.abs(heads(other) - heads(looks)).mean(0))


def test_the_same_traits_give_the_same_heads(looks: Looks) -> None:
    assert np.array_equal(heads(looks), heads(looks))
    assert heads(looks).shape == (len(looks["wall"]), 48, 48)


def test_a_mouth_that_opens_changes_the_lower_half_only(looks: Looks) -> None:
    moved = change(looks, gape=1.2)

    assert moved[24:].sum() > 0.8 * moved.sum() > 0


def test_another_wall_leaves_the_middle_of_the_face_alone(looks: Looks) -> None:
    moved = change(looks, wall=0.9)

    assert moved[20:30, 20:28].max() < 0.01 < moved[:4, :4].mean()


def test_a_head_that_moves_takes_its_face_along(looks: Looks) -> None:
    assert change(looks, shift_x=0.2).mean() > 0.02
