"""Copy a finished run into the checkout, so that it comes with the program.

    python tools/ship_run.py RUN NAME

Only what judging and answering need is copied: no images, no locks, no logs.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from emocore import settings
from emocore.files import read_json, write_json
from emocore.runs import store

FILES = ("state.json", "conditions.json", "events.jsonl", "weights.safetensors", "predictions.npz", "rows.parquet")


def ship(run_id: str, name: str) -> Path:
    """Copy run `run_id` to data/shipped/runs/NAME and return that folder."""
    run = store.read(run_id)
    assert run.status.state == "finished", run.status
    target = settings.shipped_dir() / "runs" / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in FILES:
        shutil.copyfile(run.folder / file, target / file)
    write_json(target / "run.json", read_json(run.folder / "run.json") | {"number": 0, "owner": "MindAIlytics"})
    return target


if __name__ == "__main__":
    print(ship(*sys.argv[1:3]))
