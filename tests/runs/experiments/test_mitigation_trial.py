"""A trial pairs runs without and with a measure by seed, and asks for those that are missing."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.runs import status, store
from emocore.runs.experiments import mitigation_trial
from emocore.runs.experiments.mitigation_trial import MEASURES
from tests.trained import trained


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

    made = mitigation_trial.start(mitigation_trial.trial(run, "augment", ("gender",), 2), faces, "Ada")

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
    with pytest.raises(EmoError, match="was trained with a measure already"):
        mitigation_trial.trial(run, "reweigh", ("age",), 2)
    with pytest.raises(EmoError, match="Use 1 to 10"):
        mitigation_trial.trial(store.read("report-final"), "reweigh", ("age",), 11)
