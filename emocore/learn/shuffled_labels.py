"""The shuffled-label control: labels that tell nothing, so that only a leak can make a score better than chance."""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from emocore.arrays import Rows
from emocore.data.dataset import Dataset, with_labels
from emocore.learn.recipe import CONTROL, MARK, Recipe

SHUFFLED = "shuffled"
COPY = re.compile(r"#\d+$")
"""How an id ends of a copy that a flawed way made of a picture before the split."""


def shuffled(dataset: Dataset, seed: int) -> Dataset:
    """The dataset with its labels dealt out anew, picture by picture: copies of one picture keep one label.

    Were each image shuffled by itself, a copy in training would tell nothing of the copy that is judged, and the leak
    would not be seen. A picture whose copies have different labels deals out that of the first.
    """
    _, first, picture = np.unique(dataset.table["family"].to_numpy(), return_index=True, return_inverse=True)
    words = dataset.table["emotion"].to_numpy(str)[first]
    dealt = np.random.default_rng(seed).permutation(words)[picture]
    return with_labels(dataset.name, dataset.images, dataset.table.assign(emotion=dealt))


def controlled(recipe: Recipe, number: int) -> Recipe:
    """The recipe for shuffle `number` (1, 2, ...) of a control, with a name that says so and a seed of its own."""
    mark = f"{MARK} {CONTROL}" if recipe.flaw else CONTROL
    name = f"{mark} {number}, shuffled labels: {recipe.name.removeprefix(MARK).strip()}"[:60].strip()
    return dataclasses.replace(recipe, name=name, control=SHUFFLED, seed=(recipe.seed + number) % 2**31)


def one_of_each_picture(original: Dataset, made: Dataset, rows: Rows) -> Rows:
    """Of some rows the first of each picture: copies share a label, so they count once.

    made: what the recipe trains on, the dataset itself or copies of its images.
    """
    family = dict(zip(original.table["id"].astype(str), original.table["family"].to_numpy().tolist(), strict=True))
    pictures = [family[COPY.sub("", name)] for name in made.table["id"].iloc[rows].astype(str)]
    return np.asarray(rows[np.sort(np.unique(pictures, return_index=True)[1])])
