"""What is said of a confusion matrix follows from its counts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    balanced_accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
)

from emocore.errors import EmoError
from emocore.judge import confusion
from emocore.judge.predictions import Predictions

NAMES = ("focused", "happy", "neutral", "surprised")


def test_shares_sum_to_one_along_their_side_and_leave_empty_classes_at_zero():
    counts = np.array([[3, 1, 0], [2, 2, 0], [0, 0, 0]])
    assert confusion.shares(counts, "truth").sum(1).tolist() == [1, 1, 0]
    assert confusion.shares(counts, "answer").sum(0).tolist() == [1, 1, 0]


def test_every_cell_leads_to_its_own_images_the_most_confident_first(made_up):
    answers = made_up(300)
    counts = confusion.counts(answers.truth, answers.answers, 4)
    met = []
    for truth in range(4):
        for answer in range(4):
            images = confusion.cell(answers, truth, answer)
            assert len(images.rows) == counts[truth, answer]
            assert (answers.truth[images.rows] == truth).all()
            assert (np.diff(images.confidence) <= 0).all()
            met += images.rows.tolist()
    assert sorted(met) == list(range(300))


def test_mistakes_begin_with_the_surest_and_hesitations_with_the_least_sure(made_up):
    answers = made_up(200)
    wrong, right = confusion.mistakes(answers), confusion.hesitations(answers)
    assert (wrong.truth != wrong.answers).all()
    assert (right.truth == right.answers).all()
    assert len(wrong.rows) + len(right.rows) == 200
    assert wrong.confidence[0] == wrong.confidence.max()
    assert right.confidence[0] == right.confidence.min()


def test_a_pair_far_ahead_is_named_alone_and_one_among_equals_is_not_ranked():
    ahead = np.array([[20, 80, 0], [2, 98, 0], [1, 1, 98]])
    assert confusion.confused_words(ahead, ("a", "b", "c")) == (
        "Most often confused: a predicted as b, 80 of 100 images (0.800 [0.708, 0.873])."
    )
    even = np.array([[80, 20, 0], [18, 82, 0], [0, 0, 100]])
    assert "overlaps that of b predicted as a (18 of 100), so their order could be chance" in confusion.confused_words(
        even, ("a", "b", "c")
    )
    assert "Its interval lies above those of b and a." in confusion.recognized_words(even, ("a", "b", "c"))


def test_without_mistakes_or_images_the_sentence_says_so():
    assert (
        confusion.confused_words(np.eye(2, dtype=np.int64) * 5, ("a", "b"))
        == "No image was predicted as another class."
    )
    assert "no images" in confusion.recognized_words(np.zeros((2, 2), np.int64), ("a", "b"))


@pytest.mark.parametrize("seed", range(20))
def test_merging_two_classes_never_lowers_accuracy(made_up, seed):
    found = confusion.two_levels(made_up(80, 4, seed, skill=0.5), NAMES)
    assert found.accuracy >= found.accuracy_apart
    assert found.classes == ("happy", "neutral", "surprised")
    assert sum(map(sum, found.confusion)) == found.n == 80


def test_two_levels_need_two_classes_that_exist(made_up):
    with pytest.raises(EmoError, match="no class 'sad'"):
        confusion.two_levels(made_up(), NAMES, child="sad")


def test_two_levels_of_nothing_are_refused():
    empty = Predictions(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros((0, 4), np.float32))
    with pytest.raises(EmoError, match="no image"):
        confusion.two_levels(empty, NAMES)


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_scores_agree_with_scikit_learn(made_up, seed):
    answers = made_up(150, 4, seed)
    found = confusion.counts(answers.truth, answers.answers, 4)
    assert (found == confusion_matrix(answers.truth, answers.answers, labels=range(4))).all()
    theirs = precision_recall_fscore_support(answers.truth, answers.answers, average="macro", zero_division=0)
    ours = confusion.macro_scores(confusion.tally(found))
    assert [float(ours[name]) for name in ("precision", "recall", "f1")] == pytest.approx(theirs[:3])
    assert float(ours["balanced_accuracy"]) == pytest.approx(balanced_accuracy_score(answers.truth, answers.answers))


def test_a_class_that_occurs_nowhere_is_in_no_average():
    counts = np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]])
    assert float(confusion.macro_scores(confusion.tally(counts))["recall"]) == pytest.approx(0.85)
