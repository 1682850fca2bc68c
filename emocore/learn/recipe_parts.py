"""The four parts of a recipe: network, augmentation, training, protocol. Each refuses what it cannot be.

A Recipe is all four at once, so whoever needs the network alone takes `NetworkSettings` and is given a Recipe.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from emocore.arrays import SIDE
from emocore.errors import EmoError

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
    "filters": (1, 512),
    "kernel": (1, 15),
    "pool": (1, 8),
    "dropout": (0, 0.9),
}
"""Setting -> its smallest and its largest value."""
CHOICES: dict[str, tuple[str, ...]] = {
    "activation": ("relu", "leaky_relu", "silu"),
    "head": ("flatten", "average"),
    "normalization": ("per-pixel", "per-image"),
    "optimizer": ("adam", "adamw", "sgd"),
    "schedule": ("constant", "cosine", "one-cycle"),
    "keep": ("best", "last", "worst-group"),
    "balance": ("none", "reweigh", "resample", "augment"),
    "flaw": (
        "", "augment-first", "test-stops", "no-validation", "validation-trained", "last-weights", "class-sorted",
        "upside-down", "stored-flips", "folds-by-row", "second-pass", "scaler-all", "scaler-group", "twins-kept",
    ),
    "control": ("", "shuffled"),
}  # fmt: skip
"""Setting -> the words that it can be."""
SETS = ("flaw",)
"""Settings that can be several of these words, joined by commas."""


@dataclass(frozen=True)
class Block:
    """Convolution (same padding), batch normalization, activation, max-pooling, dropout.

    filters: output channels. kernel: side of the square kernel, odd. pool: side and stride of the
    pooling window, 1 for none. dropout: share of values set to 0 in training. residual: two
    convolutions whose result is added to the block's input (He et al. 2016).
    """

    filters: int
    kernel: int
    pool: int
    dropout: float = 0.0
    residual: bool = False

    @property
    def description(self) -> str:
        """The block in words: "32 of 3x3, pool 2, dropout 0.2"."""
        words = f"{self.filters} of {self.kernel}x{self.kernel}"
        words += f", pool {self.pool}" if self.pool > 1 else ""
        words += f", dropout {self.dropout:g}" if self.dropout else ""
        return words + (", residual" if self.residual else "")


@dataclass(frozen=True)
class Named:
    """What people call a recipe."""

    name: str

    def refuse_nonsense(self) -> None:
        """Raise EmoError "bad_value" for what is no name."""
        name = self.name
        if not isinstance(name, str) or not name.strip() or len(name) > 60 or not name.isprintable():
            raise EmoError("A recipe needs a name of 1 to 60 printable characters.", "bad_value", "name")


@dataclass(frozen=True)
class NetworkSettings:
    """The network, and what it sees of an image.

    blocks: the convolution blocks, first to last. head: what the linear layer sees, every value of the last
    map ("flatten") or each channel's mean ("average"). head_dropout: dropout before it.
    normalization: "per-pixel" (statistics of the training part, as in the report) or "per-image".
    """

    blocks: tuple[Block, ...]
    activation: str = "relu"
    head: str = "flatten"
    head_dropout: float = 0.0
    normalization: str = "per-pixel"

    def refuse_nonsense(self) -> None:
        """Raise EmoError "bad_value" for a value that no network could have."""
        refuse_impossible(self, NetworkSettings)
        if not 1 <= len(self.blocks) <= MOST_BLOCKS:
            message = f"{len(self.blocks)} blocks are not possible. Use 1 to {MOST_BLOCKS}."
            raise EmoError(message, "bad_value", "blocks")
        side = SIDE
        for number, block in enumerate(self.blocks, 1):
            side = _side_after(block, number, side)


@dataclass(frozen=True)
class AugmentationSettings:
    """How training images are changed, drawn anew for every image in every epoch (see `learn.augmentation`).

    mirror, upside_down: flips of half of the images. rotate: up to so many degrees. shift: up to so many
    pixels. scale, brightness, contrast: up to such a share more or less. gamma: dark parts lifted or lowered,
    up to such an exponent. erase: a square of up to such a share of the area.
    """

    mirror: bool = True
    upside_down: bool = False
    rotate: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 0.0
    erase: float = 0.0

    def refuse_nonsense(self) -> None:
        """Raise EmoError "bad_value" for a change that no image could get."""
        refuse_impossible(self, AugmentationSettings)


@dataclass(frozen=True)
class TrainingSettings:
    """How weights are learned, kept, and answer.

    schedule: how the learning rate changes over the epochs. patience: epochs without a
    lower validation loss before training stops, 0 for never. label_smoothing: share of the truth
    that is spread over all classes. mixup: strength of mixing pairs of images, 0 for none (Zhang et
    al. 2018). weight_averaging: share of the old average that each step keeps, 0 for no averaging.
    keep: the weights of the "best" epoch (lowest validation loss), of the "last", or of the one whose
    "worst-group" has the highest recall on validation images.
    balance: "reweigh" images or "resample" them so that class and group of the attributes in
    `balance_by` (names joined by commas) are independent in what is learned; "augment" resamples and
    changes the images of small cells of class and group more, since they are shown more often.
    bootstrap: train on a draw of the training images with replacement, copies of one picture together (bagging).
    mirror_answers: answers are means over the image and its mirror image. shift_answers: also over the image
    shifted by so many pixels to each of the four sides, 0 for not.
    start_from: the id of a run whose convolution blocks the training goes on from, "" for weights of chance
    (the linear layer, too, where the classes are the same). body_rate: share of the learning rate that
    these blocks get.
    teacher: the id of a run or an ensemble that knows the same classes, "" for none. What it answers for each
    changed image takes the place of `teacher_share` of the truth (distillation, Hinton et al. 2015).
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    weight_decay: float = 1e-3
    schedule: str = "constant"
    batch_size: int = 128
    epochs: int = 50
    patience: int = 4
    label_smoothing: float = 0.0
    mixup: float = 0.0
    weight_averaging: float = 0.0
    keep: str = "best"
    balance: str = "none"
    balance_by: str = ""
    bootstrap: bool = False
    mirror_answers: bool = False
    shift_answers: int = 0
    start_from: str = ""
    body_rate: float = 1.0
    teacher: str = ""
    teacher_share: float = 0.7

    @property
    def groups_by(self) -> tuple[str, ...]:
        """The attributes whose groups are balanced or watched."""
        return tuple(name.strip() for name in self.balance_by.split(",") if name.strip())

    def refuse_nonsense(self) -> None:
        """Raise EmoError "bad_value" for a value that no training could use."""
        refuse_impossible(self, TrainingSettings)
        for name in ("start_from", "teacher"):
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) > 80:
                raise impossible(name, value, "the id of a run, or nothing")
        if not isinstance(self.balance_by, str):
            raise impossible("balance_by", self.balance_by, "names of attributes joined by commas")
        needy = "balance" if self.balance != "none" else "keep" if self.keep == "worst-group" else ""
        if needy and not self.groups_by:
            message = f"{needy}={getattr(self, needy)} needs groups. Choose an attribute in balance_by, such as gender."
            raise EmoError(message, "bad_value", needy)


