"""A trial pairs runs without and with a measure by seed, and asks for those that are missing."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.learn import flaws
from emocore.runs import creation, status, store
from emocore.runs.experiments import mitigation_trial
from emocore.runs.experiments.mitigation_trial import MEASURES
from tests.laboratory import TINY
from tests.trained import edited, trained


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_changes_nothing_else_of_the_recipe(faces: Dataset, measure: str) -> None:
    run = trained(faces)

    asked = mitigation_trial.trial(run, measure, ("age", "gender"), 2)

    before, after = asked.before.to_json(), asked.after.to_json()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"name", "balance_by", *MEASURES[measure].changes}
    assert asked.after.groups_by == ("age", "gender")


def test_runs_that_are_there_are_not_trained_again(faces: Dataset) -> None:
    run, other = trained(faces, seed=5), trained(faces, seed=6)
    done = trained(faces, seed=6, balance="reweigh", balance_by="age")
    trained(faces, seed=6, balance="reweigh", balance_by="gender")

    asked = mitigation_trial.trial(run, "reweigh", ("age",), 2)

    assert [(pair.seed, pair.before and pair.before.id) for pair in asked.pairs] == [(5, run.id), (6, other.id)]
    assert asked.answered == [(6, other.id, done.id)]
    assert [(recipe.seed, recipe.balance) for recipe in asked.missing] == [(5, "reweigh")]


def test_what_is_missing_is_asked_for_on_the_same_split(faces: Dataset) -> None:
    run = trained(faces, seed=1)

    made = mitigation_trial.start(mitigation_trial.trial(run, "augment", ("gender",), 2), "Ada")

    assert [(one.recipe.seed, one.recipe.balance) for one in made] == [(1, "augment"), (2, "none"), (2, "augment")]
    assert {one.split["fingerprint"] for one in made} == {run.split["fingerprint"]}
    again = mitigation_trial.trial(run, "augment", ("gender",), 2)
    assert {one.id for one in again.live} == {one.id for one in made}
    assert again.missing == ()


def test_what_was_stopped_is_trained_anew(faces: Dataset) -> None:
    run, other = trained(faces, seed=1), trained(faces, seed=1, balance="reweigh", balance_by="age")
    status.write(other.folder, "stopped", "Stopped on request.")

    assert len(mitigation_trial.trial(run, "reweigh", ("age",), 1).missing) == 1


def test_a_measure_on_top_of_a_measure_and_too_many_seeds_are_refused(faces: Dataset) -> None:
    run = trained(faces, balance="resample", balance_by="age")
    with pytest.raises(EmoError, match="was already trained with a measure"):
        mitigation_trial.trial(run, "reweigh", ("age",), 2)
    with pytest.raises(EmoError, match="Use 1 to 10"):
        mitigation_trial.trial(store.read("report-final"), "reweigh", ("age",), 11)


@pytest.mark.parametrize("column", ["emotion", "split", "age"])
def test_after_any_edit_a_trial_trains_on_the_version_of_the_compared_run(faces: Dataset, column: str) -> None:
    run = trained(faces, seed=1)
    edited(faces, column, images=8)

    (made,) = mitigation_trial.start(mitigation_trial.trial(run, "reweigh", ("age",), 1), "Ada")
    for _ in tasks.training(made.id, threads=1):
        pass

    again = mitigation_trial.trial(run, "reweigh", ("age",), 1)
    assert (again.missing, [ids[1:] for ids in again.answered]) == ((), [(run.id, made.id)])
    assert store.rows(made).equals(store.rows(run))


def test_a_second_click_starts_nothing_twice(faces: Dataset) -> None:
    asked = mitigation_trial.trial(trained(faces, seed=1), "reweigh", ("age",), 2)

    assert [len(mitigation_trial.start(asked, "Ada")) for _ in range(2)] == [3, 0]


def test_where_no_version_has_the_images_of_the_run_it_is_refused(faces: Dataset, twins: Dataset) -> None:
    run = trained(faces, seed=1)
    library.save(dataclasses.replace(twins, name=faces.name), replace=True)

    with pytest.raises(EmoError, match="no version of it has its images, labels and split"):
        mitigation_trial.start(mitigation_trial.trial(run, "reweigh", ("age",), 1), "Ada")
    assert [other.id for other in store.trainings() if not other.shipped] == [run.id]


def test_where_each_seed_would_see_other_images_it_is_refused(faces: Dataset) -> None:
    recipe = dataclasses.replace(flaws.flawed(TINY, "augment-first"), epochs=1)
    run = creation.create(faces, SplitPlan(), recipe)

    with pytest.raises(EmoError, match="With seed 43 this recipe would train on other images"):
        mitigation_trial.start(mitigation_trial.trial(run, "reweigh", ("age",), 2), "Ada")


def test_a_model_of_a_search_is_compared_with_runs_that_stand_by_themselves(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY, part_of="search-1")

    made = mitigation_trial.start(mitigation_trial.trial(run, "reweigh", ("age",), 2), "Ada")

    assert [one.part_of for one in made] == ["", "", ""]
    assert mitigation_trial.trial(run, "reweigh", ("age",), 2).missing == ()


def test_a_training_that_was_lost_is_named(faces: Dataset) -> None:
    run, other = trained(faces, seed=1), trained(faces, seed=1, balance="reweigh", balance_by="age")
    status.write(other.folder, "failed", "The disk was full.")

    assert [one.id for one in mitigation_trial.lost(mitigation_trial.trial(run, "reweigh", ("age",), 1))] == [other.id]
