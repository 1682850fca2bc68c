"""What needs no network answers a run's own images: computed once by a worker, then kept."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge.baselines import BASELINES, Task
from emocore.judge.predictions import Predictions
from emocore.learn.flaws import COPYING
from emocore.runs import creation, store
from emocore.runs.answers import derived_path, kept_path
from emocore.runs.run import Run


def saved(run: Run, answers: Predictions, part: str) -> dict[str, Predictions]:
    """Name -> answers for the same images, as `measure` left them; nothing before that."""
    try:
        with np.load(io.BytesIO(kept_path(run, f"baselines-{part}.npz").read_bytes()), allow_pickle=False) as kept:
            names = [str(name) for name in kept["names"]]
            if len(kept["probabilities"]) != len(names) or kept["probabilities"].shape[1:2] != answers.rows.shape:
                return {}
            shares = zip(names, kept["probabilities"], strict=True)
            return {name: replace(answers, probabilities=share) for name, share in shares}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def saved_at(run: Run, part: str) -> int:
    """When the baselines of a part were measured last, in nanoseconds; 0 before that."""
    path = derived_path(run, f"baselines-{part}.npz")
    return path.stat().st_mtime_ns if path.exists() else 0


def measure(run_id: str, part: str, rows: tuple[int, ...]) -> None:
    """Have every baseline learn a run's training images and answer some rows of its dataset.

    Raises EmoError "no_dataset" or "dataset_changed".
    """

    run = store.read(run_id)
    dataset = dataset_of(run)
    train = store.training_rows(run)
    judged = np.asarray(rows, np.int64)
    task = Task(
        train_images=dataset.images[train],
        train_labels=dataset.labels[train],
        rows=judged,
        images=dataset.images[judged],
        truth=dataset.labels[judged],
        classes=len(dataset.classes),
    )
    answered = {name: baseline(task).probabilities for name, baseline in BASELINES.items()}
    content = io.BytesIO()
    np.savez_compressed(content, names=np.array(list(answered)), probabilities=np.stack(list(answered.values())))
    write_bytes(derived_path(run, f"baselines-{part}.npz"), content.getvalue())


def dataset_of(run: Run) -> Dataset:
    """The version of its dataset that a run was trained on.

    Same images and labels, same ids at the same places, and, where the run has recorded it, same order of
    pixels. Raises EmoError "no_dataset" or "dataset_changed" when no version is so.
    """
    if not set(COPYING).isdisjoint(run.recipe.flaws):
        raise EmoError(
            "This run was trained on copies that its flaw stored, and the copies were not kept.",
            "dataset_changed",
        )
    return _unchanged(run, versions.as_was(run.dataset, run.fingerprint))


def images_of(run: Run) -> Dataset:
    """The same, with the copies that a flawed way stored, made again. Raises EmoError as `dataset_of`."""
    if set(COPYING).isdisjoint(run.recipe.flaws):
        return dataset_of(run)
    for _, dataset in versions.alike(run.dataset):
        made, _ = creation.prepared(dataset, store.plan(run), run.recipe)
        if made.fingerprint == run.fingerprint:
            return _unchanged(run, made)
    raise EmoError(
        f"No version of the dataset {run.dataset} is the one that this run was trained on.", "dataset_changed"
    )


def _unchanged(run: Run, dataset: Dataset) -> Dataset:
    changed = EmoError(f"The dataset {run.dataset} is not the one that this run was trained on.", "dataset_changed")
    if dataset.fingerprint != run.fingerprint or len(dataset) != run.images:
        raise changed
    table = store.rows(run)
    if not np.array_equal(dataset.table["id"].to_numpy(str)[table["row"].to_numpy()], table["id"].to_numpy(str)):
        raise changed
    if (order := run.split.get("images", "")) and split.order_of_images(dataset) != order:
        raise changed
    return dataset
