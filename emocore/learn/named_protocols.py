"""Ways to train and judge that have a name: the three that the report followed, and the corrected one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emocore.errors import EmoError
from emocore.learn.flaws import flawed
from emocore.learn.recipe import MARK, Recipe


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


def following(recipe: Recipe, name: str) -> Recipe:
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


def of(recipe: Recipe) -> str:
    """The protocol whose name a recipe bears, "" where it has none."""
    return next((name for name in PROTOCOLS if recipe.name.startswith(MARK) and recipe.name.endswith(f": {name}")), "")
