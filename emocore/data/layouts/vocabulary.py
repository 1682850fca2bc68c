"""Words that datasets use: of splits, of expressions, of numbers for them, of nothing known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from emocore.data.names import folded, plain

SPLIT_WORDS = {
    "train": "train", "training": "train", "trainset": "train", "trainingset": "train",
    "validation": "validation", "val": "validation", "valid": "validation", "dev": "validation",
    "validationset": "validation", "publictest": "validation", "eval": "validation", "evaluation": "validation",
    "development": "validation", "validate": "validation",
    "test": "test", "testing": "test", "testset": "test", "privatetest": "test",
}  # fmt: skip
"""Names of splits, in lower case without spaces, hyphens and underscores."""

FILLERS = frozenset(
    (
        "a", "aligned", "and", "crop", "cropped", "data", "dataset", "emotion", "emotions", "expression",
        "expressions", "face", "faces", "fer", "folder", "gray", "grey", "image", "images", "img", "imgs", "jpg",
        "new", "old", "part", "partition", "photo", "photos", "pic", "pics", "picture", "pictures", "png", "raw",
        "set", "split", "subset",
    )
)  # fmt: skip
"""Words that may stand beside a split's name without changing what it means (train_data, Val_Aligned_Faces_new)."""

EXPRESSIONS = {
    "angry": ("anger", "angry", "annoyed", "mad", "rage", "ang", "an"),
    "contempt": ("contempt", "contemptuous", "con"),
    "disgusted": ("disgust", "disgusted", "disgusting", "dis", "di"),
    "fearful": ("afraid", "fear", "fearful", "scared", "scare", "fea", "af", "fe"),
    "focused": ("focus", "focused", "concentrated", "concentrating"),
    "happy": ("happy", "happiness", "happily", "joy", "joyful", "joyous", "smile", "smiling", "hap", "ha"),
    "neutral": ("neutral", "neutrality", "natural", "neu", "ne", "calm"),
    "sad": ("sad", "sadness", "sadly", "sa", "unhappy"),
    "surprised": ("surprise", "surprised", "astonished", "sur", "su"),
    "bored": ("bored", "boredom"),
    "confused": ("confused", "confusion"),
    "sleepy": ("sleepy", "tired"),
}
"""Expression -> the words that datasets use for it; those of two or three letters are codes in file names."""

WORDS = {word: expression for expression, words in EXPRESSIONS.items() for word in words}
SHORT_CODES = frozenset(word for word in WORDS if len(word) <= 3 and word not in ("sad", "joy", "mad"))

CODES: Mapping[str, Mapping[int, str]] = {
    "fer2013": dict(enumerate(("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral"))),
    "ferplus": dict(
        enumerate(("neutral", "happy", "surprised", "sad", "angry", "disgusted", "fearful", "contempt"))
    ),
    "rafdb": dict(enumerate(("surprised", "fearful", "disgusted", "happy", "sad", "angry", "neutral"), 1)),
    "rafdb-compound": dict(
        enumerate(
            (
                "happily surprised", "happily disgusted", "sadly fearful", "sadly angry", "sadly surprised",
                "sadly disgusted", "fearfully angry", "fearfully surprised", "angrily surprised", "angrily disgusted",
                "disgustedly surprised",
            ),
            1,
        )
    ),
    "affectnet": dict(
        enumerate(("neutral", "happy", "sad", "surprised", "fearful", "disgusted", "angry", "contempt"))
    ),
    "expw": dict(enumerate(("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral"))),
    "ckplus": dict(
        enumerate(("neutral", "angry", "contempt", "disgusted", "fearful", "happy", "sad", "surprised"))
    ),
}  # fmt: skip
"""Dataset -> number -> word, each from the dataset's own documentation. The same number has other words elsewhere."""

NO_CODES = "numbers"
"""What a person chooses to keep numbers as they are."""

BLANK = frozenset(("nan", "na", "n/a", "none", "null", "nil", "-", "--", "?", "-1", "-1.0", "#n/a", "<na>", "missing"))
"""Cells that say that nothing is known, in lower case."""

NO_LABEL = frozenset(
    (
        "unknown", "unlabeled", "unlabelled", "no label", "nolabel", "not labeled", "not labelled", "unsure",
        "uncertain", "unclear", "undefined", "unspecified", "undecided", "no face", "noface", "non face", "nf",
    )
)  # fmt: skip
"""Words where a class should stand that say that there is none, in lower case, parted by spaces."""


@lru_cache(100_000)
def split_of(word: str) -> str:
    """The split that a folder name or table cell means (train, validation, test), or ""."""
    simple = re.sub(r"[\s_-]", "", word.casefold())
    if simple in SPLIT_WORDS:
        return SPLIT_WORDS[simple]
    if len(word) > 60:
        return ""
    pieces = [piece.casefold() for piece in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", plain(word))]
    return SPLIT_WORDS.get("".join(piece for piece in pieces if piece not in FILLERS), "")


@lru_cache(100_000)
def expression_of(word: str) -> str:
    """The expression that a word means, such as "happy" for "Happiness"; "" for other words and for short codes."""
    letters = re.sub(r"[\W\d_]+", " ", word.casefold()).strip()
    return "" if letters in SHORT_CODES else WORDS.get(letters, "")


def as_classes(words: Iterable[str], classes: Iterable[str]) -> dict[str, str]:
    """The class that each word means where it is written otherwise ("surprise" where there is "surprised").

    A word that is a class itself, that means no class, or of which two classes mean the same, is not in the answer.
    """
    there = list(classes)
    meanings = [expression_of(name) for name in there]
    only = {meaning: name for meaning, name in zip(meanings, there, strict=True) if meanings.count(meaning) == 1}
    same = {folded(name) for name in there}
    others = (word for word in words if folded(word) not in same)
    return {word: only[meaning] for word in others if (meaning := expression_of(word)) and meaning in only}


def are_expressions(words: Iterable[str]) -> bool:
    """Whether most of some words mean expressions, and at least two different ones."""
    every = list(words)
    expressions = [expression_of(word) for word in every if expression_of(word)]
    return len(set(expressions)) >= 2 and len(expressions) * 2 > len(every)


def word_of(cell: str) -> str:
    """A cell's words, "" where they say that nothing is known (nan, NA, None, null, -, ?, -1, n/a)."""
    word = cell.strip()
    return "" if word.casefold() in BLANK else word


def label_of(cell: str) -> str:
    """A cell's class as it is written, "" where it says that there is none (blank, NA, unknown, no face)."""
    return "" if re.sub(r"[\s_-]+", " ", cell.strip().casefold()) in NO_LABEL else word_of(cell)


def number_of(word: str) -> int | None:
    """The whole number that a cell means ("3", "3.0", "3.0000000e+00"), or None."""
    if not re.fullmatch(r"\s*\d{1,9}(\.0*)?([eE][+-]?\d{1,2})?\s*", word):
        return None
    value = float(word)
    return int(value) if value.is_integer() else None


def are_numbers(words: Iterable[str]) -> bool:
    """Whether classes are called by numbers only."""
    every = list(words)
    return bool(every) and all(number_of(word) is not None for word in every)


def decoded(word: str, codes: str) -> str:
    """The class that a cell means by a table of codes; words stay words, and a number outside the table is ""."""
    number = number_of(word)
    if number is None:
        return word.strip()
    return CODES[codes].get(number, "") if codes in CODES else str(number)
