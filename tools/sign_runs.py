"""Give every shipped run the sign hashes of its training pictures, found in datasets of the library.

python tools/sign_runs.py DATASET ...
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from emocore.data import library
from emocore.data.copies import likeness
from emocore.data.dataset import Dataset
from emocore.runs import parents, store
from emocore.runs.run import Run


def sign(run: Run, datasets: list[Dataset]) -> str:
    """Keep the sign hashes of a shipped run's training pictures; says of how many."""
    wanted = parents.trained_on(run)
    if wanted is None:
        table = store.rows(run)
        own = next(dataset for dataset in datasets if dataset.fingerprint == run.fingerprint)
        wanted = np.unique(parents.pictures(own.images[table.loc[table["part"] == "train", "row"].to_numpy()]))
        parents.keep_array(run.folder / parents.TRAINED_ON, wanted)
    images_of_datasets = [(parents.pictures(dataset.images), dataset.images) for dataset in datasets]
    found = [likeness.sign_hashes(images[np.isin(numbers, wanted)]) for numbers, images in images_of_datasets]
    covered = np.isin(wanted, np.concatenate([numbers for numbers, _ in images_of_datasets])).sum()
    parents.keep_array(run.folder / parents.SIGNS, np.unique(np.concatenate(found), axis=0))
    return f"{run.id}: {covered:,} of {len(wanted):,} pictures signed"


if __name__ == "__main__":
    opened = [library.load(name) for name in sys.argv[1:]]
    for each in store.trainings():
        if each.shipped:
            print(sign(each, opened))