@dataclass(frozen=True)
class ProtocolSettings:
    """How the experiment is run.

    flaw: flawed ways to train, on purpose (see `learn.flaws`), joined by commas, "" for none.
    seed: draws the first weights, the order of images, dropout and augmentation.
    control: "shuffled" trains on labels that were shuffled by picture (see `learn.protocols`), "" for the true
    ones.
    """

    flaw: str = ""
    seed: int = 42
    control: str = ""

    @property
    def flaws(self) -> tuple[str, ...]:
        """The flawed ways, each by its name."""
        return tuple(self.flaw.split(",")) if self.flaw else ()

    def refuse_nonsense(self) -> None:
        """Raise EmoError "bad_value" for a protocol that there is not."""
        refuse_impossible(self, ProtocolSettings)


def refuse_impossible(values: Any, part: type, where: str = "", field: str = "") -> None:
    """Numbers must be numbers within their range, switches true or false, whole numbers whole, words known ones."""
    for each in dataclasses.fields(part):
        name, value = each.name, getattr(values, each.name)
        words = value.split(",") if name in SETS and isinstance(value, str) and value else [value]
        if name in CHOICES and (any(word not in CHOICES[name] for word in words) or len(set(words)) < len(words)):
            raise impossible(name, value, " or ".join(CHOICES[name]))
        if len(words) > 1 and "" in words:
            raise impossible(name, value, "words joined by single commas")
        if each.type == "bool" and not isinstance(value, bool):
            raise impossible(name, value, "true or false", where, field)
        if name not in RANGES:
            continue
        whole = each.type == "int"
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise impossible(name, value, "a whole number" if whole else "a number", where, field)
        low, high = RANGES[name]
        if not low <= value <= high:
            raise impossible(name, value, f"{low:g} to {high:.10g}", where, field)


def impossible(name: str, value: object, possible: str, where: str = "", field: str = "") -> EmoError:
    """The error for a value that a setting cannot have. field: the setting that it belongs to, if not `name`."""
    message = f"{name}={shown(value)}{where} is not possible. Use {possible}."
    return EmoError(message, "bad_value", field or name)


def shown(value: object) -> str:
    """A value as a sentence quotes it: cut when it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _side_after(block: Block, number: int, side: int) -> int:
    """Check one block whose input is `side` pixels wide; returns the side of its output."""
    where = f" in block {number}"
    refuse_impossible(block, Block, where, "blocks")
    if block.kernel % 2 == 0:
        message = f"kernel={block.kernel}{where} is even. Use an odd number, such as 3 or 5."
        raise EmoError(message, "bad_value", "blocks")
    if block.pool > side:
        message = f"pool={block.pool}{where} is larger than its {side}x{side} feature map. Use at most {side}."
        raise EmoError(message, "bad_value", "blocks")
    return side // block.pool
