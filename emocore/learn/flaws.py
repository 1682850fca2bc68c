"""Flawed ways to train, each by name, which of them can be at once, and the protocols that have a name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from emocore.errors import EmoError
from emocore.learn.recipe import MARK, Recipe
from emocore.wording import listing

PLAIN_IMAGES = {"mirror": False} | dict.fromkeys(
    ("rotate", "shift", "scale", "brightness", "contrast", "gamma", "erase"), 0.0
)


@dataclass(frozen=True)
class Flaw:
    """A flawed way. message: what is done; finding: the code that it raises; settings: of the recipe.

    protocol: what it changes in a `learn.protocols.Protocol`. test_images: what the test images had to do with the
    training. needs: another flaw without which it cannot be. only_folds: belongs to cross-validations.
    """

    words: str
    message: str
    finding: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    protocol: Mapping[str, Any] = field(default_factory=dict)
    test_images: str = ""
    needs: str = ""
    only_folds: bool = False


FLAWS: dict[str, Flaw] = {
    "augment-first": Flaw(
        "Augment before the split",
        "Eight variants of every picture (upside down, rotated, darker) are made and then shared out at random, so "
        "variants of one picture lie on both sides. The first version of the report did this: .899 instead of about "
        ".70.",
        "augmented_before_split",
        PLAIN_IMAGES,
        {"rows": "variants"},
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
    "validation-trained": Flaw(
        "Train on the validation part too",
        "Validation images are trained on, so only the test part is left to choose the epoch.",
        "stopped_on_test",
        needs="test-stops",
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
    "stored-flips": Flaw(
        "Store each image upside down, too",
        "Each training image is stored a second time, upside down. The rows of a cross-validation all are, so half of "
        "what each fold judges is upside down. The report did this.",
        "upside_down_flip",
        protocol={"rows": "flips"},
    ),
    "folds-by-row": Flaw(
        "Folds by row",
        "Folds are drawn row by row, whatever class and picture a row is of: copies of one picture fall apart. The "
        "report's folds were drawn so.",
        "families_apart",
        protocol={"folds": "rows"},
        test_images="some of which have a copy that was trained on",
        only_folds=True,
    ),
    "second-pass": Flaw(
        "Pass each batch twice",
        "After each step the network sees the batch a second time, in training mode, and training accuracy is counted "
        "there. Batch statistics are updated twice as often. The report's loop did this.",
        "batches_passed_twice",
        protocol={"passes": 2},
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

COPYING = tuple(name for name, flaw in FLAWS.items() if "rows" in flaw.protocol)
"""Flaws that store copies of images, so that a run with one has images that its dataset lacks."""

ALONE = tuple(name for name, flaw in FLAWS.items() if not flaw.needs and not flaw.only_folds)
"""Flaws that a single training can have by themselves."""

DECIDED = {
    "stopped_on": "which images end the training",
    "rows": "which copies are stored",
    "scaler": "what normalization is fitted on",
}
"""What only one flaw of a set can decide -> it in words."""


def names_of(text: str) -> tuple[str, ...]:
    """The flaws in "augment-first,test-stops". Raises EmoError "no_flaw" naming those that exist."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FLAWS:
            raise EmoError(f"There is no flaw {name!r}. Use {', '.join(FLAWS)}.", "no_flaw")
    return names


def refuse_impossible(names: Sequence[str], is_fold: bool | None = None) -> None:
    """Raise EmoError "flaws_conflict" for flaws that cannot be at once. is_fold: of a cross-validation, if known."""
    for why in _conflicts(names):
        raise EmoError(why, "flaws_conflict", "flaw")
    for name in names:
        if is_fold is False and FLAWS[name].only_folds:
            message = f"{name} belongs to a cross-validation: a single split has no folds. Use it with crossval."
            raise EmoError(message, "flaws_conflict", "flaw")


def _conflicts(names: Sequence[str]) -> Iterator[str]:
    if {"test-stops", "no-validation"} <= set(names):
        yield (
            "test-stops and no-validation cannot go together: the first ends training by the test part, the second by "
            "training images. To train on validation images and stop on the test part, use "
            "test-stops,validation-trained."
        )
    for one, other in combinations(names, 2):
        for key in DECIDED:
            values = {FLAWS[name].protocol[key] for name in (one, other) if key in FLAWS[name].protocol}
            if len(values) > 1:
                yield f"{one} and {other} cannot go together: both decide {DECIDED[key]}. Leave one of them out."
    for name in names:
        if (needed := FLAWS[name].needs) and needed not in names:
            yield (
                f"{name} needs {needed}: without it no image is left that could choose the epoch. Use "
                f"{needed},{name}, or no-validation, which stops on training images."
            )


