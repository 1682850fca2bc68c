"""Words that several places share: numbers and lists in a sentence, and the settings of a recipe."""

from __future__ import annotations

from collections.abc import Sequence

STARTING = "The engine is starting. This takes a few seconds."
"""What a page says while it waits for an answer and no worker is there yet."""

NOTHING = "-"
"""What stands for a score over no images."""


def score(value: float | None) -> str:
    """0.703, 1.000 or -0.012: three decimals, as tables and charts write them; "-" for None, a score over no images."""
    return NOTHING if value is None else f"{value:.3f}"


def per_cent(share: float | None, digits: int = 0) -> str:
    """25%, or 25.3% with a digit; "-" for None, a share of nothing."""
    return NOTHING if share is None else f"{share:.{digits}%}"


def between(interval: tuple[float, float]) -> str:
    """[0.657, 0.745]"""
    return f"[{score(interval[0])}, {score(interval[1])}]"


def points(value: float) -> str:
    """A difference of shares in percentage points, signed: +8.8."""
    rounded = f"{100 * value:+.1f}"
    return "0.0" if rounded in ("-0.0", "+0.0") else rounded


def points_between(interval: tuple[float, float]) -> str:
    """[-0.1, +17.7]"""
    return f"[{points(interval[0])}, {points(interval[1])}]"


def p_value(p: float) -> str:
    """p = 0.24, p = 0.004 or p < 0.001."""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.01 else f"p = {p:.2f}"


def listing(words: Sequence[str]) -> str:
    """happy, neutral and surprised"""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def megabytes(size: int) -> str:
    """A size in bytes as people say it: "12.3 MB", "0.1 MB" at least."""
    return f"{max(size / 1e6, 0.1):,.1f} MB"


def counted(number: int, one: str, many: str = "") -> str:
    """1 image, 1,196 files, 2 classes, 3 copies; `many` where the plural is none of these kinds."""
    return f"{number:,} {one if number == 1 else many or _plural(one)}"


def scored(value: float, interval: tuple[float, float], n: int) -> str:
    """A score with its 95% interval and its number of images."""
    return f"{score(value)} {between(interval)}, n = {n:,}"


def minute(at: str) -> str:
    """A time in ISO 8601 to the minute, as people read it: 2026-11-28 06:25."""
    return at[:16].replace("T", " ")


def duration(seconds: float) -> str:
    """ "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _plural(noun: str) -> str:
    if noun.endswith("s"):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"


# Settings of a recipe: name -> its label on the screen and what the "?" beside it says
MAIN: dict[str, tuple[str, str]] = {
    "epochs": ("Maximum epochs", "In one epoch the network sees each training image once."),
    "patience": (
        "Patience",
        "Training stops after this many epochs without a lower validation loss. 0 turns early stopping off.",
    ),
    "learning_rate": ("Learning rate", "How much one training step changes the weights."),
    "batch_size": ("Batch size", "The number of images in one training step."),
    "seed": (
        "Seed",
        "Determines the initial weights, the order of images and the augmentation. The same seed gives the same run.",
    ),
}
LAYERS: dict[str, tuple[str, str]] = {
    "activation": ("Activation", "The nonlinear function after each convolution."),
    "head": (
        "Head",
        "The input of the linear layer: all values of the last feature map, or the average of each channel.",
    ),
    "head_dropout": ("Dropout before the linear layer", "The share of values that are set to 0 at random in training."),
    "normalization": (
        "Normalization",
        "Per pixel: the mean and standard deviation of each pixel over the training images. Per image: the mean and "
        "standard deviation of the image itself.",
    ),
}
AUGMENTATION: dict[str, tuple[str, str]] = {
    "mirror": ("Mirror left-right", "Flips half of the training images, chosen at random in each epoch."),
    "upside_down": (
        "Upside down",
        "The report used this. It is unusual for faces, because faces in the test images are not upside down.",
    ),
    "rotate": ("Rotate (degrees)", "Rotates each image by at most this angle."),
    "shift": ("Shift (pixels)", "Moves each image by at most this many pixels."),
    "scale": ("Scale (share)", "Enlarges or shrinks each image by at most this share. 0.1 means 10%."),
    "brightness": (
        "Brightness (share)",
        "Makes each image brighter or darker by at most this share of the gray scale.",
    ),
    "contrast": ("Contrast (share)", "Raises or lowers the contrast by at most this share."),
    "gamma": ("Gamma", "Makes midtones brighter or darker. Black and white do not change. A usual value is 0.4."),
    "erase": (
        "Erase (share of the area)",
        "Covers a gray square in half of the images. The square takes at most this share of the area.",
    ),
}
TRAINING: dict[str, tuple[str, str]] = {
    "optimizer": ("Optimizer", "The method that changes the weights."),
    "schedule": ("Schedule", "How the learning rate changes over the epochs."),
    "weight_decay": ("Weight decay", "Keeps the weights small, which reduces overfitting."),
    "label_smoothing": (
        "Label smoothing",
        "Spreads this share of the label over all classes, which makes the network less overconfident.",
    ),
    "mixup": ("Mixup", "Trains on mixtures of two images. A usual value is 0.2. 0 turns it off."),
    "weight_averaging": (
        "Weight averaging",
        "Uses a running average of the weights. A usual value is 0.99. 0 turns it off.",
    ),
    "keep": (
        "Keep the weights of",
        "The best epoch has the lowest validation loss. Worst group: the epoch in which the group with the lowest "
        "recall does best.",
    ),
    "balance": (
        "Balance groups",
        "Reweigh: gives images of rare combinations of class and group more weight. Resample: shows them more often. "
        "Augment: also changes them more.",
    ),
    "balance_by": (
        "Attribute of the groups",
        "The attribute, as labeled, whose groups are balanced or watched for the worst group.",
    ),
    "start_from": (
        "Initial weights from",
        "Training starts from the weights of this run. Only runs with the same network are listed.",
    ),
    "body_rate": (
        "Learning rate factor for these weights",
        "The initial weights are trained with the learning rate times this factor. A usual value is 0.2.",
    ),
    "teacher": (
        "Teacher",
        "A run or ensemble with the same classes. The network also learns its predictions (knowledge distillation).",
    ),
    "teacher_share": (
        "Share of the teacher",
        "How much the teacher's prediction counts compared with the label. A usual value is 0.7.",
    ),
    "bootstrap": (
        "Draw with replacement",
        "Bagging: each seed trains on its own random sample of the training images. You can combine the runs into an "
        "ensemble on the Predict page.",
    ),
    "mirror_answers": (
        "Average with the mirror image",
        "The prediction is the average over the image and its mirror image.",
    ),
    "shift_answers": (
        "Average over shifted images (pixels)",
        "The prediction is the average over the image and four copies that are shifted by this many pixels. It takes "
        "five times as long.",
    ),
}
SHAPE = {
    "depth": "Depth",
    "kernel": "Kernel (pixels)",
    "width": "Width (factor for the number of filters)",
    "dropout": "Dropout",
}
WORDS = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "silu": "SiLU",
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "worst-group": "worst group",
    "per-pixel": "per pixel",
    "per-image": "per image",
    "": "none",
}
"""Values of settings whose code is no word."""
