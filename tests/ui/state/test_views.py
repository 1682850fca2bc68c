"""What a page looks at is a small value: equal when the content is, another one when data or answers change."""

from __future__ import annotations

import numpy as np

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.edits import Edit
from emocore.data.slices import Slice
from emocore.data.split import SplitPlan
from emocore.runs import status, store
from emocore.runs.answers import read_answers, write_answers
from emocore.ui.state import choice, datasets, evaluation
from emocore.ui.state.evaluation import BY_ANSWERS
from tests.trained import trained


def test_a_view_changes_with_the_version_and_the_slice(faces: Dataset) -> None:
    before = datasets.view(library.summary(faces.name))
    happy = datasets.view(library.summary(faces.name), Slice(emotions=("happy",)))
    key = str(faces.table["id"].iloc[0])
    versions.commit(faces.name, [Edit("relabel", "emotion", (key,), ("focused",), ("happy",))], "Ada")

    assert before == datasets.view(library.summary(faces.name)).__class__(before.name, before.version)
    assert (happy == before, happy.whole) == (False, before)
    assert datasets.view(library.summary(faces.name)) != before


def test_a_dataset_is_opened_once_for_all_views_of_a_version(faces: Dataset) -> None:
    view = datasets.view(library.summary(faces.name))
    sliced = datasets.view(library.summary(faces.name), Slice(emotions=("happy",)))

    assert datasets.opened(view) is datasets.opened(sliced)
    rows = datasets.rows_of(sliced)
    assert set(np.asarray(faces.table["emotion"])[rows]) == {"happy"}


def test_answers_are_told_apart_by_their_content_and_not_by_the_state_of_the_run(faces: Dataset) -> None:
    run = trained(faces)
    same = BY_ANSWERS[type(run)](run)
    status.write(run.folder, "stopped", "Another state.")
    assert BY_ANSWERS[type(run)](store.read(run.id)) == same

    write_answers(run, {part: read_answers(run, part) for part in ("validation", "test")})
    assert evaluation.view(run) != evaluation.AnswersView(run.id, "")
    assert BY_ANSWERS[type(run)](run) != same


def test_a_split_is_drawn_by_its_plan(faces: Dataset) -> None:
    summary = library.summary(faces.name)
    plan = SplitPlan(validation=0.25, seed=3, stratify=("age",))

    drawn = choice.drawn_split(summary, plan)
    assert len(drawn.validation) == round(0.25 * summary.counts["train"]["happy"]) * len(summary.classes)
    assert drawn.fingerprint != choice.drawn_split(summary, SplitPlan(validation=0.25, seed=4)).fingerprint
