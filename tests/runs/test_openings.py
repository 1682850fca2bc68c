"""Every look at a test part is told, with what was changed since the look before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.runs import creation, openings, store
from emocore.runs.answers import validation_answers, write_answers
from emocore.runs.run import Run
from tests.laboratory import TINY
from tests.trained import trained


def test_a_sealed_test_part_has_no_openings(faces: Dataset) -> None:
    looks = openings.on_test_part_of(trained(faces))

    assert looks == ()
    assert "Nobody" in openings.message(looks)


def test_an_opening_tells_who_which_run_and_what_changed_since_the_last(faces: Dataset) -> None:
    first, second = trained(faces), trained(faces, seed=7, learning_rate=0.02)
    openings.open_test(first, "Ada")
    openings.open_test(second, "Bob")

    looks = openings.on_test_part_of(first)

    assert [(look.by, look.run.id) for look in looks] == [("Ada", first.id), ("Bob", second.id)]
    assert looks[0].changed == {}
    assert looks[1].changed == {"seed": ("42", "7"), "learning rate": ("0.001", "0.02")}


def test_three_runs_opened_on_one_test_part_count_as_tuned_three_looks_at_one_run_do_not(faces: Dataset) -> None:
    runs = [trained(faces, seed=seed) for seed in (1, 2, 3)]
    for name in ("Ada", "Bob", "Cleo"):
        openings.open_test(runs[0], name)
    assert not openings.is_tuned(openings.on_test_part_of(runs[0]))

    openings.open_test(runs[1], "Ada")
    assert not openings.is_tuned(openings.on_test_part_of(runs[0]))
    openings.open_test(runs[2], "Ada")

    looks = openings.on_test_part_of(runs[0])
    assert openings.is_tuned(looks)
    assert "tuned on test" in openings.message(looks)
    assert "was opened 5 times, for 3 runs" in openings.message(looks)


def test_a_test_part_of_other_data_is_another_one(faces: Dataset) -> None:
    run = trained(faces)
    openings.open_test(store.read("report-final"), "Ada")

    assert openings.on_test_part_of(run) == ()


def test_the_openings_of_a_deleted_run_stay(faces: Dataset) -> None:
    gone, stays = trained(faces), trained(faces, seed=7)
    openings.open_test(gone, "Ada")
    store.delete(gone)

    (look,) = openings.on_test_part_of(stays)

    assert (look.by, look.run.id) == ("Ada", gone.id)
    assert look.run.label.endswith("deleted")
    assert "was opened once" in openings.message([look])


def test_what_ships_tells_the_openings_that_were_made_before_it_came_here() -> None:
    report = openings.on_test_part_of(store.read("report-final"))
    seven = openings.on_test_part_of(store.read("fer2013-seven"))

    assert "was opened 94 times, for 88 runs. 94 of these openings came with the program." in openings.message(report)
    assert openings.is_tuned(report)
    assert {look.by for look in seven} == {"benchmarks.pretraining", "benchmarks.two_heads"}
    assert [look["by"] for look in openings.of_run(store.read("modern-pretrained"))] == [
        "benchmarks.tuning",
        "benchmarks.accuracy",
    ]
    assert openings.of_run(store.read("report-final")) == [], "other seeds of it were looked at"


def test_a_run_without_test_images_is_not_opened(faces: Dataset) -> None:
    run = created(faces)
    write_answers(run, {"validation": answers([3]), "test": answers([])})

    with pytest.raises(EmoError, match="no test images"):
        openings.open_test(run, "Ada")
    assert openings.of_run(run) == []


def created(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), TINY, **more)


def answers(rows: list[int]) -> Predictions:
    shares = np.full((len(rows), 4), 0.25, np.float32)
    return Predictions(np.array(rows, np.int64), np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64), shares)


def test_each_opening_of_the_test_part_is_logged(faces: Dataset) -> None:
    run = created(faces)
    write_answers(run, {"validation": answers([3]), "test": answers([1])})

    validation_answers(run)
    openings.open_test(run, by="Ada")
    openings.open_test(run, by="Grace")

    assert [opening["by"] for opening in openings.of_run(run)] == ["Ada", "Grace"]


def test_an_opening_counts_once_for_each_person_unsigned_browser_and_version(faces: Dataset) -> None:
    run = created(faces)
    write_answers(run, {"validation": answers([3]), "test": answers([1])})

    for by, browser in (("Ada", "one"), ("Ada", "two"), ("", "one"), ("", "one"), ("", "two"), ("Bob", "three")):
        openings.open_test(run, by, browser)
    first = [opening["by"] for opening in openings.of_run(run)]
    version = openings.version_of(answers([1]))
    write_answers(run, {"validation": answers([3]), "test": answers([2])})
    openings.open_test(run, "Ada", "one")

    assert first == ["Ada", "", "", "Bob"]
    assert [opening["by"] for opening in openings.of_run(run)] == [*first, "Ada"]
    assert openings.has_opened(run, "Ada", "", version)
    assert openings.has_opened(run, "Eve", "two", version), "she looked before she signed in"
    assert not openings.has_opened(run, "Cleo", "three", version)
    assert not openings.has_opened(run, "", "", version), "nobody known has opened nothing"


def test_an_opening_that_names_no_version_counts_for_each(faces: Dataset) -> None:
    run = created(faces)
    (run.folder / "openings.jsonl").write_text('{"at": "2026-01-01T10:00:00+00:00", "by": "Ada"}\n')

    assert openings.has_opened(run, "Ada", "", "any")
    assert not openings.has_opened(run, "Bob", "", "any")


def test_opening_the_test_part_of_a_shipped_run_leaves_the_checkout_alone(laboratory: Path) -> None:
    shipped = next(run for run in store.runs() if isinstance(run, Run) and run.shipped)
    before = sorted(os.listdir(shipped.folder))

    openings.open_test(shipped, by="Ada")

    assert len(openings.of_run(shipped)) == 1
    assert sorted(os.listdir(shipped.folder)) == before
    assert (laboratory / "openings").is_dir()
