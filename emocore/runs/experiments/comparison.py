"""Runs side by side: a row of each, what differs, and tests on the images that all of them answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Rows
from emocore.errors import EmoError
from emocore.judge import compare, folds
from emocore.judge.compare import FoldComparison
from emocore.judge.intervals import clopper_pearson
from emocore.judge.metrics import evaluate
from emocore.judge.predictions import Predictions
from emocore.learn.recipe import Recipe
from emocore.runs import baselines, parents, store
from emocore.runs.answers import has_answers, kept_epoch, validation_accuracy, validation_answers
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import CrossRun
from emocore.runs.run import IMPORTED, Run
from emocore.wording import counted, listing, minute

FEWEST = 30
"""Images that are left where some are not compared: of fewer nothing is said."""


@dataclass(frozen=True, eq=False)
class Shared:
    """The validation answers of several runs on the images that all judged, in one order, with the rows of the first.

    judged: validation images of each run. seen: images that all judged and that a network was trained on, itself or
    those that it learned from. relabeled: images that all judged, with different labels. Both are left out.
    """

    answers: list[Predictions]
    judged: tuple[int, ...]
    seen: int
    relabelled: int

    @property
    def message(self) -> str:
        """Which images are compared and why the others are not; "" where all are."""
        n = len(self.answers[0])
        if n == max(self.judged):
            return ""
        message = (
            f"{n:,} images are compared, because all runs used them for validation ({_counts(self.judged)} images)"
        )
        without = {"whose label changed between the runs": self.relabelled}
        without |= {"of which a network was trained on a copy": self.seen}
        exclusions = [f"{counted(number, 'image')} {why}" for why, number in without.items() if number]
        return f"{message}. Left out: {' and '.join(exclusions)}." if exclusions else f"{message}."


def common_answers(runs: Sequence[Run]) -> list[Predictions]:
    """The validation answers of runs on the images that all of them judged, in one order. Raises as `shared_images`."""
    return shared_images(runs).answers


def shared_images(runs: Sequence[Run]) -> Shared:
    """What runs answered to the validation images that all judged alike labeled and no network was trained on.

    Raises EmoError "no_predictions", "different_data", "different_classes" or "different_images".
    """
    first = runs[0]
    for other in runs[1:]:
        if other.dataset != first.dataset and other.fingerprint != first.fingerprint:
            raise EmoError(
                f"The runs were trained on different data: {first.dataset} ({first.fingerprint}) and "
                f"{other.dataset} ({other.fingerprint}). Compare runs on one dataset.",
                "different_data",
            )
        if other.classes != first.classes:
            raise EmoError("The runs have different classes. Compare runs on one dataset.", "different_classes")
    answers = [validation_answers(run) for run in runs]
    answers = [one.take(np.argsort(one.rows, kind="stable")) for one in answers]
    names = [_ids(run, one) for run, one in zip(runs, answers, strict=True)]
    judged = tuple(map(len, answers))
    in_all = np.flatnonzero(np.logical_and.reduce([np.isin(names[0], other) for other in names]))
    aligned = [one.take(_places(ids, names[0][in_all])) for ids, one in zip(names, answers, strict=True)]
    alike = np.logical_and.reduce([one.truth == aligned[0].truth for one in aligned])
    seen = _seen(runs, aligned[0]) & alike
    rows, families = aligned[0].rows, next((one.families for one in aligned if (one.families != one.rows).any()), None)
    found = [replace(one, rows=rows, families=rows if families is None else families) for one in aligned]
    shared = Shared([one.take(alike & ~seen) for one in found], judged, int(seen.sum()), int((~alike).sum()))
    if len(shared.answers[0]) < min(FEWEST, *judged):
        _refuse(runs, shared)
    compare.same_images(shared.answers)
    return shared


def _places(ids: NDArray[np.str_], wanted: NDArray[np.str_]) -> Rows:
    order = np.argsort(ids)
    return order[np.searchsorted(ids, wanted, sorter=order)]


def _seen(runs: Sequence[Run], answers: Predictions) -> NDArray[np.bool_]:
    """Which images some network, or one that it learned from, was trained on, as far as the dataset is here to tell."""
    seen = np.zeros(len(answers), bool)
    try:
        pictures = parents.pictures(baselines.dataset_of(runs[0]).images[answers.rows]) if len(answers) else None
    except EmoError:  # Without its images the split alone tells, which keeps families on one side
        return seen
    for run in (member for each in runs for member in store.members(each)):
        if pictures is not None and (trained_on := parents.trained_on(run)) is not None:
            seen |= np.isin(pictures, trained_on)
    return seen


def _refuse(runs: Sequence[Run], shared: Shared) -> NoReturn:
    n, first, last = len(shared.answers[0]), runs[0], runs[-1]
    raise EmoError(
        f"The runs used different validation images ({_counts(shared.judged)}), and only {n} of them can be compared. "
        f"The labels of {shared.relabelled} more changed, and a network was trained on copies of {shared.seen}. "
        f"Train {last.recipe.name} again on the dataset {first.dataset} and the split {first.split['fingerprint']} of "
        f"{first.label}.",
        "different_images",
    )


def _counts(judged: Sequence[int]) -> str:
    return listing([f"{n:,}" for n in judged])


def compare_runs(first: Run, second: Run) -> dict[str, Any]:
    """Two runs on their validation images as plain values; differences are first minus second, from 0 to 1.

    Raises EmoError as `validation_answers`.
    """
    shared = shared_images([first, second])
    pair = shared.answers
    found = compare.two(pair[0], pair[1])
    scores = [evaluate(answers, run.classes) for answers, run in zip(pair, (first, second), strict=True)]
    return {
        "runs": [first.id, second.id],
        "part": IMPORTED if first.elsewhere else "validation",
        "n": found.n,
        "judged": list(shared.judged),
        "left_out": {"relabelled": shared.relabelled, "trained_on": shared.seen},
        "right": list(found.right),
        "accuracy": [{"value": one.accuracy, "low": one.interval[0], "high": one.interval[1]} for one in scores],
        "difference": found.difference,
        "interval": list(found.interval),
        "f1_difference": found.f1_difference,
        "f1_interval": list(found.f1_interval),
        "p": found.p,
        "test": "McNemar",
        "only_first_right": len(found.rows_first),
        "only_second_right": len(found.rows_second),
        "different_answers": len(found.rows_apart),
        "says": found.message,
    }


def have_the_same_folds(first: CrossRun, second: CrossRun) -> bool:
    """Whether two cross-validations hold out the same images in the same order of folds."""
    cuts = [[(run.fingerprint, run.split["fingerprint"]) for run in crossval.runs(each)] for each in (first, second)]
    return cuts[0] == cuts[1]


def folds_against(first: CrossRun, second: CrossRun) -> FoldComparison:
    """Two cross-validations, fold by fold: corrected resampled t-test of their accuracies, first minus second.

    Raises EmoError "different_folds", "groups" where groups were left out instead, or "unfinished" while a fold has
    no answers.
    """
    if first.groups:
        raise EmoError(
            f"{first.id} leaves out one {first.plan.by} group at a time, so its parts are not random folds. "
            "Compare cross-validations with random folds.",
            "groups",
        )
    if not have_the_same_folds(first, second):
        raise EmoError(
            f"{first.id} and {second.id} hold out different images. Compare cross-validations of one dataset with the "
            "same number of folds and the same seed.",
            "different_folds",
        )
    share = crossval.test_share(first)
    answers = [_in_order(crossval.predictions(each)) for each in (first, second)]
    accuracies = [
        [fold.scores["accuracy"] for fold in folds.cross_validation(each, first.classes).folds] for each in answers
    ]
    return compare.folds(accuracies[0], accuracies[1], share, (answers[0], answers[1]))


def _in_order(answers: Predictions) -> Predictions:
    """Fold by fold, ascending rows in each."""
    return answers.take(np.lexsort((answers.rows, answers.folds)))


def compare_crossvals(first: CrossRun, second: CrossRun) -> dict[str, Any]:
    """Two cross-validations as plain values; errors as `folds_against`."""
    found = folds_against(first, second)
    return {
        "crossvals": [first.id, second.id],
        "folds": found.folds,
        "difference": found.difference,
        "interval": list(found.interval),
        "p": found.p,
        "naive_p": found.naive_p,
        "test": "corrected resampled t (Nadeau and Bengio 2003)",
        "says": found.message,
    }


def compare_named(first: str, second: str) -> dict[str, Any]:
    """Two runs, or two cross-validations, by their ids. Raises EmoError "bad_value" for one of each, and as those."""
    are_crossvals = [name.startswith(crossval.PREFIX) for name in (first, second)]
    if all(are_crossvals):
        return compare_crossvals(crossval.read(first), crossval.read(second))
    if any(are_crossvals):
        message = f"{first} and {second} are of different kinds. Compare two runs or two cross-validations."
        raise EmoError(message, "bad_value")
    return compare_runs(store.read(first), store.read(second))


def with_other_seeds(run: Run) -> list[Run]:
    """Runs that differ from this one in nothing but the seed, this one included, each seed once, ascending.

    Of several runs with one seed this run, else the newest, is taken. Only runs with answers count.
    """
    by_seed = {other.recipe.seed: other for other in reversed(alike(run, run.recipe)) if has_answers(other)}
    if has_answers(run):
        by_seed[run.recipe.seed] = run
    return [by_seed[seed] for seed in sorted(by_seed)]


def alike(run: Run, recipe: Recipe) -> list[Run]:
    """Runs on the images and split of `run` with a recipe that differs in name and seed only, the newest first."""
    wanted = _but_the_seed(run, recipe)
    every = [other for other in store.runs() if isinstance(other, Run)]
    trained = [other for other in every if not other.members and not other.elsewhere]
    return [other for other in trained if _but_the_seed(other, other.recipe) == wanted]


def _but_the_seed(run: Run, recipe: Recipe) -> str:
    settings = {name: value for name, value in recipe.to_json().items() if name not in ("name", "seed")}
    return json.dumps([settings, run.fingerprint, run.split["fingerprint"], run.minutes, run.part_of])


def _ids(run: Run, answers: Predictions) -> NDArray[np.str_]:
    table = store.rows(run).set_index("row")["id"]
    return table.reindex(answers.rows).to_numpy(str)


def row(run: Run) -> dict[str, Any]:
    """What was asked, what came of it on the validation part, how fast, and whose it is."""

    passed = store.epochs(run)
    best, kept = store.best_epoch(passed), kept_epoch(run, passed)
    n = run.counts["validation"]
    right = int(validation_answers(run).right.sum()) if run.elsewhere else None
    share = validation_accuracy(run, kept.validation_accuracy if kept else None)
    if share is not None and n:
        right = round(share * n)
    low, high = clopper_pearson(right, n) if right is not None and n else (None, None)
    speed = sum(epoch.images_per_second for epoch in passed) / len(passed) if passed else None
    return {
        "run": "shipped" if run.shipped else str(run.number),
        "name": run.title,
        "recipe": run.recipe.name,
        "dataset": run.dataset,
        "data version": run.fingerprint,
        "split": run.split["fingerprint"],
        "seed": None if run.elsewhere else run.recipe.seed,
        "validation accuracy": share if share is not None else right / n if right is not None and n else None,
        "low": low,
        "high": high,
        "n": n,
        "best epoch": best.epoch if best else None,
        "kept epoch": kept.epoch if kept else None,
        "last epoch": len(passed) or None,
        "images per second": round(speed) if speed else None,
        "state": run.status.state,
        "owner": run.owner,
        "asked for": minute(run.created),
        "origin": run.origin or (f"predictions from elsewhere: {run.elsewhere}" if run.elsewhere else ""),
        "id": run.id,
    }
