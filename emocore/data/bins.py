"""Numbers such as ages put in bins that a person sets: groups of images, beside the numbers themselves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing.edits import Edit
from emocore.data.layouts import vocabulary
from emocore.data.names import attribute_name, shown_path
from emocore.errors import EmoError

MOST_GROUPS = 12
"""An attribute of more values than this is no group; numbers of so many are worth bins."""

SHARE = 0.95
"""Of the known values so many must be numbers."""

LIFE = (13.0, 20.0, 40.0, 60.0)
"""Where bins of ages begin unless a person says otherwise."""

MOST_BOUNDS = 30


@dataclass(frozen=True)
class Numbers:
    """All numbers of an attribute. counts: (number, images), ascending. unknown: images without a number."""

    attribute: str
    counts: tuple[tuple[float, int], ...]
    unknown: int

    def words(self) -> str:
        """Such as "84 different numbers from 1 to 97, median 32"."""
        total = sum(images for _, images in self.counts)
        middle, passed = 0.0, 0
        for number, images in self.counts:
            passed += images
            if passed * 2 >= total:
                middle = number
                break
        ends = f"from {_text(self.counts[0][0])} to {_text(self.counts[-1][0])}"
        return f"{len(self.counts)} different numbers {ends}, median {_text(middle)}"

    def suggested(self) -> str:
        """Bounds to begin with, as a person writes them: stages of life for ages, else quarters of the images."""
        least, most = self.counts[0][0], self.counts[-1][0]
        if "age" in self.attribute.casefold().replace("_", " ").split():
            inside = [bound for bound in LIFE if least < bound <= most]
        else:
            every = [number for number, images in self.counts for _ in range(images)]
            inside = sorted({every[len(every) * quarter // 4] for quarter in (1, 2, 3)} - {least})
        return ", ".join(map(_text, inside or [most]))

    def sizes(self, bounds: Sequence[float]) -> dict[str, int]:
        """Bin -> images, in the order of the numbers, empty bins too."""
        whole = self._are_whole()
        sizes = dict.fromkeys(_names(bounds, whole), 0)
        for number, images in self.counts:
            sizes[_name(number, bounds, whole)] += images
        return sizes

    def _are_whole(self) -> bool:
        return all(float(number).is_integer() for number, _ in self.counts)


def numbers(attribute: str, values: Iterable[str]) -> Numbers | None:
    """The numbers of an attribute, or None for one of words or of few different numbers."""
    words = Counter(values)
    unknown = sum(images for word, images in words.items() if not vocabulary.word_of(word) or word == UNKNOWN)
    found: Counter[float] = Counter()
    for word, images in words.items():
        if (number := _number(word)) is not None:
            found[number] += images
    if len(found) <= MOST_GROUPS or found.total() < SHARE * (words.total() - unknown):
        return None
    return Numbers(attribute, tuple(sorted(found.items())), words.total() - found.total())


def all_numbers(columns: Mapping[str, Iterable[str]]) -> tuple[Numbers, ...]:
    """The numbers of every attribute that has some. columns: attribute -> a word an image."""
    found = (numbers(attribute, values) for attribute, values in columns.items())
    return tuple(each for each in found if each)


def of_dataset(dataset: Dataset) -> tuple[Numbers, ...]:
    """The numbers of a dataset's attributes."""
    return all_numbers({name: dataset.table[name] for name in dataset.attributes})


def bounds_of(text: str) -> tuple[float, ...]:
    """Where bins begin, of "13, 20, 40". Raises EmoError "bad_value"."""
    pieces = [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
    found = [_number(piece) for piece in pieces]
    bounds = [bound for bound in found if bound is not None]
    if not bounds or len(bounds) < len(pieces) or len(bounds) > MOST_BOUNDS or bounds != sorted(set(bounds)):
        message = f'"{shown_path(text)}" cannot be used as bins. Write at most {MOST_BOUNDS} ascending numbers, such as'
        raise EmoError(f"{message} 13, 20, 40, 60. A bin begins at each number.", "bad_value")
    return tuple(bounds)


def wanted(said: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(attribute, bounds) of words such as "age=13,20,40". Raises EmoError "bad_value"."""
    pairs = []
    for word in said:
        attribute, equals, bounds = word.partition("=")
        if not equals or not attribute.strip():
            raise EmoError(
                f'"{shown_path(word)}" does not say which bins to use. Write, for example, age=13,20,40,60.',
                "bad_value",
            )
        bounds_of(bounds)
        pairs.append((attribute.strip().lower(), bounds))
    return tuple(pairs)


def name_of(attribute: str) -> str:
    """What the attribute of bins is called."""
    return attribute_name(f"{attribute} group")


def grouped(columns: Mapping[str, Sequence[str]], attribute: str, text: str) -> list[str]:
    """The bin of each image as a word, "" where its value is no number.

    Raises EmoError "no_attribute" or "bad_value".
    """
    bounds = bounds_of(text)
    if attribute not in columns:
        there = ", ".join(columns) or "none"
        raise EmoError(f"There is no attribute {attribute!r}. There are: {there}.", "no_attribute")
    cells = [_number(value) for value in columns[attribute]]
    values = [number for number in cells if number is not None]
    if not values:
        raise EmoError(f"No value of {shown_path(attribute)} is a number, so it has no bins.", "bad_value")
    whole = all(number.is_integer() for number in values)
    return ["" if number is None else _name(number, bounds, whole) for number in cells]


def edits(dataset: Dataset, attribute: str, text: str) -> list[Edit]:
    """The edits that give every image its bin; pass them to `versions.commit`. Raises EmoError as `grouped` does."""
    columns = {name: list(dataset.table[name]) for name in dataset.attributes}
    words = [word or UNKNOWN for word in grouped(columns, attribute, text)]
    column = name_of(attribute)
    is_new = column not in columns
    now = [UNKNOWN] * len(dataset) if is_new else columns[column]
    changed = [row for row, word in enumerate(words) if word != now[row]]
    ids = list(dataset.table["id"])
    old, new = (tuple(values[row] for row in changed) for values in (now, words))
    edit = Edit("attribute", column, tuple(ids[row] for row in changed), old, new)
    return [*([Edit("add column", column)] if is_new else []), *([edit] if changed else [])]


def _number(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if math.isfinite(number) and vocabulary.word_of(word) else None


def _text(number: float) -> str:
    return f"{number:g}" if abs(number) < 1e6 else str(number)


def _name(number: float, bounds: Sequence[float], whole: bool) -> str:
    return _names(bounds, whole)[sum(bound <= number for bound in bounds)]


def _names(bounds: Sequence[float], whole: bool) -> list[str]:
    are_whole = whole and all(float(bound).is_integer() for bound in bounds)
    between = [
        f"{_text(low)} to {_text(high - 1)}" if are_whole and high - low > 1 else
        _text(low) if are_whole else f"{_text(low)} to below {_text(high)}"
        for low, high in pairwise(bounds)
    ]  # fmt: skip
    return [f"under {_text(bounds[0])}", *between, f"{_text(bounds[-1])} and over"]
