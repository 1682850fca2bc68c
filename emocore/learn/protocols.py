"""What flaws do to images, splits and training, and the shuffled-label control."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from emocore.arrays import Rows
from emocore.data import split as data_split
from emocore.data.dataset import Dataset, with_labels
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.learn import flaws
from emocore.learn.flaws import COPYING, FLAWS
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


@dataclass(frozen=True)
class Protocol:
    """How a run was trained and judged; what it does not say is as the Trainer does it.

    stopped_on: the part whose loss chose the epoch, "validation", "test" or "nothing". shuffled: batches in
    random order, else class by class. restored: weights of the chosen epoch, else of the last. scaler: what
    normalization was fitted on, "train", "all" images, or each "group" that is judged. rows: what was shared out,
    "originals", eight "variants" of each, or each and its "flips" upside down. folds: drawn by "families", or by
    "rows". passes: of each batch through the network. twins_kept: ids of training images that have a copy in another
    part.
    """

    stopped_on: str = "validation"
    shuffled: bool = True
    restored: bool = True
    scaler: str = "train"
    rows: str = "originals"
    folds: str = "families"
    passes: int = 1
    twins_kept: tuple[str, ...] = ()

    @property
    def augmented_after_split(self) -> bool:
        """Whether no variant of an image was made before images were shared out."""
        return self.rows != "variants"


def protocol(recipe: ProtocolSettings, left_out: Sequence[str]) -> Protocol:
    """How a recipe trains. left_out: ids of training images with a copy in another part."""
    changes = {key: value for name in recipe.flaws for key, value in FLAWS[name].protocol.items()}
    return Protocol(**changes, twins_kept=tuple(left_out) if "twins-kept" in recipe.flaws else ())


def prepared(
    dataset: Dataset, split: Split, recipe: ProtocolSettings, plan: SplitPlan | None = None
) -> tuple[Dataset, Split]:
    """What a recipe really trains and is judged on: for a sound one the same, for a flawed one what its flaws make.

    plan: what the split was made by, where it is a fold. A control has its labels shuffled first, and keeps the split.
    Raises EmoError "flaws_conflict", "no_attribute", "no_twins" or "too_many_images" where a flaw cannot be shown.
    """
    plan, chosen = plan or SplitPlan(), recipe.flaws
    flaws.refuse_impossible(chosen, is_fold=bool(plan.folds))
    _refuse_absent(dataset, split, chosen)
    if recipe.control:
        dataset = shuffled(dataset, recipe.seed)
    if plan.folds and not set(COPYING).isdisjoint(chosen):
        dataset, split = _rows_of_folds(dataset, plan, chosen)
    elif "augment-first" in chosen:
        kept = split.left_out[: len(split.left_out) * ("twins-kept" in chosen)]
        dataset = copies(dataset, np.sort(np.concatenate([split.train, split.validation, split.test, kept])), VARIANTS)
        split = data_split.make(dataset, SplitPlan(seed=recipe.seed, own=False))
    if "folds-by-row" in chosen:
        split = _fold_by_row(dataset, split, plan)
    if "twins-kept" in chosen:
        split = replace(split, train=np.sort(np.concatenate([split.train, split.left_out])))
    if not {"no-validation", "validation-trained"}.isdisjoint(chosen):
        train = np.sort(np.concatenate([split.train, split.validation]))
        split = replace(split, train=train, validation=split.validation[:0])
    if "stored-flips" in chosen and not plan.folds:
        dataset, split = _with_flips_in_training(dataset, split)
    return dataset, split


def _refuse_absent(dataset: Dataset, split: Split, chosen: Sequence[str]) -> None:
    """In a set the other flaws show without twins, so only by itself must keeping them find some."""
    if tuple(chosen) == ("twins-kept",) and not len(split.left_out):
        raise EmoError(
            f"No training image of {dataset.name} has a copy in another part, so this flaw would change nothing. "
            "The drawn faces have such copies.",
            "no_twins",
        )
    if "scaler-group" in chosen and not dataset.attributes:
        raise EmoError(
            f"{dataset.name} has no attribute, so there are no groups that could be normalized separately.",
            "no_attribute",
        )


def _rows_of_folds(dataset: Dataset, plan: SplitPlan, chosen: Sequence[str]) -> tuple[Dataset, Split]:
    """The copies that are stored before folds are cut, and one fold of them."""
    pool = data_split.pool(dataset, plan)
    if "augment-first" in chosen:
        made = copies(dataset, pool, VARIANTS)
        return made, data_split.make(made, replace(plan, pool="all", together=""))
    made, _ = with_flips(dataset, pool)
    return made, data_split.make(made, plan)


def _fold_by_row(dataset: Dataset, split: Split, plan: SplitPlan) -> Split:
    """A fold as scikit-learn's KFold cuts it: by chance, whatever class and picture a row is of."""
    if plan.by:
        message = f"folds-by-row draws folds at random, so it cannot leave out a group of {plan.by}. Use folds instead."
        raise EmoError(message, "flaws_conflict", "flaw")
    rows = np.sort(np.concatenate([split.train, split.validation, split.test, split.left_out]))
    each = np.arange(len(dataset))
    test = data_split.held_out(rows, dataset.labels, each, plan.folds, plan.fold, plan.seed, by_row=True)
    train = np.setdiff1d(rows, test)
    validation = data_split.cut(train, dataset.labels, each, plan.validation, plan.seed)
    return Split(np.setdiff1d(train, validation), validation, test, split.left_out[:0])


