"""Why two pairs of numbers of the report disagree: .492 and .696 by three causes, .899 and .696 by a path.

What is measured here and what `reproduce` measures is one: kept under the same names, read by the page "The report".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.library import Summary
from emocore.data.split import SplitPlan
from emocore.judge import shapley
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson
from emocore.learn.leakage_lesson import SPLITS, TEST, TRAIN, VARIANTS, Setting
from emocore.learn.recipe import Recipe, preset
from emocore.reproduction import numbers, results
from emocore.reproduction.numbers import CORNERS, FIRST, FIXED, NETWORKS, Training
from emocore.reproduction.rows import Score
from emocore.runs import creation, status, store
from emocore.runs.experiments import explanation
from emocore.runs.experiments.explanation import Explanation
from emocore.runs.run import Run

PRINTED = (0.6955445544554455, 0.899)
"""What the report says after its correction, of 404 test images, and before, of 1,920 validation images."""
NAMES = ("order of copies and split", "eight variants", "variants judged")
WORDS = (
    "Copies are made before the pictures are split, so copies of one picture lie on both sides.",
    "Each picture has eight variants (upside down, rotated, darker and so on) instead of two, itself and its flip.",
    "All variants in the judged part are judged, instead of the original pictures only.",
)
REMAINS = (
    "A matcher learns nothing, so its scores are not those of a network: the ends of the path, trained, tell how far a "
    "network goes."
)
PROTOCOLS = (FIXED, FIRST)
NETWORK = "report-main"
PATH = "path"


def path(dataset: Dataset, splits: int = SPLITS) -> Iterator[Progress | Decomposition]:
    """What each cause is worth to 1-NN by correlation, over splits drawn anew; first how far it is."""
    scores = np.full((1, splits, 2 ** len(NAMES)), np.nan)
    for seed in range(splits):
        for mask in range(4):
            yield Progress(4 * seed + mask, 4 * splits, f"Split {seed + 1} of {splits}")
            setting = Setting(VARIANTS if mask >> 1 & 1 else 2, copies_first=bool(mask & 1))
            scores[0, seed, mask], scores[0, seed, mask | 4] = leakage_lesson.both_ways(dataset, setting, seed)
    yield dataclasses.replace(shapley.decompose(scores, NAMES, TEST / TRAIN), unit="split")


def keep_path(fingerprint: str, found: Decomposition) -> None:
    """Keep the path of a dataset where `reproduce` keeps it."""
    results.keep(fingerprint, PATH, found.to_json() | {"made": status.now()})


def collect(made: Explanation) -> None:
    """Keep what the runs of an explanation of the report's folds scored, as trainings of `reproduce`."""
    network = made.recipes[0].name
    if made.compared_runs or network not in NETWORKS or made.recipes[0] != dataclasses.replace(preset(network), seed=0):
        return  # Of two runs, or of an older program with another seed
    cells = explanation.cells(made)
    for (seed, fold, combination), run in cells.items():
        if sound := cells.get((seed, fold, 0)):  # Others may have stored flips, and so another fingerprint
            results.keep_run(sound.fingerprint, Training(CORNERS[combination], network, seed, fold), run)


@dataclass(frozen=True)
class End:
    """An end of the path, trained.

    printed: by the report. score: None before it is measured. run: on its way, if one.
    """

    protocol: str
    printed: float
    score: Score | None
    part: str
    run: Run | None


def ends(summary: Summary) -> list[End]:
    """The report's main network under its corrected and its first protocol; what has finished meanwhile is kept."""
    runs = {name: _newest(summary, name) for name in PROTOCOLS}
    for name, run in runs.items():
        if run is not None and run.status.state == "finished":
            _keep(summary, name, run)
    measurements = results.measurements(summary.fingerprint)
    return [
        End(name, printed, measurements.score(name, NETWORK), numbers.part_of(name), runs[name])
        for name, printed in zip(PROTOCOLS, PRINTED, strict=True)
    ]


def start(summary: Summary, owner: str = "") -> list[Run]:
    """Queued runs for the ends that are neither measured nor on their way; hand them to the engine."""
    missing = [one for one in ends(summary) if one.score is None and (one.run is None or one.run.status.is_over)]
    dataset = library.load(summary.name)
    return creation.create_several(dataset, SplitPlan(), [_recipe_of(one.protocol) for one in missing], owner)


def _recipe_of(protocol: str) -> Recipe:
    return numbers.recipe_of(Training(protocol, NETWORK))


def network(runs: Iterable[Run], summary: Summary, fingerprint: str, networks: Sequence[str]) -> Run | None:
    """The first finished run of a "protocol recipe", with any seed; fingerprint: of the dataset the row tells of."""
    finished = [run for run in runs if run.can_be_judged and not run.split.get("folds")]
    name = summary.name if summary.fingerprint == fingerprint else ""  # With stored copies it has another fingerprint
    here = [run for run in finished if run.fingerprint == fingerprint or run.dataset == name]
    for asked in networks:
        protocol, name = asked.split(" ")
        recipe = numbers.recipe_of(Training(protocol, name))
        for run in here:
            if dataclasses.replace(run.recipe, seed=recipe.seed) == recipe:
                return run
    return None


def _newest(summary: Summary, protocol: str) -> Run | None:
    recipe = _recipe_of(protocol)
    return next((run for run in store.trainings() if run.dataset == summary.name and run.recipe == recipe), None)


def _keep(summary: Summary, protocol: str, run: Run) -> None:
    """Keep what a run scored, if its images are made of the dataset as it is now."""
    wanted = Training(protocol, NETWORK)
    if results.is_known(summary.fingerprint, wanted.name):
        return
    made, _ = creation.prepared(library.load(summary.name), SplitPlan(), run.recipe)
    if made.fingerprint == run.fingerprint:
        results.keep_run(summary.fingerprint, wanted, run)
