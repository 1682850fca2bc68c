"""Trainings follow the protocols of the report, corner by corner, and leave what a row needs."""

from __future__ import annotations

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.learn.flaws import PROTOCOLS
from emocore.reproduction import document, measuring, numbers, results
from emocore.reproduction.numbers import CORNERS, FIXED, SOUND, TEN, Training
from emocore.reproduction.results import Results

QUICK = {"recipe": "tiny", "epochs": 2}
pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_all_three_factors_are_the_reports_folds_and_none_is_the_corrected_way() -> None:
    flaws = {name: set(numbers.recipe_of(Training(name, "report-final", fold=1)).flaws) for name in CORNERS}

    assert flaws[TEN] == set(PROTOCOLS[TEN].flaws) == {one for cause in numbers.CAUSES.values() for one in cause.flaws}
    assert flaws[SOUND] == set()
    assert flaws["order+rows"] == {*numbers.CAUSES["order"].flaws, *numbers.CAUSES["rows"].flaws}
    assert len({frozenset(some) for some in flaws.values()}) == 8


def test_settings_of_a_training_reach_its_recipe() -> None:
    recipe = numbers.recipe_of(Training(SOUND, "report-main", 3, settings=(("depth", "1"),), epochs=7))

    assert (len(recipe.blocks), recipe.seed, recipe.epochs) == (1, 3, 7)


@pytest.mark.parametrize("protocol", [SOUND, FIXED])
def test_a_training_counts_its_answers_in_all_and_by_group(protocol: str, faces: Dataset) -> None:
    name = measuring.measure_training(faces.name, Training(protocol, **QUICK))
    (found,) = results.measurements(faces.fingerprint).trainings(protocol, "tiny")

    assert (found["n"], found["epochs"], found["cut"], found["part"]) == (32, 2, 2, "test")
    assert sum(map(sum, found["confusion"])) == 32
    assert sum(right for right, _ in found["groups"]["gender"].values()) == found["right"]
    assert ("groups_scaled_apart" in found) == (protocol == FIXED)
    assert (results.folder(faces.fingerprint) / f"{name}.json").exists()


def test_a_fold_is_judged_on_its_rows(faces: Dataset) -> None:
    found = measuring.trained(faces, Training(TEN, fold=1, **QUICK))

    assert (found["n"], found["train"]) == (20, 172)


def test_a_rehearsal_measures_what_the_quick_command_does_and_nothing_twice(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def measure(_: str, asked: Training) -> str:
        results.keep(faces.fingerprint, asked.name, {"made": "2026"})
        made.append(asked.name)
        return asked.name

    monkeypatch.setattr(measuring, "measure_training", measure)
    summary = library.summary(faces.name)
    first, second = list(measuring.rehearse(summary)), list(measuring.rehearse(summary))

    asked = [one.name for group in numbers.GROUPS[3:] for one in numbers.wanted(group, numbers.MODES["quick"])]
    assert made == list(dict.fromkeys(asked))
    assert results.measurements(faces.fingerprint).values.keys() == {"facts", "matcher", "path", *asked}
    assert first
    assert second == []


def test_the_leak_is_worth_much_to_a_matcher_that_learns_nothing(small_faces: Dataset) -> None:
    found = measuring.matcher(small_faces, splits=2)
    row = document.row(document.named("Section 7.2")[0], Results({"matcher": found}))

    assert found["leaked"]["mean"] > found["honest"]["mean"] + 0.1
    assert found["leaked"]["splits"] == 2
    assert "2 splits" in row.numbers[0].its
