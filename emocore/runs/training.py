"""A run while it trains: all that its training needs is opened together, and how it ended is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.split import Split
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.learn import protocols
from emocore.runs import creation, parents, status, store
from emocore.runs.answers import write_answers
from emocore.runs.run import Run

if TYPE_CHECKING:
    from emocore.learn.network import Network


@dataclass(frozen=True, eq=False)
class TrainingInputs:
    """What a training needs: images, parts, the network that it starts from, and those whose answers it learns from.

    seen_before: how many of its validation and test pictures those networks were trained on, see `parents.remember`.
    """

    dataset: Dataset
    parts: Split
    start: Network | None
    teachers: list[Network]
    seen_before: dict[str, int]


@contextmanager
def opened(run: Run) -> Iterator[TrainingInputs]:
    """Hold a queued run while it trains, and keep which pictures it trains on.

    Raises EmoError "busy" when somebody else works on it, "dataset_changed", or "bad_value" for a parent that is gone.
    """
    with status.working(run.folder, again=bool(run.part_of)):
        dataset, parts = parts_of(run)
        before = parents.remember(run, dataset, parts)
        yield TrainingInputs(dataset, parts, *parents.networks_learned_from(run.recipe, run.classes), before)


def parts_of(run: Run) -> tuple[Dataset, Split]:
    """The images and parts that were drawn when the run was asked for. Raises EmoError "dataset_changed"."""
    dataset, parts = creation.prepared(versions.as_was(run.dataset, run.fingerprint), store.plan(run), run.recipe)
    asked = (run.fingerprint, run.split["fingerprint"], run.split.get("images", ""))
    if (dataset.fingerprint, parts.fingerprint, asked[2] and split.order_of_images(dataset)) != asked:
        raise EmoError(
            f"Dataset {run.dataset} changed since this run was asked for. Start a new run.", "dataset_changed"
        )
    return dataset, parts


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
    best = passed[-1] if passed and protocols.keeps_last(run.recipe) else store.best_epoch(passed)
    kept = f"The weights of {f'epoch {best.epoch}' if best else 'the unfinished first epoch'} are kept."
    run.checkpoint.unlink(missing_ok=True)
    ended = f"All {len(passed)} epochs done."
    if len(passed) < run.recipe.epochs:
        ended = f"No lower validation loss for {run.recipe.patience} epochs."
    status.write(run.folder, "stopped" if reason else "finished", f"{reason or ended} {kept}")
