"""Copy a finished run into the checkout, so that it comes with the program.

    python tools/ship_run.py RUN NAME [--half]

Only what judging and answering need is copied: no images, no locks, no logs. --half: weights in 16 bits a
number, and the answers of those weights. The run's dataset must still be there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from emocore import settings
from emocore.data import library
from emocore.files import read_json, write_json
from emocore.learn import network
from emocore.predict import loaded_networks, uncertainty
from emocore.runs import parents, store
from emocore.runs.answers import write_answers

FILES = ("state.json", "conditions.json", "events.jsonl", "rows.parquet", parents.TRAINED_ON)


def ship(run_id: str, name: str, half: bool = False) -> Path:
    """Copy run `run_id` to data/shipped/runs/NAME and return that folder."""
    run = store.read(run_id)
    assert run.status.state == "finished", run.status
    target = settings.shipped_dir() / "runs" / name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in FILES:
        shutil.copyfile(run.folder / file, target / file)
    write_json(target / "run.json", read_json(run.folder / "run.json") | {"number": 0, "owner": "MindAIlytics"})
    network.save(network.load(run.weights), target / "weights.safetensors", half)
    shipped = store.read(name)
    model, dataset = network.load(shipped.weights), library.load(run.dataset)
    table = store.rows(run)
    rows = {part: table.loc[table["part"] == part, "row"].to_numpy() for part in ("validation", "test")}
    write_answers(shipped, {part: network.predict(model, dataset, rows[part]) for part in rows})
    write_json(target / uncertainty.KEPT, asdict(uncertainty.doubts_of(shipped, loaded_networks.networks(shipped))))
    return target


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Ship a finished run.")
    asked.add_argument("run")
    asked.add_argument("name")
    asked.add_argument("--half", action="store_true")
    options = asked.parse_args()
    print(ship(options.run, options.name, options.half))
