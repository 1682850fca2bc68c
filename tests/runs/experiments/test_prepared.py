"""What comes with the program is whole, small, of the drawn faces, in no list, and never written to."""

from __future__ import annotations

import pytest

from emocore.data import library
from emocore.errors import EmoError
from emocore.judge import folds
from emocore.runs import store
from emocore.runs.answers import has_answers
from emocore.runs.experiments import crossval, prepared, search
from emocore.runs.run import Run

MOST_BYTES = 3_000_000


def shipped() -> prepared.Prepared:
    found = prepared.results()
    assert found is not None
    return found


def runs() -> list[Run]:
    return [store.read(folder.name) for folder in (prepared.home() / "runs").iterdir()]


def test_they_are_settings_curves_and_answers_in_under_three_megabytes() -> None:
    files = [path for path in prepared.home().rglob("*") if path.is_file()]

    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert {path.suffix for path in files} <= {".json", ".jsonl", ".npz", ".parquet", ""}
    assert all(run.shipped and run.status.state == "finished" and has_answers(run) for run in runs())


def test_they_are_of_the_drawn_faces_of_today() -> None:
    library.ensure_drawn()

    assert {run.fingerprint for run in runs()} == {library.summary(library.DRAWN).fingerprint}


def test_a_prepared_cross_validation_judges_every_training_image_once() -> None:
    made = crossval.read(shipped().crossvals[0])

    found = folds.cross_validation(crossval.predictions(made), made.classes, crossval.test_share(made))

    assert made.shipped
    assert len(found.folds) == made.plan.folds == 10
    assert sum(fold.n for fold in found.folds) == sum(run.counts["test"] for run in crossval.runs(made))


def test_no_list_shows_them_and_nobody_deletes_them() -> None:
    listed = {run.id for run in store.runs()}

    assert not listed & {run.id for run in runs()}
    assert crossval.crossvals() == []
    assert search.searches() == []
    with pytest.raises(EmoError, match="comes with the program"):
        crossval.delete(shipped().crossvals[0])


def test_pairs_of_a_measure_share_seed_and_split() -> None:
    for seed, before, after in shipped().pairs:
        pair = [store.read(run_id) for run_id in (before, after)]
        assert {run.recipe.seed for run in pair} == {seed}
        assert len({run.split["fingerprint"] for run in pair}) == 1
        assert [run.recipe.balance for run in pair] == ["none", shipped().measure]
