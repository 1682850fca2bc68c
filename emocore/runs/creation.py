"""A new run: what was asked, how the images were split, and a table of them; all of it or nothing."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.files import replacing, write_json
from emocore.learn import protocols
from emocore.learn.recipe import Recipe
from emocore.runs import parents, status, store
from emocore.runs.run import SCHEMA, Run, stem


def create(
    dataset: Dataset, plan: SplitPlan, recipe: Recipe, owner: str = "", minutes: float | None = None, part_of: str = ""
) -> Run:
    """A new run, queued; either all of it is written or nothing is.

    part_of: the cross-validation that the run is a fold of. Raises EmoError when the dataset cannot
    be split so, or "disk_full".
    """
    if minutes is not None and not 0.05 <= minutes <= 24 * 60:
        raise EmoError(f"{minutes:g} minutes are not possible. Use 0.05 to 1440, or none.", "bad_value")
    parents.run_of(recipe)
    parents.teachers_of(recipe, dataset.classes)
    dataset, drawn = prepared(dataset, plan, recipe)
    run_id = f"{stem(recipe.name)}-{secrets.token_hex(4)}"
    with store.new_folder(run_id) as unfinished:
        metadata = {
            "schema": SCHEMA,
            "number": store.next_number(),
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
    return store.read(run_id)


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
