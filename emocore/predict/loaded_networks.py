"""Networks that a worker keeps open, what they make of a whole dataset, and its map.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Faces, Rows
from emocore.data import library, slices
from emocore.data.events import Progress
from emocore.data.exploring import projection
from emocore.data.exploring.projection import Features, Map
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.learn.layers import BATCH
from emocore.runs import baselines, parents, store
from emocore.runs.answers import stamp
from emocore.runs.parents import Pictures
from emocore.runs.run import Run

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

MOST_FACES = 3000
"""Training faces that are compared; of more a sample is drawn and its number told."""
SEED = 1

Ensemble = tuple["Network", ...]
"""One, or the members of an ensemble: together they answer by the mean of their probabilities."""

Embedding = NDArray[np.float32]
"""(N, D) what the linear layer sees, each row of length 1."""


@dataclass(frozen=True, eq=False)
class TrainingFaces:
    """Training faces of a run: rows of its dataset and their embedding."""

    rows: Rows
    embedding: Embedding

    def nearest(self, embedding: Embedding) -> NDArray[np.float32]:
        """(N,) the likeness (cosine, at most 1) of each to its nearest training face."""
        return np.asarray((embedding @ self.embedding.T).max(1), np.float32)


def network(weights: Path) -> Network:
    """The network in a file of weights, loaded once. Raises EmoError "no_weights" and others."""
    return _network(weights, changed(weights))


def networks(run: Run) -> Ensemble:
    """The networks that answer for a run: its own, or those of an ensemble's members."""
    return tuple(network(member.weights) for member in store.members(run))


def training(run: Run) -> TrainingFaces:
    """The training faces of a run, or a sample. Raises EmoError "no_dataset", "dataset_changed" or "no_images"."""
    return _training(run.id, stamp(run), tuple(changed(one.weights) for one in store.members(run)))


def learned(run: Run) -> tuple[Pictures, bool]:
    """The pictures that the networks of a run were trained on, as far as they are known, and whether all are."""
    return _learned(run.id, stamp(run))


def are_among(pictures: Pictures, learned: Pictures) -> NDArray[np.bool_]:
    """(N,) whether each picture is one of those that `learned` tells, which are in order: few are found in a glance."""
    if not len(learned):
        return np.zeros(len(pictures), np.bool_)
    places = np.searchsorted(learned, pictures).clip(max=len(learned) - 1)
    return np.asarray(learned[places] == pictures)


def features(model: Network, images: torch.Tensor) -> torch.Tensor:
    """(N, D) what the linear layer sees of (N, 1, 48, 48) images, in full precision."""
    maps: torch.Tensor = model.blocks(model.standardize(images.float())).float()
    return maps.flatten(1) if model.recipe.head == "flatten" else maps.mean((2, 3))


def logits(model: Network, seen: torch.Tensor) -> torch.Tensor:
    """(N, C) what the linear layer makes of what it sees, in full precision."""
    import torch  # The server stays without torch

    with torch.autocast("cpu", enabled=False):
        made: torch.Tensor = model.linear(seen)
    return made


def embedding(models: Ensemble, faces: Faces) -> Embedding:
    """(N, D) what the linear layers see of (N, 48, 48) faces side by side, each row of length 1."""
    return beside([_embedding(model, faces) for model in models])


def beside(parts: Sequence[Embedding]) -> Embedding:
    """Embeddings of several networks as one, of length 1: a likeness there is the mean of theirs."""
    return np.asarray(np.concatenate(parts, 1) / np.sqrt(len(parts)), np.float32)


def _embedding(model: Network, faces: Faces) -> Embedding:
    model.eval()
    return np.concatenate(over(model, faces, lambda images: of_length_1(features(model, images))))


def of_length_1(seen: torch.Tensor) -> Embedding:
    """(N, D) each row divided by its length."""
    return np.asarray((seen / seen.norm(dim=1, keepdim=True).clamp_min(1e-12)).numpy(), np.float32)


