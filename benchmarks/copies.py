"""Which altered copies an import recognizes, in folders of 200 of the report's pictures, with telling names or without.

    python -m benchmarks.copies
    python -m benchmarks.copies --json

joined: of the copies of each picture, the share in the largest family of the picture. mixed: families that hold two
pictures, of which the report's dataset has near twins of its own. seconds: of the whole import.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import altered_folders, inputs
from benchmarks.altered_folders import SINGLE, WAYS, Way, with_suffix, without_names
from emocore.data.dataset import Dataset
from emocore.data.reading import readers

PICTURES = 200


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Altered copies: what an import recognizes.")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = readers.read_whole(inputs.path("report_dataset.zip"), "report").dataset
    rows = np.sort(np.random.default_rng(0).choice(len(report), PICTURES, replace=False))
    ways = WAYS | {change: with_suffix(change, f"_aug_{place}") for place, change in enumerate(SINGLE)}
    measured = []
    for name, way in ways.items():
        named, nameless = joined(report, rows, way), joined(report, rows, without_names(way))
        measured.append({"way": name, "copies": named["copies"], "named": named, "nameless": nameless})
    if asked.json:
        print(json.dumps(measured))
        return 0
    print("| copies | n | joined, named | mixed | joined, nameless | mixed | seconds |\n|---|---|---|---|---|---|---|")
    for row in measured:
        one, other = row["named"], row["nameless"]
        shares = f"{one['joined']:.3f} | {one['mixed']} | {other['joined']:.3f} | {other['mixed']}"
        print(f"| {row['way']} | {row['copies']:,} | {shares} | {one['seconds']} |")
    return 0


def joined(report: Dataset, rows: np.ndarray, way: Way) -> dict[str, Any]:
    """Write a folder of copies, import it, and say what was joined."""
    places = report.table["emotion"].iloc[rows].tolist()
    with tempfile.TemporaryDirectory() as folder:
        origin = altered_folders.write(Path(folder), report.images[rows], places, way)
        start = time.perf_counter()
        table = readers.read_whole(Path(folder), "copies", keep_copies=True).dataset.table
        seconds = round(time.perf_counter() - start, 1)
    picture, family = np.array([origin[key] for key in table["id"]]), table["family"].to_numpy()
    sizes = [np.unique(family[picture == one], return_counts=True)[1] for one in np.unique(picture)]
    copies = int(sum(size.sum() - 1 for size in sizes))
    return {
        "copies": copies,
        "joined": float(sum(size.max() - 1 for size in sizes) / copies),
        "mixed": int(sum(len(np.unique(picture[family == one])) > 1 for one in np.unique(family))),
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.exit(main())
