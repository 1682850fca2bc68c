"""A matcher that learns nothing is far better where copies were made before the split."""

from __future__ import annotations

from emocore.data.dataset import Dataset
from emocore.reproduction import counting, items
from emocore.reproduction.results import Results


def test_the_leak_is_worth_much_to_a_matcher_that_learns_nothing(small_faces: Dataset) -> None:
    found = counting.matcher(small_faces, splits=2)
    row = items.row(items.named("Section 7.2")[0], Results({"matcher": found}))

    assert found["leaked"]["mean"] > found["honest"]["mean"] + 0.1
    assert found["leaked"]["splits"] == 2
    assert "2 splits" in row.numbers[0].its
