"""Flawed ways to train, by name, and the shuffled-label control: run on purpose, and marked wherever they are shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from emocore.arrays import Rows
from emocore.data import split as data_split
from emocore.data.dataset import Dataset, with_labels
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.learn.leakage_lesson import VARIANTS, variant
from emocore.learn.recipe import CONTROL, MARK, Recipe
from emocore.learn.recipe_parts import Block, ProtocolSettings

MOST_IMAGES = 4000
"""More are not copied eight times in memory."""

LESSON = Recipe(
    "lesson",
    (Block(16, 3, 3, 0.1), Block(32, 3, 2, 0.1), Block(64, 3, 2, 0.1)),
    learning_rate=2e-3,
    schedule="cosine",
    batch_size=64,
    epochs=20,
    patience=0,
)
"""A small network that trains for a fixed time, so that ways to train can be compared."""

PLAIN_IMAGES = {"mirror": False} | dict.fromkeys(
    ("rotate", "shift", "scale", "brightness", "contrast", "gamma", "erase"), 0.0
)


@dataclass(frozen=True)
class Protocol:
    """How a run was trained and judged; what it does not say is as the Trainer does it.

    stopped_on: the part whose loss chose the epoch, "validation", "test" or "nothing". shuffled: batches in
    random order, else class by class. restored: weights of the chosen epoch, else of the last. scaler: what
    normalization was fitted on, "train", "all" images, or each "group" that is judged.
    augmented_after_split: copies were made in training only. twins_kept: ids of training images that have a
    copy in another part.
    """

    stopped_on: str = "validation"
    shuffled: bool = True
    restored: bool = True
    scaler: str = "train"
    augmented_after_split: bool = True
    twins_kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flaw:
    """A flawed way. message: what is done; finding: the code that it raises; settings: of the recipe.

    test_images: what the test images had to do with the training.
    """

    words: str
    message: str
    finding: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    protocol: Mapping[str, Any] = field(default_factory=dict)
    test_images: str = "that decided nothing in this run"


FLAWS: dict[str, Flaw] = {
    "augment-first": Flaw(
        "Augment before the split",
        "Eight variants of every picture (upside down, rotated, darker) are made and then shared out at random, so "
        "variants of one picture lie on both sides. The first version of the report did this: .899 instead of about "
        ".70.",
        "augmented_before_split",
        PLAIN_IMAGES,
        {"augmented_after_split": False},
        "of which other variants were trained on",
    ),
    "test-stops": Flaw(
        "Stop on the test part",
        "The loss on the test part chooses the epoch, and the same part is then reported. The report's final network "
        "was trained so.",
        "stopped_on_test",
        protocol={"stopped_on": "test"},
        test_images="whose loss chose the epoch of this run",
    ),
    "no-validation": Flaw(
        "No validation part",
        "Validation images are trained on, and the loss on training images chooses the epoch.",
        "no_validation_part",
        protocol={"stopped_on": "nothing"},
    ),
    "last-weights": Flaw(
        "Best epoch not restored",
        "Training keeps the weights of the last epoch, whatever the validation loss said. The report's loop did this.",
        "best_epoch_not_restored",
        protocol={"restored": False},
    ),
    "class-sorted": Flaw(
        "Batches class by class",
        "Nothing is shuffled: batches hold one class after another. The report's cross-validation fell to .47 by it.",
        "class_sorted_batches",
        protocol={"shuffled": False},
    ),
    "upside-down": Flaw(
        "Flip upside down",
        "Half of the training images stand on their heads. The report called this a rotation.",
        "upside_down_flip",
        {"upside_down": True},
    ),
    "scaler-all": Flaw(
        "Scale by all images",
        "Means and deviations of pixels are taken of all images, test images too.",
        "scaler_outside_training",
        {"normalization": "per-pixel"},
        {"scaler": "all"},
        "whose gray values went into the scaling of the training images",
    ),
    "scaler-group": Flaw(
        "Scale each group by itself",
        "Means and deviations are taken anew of each group that is judged. The report's bias table was made so.",
        "scaler_outside_training",
        {"normalization": "per-pixel"},
        {"scaler": "group"},
        "that are scaled by the means of their own groups",
    ),
    "twins-kept": Flaw(
        "Keep twins in training",
        "Training images with a copy in another part stay in training.",
        "twins_in_training",
        test_images="some of which have a copy that was trained on",
    ),
}
"""Name -> flawed way. The names are those that `recipe_parts.CHOICES` lets a recipe have."""


def flawed(recipe: Recipe, name: str) -> Recipe:
    """The recipe with a flaw, and a name that says so. Raises EmoError "no_flaw" naming those that exist."""
    if name not in FLAWS:
        raise EmoError(f"There is no flaw {name!r}. Use {', '.join(FLAWS)}.", "no_flaw")
    called = f"{MARK} {recipe.name}: {name}"[:60]
    return dataclasses.replace(recipe, name=called, flaw=name, **FLAWS[name].settings)


def protocol(recipe: ProtocolSettings, left_out: Sequence[str]) -> Protocol:
    """How a recipe trains. left_out: ids of training images with a copy in another part."""
    if not recipe.flaw:
        return Protocol()
    kept = tuple(left_out) if recipe.flaw == "twins-kept" else ()
    return Protocol(**FLAWS[recipe.flaw].protocol, twins_kept=kept)


def prepared(dataset: Dataset, split: Split, recipe: ProtocolSettings) -> tuple[Dataset, Split]:
    """What a recipe really trains and is judged on: for a sound one the same, for a flawed one what the flaw makes.

    A control has its labels shuffled first, and keeps the split. Raises EmoError "no_attribute", "no_twins" or
    "too_many_images" where a flaw cannot be shown.
    """
    if recipe.control:
        dataset = shuffled(dataset, recipe.seed)
    if recipe.flaw == "augment-first":
        rows = np.sort(np.concatenate([split.train, split.validation, split.test]))
        made = copies(dataset, rows, VARIANTS)
        return made, data_split.make(made, SplitPlan(seed=recipe.seed, own=False))
    if recipe.flaw == "no-validation":
        train = np.sort(np.concatenate([split.train, split.validation]))
        return dataset, Split(train, split.validation[:0], split.test, split.left_out)
    if recipe.flaw == "twins-kept":
        if not len(split.left_out):
            raise EmoError(
                f"No training image of {dataset.name} has a copy in another part, so there is no twin to keep. "
                "The drawn faces have some.",
                "no_twins",
            )
        train = np.sort(np.concatenate([split.train, split.left_out]))
        return dataset, Split(train, split.validation, split.test, split.left_out)
    if recipe.flaw == "scaler-group" and not dataset.attributes:
        raise EmoError(f"{dataset.name} has no attribute, so there is no group to scale by itself.", "no_attribute")
    return dataset, split


def test_images_of(recipe: ProtocolSettings) -> str:
    """What the test images of a run had to do with its training, as words behind their number."""
    return FLAWS[recipe.flaw].test_images if recipe.flaw else Flaw.test_images


def stopping_rows(split: Split, recipe: ProtocolSettings) -> Rows:
    """Rows whose loss chooses the epoch and ends training."""
    return {"test-stops": split.test, "no-validation": split.train}.get(recipe.flaw, split.validation)


def fitted_on(split: Split, train: Rows, recipe: ProtocolSettings) -> Rows:
    """Rows that normalization takes its statistics from."""
    return np.concatenate([train, split.validation, split.test]) if recipe.flaw == "scaler-all" else train


def keeps_last(recipe: Recipe) -> bool:
    """Whether the weights of every epoch replace those before."""
    return recipe.keep == "last" or recipe.flaw == "last-weights"


def copies(dataset: Dataset, rows: Rows, variants: int) -> Dataset:
    """The images of some rows, each as so many of the report's variants (1 to 8); copies are not known to be copies.

    Rows of one picture follow each other. Raises EmoError "too_many_images".
    """
    if len(rows) > MOST_IMAGES:
        raise EmoError(
            f"{len(rows):,} images would be copied {variants} times. Choose a subset of at most {MOST_IMAGES:,} on the "
            "page Check.",
            "too_many_images",
        )
    images = np.stack([variant(dataset.images[rows], rows, number) for number in range(variants)], axis=1)
    table = dataset.table.iloc[np.repeat(rows, variants)].reset_index(drop=True)
    number = pd.Series(np.tile(np.arange(variants), len(rows)).astype(str))
    table["id"] = table["id"].astype(str) + "#" + number
    table["family"] = np.arange(len(table))
    table[["split", "parent"]] = ""
    return with_labels(dataset.name, images.reshape(-1, *images.shape[2:]), table)


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
