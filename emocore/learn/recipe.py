"""A recipe says how to train: plain values that go to JSON and back, and refuse nonsense."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from emocore.errors import EmoError
from emocore.learn import checks


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


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run, apart from the images.

    Network. blocks: the convolution blocks, first to last. head: what the linear layer sees, every
    value of the last map ("flatten") or each channel's mean ("average"). head_dropout: dropout before
    it. normalization: "per-pixel" (statistics of the training part, as in the report) or "per-image".

    Augmentation, drawn anew for every training image in every epoch. mirror, upside_down: flips of
    half of the images. rotate: up to so many degrees. shift: up to so many pixels. scale, brightness,
    contrast: up to such a share more or less. gamma: dark parts lifted or lowered, up to such an exponent
    (see `learn.augmentation`). erase: a square of up to such a share of the area.

    Training. schedule: how the learning rate changes over the epochs. patience: epochs without a
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
    flaw: a flawed way to train, on purpose (see `learn.protocols`), "" for none.
    seed: draws the first weights, the order of images, dropout and augmentation.
    """

    name: str
    blocks: tuple[Block, ...]
    activation: str = "relu"
    head: str = "flatten"
    head_dropout: float = 0.0
    normalization: str = "per-pixel"
    mirror: bool = True
    upside_down: bool = False
    rotate: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 0.0
    erase: float = 0.0
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
    flaw: str = ""
    seed: int = 42

    def __post_init__(self) -> None:
        checks.refuse_nonsense(self)

    @property
    def groups_by(self) -> tuple[str, ...]:
        """The attributes whose groups are balanced or watched."""
        return tuple(name.strip() for name in self.balance_by.split(",") if name.strip())

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return dataclasses.asdict(self) | {"blocks": [dataclasses.asdict(block) for block in self.blocks]}


def from_json(values: Any) -> Recipe:
    """The Recipe in a JSON object. Raises EmoError for a missing, unknown or impossible value."""
    if not isinstance(values, dict):
        raise EmoError("A recipe must be a JSON object with names and values.", "bad_value")
    _refuse_other_names(values, Recipe, "recipe")
    blocks = values["blocks"] if isinstance(values["blocks"], list | tuple) else []
    for block in blocks:
        if not isinstance(block, dict):
            raise EmoError("Each block of a recipe must be a JSON object with names and values.", "bad_value")
        _refuse_other_names(block, Block, "block")
    return Recipe(**(values | {"blocks": tuple(Block(**block) for block in blocks)}))


def changed(recipe: Recipe, changes: dict[str, str]) -> Recipe:
    """The recipe with settings replaced, each given as text, as in `--set epochs=3`.

    Raises EmoError when a name is unknown or a text is not such a value.
    """
    values: dict[str, Any] = {}
    fields = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe) if field.name != "blocks"}
    for name, text in changes.items():
        if name not in fields:
            raise EmoError(f"A recipe has no setting {name!r}. Use one of {', '.join(fields)}.", "bad_value")
        values[name] = _from_text(name, text, type(fields[name]))
    return dataclasses.replace(recipe, **values)


def _from_text(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if text.lower() in words:
            return words[text.lower()]
        raise EmoError(f"{name}={text} is not possible. Use true or false.", "bad_value")
    try:
        return kind(text)
    except ValueError as error:
        expected = "a whole number" if kind is int else "a number"
        raise EmoError(f"{name}={text} is not possible. Use {expected}.", "bad_value") from error


def _refuse_other_names(values: dict[str, Any], kind: type, what: str) -> None:
    fields = dataclasses.fields(kind)
    known = {field.name for field in fields}
    required = {field.name for field in fields if field.default is dataclasses.MISSING}
    if unknown := sorted(set(values) - known):
        raise EmoError(
            f"A {what} has no setting {checks.shown(unknown[0])}. Use only {', '.join(sorted(known))}.", "bad_value"
        )
    if missing := sorted(required - set(values)):
        raise EmoError(f"The {what} lacks {missing[0]!r}. Add it.", "bad_value")


def _residual(width: int) -> tuple[Block, ...]:
    """A small residual network with early pooling: its last map is 6x6 and 8 times as wide as the first."""
    return (
        Block(width, 3, 2),
        Block(2 * width, 3, 2),
        Block(4 * width, 3, 1),
        Block(4 * width, 3, 1, residual=True),
        Block(8 * width, 3, 2),
        Block(8 * width, 3, 1, residual=True),
    )


_MODERN = Recipe(
    name="modern",
    blocks=_residual(16),
    head="average",
    head_dropout=0.2,
    normalization="per-image",
    rotate=12,
    shift=4,
    scale=0.15,
    brightness=0.2,
    contrast=0.25,
    erase=0.2,
    optimizer="adamw",
    learning_rate=4e-3,
    weight_decay=0.05,
    schedule="one-cycle",
    batch_size=64,
    epochs=80,
    patience=0,
    label_smoothing=0.1,
    mixup=0.2,
    weight_averaging=0.995,
    keep="last",
    mirror_answers=True,
)

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="report-final",
            blocks=(Block(32, 3, 3, 0.1), Block(64, 5, 3, 0.1), Block(128, 7, 3, 0.1)),
            learning_rate=1e-4,
            batch_size=64,
            epochs=100,
        ),
        Recipe(
            name="report-main",
            blocks=(Block(16, 3, 2), Block(32, 5, 2), Block(64, 7, 2)),
            activation="leaky_relu",
            head_dropout=0.1,
        ),
        Recipe(
            name="report-variant-1",
            blocks=(Block(16, 3, 2), Block(32, 5, 2)),
            activation="leaky_relu",
            head_dropout=0.1,
        ),
        Recipe(name="report-variant-2", blocks=(Block(16, 3, 2),), activation="leaky_relu", head_dropout=0.1),
        _MODERN,
        dataclasses.replace(
            _MODERN,
            name="modern-wide",
            blocks=_residual(32),
            head_dropout=0.3,
            batch_size=128,
            epochs=40,
            mixup=0.0,
            weight_averaging=0.998,
        ),
        dataclasses.replace(
            _MODERN,
            name="modern-pretrained",
            blocks=_residual(32),
            head_dropout=0.3,
            learning_rate=1.4e-3,
            epochs=20,
            weight_averaging=0.98,
            start_from="fer2013-seven",
            body_rate=0.5,
        ),
    )
}
"""The report's four networks (sections 5 and 8), under the corrected protocol, and three of today."""

ABOUT = {
    "report-final": "The report's final network: twice the filters, pooling by 3, a lower rate.",
    "report-main": "The report's main network: three convolution layers with growing kernels.",
    "report-variant-1": "The main network without its third convolution layer.",
    "report-variant-2": "The main network with its first convolution layer only.",
    "modern": "A small residual network as one would train it today: strong augmentation, averaged weights.",
    "modern-wide": "The same network, twice as wide, for tens of thousands of images such as FER2013.",
    "modern-pretrained": "Goes on from the network that ships, trained on FER2013's seven expressions.",
}


def named(name: str) -> Recipe:
    """A recipe of the registry. Raises EmoError "no_recipe" naming those that exist."""
    if name not in RECIPES:
        raise EmoError(f"There is no recipe {name!r}. Use {', '.join(RECIPES)}.", "no_recipe")
    return RECIPES[name]
