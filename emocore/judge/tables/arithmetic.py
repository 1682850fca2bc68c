"""Whether the numbers of a results table can all be true: the GRIM test (Brown & Heathers 2017) and its kin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from emocore.judge.tables.printed import Line, Printed
from emocore.wording import counted, listing, score

Severity = Literal["conflict", "note"]
ENOUGH = 10_000
"""Up to this many images are tried where a line does not say how many it has."""


@dataclass(frozen=True)
class Conflict:
    """Numbers that cannot both be true ("conflict"), or that are easily misread ("note").

    code: unreachable_score, groups_do_not_add_up, slicings_disagree, micro_is_not_accuracy, wrong_average,
    plain_average or sizes_differ. where: the line or lines of the table.
    """

    code: str
    severity: Severity
    where: str
    message: str


def check(
    lines: Sequence[Line], sizes: Mapping[str, int] | None = None, total: int | None = None
) -> tuple[Conflict, ...]:
    """All conflicts of a table, none for a table that adds up.

    sizes: images of a group by its name, used where a line tells none. total: images in all.
    """
    sized = [_sized(line, sizes or {}) for line in lines]
    return (
        *_unreachable(sized, total),
        *_not_adding_up(sized, total),
        *_disagreeing(sized),
        *_micro(sized),
        *_averages(sized),
    )


def right_answers(printed: Printed, n: int) -> range:
    """The numbers of right answers of n images that round to the printed share; empty when there is none."""
    slack = printed.half_unit + 1e-12
    low = math.ceil((printed.value - slack) * n - 1e-9)
    high = math.floor((printed.value + slack) * n + 1e-9)
    return range(max(0, low), min(n, high) + 1)


def reachable_sizes(printed: Printed, most: int) -> list[int]:
    """The numbers of images up to `most` of which some number right gives the printed share."""
    n = np.arange(1, most + 1)
    nearest = np.round(printed.value * n) / n
    sizes: list[int] = n[np.abs(nearest - printed.value) <= printed.half_unit + 1e-12].tolist()
    return sizes


def check_sizes(stated: Mapping[str, int], counted_sizes: Mapping[str, int]) -> tuple[Conflict, ...]:
    """Groups whose number of images is stated otherwise than it is counted in the data."""
    differ = [name for name in stated if name in counted_sizes and stated[name] != counted_sizes[name]]
    if not differ:
        return ()
    sizes = "/".join(str(stated[name]) for name in differ)
    found = "/".join(str(counted_sizes[name]) for name in differ)
    message = f"{listing(differ)}: {sizes} images are stated, {found} are counted. These cannot both be true."
    return (Conflict("sizes_differ", "conflict", listing(differ), message),)


def _sized(line: Line, sizes: Mapping[str, int]) -> Line:
    if line.n is not None or line.is_average or line.group not in sizes:
        return line
    return Line(line.slicing, line.group, sizes[line.group], line.scores)


def _unreachable(lines: Sequence[Line], total: int | None) -> Iterator[Conflict]:
    for line in lines:
        accuracy = line.accuracy
        if line.is_average or accuracy is None:
            continue
        if line.n is None:
            most = total or ENOUGH
            if most <= ENOUGH and not reachable_sizes(accuracy, most):
                message = f"{line.where}: no number of images up to {most:,} gives the accuracy {accuracy}."
                yield Conflict("unreachable_score", "conflict", line.where, message)
        elif not right_answers(accuracy, line.n):
            below = math.floor(accuracy.value * line.n)
            near = [
                f"{right} right would be {right / line.n:.{max(3, min(accuracy.decimals, 5))}f}"
                for right in (below, below + 1)
            ]
            message = (
                f"{line.where}: accuracy {accuracy} is no share of {counted(line.n, 'image')} "
                f"({listing(near)}). The score and the number of images cannot both be true."
            )
            yield Conflict("unreachable_score", "conflict", line.where, message)


def _not_adding_up(lines: Sequence[Line], total: int | None) -> Iterator[Conflict]:
    sums = {slicing: sum(line.n or 0 for line in groups) for slicing, groups in _complete(lines).items()}
    expected = {"all images": total} if total is not None else {}
    named = expected | sums
    if len(set(named.values())) > 1:
        sizes = listing([f"{name} {n}" for name, n in named.items()])
        message = (
            f"The groups do not add up to one number of images: {sizes}. These cannot all be true of the same images."
        )
        yield Conflict("groups_do_not_add_up", "conflict", listing(list(sums)), message)


def _disagreeing(lines: Sequence[Line]) -> Iterator[Conflict]:
    """Two ways to slice the same images must find the same number of right answers."""
    found: dict[str, tuple[int, int, int]] = {}
    for slicing, groups in _complete(lines).items():
        ranges = [right_answers(line.accuracy, line.n or 0) for line in groups if line.accuracy]
        if all(ranges):
            images = sum(line.n or 0 for line in groups)
            found[slicing] = (sum(each[0] for each in ranges), sum(each[-1] for each in ranges), images)
    for number, (one, (low, high, n)) in enumerate(found.items()):
        for other, (least, most, m) in list(found.items())[number + 1 :]:
            if n == m and (high < least or most < low):
                message = (
                    f"By {one}, {_span(low, high)} of {n} answers are right; by {other}, {_span(least, most)}. "
                    "For one model and the same images these cannot both be true."
                )
                yield Conflict("slicings_disagree", "conflict", f"{one} and {other}", message)


def _micro(lines: Sequence[Line]) -> Iterator[Conflict]:
    for line in lines:
        for name in ("precision", "recall", "f1"):
            micro, accuracy = line.scores.get(f"micro {name}"), line.accuracy
            if micro and accuracy and abs(micro.value - accuracy.value) > micro.half_unit + accuracy.half_unit + 1e-9:
                message = (
                    f"{line.where}: micro {name} is {micro}, accuracy {accuracy}. With one label and one answer an "
                    "image they are the same number, so these cannot both be true."
                )
                yield Conflict("micro_is_not_accuracy", "conflict", line.where, message)


def _averages(lines: Sequence[Line]) -> Iterator[Conflict]:
    for average in lines:
        groups = _averaged(average, lines)
        if not average.is_average or average.accuracy is None or len(groups) < 2:
            continue
        values = [line.accuracy.value for line in groups if line.accuracy]
        plain = sum(values) / len(values)
        weighted = _weighted(average, lines)
        slack = average.accuracy.half_unit + max(line.accuracy.half_unit for line in groups if line.accuracy) + 1e-9
        found = average.accuracy.value
        if any(abs(mean - found) <= slack for mean in weighted):
            continue
        if abs(plain - found) <= slack:
            if groups[0].slices or groups[0].is_average:  # Of folds the plain mean is the usual one
                yield _plain_average(average, len(values), weighted)
        elif weighted or not min(values) - slack <= found <= max(values) + slack:
            message = (
                f"{average.where}: {average.accuracy} is not the mean of its {len(values)} lines, which is "
                f"{score(plain)}. The lines and their average cannot both be true."
            )
            yield Conflict("wrong_average", "conflict", average.where, message)


def _averaged(average: Line, lines: Sequence[Line]) -> list[Line]:
    """The lines an average is of: the groups of its slicing; else, as "all", the averages of all slicings."""
    scored = [line for line in lines if line.accuracy and line is not average]
    own = [line for line in scored if line.slicing == average.slicing and not line.is_average]
    return own or [line for line in scored if line.is_average and line.slicing != average.slicing]


def _weighted(average: Line, lines: Sequence[Line]) -> list[float]:
    """The mean that counts every image once, by the slicing of an average; by all of them where it is of all."""
    complete = _complete([line for line in lines if line.accuracy])
    if any(line.slicing == average.slicing and not line.is_average for line in lines):
        complete = {name: groups for name, groups in complete.items() if name == average.slicing}
    return [
        sum(line.accuracy.value * (line.n or 0) for line in groups if line.accuracy)
        / sum(line.n or 0 for line in groups)
        for groups in complete.values()
    ]


def _plain_average(average: Line, count: int, weighted: Sequence[float]) -> Conflict:
    by_images = f"; counting every image once it is {score(weighted[0])}" if weighted else ""
    message = f"{average.where}: {average.accuracy} is the plain mean of {count} lines{by_images}."
    return Conflict("plain_average", "note", average.where, message)


def _complete(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Slicings into at least two groups of which all tell their number of images."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        if not line.is_average and line.slices:
            found.setdefault(line.slicing, []).append(line)
    return {name: groups for name, groups in found.items() if len(groups) > 1 and all(line.n for line in groups)}


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
