"""What a check of a results table claims, and how the lines of a table belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from emocore.judge.tables.cells import Printed, Reading, right_answers
from emocore.judge.tables.lines import Line
from emocore.judge.tables.words import UNTOLD

MOST_UNTOLD = 100
"""Means over an untold number of networks are taken as of up to so many."""


@dataclass(frozen=True)
class Claim:
    """says: what is so. cannot: what follows, where nothing else can be meant. only_if: the condition on which it can
    be true all the same, beginning with "if". is_note: nothing is wrong with it.
    """

    code: str
    where: str
    says: str
    cannot: str = ""
    only_if: str = ""
    is_note: bool = False


Check = Callable[[Sequence[Line], Reading, int | None], Iterator[Claim]]
"""Lines, how they are read, and the number of images in all where it is known: what is claimed of them."""


def read(line: Line, reading: Reading) -> Reading:
    """How the scores of a line are taken: over as many networks as it says itself."""
    return Reading(reading.cut, line.seeds) if line.seeds else reading


def rights(line: Line, printed: Printed, n: int, reading: Reading) -> bool:
    """Whether some number of right answers of n images gives a printed score."""
    if line.seeds == UNTOLD:
        return any(right_answers(printed, n, Reading(reading.cut, many)) for many in range(1, MOST_UNTOLD + 1))
    return bool(right_answers(printed, n, read(line, reading)))


def span(line: Line, reading: Reading) -> tuple[float, float] | None:
    """The lowest and highest number of right answers of a line, of a mean over networks also between whole numbers.

    None where the line has no accuracy or no number of images, or no number of right answers gives it.
    """
    accuracy, n = line.accuracy, line.n
    if accuracy is None or n is None:
        return None
    if line.seeds == UNTOLD:
        low, high = reading.bounds(accuracy)
        return low * n, high * n
    own = read(line, reading)
    right = right_answers(accuracy, n, own)
    return (right[0] / own.seeds, right[-1] / own.seeds) if right else None


def slicings(lines: Iterable[Line]) -> dict[tuple[str, str], list[Line]]:
    """Lines that cut one set of images into at least two groups, by context and slicing."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if not line.is_average and line.slices:
            found.setdefault((line.context, line.slicing), []).append(line)
    return {key: groups for key, groups in found.items() if len({line.group for line in groups}) == len(groups) > 1}


def complete(lines: Iterable[Line], total: int | None) -> dict[tuple[str, str], list[Line]]:
    """Slicings of which all groups tell their number of images; not those of which each line is of all images."""
    return {
        key: groups
        for key, groups in slicings(lines).items()
        if all(line.n for line in groups) and not all(line.n == total for line in groups)
    }


def images(groups: Sequence[Line]) -> int:
    """Images of groups together."""
    return sum(line.n or 0 for line in groups)
