"""A map of a dataset by its pixels or by what a network sees in them, step by step. Belongs on a worker.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from emocore.data import library, slices
from emocore.data.events import Progress
from emocore.data.exploring import projection
from emocore.data.exploring.projection import Features, Map
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.predict import loaded_networks
from emocore.runs import store

CHUNK = 256
PIXELS = "pixels"


def asked(about: Summary, part: Mapping[str, list[str]], of: str, way: str, seed: int = 1) -> dict[str, Any]:
    """Plain values that `steps` makes a map of.

    part: a slice as an address has it. of: PIXELS, or the run whose network looks. way: one of projection.WAYS.
    """
    dataset = {"dataset": about.name, "version": about.version, "fingerprint": about.fingerprint}
    return dataset | {"slice": dict(part), "of": of, "way": way, "seed": seed}


def steps(wanted: Mapping[str, Any]) -> Iterator[Progress | Map]:
    """Progress values, at last the Map. Raises EmoError "dataset_changed", "no_run" or "no_weights"."""
    about = library.summary(wanted["dataset"])
    if (about.version, about.fingerprint) != (wanted["version"], wanted["fingerprint"]):
        raise EmoError(f"{about.name} was changed meanwhile. Open the map again.", "dataset_changed")
    dataset = library.load(about.name)
    rows = slices.from_query(wanted["slice"]).rows(dataset.table)
    drawn = projection.sample(rows, projection.MOST, wanted["seed"])
    if wanted["of"] == PIXELS:
        features = projection.pixels_of(dataset.images, drawn)
    else:
        networks = loaded_networks.networks(store.read(wanted["of"]))
        parts: list[Features] = []
        for at in range(0, len(drawn), CHUNK):
            yield Progress(at, len(drawn), "The network looks at the faces")
            parts.append(loaded_networks.embedding(networks, dataset.images[drawn[at : at + CHUNK]]))
        features = np.concatenate(parts)
    yield from projection.steps(features, drawn, len(rows), wanted["way"], wanted["seed"])
