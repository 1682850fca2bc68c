"""Copy a finished run into the checkout, so that it comes with the program.

    python tools/ship_run.py RUN NAME [--half] [--made-by COMMAND]

Only what judging and answering need is copied: no images, no locks, no logs. --half: weights in 16 bits a
number, and the answers of those weights. --made-by: the command that trains it and the runs behind it anew. The run
tells who trained it and the runs behind its weights; all openings of its test part so far, of this and of other
runs, go to data/shipped/openings.jsonl. The run's dataset must still be there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from emocore import settings
from emocore.data import library
from emocore.files import read_json, write_json
from emocore.learn import network
from emocore.predict import loaded_networks, uncertainty
from emocore.runs import openings, parents, store
from emocore.runs.answers import write_answers
from emocore.runs.run import Run

OWNER = "MindAIlytics"
FILES = ("state.json", "conditions.json", "events.jsonl", "rows.parquet", parents.TRAINED_ON, parents.SIGNS)


def ship(run_id: str, name: str, half: bool = False, made_by: str = "") -> Path:
    """Copy run `run_id` to data/shipped/runs/NAME and return that folder."""
    run = store.read(run_id)
    assert run.status.state == "finished", run.status
    _ship_openings(run, name)
    named = [one | {"of": name} if one["of"] == run.id else one for one in parents.ancestors(run)]
    behind = {"trained_by": run.owner, "parents": named, "made_by": made_by}
    target = settings.shipped_dir() / "runs" / name
    if target.exists():
        rename_parent(name)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for file in FILES:
        if (run.folder / file).exists():  # Weights that were not trained as a run is have no epochs
            shutil.copyfile(run.folder / file, target / file)
    write_json(target / "run.json", read_json(run.folder / "run.json") | {"number": 0, "owner": OWNER} | behind)
    network.save(network.load(run.weights), target / "weights.safetensors", half)
    shipped = store.read(name)
    model, dataset = network.load(shipped.weights), library.load(run.dataset)
    table = store.rows(run)
    rows = {part: table.loc[table["part"] == part, "row"].to_numpy() for part in ("validation", "test")}
    write_answers(shipped, {part: network.predict(model, dataset, rows[part]) for part in rows})
    write_json(target / uncertainty.KEPT, uncertainty.doubts_of(shipped, loaded_networks.networks(shipped)).to_json())
    return target


def rename_parent(name: str) -> None:
    """In what else ships: what learned from the network that had the name until now learned from "NAME-before"."""
    for file in (settings.shipped_dir() / "runs").glob("*/run.json"):
        if file.parent.name == name:
            continue
        about, other = read_json(file), f"{name}-before"
        for one in about.get("parents", []):
            one |= {key: other for key in ("run", "of") if one[key] == name}
        about["recipe"] |= {key: other for key in ("start_from", "teacher") if about["recipe"].get(key) == name}
        write_json(file, about)


def _ship_openings(run: Run, name: str) -> None:
    """Add what is not known yet; what had the name before is another network from now on."""
    lines = [
        line | ({"run": f"{name}-before", "label": f"{line['label']}, replaced"} if line["run"] == name else {})
        for line in openings.before_shipping()
    ]
    for look in openings.on_test_part_of(run):
        if not look.shipped:
            which = name if look.run.id == run.id else look.run.id
            trained_on = {"dataset": run.dataset, "fingerprint": run.fingerprint, "settings": dict(look.run.settings)}
            lines.append({"at": look.at, "by": look.by, "run": which, "label": look.run.label} | trained_on)
    openings.ship(lines)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Ship a finished run.")
    asked.add_argument("run")
    asked.add_argument("name")
    asked.add_argument("--half", action="store_true")
    asked.add_argument("--made-by", default="")
    options = asked.parse_args()
    print(ship(options.run, options.name, options.half, options.made_by))
