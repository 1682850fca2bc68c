"""A score says how sure it is and of what it is; a row has one of the known verdicts."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.reproduction import document
from emocore.reproduction.rows import Score


def test_a_score_is_told_with_interval_n_and_what_it_is_of() -> None:
    assert Score(0.6955, 0.648, 0.740, 404, "1 seed").words == "0.696 [0.648, 0.740], n = 404, 1 seed"


def test_another_verdict_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="wrong"):
        dataclasses.replace(document.items()[0], verdict="wrong")
