"""How well, how fast and in how much memory twins are found in FER2013, and exact ones among a million images.

    python -m benchmarks.twins --json
    python -m benchmarks.twins --json --scale 1000000

recall: share of the known pairs (../shared/data/fer2013_near_duplicates.csv, both images present) that are
found. confirmed: share of all found pairs whose correlation, computed anew in 64 bits, is at the threshold or
above. seconds, peak_mib: of the search in a process of its own, its libraries and the images included;
opened_mib: before it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import inputs
from emocore.data import library
from emocore.data.copies import twins
from emocore.data.copies.likeness import ALWAYS, ON_DEMAND
from emocore.data.copies.twins import Search, Twins
from emocore.data.dataset import Dataset
from emocore.data.reading import readers

NAME = "fer2013"
CHUNK = 10_000


def main() -> int:
    """Measure and print; with --child only search the dataset of that name and say what it took."""
    parser = argparse.ArgumentParser(description="Twins in FER2013: recall, time, memory.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--also", action="store_true", help="try all looks on demand, too")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="exact twins of N generated images instead")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    wanted = Search(also=tuple(ON_DEMAND) if asked.also else (), near=not asked.scale)
    if asked.child:
        print(json.dumps(search(asked.child, wanted)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMOCORE_DATA"] = folder
        generate(asked.scale) if asked.scale else read()
        child = [sys.executable, "-m", "benchmarks.twins", "--child", NAME, *sys.argv[1:]]
        result = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
        if not asked.scale:
            result |= quality(library.load(NAME), pd.read_parquet(Path(folder) / "pairs.parquet"))
    result["machine"] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


def read() -> None:
    """FER2013 into the library."""
    library.save(readers.read_whole(inputs.path("fer2013.zip"), NAME).dataset)


def generate(number: int) -> None:
    """Images of noise of which every hundredth is a copy of the one before it, in a library folder by hand.

    By hand, since a Dataset of them would be made in memory.
    """
    folder = Path(os.environ["EMOCORE_DATA"])
    images = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, (number, 48, 48))
    for start in range(0, number, CHUNK):
        some = np.random.default_rng(start).integers(0, 256, (min(CHUNK, number - start), 48, 48), dtype=np.uint8)
        some[100::100] = some[99:-1:100]
        images[start : start + CHUNK] = some


def generated() -> Dataset:
    """What `generate` wrote, as a Dataset."""
    images = np.load(Path(os.environ["EMOCORE_DATA"]) / "images.npy", mmap_mode="r")
    ids = [f"{row:08}.png" for row in range(len(images))]
    table = pd.DataFrame({"id": ids, "emotion": "happy", "split": "", "family": 0, "parent": "", "source": ids})
    return Dataset(NAME, ("happy",), images, np.zeros(len(images), np.int64), table, "0" * 16)


def search(name: str, wanted: Search) -> dict[str, Any]:
    """Search a dataset of the library, or the generated one, for twins."""
    dataset = library.load(name) if wanted.near else generated()
    opened = peak_mib()
    start, cpu, steps = time.perf_counter(), time.process_time(), 0
    for step in twins.search(dataset, wanted):
        if isinstance(step, Twins):
            found = step
        steps += 1
    measured = {
        "images": len(dataset),
        "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_mib": peak_mib(),
        "opened_mib": opened,
        "steps": steps,
        "pairs": len(found.pairs),
        "by_kind": {key: int(number) for key, number in found.pairs["kind"].value_counts().items()},
        "flat": len(found.flat),
    }
    found.pairs.to_parquet(Path(os.environ["EMOCORE_DATA"]) / "pairs.parquet")
    return measured


def peak_mib() -> int:
    """Most memory of this process; not getrusage, which counts what the parent had before."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) >> 10


def quality(dataset: Dataset, pairs: pd.DataFrame) -> dict[str, Any]:
    """Recall against the known pairs, and how many of the found ones a plain computation confirms."""
    reference = pd.read_csv(inputs.path("fer2013_near_duplicates.csv"), dtype={"id_a": str, "id_b": str})
    reference = reference[
        (reference["split_a"] != "PrivateTest") & (reference["split_b"] != "PrivateTest") & (reference["corr"] > 0.95)
    ]
    wanted = {frozenset((f"{row.split_a}_{row.id_a}", f"{row.split_b}_{row.id_b}")) for row in reference.itertuples()}
    stems = [[Path(key).stem for key in pairs[side]] for side in ("id_a", "id_b")]
    seen = {frozenset(pair) for pair in zip(*stems, strict=True)}
    turned = pairs[pairs["turn"].isin(ALWAYS)]
    confirmed = 0
    for a, b, turn in zip(turned["row_a"], turned["row_b"], turned["turn"], strict=True):
        second = ALWAYS[turn].second(dataset.images[[b]])[0]
        confirmed += np.corrcoef(dataset.images[a].ravel(), second.ravel())[0, 1] >= 0.95 - 1e-6
    return {
        "known": len(wanted),
        "recall": round(len(wanted & seen) / len(wanted), 5),
        "not_known": len(seen - wanted),
        "confirmed": round(float(confirmed) / len(turned), 5),
    }


if __name__ == "__main__":
    sys.exit(main())