def flawed(recipe: Recipe, names: str | Sequence[str], called: str = "") -> Recipe:
    """The recipe with one flaw or several, and a name that says so.

    names: "augment-first,test-stops" or a sequence; called: what the set is called, if it has a name. Raises EmoError
    "no_flaw" naming those that exist, or "flaws_conflict".
    """
    chosen = names_of(names if isinstance(names, str) else ",".join(names))
    refuse_impossible(chosen)
    flaw = ",".join(chosen)
    settings = {key: value for name in chosen for key, value in FLAWS[name].settings.items()}
    if not chosen:
        return recipe
    mark = f"{MARK} {recipe.name}: {called or flaw}"[:60]
    return dataclasses.replace(recipe, name=mark, flaw=flaw, **settings)


def in_words(flaws: Sequence[str]) -> str:
    """A set of flaws as it is named in a sentence: "stop on the test part and best epoch not restored"."""
    return listing([FLAWS[name].words[0].lower() + FLAWS[name].words[1:] for name in flaws])


@dataclass(frozen=True)
class NamedProtocol:
    """flaws: names of `learn.flaws`. settings: of the recipe. extra_patience: epochs that its loop waits longer.

    reported: the part whose score it reports. folds: it is a cross-validation of so many, 0 for a single split.
    """

    message: str
    flaws: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    extra_patience: int = 0
    reported: str = "test"
    folds: int = 0


_ITS_LOOP = ("last-weights", "second-pass")
_ITS_IMAGES = {"mirror": False, "normalization": "per-pixel"}

PROTOCOLS: dict[str, NamedProtocol] = {
    "as-first-published": NamedProtocol(
        "Eight variants of every picture, one scaler for all, then a split at random: report, sections 6.1 and 6.2. "
        "The score that it reports is of the part that ended training.",
        ("augment-first", "twins-kept", "scaler-all", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
        reported="validation",
    ),
    "as-corrected-in-the-report": NamedProtocol(
        "Split first. Every training image is stored upside down, too; nothing is kept for validation, so the test "
        "part ends training and is reported: report, section 7.4.",
        ("stored-flips", "twins-kept", "test-stops", "validation-trained", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
    ),
    "its-ten-folds": NamedProtocol(
        "The training images and their flips as rows, ten folds of rows by chance, batches in the order of the rows; "
        "each fold ends its own training: report, section 6.5.",
        ("stored-flips", "folds-by-row", "class-sorted", "test-stops", "validation-trained", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
        folds=10,
    ),
    "corrected": NamedProtocol(
        "Copies of one picture on one side, a validation part cut from training chooses the epoch, its weights are "
        "kept, and the test part is opened once."
    ),
}
"""Name -> what it is; what a row does not say is as the recipe has it. The loop of the report stops one epoch late."""


def following_protocol(recipe: Recipe, name: str) -> Recipe:
    """A sound recipe under a protocol, with a name that says so if it is flawed.

    Raises EmoError "no_protocol" naming those that exist, or "bad_value" for a recipe that has a flaw already.
    """
    if name not in PROTOCOLS:
        raise EmoError(f"There is no protocol {name!r}. Use {', '.join(PROTOCOLS)}.", "no_protocol")
    if recipe.flaw:
        message = f"{recipe.name} is flawed already ({recipe.flaw}). Choose a sound recipe, such as report-main."
        raise EmoError(message, "bad_value", "flaw")
    chosen = PROTOCOLS[name]
    patience = recipe.patience + chosen.extra_patience if recipe.patience else 0
    changed = dataclasses.replace(recipe, **{**chosen.settings, "patience": patience})
    return flawed(changed, chosen.flaws, name)


def protocol_of(recipe: Recipe) -> str:
    """The protocol whose name a recipe bears, "" where it has none."""
    return next((name for name in PROTOCOLS if recipe.name.startswith(MARK) and recipe.name.endswith(f": {name}")), "")
