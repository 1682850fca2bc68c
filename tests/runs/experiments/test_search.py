"""Searches and studies: what is tried, judged on validation images, resumed, kept as a recipe."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.learn.recipe import RECIPES
from emocore.runs import openings, status, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import search
from emocore.runs.experiments.search import Plan, Search
from tests.laboratory import TINY
from tests.trained import edited

ONE = dataclasses.replace(TINY, epochs=1)
RATES = {"learning_rate": ("1e-2", "1e-3", "1e-6")}


def begun(faces: Dataset, plan: Plan) -> Search:
    return search.create(faces.name, SplitPlan(), ONE, plan, "Ada")


def worked_off(made: Search) -> list[search.Trial]:
    """As the engine would, in this process."""
    while not search.is_over(made, search.trials(made)):
        for run in search.advance(made):
            for _ in tasks.training(run.id, threads=1):
                pass
    return search.trials(made)


def test_a_grid_tries_every_combination_once_and_opens_no_test_part(faces: Dataset) -> None:
    made = begun(faces, Plan({"learning_rate": ("1e-2", "1e-5"), "kernel": ("3", "5")}))

    tried = worked_off(made)

    assert [tuple(trial.settings.values()) for trial in tried] == [
        ("1e-2", "3"), ("1e-2", "5"), ("1e-5", "3"), ("1e-5", "5"),
    ]  # fmt: skip
    assert [run.recipe.learning_rate for trial in tried for run in trial.runs] == [1e-2, 1e-2, 1e-5, 1e-5]
    assert [run.recipe.blocks[0].kernel for trial in tried for run in trial.runs] == [3, 5, 3, 5]
    for trial in tried:
        assert trial.score == validation_answers(trial.runs[0]).right.mean()
        assert openings.of_run(trial.runs[0]) == []
    assert search.best(tried).score == max(trial.score for trial in tried)
    assert store.trainings() == [run for run in store.trainings() if run.shipped]
    assert search.importance(made.id).keys() <= set(made.plan.space)


def test_only_few_runs_wait_at_once_and_the_rest_follows(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "AT_ONCE", 2)
    made = begun(faces, Plan(RATES, seeds=2))

    first = search.advance(made)

    assert len(first) == 2
    assert search.advance(search.read(made.id)) == []  # They wait still
    for run in first:
        for _ in tasks.training(run.id, threads=1):
            pass
    assert [run.recipe.learning_rate for run in search.advance_all()] == [1e-3, 1e-3]
    assert [run.recipe.seed for run in first] == [ONE.seed, ONE.seed + 1]


def test_stopping_ends_what_waits_and_tries_no_more(faces: Dataset) -> None:
    made = begun(faces, Plan(RATES))
    search.advance(made)

    search.stop(made)

    tried = search.trials(made)
    assert search.is_over(made, tried)
    assert {run.status.state for trial in tried for run in trial.runs} == {"stopped"}
    assert search.advance(made) == []
    assert search.best(tried) is None


def test_the_depth_study_is_section_6_3_of_the_report(faces: Dataset) -> None:
    made = search.create(
        faces.name, SplitPlan(), RECIPES["report-main"], Plan(search.STUDIES["depth"], seeds=1, study="depth")
    )

    runs = [run for run in search.advance(made) for _ in [search.stop(made)]]

    assert search.size(made) == 5
    assert [len(run.recipe.blocks) for run in runs] == list(range(1, len(runs) + 1))


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Plan({}), "needs a setting to vary"),
        (Plan({"mixup": ("0..1",)}), "a grid needs single values"),
        (Plan({"mixup": ("1..0",)}, "tpe"), "from low to high"),
        (Plan({"optimizer": ("a..b",)}, "tpe"), "is no range"),
        (Plan({"mixup": ("9",)}), "mixup=9"),
        (Plan(RATES, "luck"), "sampler=luck"),
        (Plan(RATES, trials=0), "trials=0"),
        (Plan(RATES, seeds=11), "seeds=11"),
    ],
)
def test_a_search_that_no_trial_could_follow_is_refused(plan: Plan, message: str) -> None:
    with pytest.raises(EmoError, match=message):
        search.create("any", SplitPlan(), ONE, plan)


def test_a_search_whose_dataset_is_gone_stops_with_a_reason(faces: Dataset) -> None:
    made = begun(faces, Plan(RATES))
    library.delete(faces.name)

    assert list(search.advance_all()) == []

    assert search.read(made.id).is_stopped
    assert f'no dataset "{faces.name}"' in (made.folder / "log.txt").read_text()


def test_all_trials_train_on_the_version_that_the_search_began_with(faces: Dataset) -> None:
    made = begun(faces, Plan(RATES))
    edited(faces)

    runs = [run for trial in worked_off(search.read(made.id)) for run in trial.runs]

    assert {run.fingerprint for run in runs} == {faces.fingerprint} != {library.summary(faces.name).fingerprint}
    assert {run.status.state for run in runs} == {"finished"}


def test_a_search_does_not_go_on_with_another_dataset_of_the_same_name(faces: Dataset, twins: Dataset) -> None:
    made = begun(faces, Plan(RATES))
    library.save(dataclasses.replace(twins, name=faces.name), replace=True)

    with pytest.raises(EmoError, match="another dataset than the one this search began with"):
        search.advance(made)


def test_a_trial_that_was_lost_does_not_count_as_over_too_soon(faces: Dataset) -> None:
    made = begun(faces, Plan(RATES))
    (first, *_) = search.advance(made)
    status.write(first.folder, "interrupted", "")

    assert not search.trials(made)[0].is_over


def test_a_search_that_is_deleted_while_the_engine_looks_is_left_alone(faces: Dataset) -> None:
    made = begun(faces, Plan({"learning_rate": ("1e-2",)}))
    worked_off(made)
    (made.folder / "over").unlink(missing_ok=True)
    search.delete(made.id)

    assert search.advance(made) == []
    assert list(search.advance_all()) == []
    assert store.live() == []

    search.restore(made.id)
    assert [trial.is_over for trial in search.trials(search.read(made.id))] == [True]


def test_a_search_that_cannot_be_read_ends_without_ending_the_others(faces: Dataset) -> None:
    broken, whole = begun(faces, Plan(RATES)), begun(faces, Plan(RATES))
    (broken.folder / "trials.jsonl").mkdir()

    assert list(search.advance_all())

    assert (broken.folder / "over").exists()
    assert search.trials(whole)
