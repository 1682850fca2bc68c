"""What was measured for the page "The report": kept one file a measurement, shipped as one file, read as scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from emocore import settings
from emocore.files import read_json, write_json
from emocore.judge import shapley
from emocore.judge.confusion import macro_scores, tally
from emocore.judge.folds import corrected_half_width
from emocore.judge.intervals import clopper_pearson
from emocore.reproduction import published
from emocore.reproduction.measurements import FACTORS, FOLDS, NETWORKS, SOUND, corners, factors
from emocore.reproduction.rows import Score
from emocore.wording import counted

SHIPPED = "reproduction.json"
Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Results:
    """Measurements by name. fingerprint: of the dataset; made: when the newest of them was made, "" for nothing yet."""

    values: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    made: str = ""

    def trainings(
        self, protocol: str, recipe: str, settings: Settings = (), *, fold: bool = False
    ) -> list[dict[str, Any]]:
        """What was measured of networks of one kind, by fold or seed; those whose epochs were cut only if no others."""
        wanted = {"protocol": protocol, "recipe": recipe, "settings": [list(pair) for pair in settings]}
        found = [
            one
            for one in self.values.values()
            if "protocol" in one
            and all(one[key] == value for key, value in wanted.items())
            and bool(one["fold"]) == fold
        ]
        whole = [one for one in found if not one["cut"]]
        return sorted(whole or found, key=lambda one: (one["seed"], one["fold"]))

    def score(self, protocol: str, recipe: str, settings: Settings = ()) -> Score | None:
        """Accuracy of a single split: the mean over seeds, its interval over images."""
        return mean_of_seeds(self.trainings(protocol, recipe, settings))

    def folds(self, protocol: str, recipe: str = "report-final") -> Score | None:
        """Mean accuracy over folds with the wider of two intervals, see `judge.folds.CrossValidation`."""
        return mean_of_folds(self.trainings(protocol, recipe, fold=True))

    def shares(self, recipe: str = "report-final") -> dict[str, tuple[float, float, float]] | None:
        """What each of FACTORS costs in accuracy: its Shapley share, alone, and last; None where a corner is missing.

        Exact over the eight protocols between corrected folds and the report's, on the folds that all of them have.
        """
        of_corner = {
            sum(2 ** FACTORS.index(one) for one in factors(name)): self.trainings(name, recipe, fold=True)
            for name in corners()
        }
        common = set.intersection(*({one["fold"] for one in some} for some in of_corner.values()))
        if not common:
            return None
        scores = [
            float(np.mean([one["right"] / one["n"] for one in of_corner[mask] if one["fold"] in common]))
            for mask in range(2 ** len(FACTORS))
        ]
        ways = [way(np.array(scores)).tolist() for way in (shapley.shares, shapley.first_in, shapley.last_in)]
        return dict(zip(FACTORS, zip(*ways, strict=True), strict=True))


def mean_of_seeds(found: Sequence[Mapping[str, Any]]) -> Score | None:
    """The mean accuracy of some networks on the same images; the interval is of one such score over images."""
    if not found:
        return None
    n = found[0]["n"]
    mean = float(np.mean([one["right"] / one["n"] for one in found]))
    return Score(mean, *clopper_pearson(mean * n, n), n, counted(len(found), "seed") + _cut(found))


def mean_of_folds(found: Sequence[Mapping[str, Any]]) -> Score | None:
    """The mean accuracy of some folds; None where there is none."""
    if not found:
        return None
    accuracies = [one["right"] / one["n"] for one in found]
    mean, n = float(np.mean(accuracies)), sum(one["n"] for one in found)
    low, high = clopper_pearson(mean * n, n)
    if len(found) > 1 and (half := corrected_half_width(accuracies, 1 / (FOLDS - 1))) > (high - low) / 2:
        low, high = max(0.0, mean - half), min(1.0, mean + half)
    return Score(mean, low, high, n, f"{counted(len(found), 'fold')} of {FOLDS}{_cut(found)}")


def _cut(found: Sequence[Mapping[str, Any]]) -> str:
    return f", at most {max(one['cut'] for one in found)} epochs" if any(one["cut"] for one in found) else ""


def ensemble(results: Results) -> dict[str, Any] | None:
    """Right answers of the mean of the networks that were trained soundly with one seed; None where one is missing."""
    found = [results.trainings(SOUND, name)[:1] for name in NETWORKS]
    some = [one for each in found for one in each if "probabilities" in one]
    if len(some) < len(NETWORKS) or len({tuple(one["truth"]) for one in some}) > 1:
        return None
    mean = np.mean([one["probabilities"] for one in some], axis=0)
    right = int((mean.argmax(1) == np.array(some[0]["truth"])).sum())
    return {"right": right, "n": len(mean), "networks": len(some), "made": max(one["made"] for one in some)}


def macro(confusion: Sequence[Sequence[int]]) -> dict[str, float]:
    """Macro precision, recall and F1 of a confusion matrix, a class that is never answered counting 0."""
    return {name: float(value) for name, value in macro_scores(tally(np.array(confusion))).items()}


def folder(fingerprint: str) -> Path:
    """Where measurements of a dataset are kept, one file each."""
    return settings.data_dir() / "reproductions" / fingerprint


def keep(fingerprint: str, name: str, value: Any) -> None:
    """Keep one measurement, whole or not at all."""
    folder(fingerprint).mkdir(parents=True, exist_ok=True)
    write_json(folder(fingerprint) / f"{name}.json", value)


def measured(fingerprint: str) -> dict[str, Any]:
    """What this laboratory has measured of a dataset."""
    return {path.stem: read_json(path) for path in sorted(folder(fingerprint).glob("[!.]*.json"))}


def known(fingerprint: str = published.DATASET) -> Results:
    """What is known of a dataset: what ships, if it is the report's, and over it what this laboratory measured."""
    there = shipped() if fingerprint == published.DATASET else Results()
    own = measured(fingerprint)
    made = max([there.made, *(one.get("made", "") for one in own.values())])
    return Results({**there.values, **own}, fingerprint, made)


@cache
def shipped() -> Results:
    """The measurements of the report's data that come with the program; empty where there are none."""
    path = settings.shipped_dir() / SHIPPED
    if not path.exists():
        return Results()
    found = read_json(path)
    return Results(found["values"], found["fingerprint"], found["made"])


def ship(results: Results) -> Path:
    """Write what comes with the program: without probabilities, so that it stays small."""
    small = {
        name: {key: value for key, value in one.items() if key not in ("probabilities", "truth")}
        for name, one in sorted(results.values.items())
    }
    path = settings.shipped_dir() / SHIPPED
    write_json(path, {"fingerprint": results.fingerprint, "made": results.made, "values": small})
    shipped.cache_clear()
    return path
