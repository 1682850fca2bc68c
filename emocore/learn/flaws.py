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

    protocol: what it changes in a `learn.protocols.Protocol`. test_images: a sentence that says what the test images
    had to do with the training. needs: another flaw without which it cannot be. only_folds: of cross-validations.
    """

    words: str
    message: str
    finding: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    protocol: Mapping[str, Any] = field(default_factory=dict)
    test_images: str = ""
    needs: str = ""
    only_folds: bool = False


COPIES_TRAINED = "Copies of some test images were used for training."

FLAWS: dict[str, Flaw] = {
    "augment-first": Flaw(
        "Augment before the split",
        "Each picture is augmented into eight variants (upside down, rotated, darker) before the split. The variants "
        "are then divided at random, so variants of the same picture are in both the training part and the test part. "
        "The first version of the report did this: its accuracy was 0.899 instead of about 0.70.",
        "augmented_before_split",
        PLAIN_IMAGES,
        {"rows": "variants"},
        "Other variants of the test images were used for training.",
    ),
    "test-stops": Flaw(
        "Stop on the test part",
        "The loss on the test images chooses the epoch, and the score on the same images is then reported. The final "
        "network of the report was trained in this way.",
        "stopped_on_test",
        protocol={"stopped_on": "test"},
        test_images="The loss on the test images chose the epoch of this run.",
    ),
    "no-validation": Flaw(
        "No validation set",
        "The validation images are used for training, and the loss on the training images chooses the epoch.",
        "no_validation_part",
        protocol={"stopped_on": "nothing"},
    ),
    "validation-trained": Flaw(
        "Train on the validation images too",
        "The validation images are used for training, so only the test images are left to choose the epoch.",
        "stopped_on_test",
        needs="test-stops",
    ),
    "last-weights": Flaw(
        "Best epoch not restored",
        "The weights of the last epoch are kept, even if an earlier epoch had a lower validation loss. The report did "
        "this.",
        "best_epoch_not_restored",
        protocol={"restored": False},
    ),
    "class-sorted": Flaw(
        "Batches sorted by class",
        "The training images are not shuffled, so a batch contains images of a single class. This is why the accuracy "
        "in the report's cross-validation fell to 0.47.",
        "class_sorted_batches",
        protocol={"shuffled": False},
    ),
    "upside-down": Flaw(
        "Flip upside down",
        "Half of the training images are turned upside down. The report called this a rotation.",
        "upside_down_flip",
        {"upside_down": True},
    ),
    "stored-flips": Flaw(
        "Add an upside-down copy of each image",
        "Each training image is stored a second time, upside down. In a cross-validation this applies to all images, "
        "so half of the images in each held-out fold are upside down. The report did this.",
        "upside_down_flip",
        protocol={"rows": "flips"},
    ),
    "folds-by-row": Flaw(
        "Folds that separate copies",
        "The folds are drawn at random from all images. They are not balanced by class, and copies of the same picture "
        "can be in different folds. The report did this.",
        "families_apart",
        protocol={"folds": "rows"},
        test_images=COPIES_TRAINED,
        only_folds=True,
    ),
    "second-pass": Flaw(
        "Pass each batch twice",
        "After each step the network sees the same batch a second time in training mode, and the training accuracy is "
        "computed from this second pass. The statistics of batch normalization are updated twice as often. The report "
        "did this.",
        "batches_passed_twice",
        protocol={"passes": 2},
    ),
    "scaler-all": Flaw(
        "Normalize with all images",
        "The means and standard deviations for normalization are computed from all images, including the test images.",
        "scaler_outside_training",
        {"normalization": "per-pixel"},
        {"scaler": "all"},
        "Their gray values were used to normalize the training images.",
    ),
    "scaler-group": Flaw(
        "Normalize each group by itself",
        "The means and standard deviations are computed separately for each group. The bias table of the report was "
        "made in this way.",
        "scaler_outside_training",
        {"normalization": "per-pixel"},
        {"scaler": "group"},
        "The test images of each group were normalized by the mean of that group.",
    ),
    "twins-kept": Flaw(
        "Keep copies in training",
        "Training images stay in the training part even if the validation part or the test part has a copy of them.",
        "twins_in_training",
        test_images=COPIES_TRAINED,
    ),
}
"""Name -> flawed way. The names are those that `recipe_parts.CHOICES` lets a recipe have."""

COPYING = tuple(name for name, flaw in FLAWS.items() if "rows" in flaw.protocol)
"""Flaws that store copies of images, so that a run with one has images that its dataset lacks."""

ALONE = tuple(name for name, flaw in FLAWS.items() if not flaw.needs and not flaw.only_folds)
"""Flaws that a single training can have by themselves."""

DECIDED = {
    "stopped_on": "which images decide when training stops",
    "rows": "which copies are stored",
    "scaler": "which images are used for normalization",
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
            message = f"{name} is only possible in a cross-validation, because a single split has no folds."
            raise EmoError(message, "flaws_conflict", "flaw")


def _conflicts(names: Sequence[str]) -> Iterator[str]:
    if {"test-stops", "no-validation"} <= set(names):
        yield (
            "test-stops and no-validation cannot be combined. With the first, the test images decide when training "
            "stops; with the second, the training images do. To train on the validation images and stop on the test "
            "images, use test-stops,validation-trained."
        )
    for one, other in combinations(names, 2):
        for key in DECIDED:
            values = {FLAWS[name].protocol[key] for name in (one, other) if key in FLAWS[name].protocol}
            if len(values) > 1:
                yield f"{one} and {other} cannot be combined: both decide {DECIDED[key]}. Remove one of them."
    for name in names:
        if (needed := FLAWS[name].needs) and needed not in names:
            yield (
                f"{name} needs {needed}. Without it no images are left that could choose the epoch. Use "
                f"{needed},{name}, or use no-validation, which chooses the epoch on training images."
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
    """A set of flaws as a sentence names it: "stop on the test part and best epoch not restored"."""
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
        "As in sections 6.1 and 6.2 of the report: each picture is augmented into eight variants, all images are "
        "normalized together, and then the split is drawn at random. The reported score is measured on the images that "
        "decided when training stopped.",
        ("augment-first", "twins-kept", "scaler-all", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
        reported="validation",
    ),
    "as-corrected-in-the-report": NamedProtocol(
        "As in section 7.4 of the report: the split comes first, and then an upside-down copy of each training image "
        "is added. There is no validation set, so the test images decide when training stops. The reported score is "
        "measured on the same images.",
        ("stored-flips", "twins-kept", "test-stops", "validation-trained", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
    ),
    "its-ten-folds": NamedProtocol(
        "As in section 6.5 of the report: the training images and their upside-down copies are divided into ten folds "
        "at random, and the batches are not shuffled. The loss on the held-out fold decides when training stops.",
        ("stored-flips", "folds-by-row", "class-sorted", "test-stops", "validation-trained", *_ITS_LOOP),
        _ITS_IMAGES,
        extra_patience=1,
        folds=10,
    ),
    "corrected": NamedProtocol(
        "Copies of the same picture stay in one part. Validation images taken from the training images choose the "
        "epoch, and the weights of that epoch are kept. The test part is opened once."
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
        message = f"{recipe.name} already has a flaw ({recipe.flaw}). Choose a correct recipe, such as report-main."
        raise EmoError(message, "bad_value", "flaw")
    chosen = PROTOCOLS[name]
    patience = recipe.patience + chosen.extra_patience if recipe.patience else 0
    changed = dataclasses.replace(recipe, **{**chosen.settings, "patience": patience})
    return flawed(changed, chosen.flaws, name)


def protocol_of(recipe: Recipe) -> str:
    """The protocol whose name a recipe bears, "" where it has none."""
    return next((name for name in PROTOCOLS if recipe.name.startswith(MARK) and recipe.name.endswith(f": {name}")), "")
