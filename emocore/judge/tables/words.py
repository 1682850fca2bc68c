"""What the words around and in a results table say: numbers of images, and means over how many seeds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

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


def seeds(text: str) -> int | None:
    """Over how many networks a score is a mean, `UNTOLD` where only that is said, 1 for a single one, else None."""
    plain = text.casefold()
    if re.search(r"\b(single|one) (seed|run|network|training)\b", plain):
        return 1
    averaged = r"\b(?:mean|average|averaged|avg)\b"
    if found := re.search(rf"{averaged}[^.;|\n]{{0,25}}?\b{_COUNT}\s+{_SEVERAL}\b|\b{_COUNT}\s+seeds\b", plain):
        number = found[1] or found[2]
        return _NUMBERS.get(number) or int(number)
    return UNTOLD if re.search(rf"{averaged}[^.;|\n]{{0,20}}?\b{_SEVERAL}\b|±|\+/-", plain) else None


def total(text: str) -> int | None:
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


def sizes(sentences: Iterable[str], names: Sequence[str]) -> dict[str, int]:
    """Images of groups as sentences tell them: "male 235, female 169", "235/169 (male/female)", "235 male".

    A sentence counts where it holds as many whole numbers as names, one number more only where it is their sum.
    """
    known = {name.casefold(): name for name in names if name}
    if not known:
        return {}
    words = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    found: dict[str, int] = {}
    for sentence in sentences:
        said = [known[word.casefold()] for word in re.findall(rf"(?<!\w)({words})(?!\w)", sentence, re.I)]
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
