"""Ten counts of votes become a label by FER+'s own rule."""

from __future__ import annotations

import pytest

from emocore.data.layouts.votes import majority


@pytest.mark.parametrize(
    ("counts", "label"),
    [
        ((8, 2, 0, 0, 0, 0, 0, 0, 0, 0), "neutral"),
        ((1, 1, 1, 2, 1, 1, 1, 1, 1, 0), "sad"),  # Single votes are dropped before the majority is asked
        ((5, 5, 0, 0, 0, 0, 0, 0, 0, 0), ""),
        ((4, 3, 3, 0, 0, 0, 0, 0, 0, 0), ""),
        ((0, 0, 0, 0, 0, 0, 0, 0, 10, 0), ""),
        ((0, 3, 0, 0, 0, 0, 0, 0, 0, 7), ""),
        ((0, 0, 0, 0, 0, 0, 0, 9, 1, 0), "contempt"),
        ((1, 1, 1, 1, 1, 1, 1, 1, 1, 1), ""),
    ],
)
def test_more_than_half_after_single_votes_are_dropped_is_the_label(counts: tuple[int, ...], label: str) -> None:
    assert majority(counts) == label
