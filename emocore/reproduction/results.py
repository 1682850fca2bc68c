"""What was measured for the page "The report": kept one file a measurement, shipped as one file, read as scores."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore import settings, wording
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.files import read_json, write_json
from emocore.judge import shapley
from emocore.judge.confusion import counts, macro_scores, tally
from emocore.judge.folds import corrected_half_width
from emocore.judge.intervals import clopper_pearson
from emocore.judge.predictions import Predictions
from emocore.judge.shapley import Decomposition, Values
from emocore.learn import variations
from emocore.reproduction import numbers
from emocore.reproduction.numbers import CORNERS, FOLDS, MODES, NETWORKS, PLAIN, SOUND, Training, part_of, wanted
from emocore.reproduction.rows import Score
from emocore.runs import openings, status, store
from emocore.runs.answers import read_answers
from emocore.runs.run import Run

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
        alike = {"protocol": protocol, "recipe": recipe, "settings": [list(pair) for pair in settings]}
        found = [
            one
            for one in self.values.values()
            if "protocol" in one
            and all(one[key] == value for key, value in alike.items())
            and bool(one["fold"]) == fold
        ]
        whole = [one for one in found if not one["cut"]]
        return sorted(whole or found, key=lambda one: (one["seed"], one["fold"]))

    def lacks(self, group: str) -> bool:
        """Whether something of a group of GROUPS was not measured at all, not even in the quick mode."""
        if group in PLAIN:
            return group not in self.values
        if group == "causes":
            return self.causes() is None
        return not all(
            self.trainings(one.protocol, one.recipe, one.settings, fold=bool(one.fold))
            for one in wanted(group, MODES["quick"])
        )

    def score(self, protocol: str, recipe: str, settings: Settings = ()) -> Score | None:
        """Accuracy of a single split: the mean over seeds, its interval over images."""
        return mean_of_seeds(self.trainings(protocol, recipe, settings))

    def folds(self, protocol: str, recipe: str = "report-final") -> Score | None:
        """Mean accuracy over folds with the wider of two intervals, see `judge.folds.CrossValidation`."""
        return mean_of_folds(self.trainings(protocol, recipe, fold=True))

    def causes(self, recipe: str = variations.FOLDS.recipe) -> Causes | None:
        """What each of FACTORS is worth, exact over all of CORNERS; None where no fold has every one of them."""
        scores: dict[tuple[int, int], Values] = {}
        images: dict[tuple[int, int], int] = {}
        for mask, name in enumerate(CORNERS):
            for one in self.trainings(name, recipe, fold=True):
                cell = one["seed"], one["fold"]
                if not one["cut"]:
                    scores.setdefault(cell, np.full(len(CORNERS), np.nan))[mask] = one["right"] / one["n"]
                    images[cell] = one["n"] if name == SOUND else images.get(cell, 0)
        whole = {cell: some for cell, some in scores.items() if np.isfinite(some).all()}
        if not whole:
            return None
        seeds, folds = (sorted({cell[at] for cell in whole}) for at in (0, 1))
        nothing = np.full(len(CORNERS), np.nan)
        found = shapley.decompose(
            np.array([[whole.get((seed, fold), nothing) for fold in folds] for seed in seeds]),
            [one.name for one in variations.FOLDS.factors],
            1 / (FOLDS - 1),
        )
        n = sum(images[seeds[0], fold] for fold in folds if (seeds[0], fold) in whole)
        return Causes(found, len(seeds), len(folds), n)


@dataclass(frozen=True)
class Causes:
    """From corrected folds to the report's ten. n: images that one combination judges with one seed."""

    found: Decomposition
    seeds: int
    folds: int
    n: int


def mean_of_seeds(found: Sequence[Mapping[str, Any]]) -> Score | None:
    """The mean accuracy of some networks on the same images; the interval is of one such score over images."""
    if not found:
        return None
    n = found[0]["n"]
    mean = float(np.mean([one["right"] / one["n"] for one in found]))
    return Score(mean, *clopper_pearson(mean * n, n), n, wording.counted(len(found), "seed") + _cut(found))


def mean_of_folds(found: Sequence[Mapping[str, Any]]) -> Score | None:
    """The mean accuracy of some folds; None where there is none."""
    if not found:
        return None
    accuracies = [one["right"] / one["n"] for one in found]
    mean, n = float(np.mean(accuracies)), sum(one["n"] for one in found)
    low, high = clopper_pearson(mean * n, n)
    if len(found) > 1 and (half := corrected_half_width(accuracies, 1 / (FOLDS - 1))) > (high - low) / 2:
        low, high = max(0.0, mean - half), min(1.0, mean + half)
    return Score(mean, low, high, n, f"{wording.counted(len(found), 'fold')} of {FOLDS}{_cut(found)}")


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


