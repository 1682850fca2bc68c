"""Whether groups add up: to the number of images, and to one number of right answers however they are sliced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from emocore.judge.tables.cells import Reading
from emocore.judge.tables.claim import Claim, complete, images, read, span
from emocore.judge.tables.lines import Line
from emocore.wording import counted, listing

Right = tuple[str, set[str], int, float, float]
"""A slicing, the names of its groups, their images, and the fewest and most right answers."""


def over_the_total(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Slicings whose groups have more images than there are."""
    del reading
    for (_, slicing), groups in complete(lines, total).items():
        if total is not None and images(groups) > total:
            says = f"By {slicing}, the groups have {images(groups):,} images, but there are {total:,} in all."
            yield Claim("groups_do_not_add_up", slicing, says, "They cannot be groups of the same images.")


def left_out(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Slicings that have fewer images than there are: such as images without that attribute."""
    del reading
    sums = {slicing: images(groups) for (_, slicing), groups in complete(lines, total).items()}
    whole = total if total is not None else max(sums.values(), default=0)
    short = {slicing: whole - number for slicing, number in sums.items() if number < whole}
    if short:
        parts = [f"by {slicing} {counted(number, 'image')}" for slicing, number in short.items()]
        says = (
            f"Of {whole:,} images, some are in no group: {listing(parts)}. Either they have no such attribute and were "
            "left out, or a number of images is wrong."
        )
        yield Claim("groups_do_not_add_up", listing(list(short)), says, is_note=True)


def slicings_disagree(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Two ways to slice the same images must find the same number of right answers."""
    for context in dict.fromkeys(line.context for line in lines):
        found = list(_right([line for line in lines if line.context == context], reading, total))
        for one, other in combinations(found, 2):
            if not one[1] & other[1]:
                yield from _differing(one, other, total)


def micro_is_accuracy(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Micro averages, and the recall weighted by the sizes of classes, are the accuracy."""
    del total
    for line in lines:
        for name in ("micro precision", "micro recall", "micro f1", "weighted recall"):
            micro, accuracy = line.scores.get(name), line.scores.get("accuracy")
            if not micro or not accuracy:
                continue
            low, high = reading.bounds(micro)
            least, most = reading.bounds(accuracy)
            if low > most + 1e-9 or high < least - 1e-9:
                says = (
                    f"{line.where}: {name} is {micro}, accuracy {accuracy}. With one label and one answer an image "
                    "they are the same number."
                )
                yield Claim("micro_is_not_accuracy", line.where, says, "These cannot both be true.")


def _right(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Right]:
    for (_, slicing), groups in complete(lines, total).items():
        spans = [span(line, reading) for line in groups]
        known = [each for each in spans if each is not None]
        if len(known) == len(groups):
            low, high = sum(low for low, _ in known), sum(high for _, high in known)
            yield f"by {slicing}", {line.group for line in groups}, images(groups), low, high
    for line in lines:
        if line.is_whole and (found := span(line, reading)) and read(line, reading):
            yield "of all images", set(), line.n or 0, *found


def _differing(one: Right, other: Right, total: int | None) -> Iterator[Claim]:
    """A claim where no number of right answers of all images agrees with both, left out ones counted as they may be."""
    spare = [max(0, total - each[2]) if total is not None else 0 for each in (one, other)]
    if total is None and one[2] != other[2]:
        return
    lows, highs = (one[3], other[3]), (one[4] + spare[0], other[4] + spare[1])
    if max(lows) <= min(highs) + 1e-6:
        return
    first, second = (_span(each[3], each[4]) for each in (one, other))
    of_other = "" if one[2] == other[2] else f" of {other[2]:,}"
    begins = one[0][0].upper() + one[0][1:]
    says = f"{begins}, {first} of {one[2]:,} answers are right; {other[0]}, {second}{of_other}."
    where = listing([each[0].removeprefix("by ").removeprefix("of ") for each in (one, other)])
    cannot = "For one model and the same images these cannot both be true."
    unless = "" if total is not None else "if each left out other images"
    yield Claim("slicings_disagree", where, says, cannot, unless)


def _span(low: float, high: float) -> str:
    first, last = f"{low:,.1f}".removesuffix(".0"), f"{high:,.1f}".removesuffix(".0")
    return first if first == last else f"{first} to {last}"