def _with_flips_in_training(dataset: Dataset, split: Split) -> tuple[Dataset, Split]:
    made, place = with_flips(dataset, split.train)
    train = np.sort(np.concatenate([place[split.train], place[split.train] + 1]))
    return made, Split(train, place[split.validation], place[split.test], place[split.left_out])


UNTOUCHED = "No decision in this run was based on the test images."


def about_test_images(recipe: ProtocolSettings) -> str:
    """What the test images of a run had to do with its training, in sentences."""
    sentences = dict.fromkeys(FLAWS[name].test_images for name in recipe.flaws if FLAWS[name].test_images)
    return " ".join(sentences) or UNTOUCHED


def stopping_rows(split: Split, recipe: ProtocolSettings) -> Rows:
    """Rows whose loss chooses the epoch and ends training."""
    steering = {"validation": split.validation, "test": split.test, "nothing": split.train}
    return steering[protocol(recipe, ()).stopped_on]


def fitted_on(split: Split, train: Rows, recipe: ProtocolSettings) -> Rows:
    """Rows that normalization takes its statistics from."""
    return np.concatenate([train, split.validation, split.test]) if "scaler-all" in recipe.flaws else train


def keeps_last(recipe: Recipe) -> bool:
    """Whether the weights of every epoch replace those before."""
    return recipe.keep == "last" or "last-weights" in recipe.flaws


def kept_words(recipe: Recipe) -> str:
    """Which weights a training keeps, as a sentence."""
    if keeps_last(recipe):
        return "The weights of the last epoch are kept."
    if recipe.keep == "worst-group":
        return "The weights of the epoch whose worst group has the highest recall on validation images are kept."
    return KEPT_OF_LOWEST[protocol(recipe, ()).stopped_on]


KEPT_OF_LOWEST = {
    "validation": "The weights of the epoch with the lowest validation loss are kept.",
    "test": "The weights of the epoch with the lowest loss on test images are kept.",
    "nothing": "The weights of the epoch with the lowest loss on training images are kept.",
}


def copies(dataset: Dataset, rows: Rows, variants: int) -> Dataset:
    """The images of some rows, each as so many of the report's variants (1 to 8); copies are not known to be copies.

    Rows of one picture follow each other. Raises EmoError "too_many_images".
    """
    _refuse_many(rows, variants)
    images = np.stack([variant(dataset.images[rows], rows, number) for number in range(variants)], axis=1)
    table = dataset.table.iloc[np.repeat(rows, variants)].reset_index(drop=True)
    number = pd.Series(np.tile(np.arange(variants), len(rows)).astype(str))
    table["id"] = table["id"].astype(str) + "#" + number
    table["family"] = np.arange(len(table))
    table[["split", "parent"]] = ""
    return with_labels(dataset.name, images.reshape(-1, *images.shape[2:]), table)


def with_flips(dataset: Dataset, rows: Rows) -> tuple[Dataset, Rows]:
    """The dataset with some rows stored upside down, too, each right after its original and in its family.

    Returns it and (N,) the new row of each original. Raises EmoError "too_many_images".
    """
    _refuse_many(rows, 2)
    times = np.ones(len(dataset), np.int64)
    times[rows] = 2
    place = np.cumsum(times) - times
    table = dataset.table.iloc[np.repeat(np.arange(len(dataset)), times)].reset_index(drop=True)
    images = np.repeat(np.asarray(dataset.images), times, axis=0)
    flips = place[rows] + 1
    images[flips] = images[flips, ::-1]
    table.loc[flips, "id"] = table.loc[flips, "id"].astype(str) + "#1"
    return with_labels(dataset.name, images, table), place


def _refuse_many(rows: Rows, variants: int) -> None:
    if len(rows) > MOST_IMAGES:
        raise EmoError(
            f"{len(rows):,} images would be stored {variants} times. Choose a subset of at most {MOST_IMAGES:,} on the "
            "page Check.",
            "too_many_images",
        )


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
    return replace(recipe, name=name, control=SHUFFLED, seed=(recipe.seed + number) % 2**31)


def one_of_each_picture(original: Dataset, made: Dataset, rows: Rows) -> Rows:
    """Of some rows the first of each picture: copies share a label, so they count once.

    made: what the recipe trains on, the dataset itself or copies of its images.
    """
    family = dict(zip(original.table["id"].astype(str), original.table["family"].to_numpy().tolist(), strict=True))
    pictures = [family[COPY.sub("", name)] for name in made.table["id"].iloc[rows].astype(str)]
    return np.asarray(rows[np.sort(np.unique(pictures, return_index=True)[1])])