def is_known(fingerprint: str, name: str) -> bool:
    """Whether a measurement of a dataset was made here or ships."""
    ships = fingerprint == numbers.DATASET and name in shipped().values
    return ships or (folder(fingerprint) / f"{name}.json").exists()


def measured_here(fingerprint: str) -> dict[str, Any]:
    """What this laboratory has measured of a dataset."""
    return {path.stem: read_json(path) for path in sorted(folder(fingerprint).glob("[!.]*.json"))}


def measurements(fingerprint: str = numbers.DATASET) -> Results:
    """What is known of a dataset: what ships, if it is the report's, and over it what this laboratory measured."""
    there = shipped() if fingerprint == numbers.DATASET else Results()
    own = measured_here(fingerprint)
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
    """Write what comes with the program: without probabilities, so that it stays small; and which networks opened the
    test part for it.
    """
    small = {
        name: {key: value for key, value in one.items() if key not in ("probabilities", "truth")}
        for name, one in sorted(results.values.items())
    }
    path = settings.shipped_dir() / SHIPPED
    write_json(path, {"fingerprint": results.fingerprint, "made": results.made, "values": small})
    shipped.cache_clear()
    lines = openings.before_shipping()
    looks = {(line["at"], line["run"]) for line in lines}
    openings.ship([*lines, *(line for line in _openings(results) if (line["at"], line["run"]) not in looks)])
    return path


def _openings(results: Results) -> Iterator[dict[str, Any]]:
    """A line for each network that was judged by the test part, as `openings.ship` takes it; folds leave it closed."""
    in_each_line = {"by": "python -m emocore reproduce", "dataset": "report", "fingerprint": results.fingerprint}
    for name, one in results.values.items():
        if one.get("part") == "test" and not one["fold"]:
            recipe = {"recipe": one["recipe"], "protocol": one["protocol"], "seed": str(one["seed"])}
            recipe |= dict(one["settings"]) | ({"epochs": str(one["cut"])} if one["cut"] else {})
            words = [one["recipe"], *(f"{key}={value}" for key, value in one["settings"]), f"seed {one['seed']}"]
            label = f"{', '.join(words)}, {one['protocol']}, does not ship"
            yield in_each_line | {"at": one["made"], "run": name, "label": label, "settings": recipe}
        elif name == "ensemble":
            label = f"{one['networks']} networks together, does not ship"
            yield in_each_line | {"at": one["made"], "run": name, "label": label, "settings": {}}


def record_of(training: Training, answers: Predictions, classes: int) -> dict[str, Any]:
    """What is kept of a training, but for its length and its groups."""
    record = dataclasses.asdict(training) | {
        "settings": [list(pair) for pair in training.settings],
        "cut": training.epochs,
    }
    record.pop("epochs")
    record |= {"part": part_of(training.protocol), "n": len(answers), "right": int(answers.right.sum())}
    confusion = counts(answers.truth, answers.answers, classes).tolist()
    return record | {"confusion": confusion, "made": status.now()}


def keep_run(fingerprint: str, training: Training, run: Run) -> None:
    """Keep what a run scored that the engine trained as a training asks for, unless that is known or not finished.

    fingerprint: of the dataset, before copies were stored in it.
    """
    if run.status.state != "finished" or is_known(fingerprint, training.name):
        return
    answers = read_answers(run, part_of(training.protocol))
    record = record_of(training, answers, len(run.classes))
    record |= {"epochs": len(store.epochs(run)), "train": int(run.counts["train"])}
    table = store.rows(run).set_index("row").loc[answers.rows]
    names = [name for name in table.columns if name not in ("id", "part", "emotion")]
    record["groups"] = {name: counted(table[name].to_numpy(str), answers) for name in names}
    keep(fingerprint, training.name, record)


def by_group(dataset: Dataset, answers: Predictions) -> dict[str, dict[str, list[int]]]:
    """Attribute -> group -> right answers and images."""
    return {name: counted(groups(dataset, answers, name), answers) for name in dataset.attributes}


def groups(dataset: Dataset, answers: Predictions, attribute: str) -> NDArray[np.str_]:
    """(J,) the group of each judged image."""
    return np.asarray(dataset.table[attribute].to_numpy(str)[answers.rows])


def counted(groups: NDArray[np.str_], answers: Predictions) -> dict[str, list[int]]:
    """Group -> right answers and images."""
    return {
        str(group): [int(answers.right[groups == group].sum()), int((groups == group).sum())]
        for group in np.unique(groups)
        if group != UNKNOWN
    }
