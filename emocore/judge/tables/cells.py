"""Scores and words as they stand in a results table, and what they may have been before printing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emocore.errors import EmoError

MOST_SEEDS = 20
"""Means over up to so many networks are tried where a table does not say how many there were."""
EXACT = 17
"""Decimals of a number that was not rounded at all."""
FULL = 8
"""From so many decimals on a score counts as printed in full precision."""
_SLACK = 1e-12
_FLOAT32 = 1.2e-7
_NUMBER = r"[0-9]*\.?[0-9]+(?:e-?[0-9]+)?"


@dataclass(frozen=True)
class Printed:
    """A share as printed: its value, 0 to 1, and how many decimals the print gives of it.

    is_mean: printed with a deviation behind it, such as .712 ± .025. counts: (right, images) where the cell says so.
    """

    value: float
    decimals: int
    is_mean: bool = False
    counts: tuple[int, int] | None = None

    @property
    def half_unit(self) -> float:
        """How far rounding may have moved it."""
        return 0.5 * 10.0**-self.decimals

    @property
    def is_full(self) -> bool:
        """Whether it is printed in full precision."""
        return self.decimals >= FULL

    def __str__(self) -> str:
        return f"{self.value:.{max(1, min(self.decimals, 5))}f}"

    @property
    def in_full(self) -> str:
        """The score with all its decimals."""
        return repr(self.value) if self.is_full else str(self)


@dataclass(frozen=True)
class Reading:
    """How scores are taken: rounded or cut off, of one network or the mean of `seeds` networks."""

    cut: bool = False
    seeds: int = 1

    def bounds(self, printed: Printed) -> tuple[float, float]:
        """The lowest and the highest score that is printed so."""
        value, unit = printed.value, 2 * printed.half_unit
        slack = _FLOAT32 if printed.is_full and float(np.float32(value)) == value else _SLACK
        low, high = (value, value + unit) if self.cut else (value - unit / 2, value + unit / 2)
        return low - slack, high + slack


ROUNDED = Reading()


def printed(text: str, *, percent: bool = False) -> Printed:
    """A share as it stands in a cell: .703, 0,703, 70.3%, .703 ± .02, .703 [.66, .75] or 284/404.

    percent: whether a number without a sign is one of 100. Raises EmoError "bad_number".
    """
    plain = re.sub(r"[*_†‡§$]|\\(textbf|mathbf|text)?|[{}]", "", text).strip()
    if counts := re.fullmatch(r"(\d{1,9})\s*/\s*(\d{1,9})", plain):
        return _fraction(text, int(counts[1]), int(counts[2]))
    inside = re.search(r"\(\s*(\d{1,9})\s*/\s*(\d{1,9})\s*\)", plain)
    main = re.split(r"±|\+/-|\+-|\bpm\b|[(\[]", plain, maxsplit=1)[0]
    one = _share(text, main, percent)
    spread = bool(re.search(r"±|\+/-|\+-|\bpm\b", plain)) or bool(re.search(r"\(\s*[.,\d]+\s*%?\s*\)", plain))
    return Printed(one.value, one.decimals, spread, (int(inside[1]), int(inside[2])) if inside else None)


def right_answers(printed: Printed, n: int, reading: Reading = ROUNDED) -> range:
    """The numbers of right answers of n images (times seeds) that are printed so; empty when there is none."""
    images = n * reading.seeds
    low, high = reading.bounds(printed)
    first, last = math.ceil(low * images - 1e-9), math.floor(high * images + 1e-9)
    return range(max(0, first), min(images, last) + 1)


@lru_cache(maxsize=256)
def fits(printed: Printed, most: int, reading: Reading = ROUNDED) -> NDArray[np.bool_]:
    """(most + 1,) whether so many images can give the printed share; never for 0."""
    images = np.arange(most + 1) * reading.seeds
    low, high = reading.bounds(printed)
    fit: NDArray[np.bool_] = np.ceil(low * images - 1e-9) <= np.floor(high * images + 1e-9)
    fit[0] = False
    fit.flags.writeable = False
    return fit


def _fraction(text: str, right: int, images: int) -> Printed:
    if not 0 <= right <= images or images == 0:
        raise EmoError(f"{text[:40]!r} is not a share. Write right answers / images, such as 284/404.", "bad_number")
    return Printed(right / images, EXACT, False, (right, images))


def _share(text: str, part: str, percent: bool) -> Printed:
    plain = part.strip().replace(",", ".")
    marked = plain.endswith("%")
    number = plain.removesuffix("%").strip()
    if not re.fullmatch(_NUMBER, number, re.I):
        raise EmoError(f"{text[:40]!r} is not a score. Write a share such as 0.703 or 70.3%.", "bad_number")
    mantissa, _, exponent = number.casefold().partition("e")
    hundred = marked or percent
    decimals = len(mantissa.partition(".")[2]) - int((exponent or "0")[:4]) + (2 if hundred else 0)
    value = float(number) / (100 if hundred else 1)
    if not 0 <= value <= 1:
        raise EmoError(f"{text[:40]!r} is not a share. Write a number from 0 to 1, or use a % sign.", "bad_number")
    return Printed(value, max(0, decimals))


_NUMBERS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty", "thirty"],
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30),
        strict=True,
    )
)
_SEVERAL = (
    r"(?:different |random |independent |repeated )*"
    r"(?:seeds?|runs?|trainings?|repeats?|repetitions?|initiali[sz]ations?|networks|trials?)"
)
_COUNT = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})"
UNTOLD = 0
"""Seeds of a mean that does not say over how many networks it goes."""


def seeds_in_words(text: str) -> int | None:
    """Over how many networks a score is a mean, `UNTOLD` where only that is said, 1 for a single one, else None."""
    plain = text.casefold()
    if re.search(r"\b(single|one) (seed|run|network|training)\b", plain):
        return 1
    averaged = r"\b(?:mean|average|averaged|avg)\b"
    if found := re.search(rf"{averaged}[^.;|\n]{{0,25}}?\b{_COUNT}\s+{_SEVERAL}\b|\b{_COUNT}\s+seeds\b", plain):
        number = found[1] or found[2]
        return _NUMBERS.get(number) or int(number)
    return UNTOLD if re.search(rf"{averaged}[^.;|\n]{{0,20}}?\b{_SEVERAL}\b|±|\+/-", plain) else None


def total_in_words(text: str) -> int | None:
    """The number of test images that a sentence tells, as in "n = 404" or "404 test images"."""
    found = re.search(
        r"\bn\s*=\s*(\d[\d,]{0,9})\b(?![.,]?\d)|\b(\d[\d,]{0,9}) test (?:images|faces|pictures)\b", text, re.I
    )
    return _whole(found[1] or found[2]) if found else None


def size_in_name(name: str) -> tuple[str, int | None]:
    """A group's name without its number of images, and that: male (n = 235), male (235) or male, n=235."""
    found = re.fullmatch(r"(.*?\S)[\s,]*[(\[]?\s*(?:[nN]\s*=\s*)(\d[\d,]*)\s*[)\]]?", name) or re.fullmatch(
        r"(.*?\S)\s*[(\[]\s*(\d[\d,]*)(?:\s+(?:images|faces|pictures|samples))?\s*[)\]]", name
    )
    return (found[1], _whole(found[2])) if found else (name, None)


def sizes_in_words(sentences: Iterable[str], names: Sequence[str]) -> dict[str, int]:
    """Images of groups as sentences tell them: "male 235, female 169", "235/169 (male/female)", "235 male".

    A sentence counts where it holds as many whole numbers as names, one number more only where it is their sum.
    """
    spellings = {name.casefold(): name for name in names if name}
    if not spellings:
        return {}
    words = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    found: dict[str, int] = {}
    for sentence in sentences:
        said = [spellings[word.casefold()] for word in re.findall(rf"(?<!\w)({words})(?!\w)", sentence, re.I)]
        numbers = [
            _whole(text) for text in re.findall(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{1,9})(?![\w%]|[.,]\d)", sentence)
        ]
        if len(numbers) == len(said) + 1 and 2 * max(numbers) == sum(numbers):
            numbers.remove(max(numbers))
        if said and len(numbers) == len(said) == len(set(said)):
            found |= dict(zip(said, numbers, strict=True))
    return found


def _whole(text: str) -> int:
    return int(text.replace(",", ""))
