"""A training gets all that it needs at once, is held by one process, and its end is told in words."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import numpy as np
import pytest

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn.events import Epoch
from emocore.runs import creation, status, store, training
from emocore.runs.answers import validation_answers
from emocore.runs.run import PARTS, Run
from tests.laboratory import TINY, code_of
from tests.trained import trained

EPOCH = Epoch(1, 1.2, 0.4, 1.1, 0.5, True, 2.0, 900.0)


def created(dataset: Dataset, **more: Any) -> Run:
    return creation.create(dataset, SplitPlan(), dataclasses.replace(TINY, **more.pop("settings", {})), **more)


def test_what_a_training_needs_is_what_was_asked_for_and_its_run_is_held_meanwhile(faces: Dataset) -> None:
    teacher = trained(faces)
    run = created(faces, settings={"teacher": teacher.id, "start_from": teacher.id})
    drawn = split.make(faces, SplitPlan())

    with training.opened(run) as given:
        assert given.dataset.fingerprint == faces.fingerprint
        assert all(np.array_equal(getattr(given.parts, part), getattr(drawn, part)) for part in ("train", *PARTS))
        assert (given.learned_from.start is not None, len(given.learned_from.teachers)) == (True, 1)
        assert not any(given.seen_before.values())
        assert store.read(run.id).status.state == "running"
        assert code_of(training.opened(run).__enter__) == "busy"


def test_a_training_stops_on_request_or_after_its_minutes(faces: Dataset) -> None:
    run = created(faces, minutes=1.0)

    assert training.reason_to_stop(run, time.monotonic()) == ""
    assert training.reason_to_stop(run, time.monotonic() - 61) == "Stopped after 1 minutes, as set."
    status.request_stop(run.folder)
    assert training.reason_to_stop(run, time.monotonic()) == "Stopped on request."


@pytest.mark.parametrize(
    ("settings", "epochs", "reason", "state", "message"),
    [
        ({}, 0, "Stopped on request.", "stopped", "Stopped on request. The weights of the unfinished first epoch are"),
        ({}, 2, "", "finished", "No lower validation loss for 3 epochs. The weights of epoch 1 are kept."),
        ({}, 3, "", "finished", "All 3 epochs done. The weights of epoch 1 are kept."),
        ({"keep": "last", "patience": 0}, 3, "", "finished", "All 3 epochs done. The weights of epoch 3 are kept."),
    ],
)
def test_the_end_says_why_and_which_weights_are_kept(
    settings: dict[str, Any], epochs: int, reason: str, state: str, message: str, faces: Dataset
) -> None:
    answers = validation_answers(store.read("report-final"))
    run = created(faces, settings=settings)
    run.checkpoint.write_bytes(b"x")
    for number in range(1, epochs + 1):
        store.record_event(run, dataclasses.replace(EPOCH, epoch=number, best=number == 1))

    training.finish(run, dict.fromkeys(PARTS, answers), reason)

    run = store.read(run.id)
    assert (run.status.state, run.status.message[: len(message)]) == (state, message)
    assert len(validation_answers(run)) == len(answers)
    assert not run.checkpoint.exists()
