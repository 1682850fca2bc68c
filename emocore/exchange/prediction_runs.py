"""Predictions from elsewhere as runs without weights, so that every page judges them like a run; and judged at once.

Such a run has its own small table of images. Where it names a dataset that is here, its images are those of the dataset
and their faces can be shown.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emocore.arrays import Rows
from emocore.audit.model_card import group_attributes, group_scores, refuse_attributes
from emocore.data import library
from emocore.data.dataset import SPLITS, Dataset
from emocore.data.names import plain, safe_name, shown_path
from emocore.data.split import order_of_images
from emocore.errors import EmoError
from emocore.exchange.prediction_table import PredictionTable
from emocore.files import replacing, write_json
from emocore.judge import calibration, compare, metrics
from emocore.judge.groups import gaps
from emocore.judge.predictions import ONLY_ANSWERS, Predictions
from emocore.judge.tables import printed
from emocore.learn.recipe import MARK, Recipe
from emocore.learn.recipe_parts import Block
from emocore.runs import new_runs, status, store
from emocore.runs.answers import write_answers_to
from emocore.runs.new_runs import NewRuns
from emocore.runs.run import SCHEMA, stem

NO_NETWORK = (Block(1, 1, 1),)
"""A run.json has a recipe; of a network from elsewhere nothing but its name is known."""


@dataclasses.dataclass(frozen=True, eq=False)
class _Place:
    """Where the images of a table lie. rows: (K,) of the dataset, or of the table itself. families: (K,) of copies."""

    dataset: str
    fingerprint: str
    images: int
    order: str
    rows: Rows
    families: Rows


def admit(table: PredictionTable, owner: str = "", dataset: str = "") -> list[str]:
    """Make a run of each network of a table and give their ids; the same table again gives the same runs.

    dataset: the one that the images are of, or "". Raises EmoError "other_images" where an image is not in it or is
    labeled otherwise, and as `data.library.load`.
    """
    place = _in_dataset(table, library.load(dataset)) if dataset else _by_itself(table)
    with new_runs.together() as made:
        return [_admitted(table, network, place, owner, made) for network in table.answers]


def judge(table: PredictionTable, by: Sequence[str] = ()) -> dict[str, Any]:
    """Scores, calibration and gaps of each network, and every pair compared, as plain values.

    by: attributes to assess, else all that make groups. Raises EmoError "no_attribute".
    """
    images = table.images.assign(row=np.arange(len(table.images)))
    by = list(by) or group_attributes(images)
    if by:
        refuse_attributes(images, by)
    pairs = [_pair(first, second, table) for first, second in combinations(table.answers, 2)]
    return {
        "file": table.name,
        "from": "predictions from elsewhere",
        "networks": {name: _judged(answers, images, by, table.classes) for name, answers in table.answers.items()},
        "pairs": pairs,
    }


def _judged(answers: Predictions, images: pd.DataFrame, by: Sequence[str], classes: tuple[str, ...]) -> dict[str, Any]:
    scores = metrics.evaluate(answers, classes).to_json()
    groups = group_scores(answers, images, by, classes) if by else ()
    if answers.only_answers:
        calibrated: dict[str, Any] = {"says": ONLY_ANSWERS}
    else:
        found = calibration.calibration(answers)
        calibrated = {"error": found.error, "chance_high": found.chance_high, "says": found.message}
    return {"right": int(answers.right.sum())} | scores | {
        "calibration": calibrated,
        "groups": printed.bias_json(groups, gaps.gaps(groups)) if groups else {},
    }  # fmt: skip


def _pair(first: str, second: str, table: PredictionTable) -> dict[str, Any]:
    found = compare.two(table.answers[first], table.answers[second])
    return {
        "first": first,
        "second": second,
        "difference": found.difference,
        "interval": list(found.interval),
        "p": found.p,
        "says": found.message,
    }


def _by_itself(table: PredictionTable) -> _Place:
    name, rows = safe_name(Path(table.name).stem)[:60], np.arange(len(table.images))
    return _Place(name, table.fingerprint, len(rows), "", rows, rows)


def _in_dataset(table: PredictionTable, dataset: Dataset) -> _Place:
    rows = pd.Index(dataset.table["id"].astype(str)).get_indexer(pd.Index(table.images["id"])).astype(np.int64)
    for at, (row, identity, truth) in enumerate(zip(rows, table.images["id"], table.images["emotion"], strict=True)):
        there = dataset.table["emotion"].iloc[row] if row >= 0 else ""
        if there != truth:
            what = f"is labeled {shown_path(str(there))} there, not {shown_path(truth)}" if there else "is not in it"
            message = f"{dataset.name} cannot show these images: {shown_path(identity)}, image {at + 1}, {what}."
            raise EmoError(f"{message} Choose another dataset, or none.", "other_images")
    families = dataset.table["family"].to_numpy()[rows]
    return _Place(dataset.name, dataset.fingerprint, len(dataset), order_of_images(dataset), rows, families)


def _admitted(table: PredictionTable, network: str, place: _Place, owner: str, made: NewRuns) -> str:
    answers = dataclasses.replace(table.answers[network], rows=place.rows, families=place.families)
    content = b"".join([answers.rows.tobytes(), answers.truth.tobytes(), answers.probabilities.tobytes()])
    facts = f"{network} {table.classes} {place.fingerprint} {table.fingerprint}".encode()
    run_id = f"{stem(network, 'network')}-{hashlib.sha256(facts + content).hexdigest()[:8]}"
    try:
        return store.read(run_id).id
    except EmoError:
        name = plain(network).strip().removeprefix(MARK).strip()[:60] or "network"
    unfinished = made.folder(run_id)
    run_json = _run_json(table, name, place, answers)
    write_json(unfinished / "run.json", run_json | {"owner": owner, "number": made.number()})
    status.write(unfinished, "finished", f"Predictions imported from {table.name}.")
    images = table.images.assign(row=place.rows, part="validation")
    with replacing(unfinished / "rows.parquet") as file:
        images[[*store.COLUMNS, *table.attributes]].to_parquet(file, index=False)
    write_answers_to(unfinished, {"validation": answers, "test": answers.take(np.arange(0))})
    return run_id


def _run_json(table: PredictionTable, network: str, place: _Place, answers: Predictions) -> dict[str, Any]:
    """What `runs.run` reads."""
    counts = dict.fromkeys(SPLITS, 0) | {"validation": len(answers)}
    drawn = {"seed": 0, "validation": 0.0, "test": 0.0, "fingerprint": table.fingerprint, "images": place.order}
    return {
        "schema": SCHEMA,
        "created": status.now(),
        "dataset": place.dataset,
        "fingerprint": place.fingerprint,
        "images": place.images,
        "classes": list(table.classes),
        "split": drawn | {"counts": counts, "left_out": []},
        "recipe": Recipe(network, NO_NETWORK).to_json(),
        "minutes": None,
        "elsewhere": table.name,
        "only_answers": answers.only_answers,
    }
