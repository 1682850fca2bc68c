"""The simulation that `benchmarks.coverage` runs at length, in short: intervals hold, alarms are rare."""

from __future__ import annotations

import pytest

from benchmarks import coverage

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def rates() -> dict[str, list[float]]:
    made = coverage.rates(60, sizes=(12, 60), accuracies=(0.8, 0.95))
    return {name: [share for by in case.values() for share in by.values()] for name, case in made.items()}


@pytest.mark.parametrize("name", coverage.INTERVALS)
def test_intervals_hold_the_truth(rates: dict[str, list[float]], name: str) -> None:
    """Of 60 draws at a true coverage of .93, fewer than 51 hold in 1 of 1,000 simulations."""
    assert min(rates[name]) >= 50 / 60


@pytest.mark.parametrize("name", coverage.ALARMS)
def test_alarms_are_rarely_false(rates: dict[str, list[float]], name: str) -> None:
    assert max(rates[name]) <= 10 / 60
