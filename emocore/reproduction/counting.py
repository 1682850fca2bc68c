"""What can be measured without training: counts, gray values, and what a matcher that learns nothing scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from emocore.arrays import Faces
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.library import Summary
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import SPLITS, Setting
from emocore.reproduction import cases, results
from emocore.reproduction.measurements import PLAIN
from emocore.runs import status

MIDDLE = (0.01, 0.99)


def facts(dataset: Dataset, notes: Sequence[str]) -> dict[str, Any]:
    """Images by part and class, groups of the test part, gray values after normalization, and what the import said."""
    table = dataset.table.astype({"split": str, "emotion": str})
    counts = {
        part: {name: int(((table["split"] == part) & (table["emotion"] == name)).sum()) for name in dataset.classes}
        for part in sorted(table["split"].unique())
    }
    test = table[table["split"] == "test"]
    groups = {
        name: {str(value): int(n) for value, n in test[name].astype(str).value_counts().sort_index().items()}
        for name in dataset.attributes
    }
    train = np.asarray(dataset.images[np.flatnonzero(table["split"] == "train")])
    with_flips = np.concatenate([train, train[:, ::-1]])
    gray = {"plain": _after_scaling(train), "flips": _after_scaling(with_flips)}
    return {"counts": counts, "groups": groups, "gray": gray, "notes": list(notes), "made": status.now()}


def _after_scaling(images: Faces) -> dict[str, Any]:
    """Ends and the middle 98% of all values after each place is scaled by its own mean and deviation."""
    values = images.astype(np.float32)
    values = (values - values.mean(0)) / np.maximum(values.std(0), 1e-6)
    middle = [float(end) for end in np.quantile(values, MIDDLE)]
    return {"low": float(values.min()), "high": float(values.max()), "middle": middle}


def matcher(dataset: Dataset, splits: int = SPLITS) -> dict[str, Any]:
    """Share right of a 1-NN matcher over several splits, with variants made before the split and after it."""
    found: dict[str, Any] = {"made": status.now()}
    for name, copies_first in (("leaked", True), ("honest", False)):
        outcomes = [leakage_lesson.play(dataset, Setting(copies_first=copies_first), seed) for seed in range(splits)]
        spread = leakage_lesson.spread(outcomes)
        found[name] = {"mean": spread.mean, "deviation": spread.deviation, "splits": splits, "n": outcomes[0].n}
    return found


def measure(summary: Summary, groups: Sequence[str] = PLAIN) -> Iterator[Progress]:
    """Measure and keep what nobody measured yet of a dataset and needs no training; tells what comes next."""
    missing = [group for group in groups if group in PLAIN and not results.is_known(summary.fingerprint, group)]
    dataset = library.load(summary.name) if missing else None
    for place, group in enumerate(missing):
        assert dataset is not None
        yield Progress(place, len(missing), f"Measuring {group}")
        if group == cases.PATH:
            *_, found = cases.path(dataset)
            assert isinstance(found, Decomposition)
            cases.keep_path(summary.fingerprint, found)
        else:
            value = facts(dataset, summary.notes) if group == "facts" else matcher(dataset)
            results.keep(summary.fingerprint, group, value)
