"""What a run's folder holds is read whole, and what is not there or not readable is told."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import precision_score

from emocore.audit.run_findings import run_findings
from emocore.audit.run_folder import what_is_left
from emocore.audit.traces import traces
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.judge.tables.reading import PrintedTable
from emocore.runs import store
from emocore.runs.answers import read_answers
from tests.strange import silent, trained


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


def test_a_table_that_counts_a_class_never_answered_as_one_is_found(twins: Dataset) -> None:
    run = silent(trained(twins))
    answers = read_answers(run, "validation")
    shares = answers.probabilities.copy()
    shares[:, 0] = 0  # The first class is never answered
    shares /= shares.sum(1, keepdims=True)
    with np.load(run.folder / "predictions.npz") as saved:
        kept = dict(saved)
    np.savez(run.folder / "predictions.npz", **(kept | {"validation_probabilities": shares}))
    truth, given = answers.truth, shares.argmax(1)
    line = "model,Precision,Recall,F1,Accuracy\nnetwork,{:.4f},.5,.5,.5\n"
    for zero, expected in ((1, "found"), (0, "not found")):
        precision = precision_score(truth, given, average="macro", zero_division=zero)
        (run.folder / "metrics.csv").write_text(line.format(precision))
        assert traces(run)["zero_division"].state == expected


def test_groups_that_were_judged_by_scalers_of_their_own_disagree_on_how_many_are_right(twins: Dataset) -> None:
    run = silent(trained(twins))
    answers = read_answers(run, "test")
    table = store.rows(run).set_index("row").loc[answers.rows]
    for extra, expected in ((0, "not found"), (1, "found")):
        lines = ["Attribute,Group,Accuracy"]
        for by in ("age", "gender"):
            for number, (group, rows) in enumerate(table.groupby(by).groups.items()):
                right = answers.right[np.isin(answers.rows, rows)].sum()
                more = extra if by == "gender" and number == 0 else 0
                lines.append(f"{by},{group},{(right + more) / len(rows)}")
        (run.folder / "bias.csv").write_text("\n".join(lines))
        found = [finding for finding in run_findings(run) if finding.code == "scaler_outside_training"]
        assert [finding.severity for finding in found] == (["high"] if expected == "found" else [])
        assert expected == "not found" or "By age" in found[0].message
