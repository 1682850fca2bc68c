"""Agreement: the numbers are those of scikit-learn and statsmodels, and second labelers stay blind."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import journal, second_opinion
from emocore.data.editing.second_opinion import Plan
from emocore.errors import EmoError

VALUES = np.array(["focused", "happy", "neutral", "surprised"])


def noisy(people: int, images: int = 120, seed: int = 3) -> dict[str, list[str]]:
    """Labels of people who mostly see the same."""
    random = np.random.default_rng(seed)
    seen = random.integers(0, 4, images)
    return {
        f"person {number}": list(VALUES[np.where(random.random(images) < 0.7, seen, random.integers(0, 4, images))])
        for number in range(people)
    }


def test_of_two_people_kappa_is_that_of_scikit_learn() -> None:
    answers = noisy(2)
    found = second_opinion.agreement_of(answers)
    one, other = answers.values()
    assert found.kappa == pytest.approx(cohen_kappa_score(one, other))
    assert found.raw == pytest.approx(np.mean(np.array(one) == np.array(other)))
    assert found.method == "Cohen's kappa"


@pytest.mark.parametrize("people", [3, 5])
def test_of_more_people_kappa_is_that_of_statsmodels(people: int) -> None:
    answers = noisy(people)
    found = second_opinion.agreement_of(answers)
    table, _ = aggregate_raters(np.array(list(answers.values())).T)
    assert found.kappa == pytest.approx(fleiss_kappa(table, method="fleiss"))
    assert found.method == "Fleiss' kappa"
    pairs = [np.mean(np.array(answers[a]) == np.array(answers[b])) for a in answers for b in answers if a < b]
    assert found.raw == pytest.approx(np.mean(pairs))


def test_the_interval_is_that_of_the_raw_agreement_beyond_the_same_chance() -> None:
    answers = noisy(2)
    one, other = (np.array(labels) for labels in answers.values())
    found = second_opinion.agreement_of(answers)
    low, high = proportion_confint((one == other).sum(), len(one), method="beta")
    assert found.raw_interval == pytest.approx((low, high))
    assert found.kappa is not None
    chance = (found.raw - found.kappa) / (1 - found.kappa)
    assert found.kappa_interval == pytest.approx(((low - chance) / (1 - chance), (high - chance) / (1 - chance)))


def test_twelve_of_twelve_alike_is_not_certain() -> None:
    found = second_opinion.agreement_of({"Ada": ["happy", "sad"] * 6, "Bob": ["happy", "sad"] * 6})
    assert found.kappa == 1
    assert found.kappa_interval == pytest.approx((2 * 0.025 ** (1 / 12) - 1, 1))


def test_kappa_is_not_defined_where_everybody_always_gave_one_label() -> None:
    found = second_opinion.agreement_of({"Ada": ["happy"] * 20, "Bob": ["happy"] * 20})
    assert (found.kappa, found.raw) == (None, 1.0)
    assert "not defined" in found.words()


def test_one_person_agrees_with_nobody() -> None:
    with pytest.raises(EmoError, match="two people"):
        second_opinion.agreement_of({"Ada": ["happy"]})
    with pytest.raises(EmoError, match="No image was labeled by all"):
        second_opinion.agreement_of({"Ada": [], "Bob": []})


def test_a_sample_has_as_many_of_each_label_in_an_order_that_tells_nothing(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=40, seed=5))
    assert {value: drawn.first.count(value) for value in drawn.values} == dict.fromkeys(faces.classes, 10)
    assert len(set(drawn.ids)) == 40
    changes = sum(a != b for a, b in zip(drawn.first, drawn.first[1:], strict=False))
    assert changes > 20  # In the order of the table it would be 3
    assert second_opinion.draw(faces, "Bob", Plan(size=40, seed=5)).ids == drawn.ids
    assert second_opinion.draw(faces, "Bob", Plan(size=40, seed=6)).ids != drawn.ids


def test_answers_are_kept_and_the_last_one_counts(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    second_opinion.answer(drawn, "Bob", 0, "happy")
    second_opinion.answer(drawn, "Bob", 0, "neutral")
    second_opinion.answer(drawn, "Eve", 1, "happy")
    (kept,) = second_opinion.studies(faces.name)
    assert kept == drawn
    assert second_opinion.all_answers(kept) == {"Bob": {0: "neutral"}, "Eve": {1: "happy"}}
    with pytest.raises(EmoError, match="cannot be chosen"):
        second_opinion.answer(drawn, "Bob", 0, "bored")


def label_all(drawn: second_opinion.Study, who: str, wrong: tuple[int, ...] = ()) -> None:
    for place, first in enumerate(drawn.first):
        others = [value for value in drawn.values if value != first]
        second_opinion.answer(drawn, who, place, others[0] if place in wrong else first)


def test_people_are_compared_on_what_all_of_them_labelled(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    label_all(drawn, "Bob", wrong=(0, 1))
    for place in range(10):
        second_opinion.answer(drawn, "Eve", place, drawn.first[place])
    places, table = second_opinion.compared(drawn)
    assert places == tuple(range(10))
    assert list(table) == ["the dataset", "Bob", "Eve"]
    assert second_opinion.measure(drawn, ["Bob"]).images == 20
    assert second_opinion.measure(drawn, ["Bob"]).raw == pytest.approx(0.9)


def test_settled_disagreements_make_a_version_and_leave_the_list(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    label_all(drawn, "Bob", wrong=(0, 1))
    disputed = second_opinion.to_settle(drawn)
    assert set(disputed) == {drawn.ids[0], drawn.ids[1]}
    changed, kept = drawn.ids[0], drawn.ids[1]
    made = second_opinion.settle(
        drawn, "Ada", {changed: disputed[changed]["Bob"], kept: drawn.first[1]}, "looked together"
    )
    assert made.number == 2
    now = library.load(faces.name).table.set_index("id")["emotion"]
    assert (now[changed], now[kept]) == (disputed[changed]["Bob"], drawn.first[1])
    assert second_opinion.to_settle(drawn) == {}
    (entry,) = journal.entries(faces.name)
    assert (entry.edit.what, entry.edit.ids) == ("settle", (changed, kept))


def test_a_decision_to_keep_every_label_is_in_the_history_and_makes_no_version(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    label_all(drawn, "Bob", wrong=(3,))
    assert second_opinion.settle(drawn, "Ada", {drawn.ids[3]: drawn.first[3]}).number == 1
    assert [entry.edit.what for entry in journal.entries(faces.name)] == ["settle"]
    assert second_opinion.to_settle(drawn) == {}


def test_the_outcome_enters_the_history(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    label_all(drawn, "Bob")
    message = second_opinion.record_outcome(drawn, "Ada")
    assert "Cohen's kappa 1.000 [0." in message
    assert journal.entries(faces.name)[0].edit.reason == message


def test_too_small_a_sample_is_refused(faces: Dataset) -> None:
    with pytest.raises(EmoError, match="Choose 10 to 1000"):
        second_opinion.draw(faces, "Ada", Plan(size=5))
    with pytest.raises(EmoError, match="needs at least 10 images and 2 values"):
        second_opinion.draw(faces, "Ada", Plan(values=("happy",)))
