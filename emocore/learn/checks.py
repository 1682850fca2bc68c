"""What a recipe may hold: ranges and choices, refused with a sentence that says what is possible."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from emocore.arrays import SIDE
from emocore.errors import EmoError

if TYPE_CHECKING:
    from emocore.learn.recipe import Block, Recipe

MOST_BLOCKS = 10
RANGES: dict[str, tuple[float, float]] = {
    "head_dropout": (0, 0.9),
    "rotate": (0, 45),
    "shift": (0, 12),
    "scale": (0, 0.5),
    "brightness": (0, 0.5),
    "contrast": (0, 0.9),
    "gamma": (0, 1),
    "erase": (0, 0.5),
    "learning_rate": (1e-6, 1),
    "weight_decay": (0, 1),
    "batch_size": (2, 4096),
    "epochs": (1, 1000),
    "patience": (0, 1000),
    "label_smoothing": (0, 0.5),
    "mixup": (0, 2),
    "weight_averaging": (0, 0.9999),
    "body_rate": (0.001, 1),
    "teacher_share": (0, 1),
    "shift_answers": (0, 8),
    "seed": (0, 2**31 - 1),
}
BLOCK_RANGES: dict[str, tuple[float, float]] = {
    "filters": (1, 512),
    "kernel": (1, 15),
    "pool": (1, 8),
    "dropout": (0, 0.9),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "activation": ("relu", "leaky_relu", "silu"),
    "head": ("flatten", "average"),
    "normalization": ("per-pixel", "per-image"),
    "optimizer": ("adam", "adamw", "sgd"),
    "schedule": ("constant", "cosine", "one-cycle"),
    "keep": ("best", "last", "worst-group"),
    "balance": ("none", "reweigh", "resample", "augment"),
    "flaw": (
        "", "augment-first", "test-stops", "no-validation", "last-weights", "class-sorted", "upside-down", "scaler-all",
        "scaler-group", "twins-kept",
    ),
}  # fmt: skip
MARK = "FLAWED"
"""What the name of a recipe with a flaw begins with, so that no score of it stands unmarked."""


def refuse_nonsense(recipe: Recipe) -> None:
    """Raise EmoError "bad_value" for a value that no training could use."""
    name = recipe.name
    if not isinstance(name, str) or not name.strip() or len(name) > 60 or not name.isprintable():
        raise EmoError("A recipe needs a name of 1 to 60 printable characters.", "bad_value")
    for field, choices in CHOICES.items():
        if getattr(recipe, field) not in choices:
            raise _impossible(field, getattr(recipe, field), " or ".join(choices))
    _refuse_other_kinds(recipe, RANGES, "")
    if bool(recipe.flaw) != name.startswith(MARK):
        raise EmoError(
            f"flaw={recipe.flaw!r} does not fit the name {shown(name)}. "
            f"Use --flaw, which marks the name: it begins with {MARK} for flawed ways to train, and for no other.",
            "bad_value",
        )
    if recipe.keep == "last" and recipe.patience:
        raise EmoError(
            f"patience={recipe.patience} with keep=last would keep weights past the best. Use patience=0.", "bad_value"
        )
    for field in ("start_from", "teacher"):
        value = getattr(recipe, field)
        if not isinstance(value, str) or len(value) > 80:
            raise _impossible(field, value, "the id of a run, or nothing")
    if not isinstance(recipe.balance_by, str):
        raise _impossible("balance_by", recipe.balance_by, "names of attributes joined by commas")
    needs_groups = "balance" if recipe.balance != "none" else "keep" if recipe.keep == "worst-group" else ""
    if needs_groups and not recipe.groups_by:
        raise EmoError(
            f"{needs_groups}={getattr(recipe, needs_groups)} needs groups. "
            "Name attributes in balance_by, such as gender.",
            "bad_value",
        )
    if not 1 <= len(recipe.blocks) <= MOST_BLOCKS:
        raise EmoError(f"{len(recipe.blocks)} blocks are not possible. Use 1 to {MOST_BLOCKS}.", "bad_value")
    side = SIDE
    for number, block in enumerate(recipe.blocks, 1):
        side = _refuse_block(block, number, side)


def shown(value: object) -> str:
    """A value as a sentence quotes it: cut when it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse_block(block: Block, number: int, side: int) -> int:
    """Check one block whose input is `side` pixels wide; returns the side of its output."""
    where = f" in block {number}"
    _refuse_other_kinds(block, BLOCK_RANGES, where)
    if block.kernel % 2 == 0:
        raise EmoError(f"kernel={block.kernel}{where} is even. Use an odd side: 1, 3, 5, 7.", "bad_value")
    if block.pool > side:
        raise EmoError(
            f"pool={block.pool}{where} leaves nothing of a {side}x{side} map. Use at most {side}.", "bad_value"
        )
    return side // block.pool


def _refuse_other_kinds(values: Recipe | Block, ranges: dict[str, tuple[float, float]], where: str) -> None:
    """Numbers must be numbers within their range, switches true or false, whole numbers whole."""
    for field in dataclasses.fields(values):
        value: Any = getattr(values, field.name)
        if field.type == "bool" and not isinstance(value, bool):
            raise _impossible(field.name, value, "true or false", where)
        if field.name not in ranges:
            continue
        whole = field.type == "int"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise _impossible(field.name, value, "a whole number" if whole else "a number", where)
        low, high = ranges[field.name]
        if not low <= value <= high:
            raise _impossible(field.name, value, f"{low:g} to {high:.10g}", where)


def _impossible(name: str, value: object, possible: str, where: str = "") -> EmoError:
    return EmoError(f"{name}={shown(value)}{where} is not possible. Use {possible}.", "bad_value")
