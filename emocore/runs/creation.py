"""A new run, all of it or nothing: what was asked, how the images were split, and how it trains to its end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from emocore import files, settings
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.files import replacing, write_json
from emocore.judge.predictions import Predictions
from emocore.learn import layers, protocols
from emocore.learn.flaws import COPYING
from emocore.learn.recipe import Recipe
from emocore.runs import new_runs, parents, status, store
from emocore.runs.answers import kept_epoch, write_answers
from emocore.runs.new_runs import NewRuns
from emocore.runs.run import SCHEMA, Run, stem

if TYPE_CHECKING:
    import pandas as pd

    from emocore.learn.network import LearnedFrom


def create(
    dataset: Dataset, plan: SplitPlan, recipe: Recipe, owner: str = "", minutes: float | None = None, part_of: str = ""
) -> Run:
    """A new run, queued; either all of it is written or nothing is.

    part_of: the cross-validation that the run is a fold of. Raises EmoError when the dataset cannot
    be split so, or "disk_full".
    """
    with new_runs.together() as made:
        run_id = add(made, dataset, plan, recipe, owner, minutes, part_of)
    return store.read(run_id)


def create_several(
    dataset: Dataset, plan: SplitPlan, recipes: Iterable[Recipe], owner: str = "", minutes: float | None = None
) -> list[Run]:
    """The same for several recipes on one split, all of them or none."""
    with new_runs.together() as made:
        ids = [add(made, dataset, plan, recipe, owner, minutes) for recipe in recipes]
    return [store.read(run_id) for run_id in ids]


def add(
    made: NewRuns,
    dataset: Dataset,
    plan: SplitPlan,
    recipe: Recipe,
    owner: str = "",
    minutes: float | None = None,
    part_of: str = "",
) -> str:
    """The same as one of several that come to be together; gives its id. Raises as `create`."""
    if minutes is not None and not 0.05 <= minutes <= 24 * 60:
        raise EmoError(f"{minutes:g} minutes are not possible. Use 0.05 to 1440, or none.", "bad_value")
    files.need(settings.data_dir(), disk_bytes(recipe, dataset), "This training")
    parents.run_of(recipe)
    parents.teachers_of(recipe, dataset.classes)
    dataset, drawn = prepared(dataset, plan, recipe)
    run_id = f"{stem(recipe.name)}-{secrets.token_hex(4)}"
    unfinished = made.folder(run_id)
    metadata = {
        "schema": SCHEMA,
        "number": made.number(),
        "owner": owner,
        "created": status.now(),
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "images": len(dataset),
        "classes": list(dataset.classes),
        "split": split_of(dataset, plan, drawn),
        "recipe": recipe.to_json(),
        "minutes": minutes,
        "part_of": part_of,
    }
    write_json(unfinished / "run.json", metadata)
    status.write(unfinished, "queued", "")
    write_rows(unfinished, dataset, drawn)
    return run_id


def disk_bytes(recipe: Recipe, dataset: Dataset) -> int:
    """What a run takes on the disk at most: weights, two checkpoints of five such sets of numbers, table, answers."""
    numbers = layers.parameter_count(recipe, len(dataset.classes))
    return 2**20 + 12 * 4 * numbers + len(dataset) * (400 + 8 * len(dataset.classes))


def refuse_missing_attributes(dataset: Dataset, recipe: Recipe) -> None:
    """Raise EmoError "no_attribute" when a recipe balances by what the dataset does not know."""
    for name in recipe.groups_by:
        if name not in dataset.attributes:
            names = ", ".join(dataset.attributes) or "none"
            raise EmoError(
                f"balance_by={name} is not possible: {dataset.name} has no such attribute. It has: {names}.",
                "no_attribute",
                "balance_by",
            )


def prepared(dataset: Dataset, plan: SplitPlan, recipe: Recipe) -> tuple[Dataset, Split]:
    """The images and the split that a run trains on and is judged on. Raises EmoError where there is none."""
    refuse_missing_attributes(dataset, recipe)
    dataset = split.kept_together(dataset, plan.together)
    return protocols.prepared(dataset, split.make(dataset, plan), recipe, plan)


def split_of(dataset: Dataset, plan: SplitPlan, drawn: Split) -> dict[str, Any]:
    """The plan of a split and what came of it, as plain values."""
    parts = {"train": drawn.train, "validation": drawn.validation, "test": drawn.test}
    counts = {part: len(rows) for part, rows in parts.items()}
    outcome = {"fingerprint": drawn.fingerprint, "images": split.order_of_images(dataset), "counts": counts}
    return asdict(plan) | outcome | {"left_out": dataset.table["id"].to_numpy()[drawn.left_out].tolist()}


def write_rows(folder: Path, dataset: Dataset, drawn: Split) -> None:
    """Save ids, labels, attributes and part of all images of a run, so that it can be judged without its dataset."""
    part = np.full(len(dataset), "none", dtype=object)
    for name in ("left_out", "train", "validation", "test"):
        part[getattr(drawn, name)] = name
    table = dataset.table[["id", "emotion", *dataset.attributes]].copy()
    table.insert(0, "row", np.arange(len(dataset)))
    table.insert(2, "part", part)
    with replacing(folder / "rows.parquet") as file:
        table[table["part"] != "none"].to_parquet(file, index=False)


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
def opened_training(run: Run) -> Iterator[TrainingInputs]:
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
            made, parts = prepared(dataset, store.plan(run), run.recipe)
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


def finish_training(run: Run, answers: Mapping[str, Predictions], reason: str) -> None:
    """Save the answers of the kept weights, part by part, then the final state."""
    write_answers(run, answers)
    passed = store.epochs(run)
    best = kept_epoch(run, passed)
    kept = f"The weights of {f'epoch {best.epoch}' if best else 'the unfinished first epoch'} are kept."
    ended = f"All {len(passed)} epochs done."
    if len(passed) < run.recipe.epochs:
        ended = f"No lower validation loss for {run.recipe.patience} epochs."
    status.write(run.folder, "stopped" if reason else "finished", f"{reason or ended} {kept}")
    run.checkpoint.unlink(missing_ok=True)  # Killed before the last line, a training goes on from it