def changed(path: Path) -> int:
    """When a file was last changed, in nanoseconds; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=24)
def _network(weights: Path, _changed: int) -> Network:
    """`_changed` makes a retrained file count as another one."""
    import torch  # The server stays without torch

    from emocore.learn import machine, network  # The server stays without torch

    machine.keep_freed_memory()
    return network.load(weights).to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]


@lru_cache(maxsize=8)
def _learned(run_id: str, _stamp: str) -> tuple[Pictures, bool]:
    """`_stamp` makes a retrained run count as another one."""
    parts = [_trained_on(member) for member in store.members(store.read(run_id))]
    hashes = np.concatenate([np.zeros(0, np.uint64), *(part for part in parts if part is not None)])
    return np.unique(hashes), all(part is not None for part in parts)


def _trained_on(run: Run) -> Pictures | None:
    """What a run kept, or what its dataset still tells."""
    if (kept := parents.trained_on(run)) is not None:
        return kept
    try:
        dataset, train = baselines.dataset_of(run), store.training_rows(run)
    except (EmoError, OSError):
        return None
    return parents.pictures(dataset.images[train])


@lru_cache(maxsize=4)
def _training(run_id: str, stamp: str, changed: tuple[int, ...]) -> TrainingFaces:
    """`stamp` and `changed` make a retrained run count as another one."""
    assert changed, stamp
    run = store.read(run_id)
    dataset = baselines.dataset_of(run)
    train = store.training_rows(run)
    if not len(train):
        raise EmoError("This run has no training images to compare with.", "no_images")
    rows = np.sort(np.random.default_rng(SEED).permutation(train)[:MOST_FACES])
    return TrainingFaces(rows, embedding(networks(run), dataset.images[rows]))


CHUNK = 256
PIXELS = "pixels"


def asked(summary: Summary, part: Mapping[str, list[str]], seen_by: str, way: str, seed: int = 1) -> dict[str, Any]:
    """Plain values that `steps` makes a map of.

    part: a slice as an address has it. of: PIXELS, or the run whose network looks. way: one of projection.WAYS.
    """
    dataset = {"dataset": summary.name, "version": summary.version, "fingerprint": summary.fingerprint}
    return dataset | {"slice": dict(part), "of": seen_by, "way": way, "seed": seed}


def steps(wanted: Mapping[str, Any]) -> Iterator[Progress | Map]:
    """Progress values, at last the Map. Raises EmoError "dataset_changed", "no_run" or "no_weights"."""
    summary = library.summary(wanted["dataset"])
    if (summary.version, summary.fingerprint) != (wanted["version"], wanted["fingerprint"]):
        raise EmoError(f"{summary.name} was changed meanwhile. Open the map again.", "dataset_changed")
    dataset = library.load(summary.name)
    rows = slices.from_query(wanted["slice"]).rows(dataset.table)
    drawn = projection.sample(rows, projection.MOST, wanted["seed"])
    if wanted["of"] == PIXELS:
        features = projection.pixels_of(dataset.images, drawn)
    else:
        asked = networks(store.read(wanted["of"]))
        parts: list[Features] = []
        for at in range(0, len(drawn), CHUNK):
            yield Progress(at, len(drawn), "The network looks at the faces")
            parts.append(embedding(asked, dataset.images[drawn[at : at + CHUNK]]))
        features = np.concatenate(parts)
    yield from projection.steps(features, drawn, len(rows), wanted["way"], wanted["seed"])


MANY = 64
"""From so many faces on. Fewer are answered by one thread in full precision, as everywhere else."""
WORTH_IT = 0.8
"""Half precision must take at most this share of the time: it moves probabilities by up to about .01."""

Found = TypeVar("Found")


def over(model: Network, faces: Faces, look: Callable[[torch.Tensor], Found]) -> list[Found]:
    """What `look` makes of (N, 48, 48) faces, batch by batch in their order; of none at all one empty batch.

    Batches run side by side, each on one thread: threads that share one batch wait for each other, which costs
    most where other programs want the cores too.
    """
    import torch  # The server stays without torch

    half = len(faces) >= MANY and _gains_by_half_precision(model)

    def one(start: int) -> Found:
        batch = torch.from_numpy(np.array(faces[start : start + BATCH]))[:, None]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            return look(batch)

    starts = range(0, max(1, len(faces)), BATCH)
    if len(faces) < MANY:
        return [one(start) for start in starts]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, starts))
    finally:
        torch.set_num_threads(threads)


@lru_cache(maxsize=24)
def _gains_by_half_precision(model: Network) -> bool:
    """Timed once for each loaded network, in turns."""
    import torch  # The server stays without torch

    images = torch.full((BATCH, 1, SIDE, SIDE), 100.0)
    seconds = {False: float("inf"), True: float("inf")}
    for half in (False, True) * 3:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            started = time.perf_counter()
            model.blocks(model.standardize(images))
        seconds[half] = min(seconds[half], time.perf_counter() - started)
    return seconds[True] < WORTH_IT * seconds[False]
