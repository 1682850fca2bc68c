"""Tables beside a run's answers that cannot be of these answers, or that count nothing as one."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import precision_score

from emocore.audit.run_findings import run_findings
from emocore.audit.traces import traces
from emocore.data.dataset import Dataset
from emocore.runs import store
from emocore.runs.answers import read_answers
from tests.strange import silent, trained


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
