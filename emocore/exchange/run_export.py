"""Runs leave as a zip: their folders whole, and what is in them as csv."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from defusedcsv import csv as safe_csv

from emocore.errors import EmoError
from emocore.runs import rows as listing
from emocore.runs import store
from emocore.runs.run import Run

FILES: dict[str, int] = {
    "run.json": 2**20,
    "state.json": 2**16,
    "conditions.json": 2**16,
    "notes.json": 2**16,
    "doubts.json": 2**24,
    "events.jsonl": 2**24,
    "openings.jsonl": 2**20,
    "log.txt": 2**20,
    "rows.parquet": 2**28,
    "predictions.npz": 2**28,
    "trained_on.npy": 2**28,
    "weights.safetensors": 100 * 2**20,
}
"""The files of a run that travel, and how large each may be; locks and checkpoints stay behind."""


def packed(runs: Sequence[Run]) -> bytes:
    """A zip of whole run folders, a table of the runs, and epochs and validation answers of each as csv.

    Raises EmoError "no_run" without a run, "busy" when one is not over.
    """
    if not runs:
        raise EmoError("No run was chosen. Choose at least one.", "no_run")
    if busy := [run for run in runs if not run.status.is_over]:
        raise EmoError(f"Run {busy[0].number} is {busy[0].status.state}. Wait for its end, or stop it.", "busy")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("runs.csv", table([listing.row(run) for run in runs]))
        for run in runs:
            for name in FILES:
                if (run.folder / name).is_file():
                    archive.write(run.folder / name, f"{run.id}/{name}")
            archive.writestr(f"{run.id}/epochs.csv", table([asdict(epoch) for epoch in store.epochs(run)]))
            if store.has_predictions(run):
                archive.writestr(f"{run.id}/validation.csv", table(_answers(run)))
    return content.getvalue()


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as csv that no spreadsheet runs as a formula."""
    rows = list(rows)
    text = io.StringIO()
    if rows:
        written = safe_csv.DictWriter(text, list(rows[0]), quoting=csv.QUOTE_MINIMAL)
        written.writeheader()
        written.writerows(rows)
    return text.getvalue()


def _answers(run: Run) -> list[dict[str, Any]]:
    """A row a validation image: its id, label, answer and the share of each class. The test part stays sealed."""
    answers = store.validation(run)
    ids = store.rows(run).set_index("row")["id"].reindex(answers.rows)
    return [
        {"id": name, "label": run.classes[truth], "answer": run.classes[answer]}
        | {f"share {emotion}": round(float(share), 5) for emotion, share in zip(run.classes, shares, strict=True)}
        for name, truth, answer, shares in zip(ids, answers.truth, answers.answers, answers.probabilities, strict=True)
    ]
