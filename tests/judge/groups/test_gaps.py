"""A gap is signed, tested against every permutation, freed of class mix, and judged with care."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from emocore.errors import EmoError
from emocore.judge import intervals
from emocore.judge.groups import gaps, scores
from tests.grouped import group


def test_equal_class_mixes_leave_the_gap_as_it_is():
    found = gaps.standardized(group("a", [(40, 30), (80, 40)]), group("b", [(20, 10), (40, 18)]))
    assert found.difference == pytest.approx(70 / 120 - 28 / 60)
    assert found.left_out == ()


def test_a_gap_that_is_all_class_mix_vanishes():
    easy_heavy, hard_heavy = group("a", [(90, 81), (10, 5)]), group("b", [(10, 9), (90, 45)])
    assert gaps.gaps([easy_heavy, hard_heavy])[0].difference == pytest.approx(0.32)
    assert gaps.standardized(easy_heavy, hard_heavy).difference == pytest.approx(0)


def test_with_one_class_the_standardized_interval_is_newcombes():
    found = gaps.standardized(group("a", [(70, 56)]), group("b", [(80, 48)]))
    assert found.interval == pytest.approx(intervals.newcombe((56, 70), (48, 80)))


def test_the_p_value_is_of_the_interval_that_ends_at_zero():
    one, other = group("a", [(70, 50), (50, 20)]), group("b", [(80, 48), (40, 12)])
    found = gaps.standardized(one, other)
    assert (found.p < 0.05) == (not found.interval[0] <= 0 <= found.interval[1])
    turned = gaps.standardized(other, one)
    assert (turned.p, turned.interval) == (
        pytest.approx(found.p),
        pytest.approx((-found.interval[1], -found.interval[0])),
    )
    assert gaps.standardized(one, one).p == 1
    assert gaps.standardized(group("a", [(900, 900)]), group("b", [(900, 0)])).p < 1e-9


def test_the_verdict_is_that_of_the_gap_within_classes():
    """A gap that only the class mix makes is never clear; it is explained where the rest is surely small."""
    few = [group("a", [(90, 81), (30, 15)]), group("b", [(30, 27), (90, 45)])]
    assert gaps.gaps(few)[0].verdict == "class mix not excluded"
    many = [group("a", [(9000, 8100), (3000, 1500)]), group("b", [(3000, 2700), (9000, 4500)])]
    assert gaps.gaps(many)[0].verdict == "explained by class mix"
    assert "Within classes it is smaller than 5 points" in gaps.gaps(many)[0].message


def test_a_gap_that_the_mix_hides_is_found():
    hidden = [group("a", [(200, 180), (800, 400)]), group("b", [(800, 640), (200, 80)])]
    (found,) = gaps.gaps(hidden)
    assert (found.difference < -0.1, found.verdict) == (True, "clear gap")
    assert found.standardized.difference == pytest.approx(0.1)


def test_cells_too_small_to_use_are_named():
    found = gaps.standardized(group("a", [(50, 30), (40, 20)]), group("b", [(50, 30), (2, 1)]))
    assert found.left_out == (("class 1", 40, 2),)
    assert found.difference == 0
    assert gaps.standardized(group("a", [(3, 3)]), group("b", [(4, 1)])).difference is None


def test_the_sign_is_larger_group_minus_smaller():
    small_first = gaps.gaps([group("few", [(50, 45)]), group("many", [(200, 100)])])[0]
    assert (small_first.first, small_first.second) == ("many", "few")
    assert small_first.difference == pytest.approx(-0.4)


def test_each_gap_gets_its_words():
    clear = gaps.gaps([group("a", [(300, 270)]), group("b", [(200, 120)])])[0]
    none = gaps.gaps([group("a", [(300, 220)]), group("b", [(200, 140)])])[0]
    few = gaps.gaps([group("a", [(300, 270)]), group("b", [(29, 5)])])[0]
    assert [gap.verdict for gap in (clear, none, few)] == ["clear gap", "no clear gap", "too few"]
    assert few.p_adjusted is None
    assert "b has 29 images, but 30 are needed" in few.message
    assert "clear gap (p < 0.001)" in clear.message


def test_holm_counts_only_gaps_that_get_a_verdict():
    family = [group("a", [(100, 70)]), group("b", [(90, 52)]), group("c", [(10, 9)])]
    family += [group("x", [(120, 70)], "gender"), group("y", [(80, 61)], "gender")]
    found = gaps.gaps(family)
    judged = [gap for gap in found if gap.p_adjusted is not None]
    assert [gap.family for gap in found] == [2] * 4
    assert [gap.p_adjusted for gap in judged] == pytest.approx(
        multipletests([max(gap.standardized.p, gap.p_within) for gap in judged], method="holm")[1]
    )


def test_unknown_and_empty_groups_are_in_no_pair():
    assert gaps.gaps([group("a", [(50, 40)]), group("unknown", [(50, 10)]), group("b", [(0, 0)])]) == ()


def test_false_alarms_are_as_rare_as_promised():
    """Two groups that differ in nothing are called a clear gap at most 1 time in 20."""
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(300):
        right = random.binomial(100, 0.7, 4)
        first, second = group("a", [(100, int(right[0]))] * 1), group("b", [(100, int(right[1]))])
        wrong += gaps.gaps([first, second])[0].verdict == "clear gap"
    assert wrong <= 24


def test_the_dial_redraws_the_same_shares_with_other_intervals():
    two = [group("a", [(300, 240)]), group("b", [(100, 60)])]
    found = gaps.gaps(two)
    narrow, wide = gaps.redrawn(two, found, 5000), gaps.redrawn(two, found, 50)
    assert narrow.gaps[0][2] == wide.gaps[0][2] == pytest.approx(0.2)
    assert narrow.groups[0][1:] == (0.8, intervals.clopper_pearson(4000, 5000))
    assert narrow.gaps[0][3] == pytest.approx(intervals.newcombe((4000, 5000), (3000, 5000)))
    assert wide.gaps[0][3][1] - wide.gaps[0][3][0] > 5 * (narrow.gaps[0][3][1] - narrow.gaps[0][3][0])
    with pytest.raises(EmoError):
        gaps.redrawn(two, found, 0)


def test_gaps_follow_from_predictions_and_the_table(made_up):
    answers = made_up(400)
    rows = pd.DataFrame({"row": np.arange(400), "age": ["old", "young", "young", "unknown"] * 100})
    (gap,) = gaps.gaps(scores.scores(answers, rows, ["age"], ("a", "b", "c", "d")))
    young, old = (answers.right[(rows["age"] == name).to_numpy()] for name in ("young", "old"))
    assert gap.difference == pytest.approx(young.mean() - old.mean())
    assert gap.n == (200, 100)
