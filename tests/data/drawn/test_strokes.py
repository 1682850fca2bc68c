"""Drawing without a library's cosine agrees with libraries that have one."""

from __future__ import annotations

import numpy as np
from scipy.fft import dctn

from emocore.data.drawn import strokes

NOISE = np.random.Generator(np.random.PCG64(0)).random((2, 48, 48), dtype=np.float32) * 255


def test_a_turn_by_the_tangent_of_half_the_angle_is_a_rotation() -> None:
    angle = 0.7
    x, y = strokes.turned(np.float32([[1.0]]), np.float32([[2.0]]), np.float32([[np.tan(angle / 2)]]))

    expected = [np.cos(angle) + 2 * np.sin(angle), 2 * np.cos(angle) - np.sin(angle)]
    np.testing.assert_allclose([x.item(), y.item()], expected, rtol=1e-6)


def test_hardly_any_loss_leaves_a_picture_as_it_was() -> None:
    kept = strokes.compressed(NOISE, np.full((2, 1, 1), 1e-3, dtype=np.float32))

    np.testing.assert_allclose(kept, NOISE, atol=0.02)


def test_loss_rounds_the_waves_that_scipy_finds_in_each_block() -> None:
    loss = 6.0
    kept = strokes.compressed(NOISE, np.full((2, 1, 1), loss, dtype=np.float32))

    waves = dctn(kept[0, :8, :8] - 128, norm="ortho")
    steps = loss * (1 + np.arange(8)[:, None] + np.arange(8))
    np.testing.assert_allclose(waves / steps, np.rint(waves / steps), atol=1e-3)


def test_a_disc_covers_the_pixels_of_a_disc() -> None:
    cover = strokes.inside(strokes.ellipse(strokes.ACROSS, strokes.DOWN, 0.5, 0.5))

    pixels = cover.astype(float).sum()
    np.testing.assert_allclose(pixels, np.pi * 12 * 12, rtol=0.01)


def test_a_stamped_word_brightens_its_place_and_nothing_else() -> None:
    canvas = np.zeros((48, 48), dtype=np.float32)

    strokes.stamp(canvas, "DRAWN", (30, 8), 0.5)

    rows, columns = np.nonzero(canvas)
    assert (rows.min(), rows.max()) == (30, 39)
    assert (columns.min(), columns.max()) == (8, 45)
    assert set(np.unique(canvas)) == {0.0, 0.5}
