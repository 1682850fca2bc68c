"""A model judged on another dataset than its own: classes matched by name, pictures that it learned from left out.

The server may import this module: torch is loaded when a worker answers.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing.subset import ALIASES
from emocore.data.names import folded
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge.predictions import Predictions
from emocore.predict import loaded_networks, uncertainty
from emocore.runs import parents, store
from emocore.runs.answers import derived_path
from emocore.runs.run import Run

PARTS = ("all", "train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """What a model answered for another dataset.

    matched: class there -> class of the model. unmatched: classes there that the model does not know. unknown: their
    images, which are not judged. learned: images left out since the model was trained on the same picture, or None
    where that cannot be told. answers: truth and probabilities in the model's classes.
    """

    dataset: str
    part: str
    matched: dict[str, str]
    unmatched: tuple[str, ...]
    unknown: int
    learned: int | None
    answers: Predictions


def matched(names: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Class of a dataset -> class of a model that means the same, by name or by a common other name."""
    by_key = {_key(name): name for name in names}
    return {name: by_key[_key(name)] for name in classes if _key(name) in by_key}


def measure(run_id: str, name: str, part: str = "all") -> None:
    """Have a run answer a dataset's original images, or those of one part, and keep that. Called on a worker.

    Raises EmoError "own_dataset", "different_classes", "no_images" or "bad_value".
    """
    run, dataset = store.read(run_id), library.load(name)
    _refuse(run, dataset, part)
    same = matched(run.classes, dataset.classes)
    rows = np.flatnonzero(dataset.table["parent"].to_numpy(str) == "")
    if part != "all":
        rows = rows[dataset.table["split"].to_numpy(str)[rows] == part]
    has_class = np.isin(dataset.labels[rows], [dataset.classes.index(one) for one in same])
    unknown, rows = int((~has_class).sum()), rows[has_class]
    rows, learned = _not_learned(run, dataset, rows)
    if not len(rows):
        message = (
            f"{name} has no image to judge {run.id} by: of its part {part!r} none is of a known class and new to it."
        )
        raise EmoError(message, "no_images")
    to_model = np.array([run.classes.index(same[one]) if one in same else -1 for one in dataset.classes])
    shares = uncertainty.ask(loaded_networks.networks(run), dataset.images[rows]).probabilities
    families = dataset.table["family"].to_numpy()[rows]
    content = io.BytesIO()
    counts = [unknown, -1 if learned is None else learned]
    np.savez_compressed(
        content, rows=rows, truth=to_model[dataset.labels[rows]], probabilities=shares, counts=counts, families=families
    )
    write_bytes(_path(run, name, dataset.fingerprint, part), content.getvalue())


def saved(run: Run, name: str, part: str = "all") -> Elsewhere | None:
    """What `measure` left for the dataset as it is today, or None."""
    summary = library.summary(name)
    try:
        content = io.BytesIO(_path(run, name, summary.fingerprint, part).read_bytes())
        with np.load(content, allow_pickle=False) as kept:
            rows = kept["rows"]
            families = kept.get("families", rows)
            answers = Predictions(rows, np.zeros(len(rows), np.int64), kept["truth"], kept["probabilities"], families)
            unknown, learned = kept["counts"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    same = matched(run.classes, summary.classes)
    unmatched = tuple(one for one in summary.classes if one not in same)
    return Elsewhere(name, part, same, unmatched, unknown, None if learned < 0 else learned, answers)


def message(found: Elsewhere) -> str:
    """What was matched and what was left out, in sentences."""
    renamed = [f"{theirs} counts as {ours}" for theirs, ours in found.matched.items() if theirs != ours]
    sentences = [f"{len(found.answers):,} images of {found.dataset} are judged."]
    sentences += [f"By another name: {', '.join(renamed)}."] if renamed else []
    if found.unmatched:
        sentences.append(
            f"The model does not know {', '.join(found.unmatched)}: {found.unknown:,} images are left out."
        )
    if found.learned is None:
        sentences.append("Whether it was trained on some of these pictures cannot be told.")
    else:
        sentences.append(
            f"{found.learned:,} images are left out since it was trained on the same picture, in any turn."
        )
    return " ".join(sentences)


def _refuse(run: Run, dataset: Dataset, part: str) -> None:
    if part not in PARTS:
        raise EmoError(f"part={part} is not possible. Use {', '.join(PARTS)}.", "bad_value")
    if dataset.fingerprint == run.fingerprint:
        raise EmoError(f"{run.id} was trained on {dataset.name}. Judge it there by its own parts.", "own_dataset")
    if len(set(matched(run.classes, dataset.classes).values())) < 2:
        of_model, there = ", ".join(run.classes), ", ".join(dataset.classes)
        message = (
            f"{dataset.name} ({there}) shares fewer than two classes with {run.id} ({of_model}). Choose another one."
        )
        raise EmoError(message, "different_classes")


def _not_learned(run: Run, dataset: Dataset, rows: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The rows whose picture none of the networks was trained on, and how many those are not."""
    hashes, is_whole = loaded_networks.learned(run)
    learned = np.isin(parents.pictures(dataset.images[rows]), hashes)
    return rows[~learned], int(learned.sum()) if is_whole else None


def _path(run: Run, name: str, fingerprint: str, part: str) -> Path:
    return derived_path(run, f"on-{name}-{fingerprint}-{part}.npz")


def _key(name: str) -> str:
    return ALIASES.get(folded(name), folded(name))
