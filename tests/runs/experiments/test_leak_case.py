"""From .899 to .696: a matcher's path over every combination of three causes, and its ends trained."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.engine import tasks
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson, presets
from emocore.learn.leakage_lesson import Setting
from emocore.runs import store
from emocore.runs.experiments import leak_case
from tests.laboratory import TINY


def test_the_order_of_copies_and_split_is_what_the_leak_is_made_of(small_faces: Dataset) -> None:
    *steps, found = leak_case.path(small_faces, splits=3)

    assert isinstance(found, Decomposition)
    assert len(steps) == 12
    assert max(found.causes, key=lambda cause: cause.share).name == leak_case.NAMES[0]
    assert found.end - found.start == pytest.approx(sum(cause.share for cause in found.causes))


def test_corners_of_the_path_are_those_of_the_lesson(small_faces: Dataset) -> None:
    *_, found = leak_case.path(small_faces, splits=1)

    leaked = leakage_lesson.play(small_faces, Setting(8, copies_first=True))
    honest = leakage_lesson.play(small_faces, Setting(2, copies_first=False))
    assert isinstance(found, Decomposition)
    assert found.end == pytest.approx(leaked.accuracy)
    assert found.start == pytest.approx(honest.accuracy)


def test_trained_ends_tell_what_their_protocols_report(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(presets.RECIPES, "report-main", TINY)
    for run in leak_case.start(faces):
        for _ in tasks.training(run.id, threads=1):
            pass

    corrected, published = leak_case.ends(faces.name)

    assert leak_case.start(faces) == []
    assert (corrected.part, published.part) == ("test", "validation")
    assert (corrected.n, published.n) == (corrected.run.counts["test"], published.run.counts["validation"])
    assert published.accuracy == store.epochs(published.run)[-1].validation_accuracy
