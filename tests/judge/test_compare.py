"""Two models are told apart as statsmodels and scipy tell them, and in plain words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2, ttest_rel
from sklearn.metrics import f1_score
from statsmodels.stats.contingency_tables import mcnemar

from emocore.errors import EmoError
from emocore.judge import compare, folds, intervals
from emocore.judge.predictions import Predictions


def test_mcnemars_test_is_that_of_statsmodels(made_up):
    first, second = made_up(300, seed=1, skill=2), made_up(300, seed=1, skill=1)
    found = compare.two(first, second)
    only = (len(found.rows_first), len(found.rows_second))
    assert only == (int((first.right & ~second.right).sum()), int((second.right & ~first.right).sum()))
    theirs = mcnemar([[0, only[0]], [only[1], 0]], exact=False, correction=False)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found.interval == pytest.approx(intervals.tango(*only, 300))
    assert found.difference == pytest.approx((only[0] - only[1]) / 300)
    assert found.rows_apart.tolist() == np.flatnonzero(first.answers != second.answers).tolist()


def right_on(right, truth=None):
    """Answers that are right where told and the next class elsewhere."""
    truth = np.arange(len(right)) % 4 if truth is None else truth
    shares = np.eye(4, dtype=np.float32)[np.where(right, truth, (truth + 1) % 4)]
    return Predictions(np.arange(len(right)), np.zeros(len(right), int), truth, shares)


def test_interval_and_test_say_the_same_of_three_images_of_twelve():
    first, second = right_on(np.arange(12) < 10), right_on(np.arange(12) < 7)
    found = compare.two(first, second)
    assert found.p == pytest.approx(0.083, abs=5e-4)
    assert found.interval == pytest.approx((-0.053, 0.532), abs=5e-4)


def test_copies_of_one_picture_are_one_piece_of_evidence():
    """Ten copies of each of 30 pictures tell no more than the 30 pictures."""
    random = np.random.default_rng(4)
    rights = [random.random(30) < skill for skill in (0.8, 0.6)]
    alone = compare.two(*map(right_on, rights))
    copies = np.repeat(np.arange(30), 10)
    many = [replace(right_on(np.repeat(right, 10)), families=copies) for right in rights]
    assert compare.two(*many).p == pytest.approx(alone.p)
    assert compare.two(*many).interval == pytest.approx(alone.interval, abs=1e-9)
    q = compare.several(dict(zip("ab", many, strict=True)))
    assert q.p == pytest.approx(compare.several(dict(zip("ab", map(right_on, rights), strict=True))).p)


def test_the_interval_of_f1_is_as_wide_as_a_bootstrap_that_lists_every_image():
    random = np.random.default_rng(0)
    truth = np.arange(240) % 3
    logits = random.normal(size=(240, 3)) + 1.2 * np.eye(3)[truth]
    first, second = (
        Predictions(np.arange(240), np.zeros(240, int), truth, np.exp(each).astype(np.float32))
        for each in (logits, logits + random.normal(size=(240, 3)))
    )
    found = compare.two(first, second)
    f1 = []
    for _ in range(300):
        rows = random.integers(0, 240, 240)
        f1.append(
            np.subtract(*(f1_score(truth[rows], each.answers[rows], average="macro") for each in (first, second)))
        )
    assert found.f1_interval == pytest.approx(np.percentile(f1, (2.5, 97.5)), abs=0.02)
    assert found.f1_interval[0] < found.f1_difference < found.f1_interval[1]


def test_a_model_against_itself_is_no_difference(made_up):
    found = compare.two(made_up(), made_up())
    assert (found.difference, found.p, len(found.rows_apart)) == (0, 1, 0)
    assert found.interval[0] < 0 < found.interval[1]
    assert found.f1_interval[0] < 0 < found.f1_interval[1]
    assert "For these two models, the difference could be chance (p = 1.00)." in found.message


def test_the_order_of_images_does_not_matter(made_up):
    first, second = made_up(100, seed=1), made_up(100, seed=1, skill=0.5)
    shuffled = second.take(np.random.default_rng(0).permutation(100))
    assert compare.two(first, shuffled).message == compare.two(first, second).message


def test_models_that_cannot_be_compared_are_refused_with_the_reason(made_up):
    answers = made_up(100)
    with pytest.raises(EmoError, match="100 and 90, 90 of them the same"):
        compare.two(answers, answers.take(np.arange(90)))
    with pytest.raises(EmoError, match="several times"):
        compare.two(answers.take(np.zeros(4, int)), answers.take(np.zeros(4, int)))
    relabelled = Predictions(answers.rows, answers.folds, (answers.truth + 1) % 4, answers.probabilities)
    with pytest.raises(EmoError, match="100 images changed label"):
        compare.two(answers, relabelled)
    with pytest.raises(EmoError, match="different numbers of classes: 4 and 5"):
        compare.two(answers, made_up(100, 5))
    with pytest.raises(EmoError, match="no image"):
        compare.two(answers.take(np.zeros(0, int)), answers.take(np.zeros(0, int)))


def test_cochrans_q_follows_its_formula_and_pairs_are_corrected(made_up):
    models = {name: made_up(200, seed=3, skill=skill) for name, skill in (("a", 1.0), ("b", 1.2), ("c", 3.0))}
    found = compare.several(models)
    right = np.stack([answers.right for answers in models.values()], axis=1).astype(float)
    columns, rows = right.sum(0), right.sum(1)
    q = 2 * (3 * (columns**2).sum() - columns.sum() ** 2) / (3 * rows.sum() - (rows**2).sum())
    assert found.q == pytest.approx(q)
    assert found.p == pytest.approx(chi2.sf(q, 2))
    assert [(pair.first, pair.second) for pair in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert all(pair.p <= pair.p_adjusted <= 1 for pair in found.pairs)
    assert "For these 3 models" in found.message


def test_several_equal_models_differ_by_nothing(made_up):
    found = compare.several({name: made_up() for name in "abc"})
    assert (found.q, found.p) == (0, 1)
    with pytest.raises(EmoError, match="two or more"):
        compare.several({"a": made_up()})


def test_without_shared_training_images_the_fold_test_is_the_paired_t_test():
    random = np.random.default_rng(0)
    first, second = random.normal(0.6, 0.02, 8), random.normal(0.58, 0.02, 8)
    plain = ttest_rel(first, second)
    found = compare.folds(first, second, test_share=0.0)
    assert found.p == pytest.approx(plain.pvalue)
    assert found.naive_p == pytest.approx(plain.pvalue)
    assert found.interval == pytest.approx(tuple(plain.confidence_interval()))


def test_the_correction_is_that_of_nadeau_and_bengio():
    """As scikit-learn's example of comparing models: var * (1 / k + n_test / n_train)."""
    random = np.random.default_rng(1)
    first, second = random.normal(0.6, 0.02, 10), random.normal(0.59, 0.02, 10)
    differences = first - second
    t = differences.mean() / np.sqrt(differences.var(ddof=1) * (1 / 10 + 1 / 9))
    found = compare.folds(first, second)
    assert found.p > found.naive_p
    half = (found.interval[1] - found.interval[0]) / 2
    assert half == pytest.approx(folds.corrected_half_width(differences))
    from scipy.stats import t as student

    assert found.p == pytest.approx(2 * student.sf(abs(t), 9))


def test_folds_must_be_the_same_and_equal_folds_are_equal():
    with pytest.raises(EmoError, match="same 2 or more folds"):
        compare.folds([0.5, 0.6], [0.5])
    assert compare.folds([0.5, 0.6], [0.5, 0.6]).p == 1


def test_folds_that_differ_alike_are_not_certain_to_differ():
    """Two folds of ten images each, one image more right in both: no doubt between folds, much over images."""
    rights = [np.arange(20) % 10 < most for most in (7, 6)]
    answers = [replace(right_on(right), folds=np.arange(20) // 10) for right in rights]
    found = compare.folds([0.7, 0.7], [0.6, 0.6], answers=(answers[0], answers[1]))
    assert found.p == pytest.approx(compare.two(*answers).p)
    assert found.interval == pytest.approx(intervals.tango(2, 0, 20))
    assert compare.folds([0.7, 0.7], [0.6, 0.6]).interval == (-1, 1)
