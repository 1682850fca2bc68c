"""Runs as another program would leave them: trained here, and then silent about how."""

from __future__ import annotations

import dataclasses
import json

from emocore.audit.run_findings import checked_run, run_findings
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.learn.recipe import Recipe
from emocore.runs import creation, store
from emocore.runs.run import Run
from tests.laboratory import TINY

QUICK = dataclasses.replace(TINY, name="quick", epochs=6, patience=0, schedule="cosine", learning_rate=0.05)
LATE = dataclasses.replace(QUICK, learning_rate=0.2)
"""Its loss is lowest early."""


def trained(dataset: Dataset, recipe: Recipe = QUICK) -> Run:
    run = creation.create(dataset, SplitPlan(), recipe)
    for _ in tasks.training(run.id, threads=1):
        pass
    return store.read(run.id)


def silent(run: Run) -> Run:
    """The run as if another program had trained it, whose recipe says nothing of a flaw."""
    path = run.folder / "run.json"
    metadata = json.loads(path.read_text())
    metadata["recipe"] |= {"name": "quick", "flaw": "", "upside_down": False}
    path.write_text(json.dumps(metadata | {"origin": "runs.zip"}))
    return store.read(run.id)


def codes(run: Run) -> list[str]:
    return [finding.code for finding in run_findings(run)]


def state(run: Run, code: str) -> str:
    return next(one.state for one in checked_run(run) if one.code == code)
