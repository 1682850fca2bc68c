"""A run while it trains: all that its training needs is opened together, and how it ended is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.learn.flaws import COPYING
from emocore.runs import creation, parents, status, store
from emocore.runs.answers import kept_epoch, write_answers
from emocore.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from emocore.learn.network import LearnedFrom


@dataclass(frozen=True, eq=False)
class TrainingInputs:
    """What a training needs: images, parts, and the networks that it learns from.

    seen_before: how many of its validation and test pictures those networks were trained on, see `parents.remember`.
    """

    dataset: Dataset
    parts: Split
    learned_from: LearnedFrom
    seen_before: dict[str, int]


class _Asked(NamedTuple):
    """made, parts: what the run's recipe makes of the dataset and its split."""

    version: int
    dataset: Dataset
    made: Dataset
    parts: Split


@contextmanager
def opened(run: Run) -> Iterator[TrainingInputs]:
    """Hold a queued run while it trains, and keep which pictures it trains on.

    Raises EmoError "busy" when somebody else works on it, "dataset_changed", or "bad_value" for a parent that is gone.
    """
    with status.working(run.folder, again=bool(run.part_of)):
        dataset, parts = parts_of(run)
        before = parents.remember(run, dataset, parts)
        yield TrainingInputs(dataset, parts, parents.networks_learned_from(run.recipe, run.classes), before)


def parts_of(run: Run) -> tuple[Dataset, Split]:
    """The images and parts that were drawn when the run was asked for. Raises EmoError "dataset_changed"."""
    found = _as_asked(run)
    return found.made, found.parts


def asked_on(run: Run) -> Dataset:
    """The version of its dataset that a run was asked for on, before its recipe changed anything.

    Where several versions give its images and parts, the one that also knows what the run knows of each image.
    Raises EmoError "no_dataset" or "dataset_changed".
    """
    return _as_asked(run).dataset


def version_asked_on(run: Run) -> int:
    """The number of that version, or 0 where there is none any more."""
    try:
        return _as_asked(run).version
    except EmoError:
        return 0


def _as_asked(run: Run) -> _Asked:
    changes_images = run.recipe.control or not set(COPYING).isdisjoint(run.recipe.flaws)
    asked = (run.fingerprint, run.split["fingerprint"], run.split.get("images", ""))
    found = None
    for version, dataset in versions.alike(run.dataset, "" if changes_images else run.fingerprint):
        with suppress(EmoError):  # A version that cannot be split so is not the one
            made, parts = creation.prepared(dataset, store.plan(run), run.recipe)
            if (made.fingerprint, parts.fingerprint, asked[2] and split.order_of_images(made)) == asked:
                found = found or _Asked(version, dataset, made, parts)
                if _is_known(made, store.rows(run)):
                    return _Asked(version, dataset, made, parts)
    if found is None:
        raise EmoError(
            f"Dataset {run.dataset} changed since this run was asked for, and no version of it has its images, labels "
            "and split. Start a new run.",
            "dataset_changed",
        )
    return found


def _is_known(dataset: Dataset, table: pd.DataFrame) -> bool:
    """Whether a dataset tells of each image what a run's table tells of it."""
    columns = [name for name in table.columns if name not in ("row", "part")]
    if not set(columns) <= set(dataset.table.columns):
        return False
    there = dataset.table[columns].iloc[table["row"].to_numpy()]
    return np.array_equal(there.to_numpy(str), table[columns].to_numpy(str))


def begun_with(name: str, number: int, fingerprint: str) -> Dataset:
    """The version that long work began with, so that all of it is on the same images; 0 is the present one.

    Raises EmoError "dataset_changed" where another dataset has the name by now.
    """
    dataset = versions.load(name, number) if number else library.load(name)
    if number and dataset.fingerprint != fingerprint:
        raise EmoError(
            f"{name} is another dataset than the one this search began with. Start a new search.", "dataset_changed"
        )
    return dataset


def reason_to_stop(run: Run, started: float) -> str:
    """Why a training that started then, in monotonic seconds, ends before its last epoch, or ""."""
    if status.stop_requested(run.folder):
        return "Stopped on request."
    if run.minutes and time.monotonic() > started + 60 * run.minutes:
        return f"Stopped after {run.minutes:g} minutes, as set."
    return ""


def finish(run: Run, answers: Mapping[str, Predictions], reason: str) -> None:
    """Save the answers of the kept weights, part by part, then the final state."""
    write_answers(run, answers)
    passed = store.epochs(run)
    best = kept_epoch(run, passed)
    kept = f"The weights of {f'epoch {best.epoch}' if best else 'the unfinished first epoch'} are kept."
    run.checkpoint.unlink(missing_ok=True)
    ended = f"All {len(passed)} epochs done."
    if len(passed) < run.recipe.epochs:
        ended = f"No lower validation loss for {run.recipe.patience} epochs."
    status.write(run.folder, "stopped" if reason else "finished", f"{reason or ended} {kept}")
