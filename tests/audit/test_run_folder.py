"""What a run's folder holds is read whole, and what is not there or not readable is told."""

from __future__ import annotations

import numpy as np

from emocore.audit.run_folder import what_is_left
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.judge.tables.reading import PrintedTable
from emocore.runs import store
from tests.strange import trained


def test_answers_curve_scaler_images_and_tables_are_read(twins: Dataset) -> None:
    run = trained(twins)
    (run.folder / "metrics.csv").write_text("model,Precision,Accuracy\nours,.5,.6\n")
    (run.folder / "bias.csv").write_text("no table")

    left = what_is_left(run)

    assert {part: len(answers) for part, answers in left.answers.items()} == {
        part: run.counts[part] for part in ("validation", "test")
    }
    assert len(left.epochs) == len(store.epochs(run))
    assert left.scaler is not None
    np.testing.assert_allclose(left.scaler, twins.images[left.rows("train")].mean(0), atol=1e-3)
    assert left.dataset is not None
    table = left.tables["metrics.csv"]
    assert isinstance(table, PrintedTable)
    assert table.lines[0].scores["precision"].value == 0.5
    assert "no column named Accuracy" in str(left.tables["bias.csv"])


def test_what_is_not_there_is_left_empty(twins: Dataset) -> None:
    run = trained(twins)
    library.delete("twins")
    run.weights.unlink()
    (run.folder / "predictions.npz").unlink()

    left = what_is_left(run)

    assert (left.answers, left.dataset, left.scaler, left.tables) == ({}, None, None, {})
