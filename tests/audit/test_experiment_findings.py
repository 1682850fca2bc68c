"""Runs that differ in several things at once say so; grids and one change at a time do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emocore.audit.experiment_findings import comparison_findings, fold_findings, recipe_settings, search_findings
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn.recipe import RECIPES, Recipe
from emocore.learn.recipe_parts import Block
from emocore.runs import creation, store
from emocore.runs.experiments import search
from emocore.runs.run import Run
from tests.laboratory import TINY
from tests.trained import crossvalidated


def asked(dataset: Dataset, *recipes: Recipe) -> list[Run]:
    return [creation.create(dataset, SplitPlan(), recipe) for recipe in recipes]


def test_the_reports_two_networks_differ_in_more_than_their_filters(faces: Dataset) -> None:
    (found,) = comparison_findings(asked(faces, RECIPES["report-main"], RECIPES["report-final"]))

    assert (found.code, found.severity, found.count) == ("several_changes", "medium", 8)
    for name in (
        "filters of blocks", "pool of blocks", "dropout of blocks", "activation", "head dropout", "learning rate",
        "batch size", "epochs",
    ):  # fmt: skip
        assert name in found.message
    assert "kernel" not in found.message


@pytest.mark.parametrize(
    "changes",
    [
        [{}, {"seed": 7}],
        [{}, {"epochs": 9}],
        [{}, {"epochs": 9}, {"learning_rate": 0.1}],
        [{}, {"epochs": 9}, {"learning_rate": 0.1}, {"epochs": 9, "learning_rate": 0.1}],
    ],
    ids=["seeds", "one change", "one at a time", "a grid"],
)
def test_changes_that_can_be_told_apart_are_no_finding(faces: Dataset, changes: list[dict[str, float]]) -> None:
    assert comparison_findings(asked(faces, *(replace(TINY, **change) for change in changes))) == ()


def test_other_data_beside_another_setting_is_told(faces: Dataset, twins: Dataset) -> None:
    runs = [*asked(faces, TINY), *asked(twins, replace(TINY, epochs=9))]

    (found,) = comparison_findings(runs)

    assert "epochs, data and split" in found.message


def test_the_ready_made_studies_change_one_thing(faces: Dataset) -> None:
    for study, space in search.STUDIES.items():
        made = search.create(faces.name, SplitPlan(), TINY, search.Plan(space, study=study))
        search.advance(made)
        assert len(search.trials(made)) > 1
        assert search_findings(made, search.trials(made)) == ()


def test_a_study_whose_runs_change_something_else_too_is_found(faces: Dataset) -> None:
    made = search.create(faces.name, SplitPlan(), TINY, search.Plan({"kernel": ("3", "5")}, study="kernel"))
    search.advance(made)
    first, second = search.trials(made)
    altered = replace(second.runs[0], recipe=replace(second.runs[0].recipe, epochs=50))

    (found,) = search_findings(made, [first, replace(second, runs=(altered,))])

    assert found.severity == "medium"
    assert "kernel" in found.message
    assert "epochs" in found.message


def test_networks_of_other_depth_are_compared_in_the_blocks_that_both_have() -> None:
    one, three = (recipe_settings(RECIPES[name]) for name in ("report-variant-2", "report-main"))

    assert one["number of blocks"] != three["number of blocks"]
    assert one["kernel of blocks"] == three["kernel of blocks"]
    wider = recipe_settings(replace(RECIPES["report-main"], blocks=(Block(16, 7, 2), *RECIPES["report-main"].blocks)))
    assert one["kernel of blocks"] != wider["kernel of blocks"]


def test_findings_on_folds_are_told_once_with_their_number(faces: Dataset) -> None:
    made = crossvalidated(faces, upside_down=True)
    found = {finding.code: finding for finding in fold_findings([store.read(run_id) for run_id in made.runs])}

    assert found["upside_down_flip"].message.startswith("In 3 of 3 folds: ")
