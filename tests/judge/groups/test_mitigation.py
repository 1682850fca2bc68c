"""A measure against a gap is judged as a trial: paired, over seeds, with what it cost and what could be noise."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from sklearn.metrics import f1_score, recall_score
from statsmodels.stats.proportion import proportion_confint

from emocore.errors import EmoError
from emocore.judge import bootstrap
from emocore.judge.groups import mitigation
from emocore.judge.groups.mitigation import Pair
from emocore.judge.predictions import Predictions

CLASSES = ("a", "b", "c", "d")


def table_of(n, names=("old", "young"), seed=1):
    return pd.DataFrame({"row": np.arange(n), "age": np.random.default_rng(seed).choice(names, n)})


def with_right(answers, right):
    """The same answers, but right exactly where told."""
    given = np.where(right, answers.truth, (answers.truth + 1) % 4)
    return Predictions(answers.rows, answers.folds, answers.truth, np.eye(4, dtype=np.float32)[given])


@pytest.fixture
def pairs(made_up):
    """Three seeds: other answers to the same images."""
    truth = made_up(300).truth

    def answers(seed, skill):
        logits = np.random.default_rng(seed).normal(size=(300, 4))
        logits[np.arange(300), truth] += skill
        powers = np.exp(logits)
        shares = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
        return Predictions(np.arange(300), np.zeros(300, np.int64), truth, shares)

    return [Pair(answers(seed, 1.2), answers(seed + 50, 1.4)) for seed in (1, 2, 3)]


def test_scores_are_means_over_seeds_as_scikit_learn_has_them(pairs):
    found = mitigation.measure(pairs, table_of(300), ["age"], CLASSES)
    for when, given in (("before", [p.before for p in pairs]), ("after", [p.after for p in pairs])):
        f1 = [f1_score(one.truth, one.answers, average="macro") for one in given]
        assert getattr(found.macro_f1, when) == pytest.approx(np.mean(f1))
        assert getattr(found.accuracy, when) == pytest.approx(np.mean([one.right.mean() for one in given]))
    assert found.accuracy.by_seed == pytest.approx([p.after.right.mean() - p.before.right.mean() for p in pairs])
    assert (found.seeds, found.n) == (3, 300)


def test_groups_and_cells_are_pandas_means_with_their_exact_intervals(pairs):
    table = table_of(300)
    found = mitigation.measure(pairs, table, ["age"], CLASSES)
    frame = table.assign(truth=pairs[0].before.truth, hits=np.mean([p.after.right for p in pairs], axis=0))
    for change in found.groups:
        hits = frame.loc[frame["age"] == change.name, "hits"]
        assert (change.n, change.after) == (len(hits), pytest.approx(hits.mean()))
        assert change.after_interval == pytest.approx(proportion_confint(hits.sum(), len(hits), method="beta"))
    cells = frame.groupby(["age", "truth"])["hits"].agg(["size", "mean"])
    for change in found.cells:
        n, mean = cells.loc[(change.name, CLASSES.index(change.emotion))]
        assert (change.n, change.after) == (n, pytest.approx(mean))


def test_recall_of_a_cell_is_scikit_learns(pairs):
    table = table_of(300)
    found = mitigation.measure(pairs[:1], table, ["age"], CLASSES)
    old = (table["age"] == "old").to_numpy()
    after = pairs[0].after
    expected = recall_score(after.truth[old], after.answers[old], average=None)
    assert [c.after for c in found.cells if c.name == "old"] == pytest.approx(expected)


def test_one_seed_is_a_paired_t_test_over_images_and_gives_no_verdict(pairs):
    before, after = pairs[0].before.right, pairs[0].after.right
    found = mitigation.measure(pairs[:1], table_of(300), ["age"], CLASSES)
    assert found.accuracy.p == pytest.approx(ttest_rel(after.astype(float), before.astype(float)).pvalue)
    assert found.gaps[0].verdict == "too few seeds"
    assert found.message.endswith("Train three seeds or more with and without the measure.")


def test_a_gap_that_is_closed_is_said_to_be_smaller(made_up):
    answers, table = made_up(400), table_of(400)
    old = (table["age"] == "old").to_numpy()
    place = np.arange(400)
    before = with_right(answers, np.where(old, place % 2 == 0, place % 10 != 0))
    after = with_right(answers, place % 10 != 0)
    (gap,) = mitigation.measure([Pair(before, after)] * 3, table, ["age"], CLASSES).gaps
    right = [one.right for one in (before, after)]
    first = (table["age"] == gap.first).to_numpy()
    assert gap.before == pytest.approx(right[0][first].mean() - right[0][~first].mean())
    assert gap.after == pytest.approx(right[1][first].mean() - right[1][~first].mean())
    assert gap.verdict == "smaller gap"
    assert gap.interval[0] < gap.difference < gap.interval[1]
    assert "more than chance" in gap.message


def test_the_same_networks_before_and_after_change_nothing_and_it_is_said_so(pairs):
    same = [Pair(pair.before, pair.before) for pair in pairs]
    found = mitigation.measure(same, table_of(300), ["age"], CLASSES)
    assert found.accuracy.difference == 0
    assert found.accuracy.p == 1
    assert found.gaps[0].verdict == "within noise"
    assert "do not show that the measure helps or harms" in found.gaps[0].message
    assert found.message.endswith("The change is within noise (p = 1.00).")


@pytest.mark.long
def test_chance_alone_is_rarely_called_a_change(made_up):
    clear = 0
    for seed in range(60):
        answers, random = made_up(200, 4, seed), np.random.default_rng(seed)
        made = [with_right(answers, random.random(200) < 0.7) for _ in range(6)]
        gaps = mitigation.measure(
            [Pair(*both) for both in zip(made[:3], made[3:], strict=True)], table_of(200, seed=seed), ["age"], CLASSES
        ).gaps
        clear += gaps[0].verdict != "within noise"
    assert clear <= 8


def test_a_clear_cost_is_called_a_cost(made_up):
    answers = made_up(400)
    before, after = (with_right(answers, np.arange(400) % 10 < most) for most in (9, 6))
    found = mitigation.measure([Pair(before, after)] * 3, table_of(400), ["age"], CLASSES)
    assert found.accuracy.difference == pytest.approx(-0.3)
    assert "This is a cost, by more than chance (p" in found.message


def test_the_worst_group_is_of_thirty_images_or_more(made_up):
    answers = made_up(200)
    table = table_of(200).assign(age=["old"] * 20 + ["young"] * 100 + ["middle"] * 80)
    right = np.ones(200, bool)
    right[:20] = False
    right[20:70] = False
    found = mitigation.measure([Pair(with_right(answers, right), answers)], table, ["age"], CLASSES)
    assert found.worst is not None
    assert found.worst.before == 0.5
    assert found.worst.name.startswith("young")
    assert [gap.verdict for gap in found.gaps if "old" in (gap.first, gap.second)] == ["too few"] * 2
    assert [change.is_grey for change in found.groups if change.name == "old"] == [False]


def test_images_of_unknown_groups_are_scored_but_in_no_gap(made_up):
    answers = made_up(200)
    table = table_of(200, ("old", "young", "unknown"))
    found = mitigation.measure([Pair(answers, answers)], table, ["age"], CLASSES)
    assert {change.name for change in found.groups} == {"old", "unknown", "young"}
    assert [{gap.first, gap.second} for gap in found.gaps] == [{"old", "young"}]


def test_runs_on_other_images_or_no_runs_are_refused(made_up):
    with pytest.raises(EmoError, match="Choose runs") as none:
        mitigation.measure([], table_of(10), ["age"], CLASSES)
    assert none.value.code == "no_pairs"
    answers = made_up(100)
    other = Predictions(answers.rows + 1, answers.folds, answers.truth, answers.probabilities)
    with pytest.raises(EmoError) as different:
        mitigation.measure([Pair(answers, other)], table_of(101), ["age"], CLASSES)
    assert different.value.code == "different_images"


def test_many_images_of_many_kinds_are_drawn_as_surely_as_one_by_one(made_up):
    n, random = 4000, np.random.default_rng(5)
    truth = np.sort(made_up(n).truth)
    answers = [np.where(random.random(n) < skill, truth, random.integers(0, 4, n)) for skill in (0.2, 0.3, 0.4, 0.5)]
    code = np.ravel_multi_index(answers, (4,) * 4)
    observed = np.stack([np.bincount(code[truth == label], minlength=256) for label in range(4)])
    drawn = bootstrap.tally_draws(observed, *np.unravel_index(np.arange(256), (4,) * 4))
    assert (observed > 0).sum(1).min() > bootstrap.MOST_KINDS
    place = np.concatenate(
        [random.choice(np.flatnonzero(truth == label), (500, (truth == label).sum())) for label in range(4)], axis=1
    )
    for one, other, given in zip(drawn, drawn[1:], pairwise(answers), strict=False):
        by_hand = [(each[place] == truth[place]).mean(1) for each in given]
        found = [each.right.sum(1) / n for each in (one, other)]
        assert found[0].mean() == pytest.approx(by_hand[0].mean(), abs=0.002)
        assert (found[0] - found[1]).std() == pytest.approx((by_hand[0] - by_hand[1]).std(), rel=0.12)
        assert one.answered.sum(1) == pytest.approx(n, rel=1e-9)
