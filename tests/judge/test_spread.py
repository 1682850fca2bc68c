"""Mean, deviation and interval of several seeds, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from emocore.judge.spread import spread


def test_the_interval_is_students() -> None:
    scores = [0.71, 0.68, 0.74, 0.69, 0.73]

    told = spread(scores)

    expected = stats.t.interval(0.95, 4, loc=np.mean(scores), scale=stats.sem(scores))
    assert told.interval == pytest.approx(expected)
    assert (told.mean, told.deviation) == pytest.approx((np.mean(scores), np.std(scores, ddof=1)))


def test_one_score_has_no_interval_and_no_interval_leaves_0_to_1() -> None:
    assert spread([0.5]).interval is None
    assert spread([0.9, 1.0]).interval == (0.0, 1.0) or spread([0.9, 1.0]).interval[1] == 1.0
