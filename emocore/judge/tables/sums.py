"""Whether groups add up to one total, and whether averages in a table are means of its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from emocore.judge.tables.cells import Printed, Reading
from emocore.judge.tables.lines import Claim, Line, complete, images, reading_of, slicings, span
from emocore.wording import counted, listing, score

Right = tuple[str, set[str], int, float, float]
"""A slicing, the names of its groups, their images, and the fewest and most right answers."""


def over_the_total(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Slicings whose groups have more images than there are."""
    del reading
    for (_, slicing), groups in complete(lines, total).items():
        if total is not None and images(groups) > total:
            message = f"By {slicing}, the groups have {images(groups):,} images, but there are {total:,} in all."
            yield Claim("groups_do_not_add_up", slicing, message, "They cannot be groups of the same images.")


def left_out(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Slicings that have fewer images than there are: such as images without that attribute."""
    del reading
    sums = {slicing: images(groups) for (_, slicing), groups in complete(lines, total).items()}
    whole = total if total is not None else max(sums.values(), default=0)
    short = {slicing: whole - number for slicing, number in sums.items() if number < whole}
    if short:
        parts = [f"by {slicing} {counted(number, 'image')}" for slicing, number in short.items()]
        message = (
            f"Of {whole:,} images, some are in no group: {listing(parts)}. Either they do not have this attribute "
            "and were left out, or a number of images is wrong."
        )
        yield Claim("groups_do_not_add_up", listing(list(short)), message, is_note=True)


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
                message = (
                    f"{line.where}: {name} is {micro}, but accuracy is {accuracy}. With one label and one "
                    "prediction for each image, these are always the same number."
                )
                yield Claim("micro_is_not_accuracy", line.where, message, "These cannot both be true.")


def _right(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Right]:
    for (_, slicing), groups in complete(lines, total).items():
        spans = [span(line, reading) for line in groups]
        bounds = [each for each in spans if each is not None]
        if len(bounds) == len(groups):
            low, high = sum(low for low, _ in bounds), sum(high for _, high in bounds)
            yield f"by {slicing}", {line.group for line in groups}, images(groups), low, high
    for line in lines:
        if line.is_whole and (found := span(line, reading)) and reading_of(line, reading):
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
    message = f"{begins}, {first} of {one[2]:,} answers are right; {other[0]}, {second}{of_other}."
    where = listing([each[0].removeprefix("by ").removeprefix("of ") for each in (one, other)])
    cannot = "For one model and the same images these cannot both be true."
    unless = "" if total is not None else "if each left out other images"
    yield Claim("slicings_disagree", where, message, cannot, unless)


def _span(low: float, high: float) -> str:
    first, last = f"{low:,.1f}".removesuffix(".0"), f"{high:,.1f}".removesuffix(".0")
    return first if first == last else f"{first} to {last}"


OF_FOLDS = 0.002
"""Folds of nearly one size: so far may the mean over images lie from the plain one."""
Bounds = tuple[float, float]


def wrong_averages(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Averages that are no mean of their lines, plain or by images, and a whole that lies outside its groups."""
    for line in lines:
        if line.is_mean:
            own = _averaged(line, lines)
            for name, found in line.scores.items():
                yield from _wrong_mean(line, name, found, own, reading)
        elif line.is_whole and line.scores.get("accuracy") and not total:
            yield from _outside(line, lines, reading)


def plain_averages(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Averages that count each group once, whatever its number of images. Of folds that is the usual mean."""
    for line in lines:
        own = [each for each in _averaged(line, lines) if each.accuracy]
        found = line.scores.get("accuracy")
        if not line.is_mean or found is None or len(own) < 2 or not (own[0].slices or own[0].is_average):
            continue
        weighted = _weighted_accuracy(line, lines, total)
        if any(_meet(reading.bounds(found), (mean - _slack(own), mean + _slack(own))) for mean in weighted):
            continue
        if _meet(reading.bounds(found), _mean(own, "accuracy", reading)):
            by_images = f". If every image counts once, the mean is {score(weighted[0])}" if weighted else ""
            message = f"{line.where}: {found} is the plain mean of {len(own)} lines{by_images}."
            yield Claim("plain_average", line.where, message, is_note=True)


def _wrong_mean(line: Line, name: str, found: Printed, own: Sequence[Line], reading: Reading) -> Iterator[Claim]:
    groups = [each for each in own if _score(each, name)]
    if len(groups) < 2 or len(groups) != len(own):
        return
    bounds = reading.bounds(found)
    ways = [_mean(groups, name, reading)]
    if all(each.n for each in groups):
        ways.append(_mean(groups, name, reading, by_images=True))
    elif own[0].is_run:
        ways.append((ways[0][0] - OF_FOLDS, ways[0][1] + OF_FOLDS))
    elif name == "accuracy":
        values = [reading.bounds(each) for group in groups if (each := _score(group, name))]
        ways.append((min(low for low, _ in values), max(high for _, high in values)))
    elif not own[0].is_average:
        return
    if any(_meet(bounds, way) for way in ways):
        return
    low, high = ways[0]
    message = (
        f"{line.where}: {name} {found} is not the mean of its {len(groups)} lines. Their mean is "
        f"{score((low + high) / 2)}."
    )
    yield Claim("wrong_average", line.where, message, "The lines and their average cannot both be true.")


def _outside(line: Line, lines: Sequence[Line], reading: Reading) -> Iterator[Claim]:
    found = line.scores["accuracy"]
    for (context, slicing), groups in slicings(lines).items():
        values = [reading.bounds(each.accuracy) for each in groups if each.accuracy]
        if context != line.context or len(values) != len(groups):
            continue
        if not _meet(reading.bounds(found), (min(low for low, _ in values), max(high for _, high in values))):
            message = (
                f"{line.where}: the accuracy {found} is not between those of the {len(values)} groups by {slicing}."
            )
            yield Claim("wrong_average", line.where, message, only_if="if some images are in no group")


def _averaged(average: Line, lines: Sequence[Line]) -> list[Line]:
    """The lines an average is of: its slicing's groups, else the lines above it, else the averages of all slicings."""
    if not average.is_average:
        return []
    scored = [line for line in lines if line.scores and line is not average and line.context == average.context]
    single = [line for line in scored if not line.is_average]
    own = [line for line in single if line.slicing == average.slicing and average.slicing]
    above = [line for line in single if line.block == average.block and not average.slicing]
    return own or above or [line for line in scored if line.is_mean and line.slicing != average.slicing]


def _mean(groups: Sequence[Line], name: str, reading: Reading, *, by_images: bool = False) -> Bounds:
    """The lowest and highest mean that the printed scores allow."""
    weights = [(line.n or 0) if by_images else 1 for line in groups]
    bounds = [reading.bounds(found) for line in groups if (found := _score(line, name))]
    whole = sum(weights)
    low = sum(weight * each[0] for weight, each in zip(weights, bounds, strict=True)) / whole
    high = sum(weight * each[1] for weight, each in zip(weights, bounds, strict=True)) / whole
    return low, high


def _score(line: Line, name: str) -> Printed | None:
    return line.scores.get(name)


def _weighted_accuracy(average: Line, lines: Sequence[Line], total: int | None) -> list[float]:
    """The mean that counts every image once, by the slicing of an average; by all of them where it is of all."""
    found = complete([line for line in lines if line.accuracy and line.context == average.context], total)
    if any(line.slicing == average.slicing and not line.is_average for line in lines):
        found = {key: groups for key, groups in found.items() if key[1] == average.slicing}
    return [
        sum(line.accuracy.value * (line.n or 0) for line in groups if line.accuracy)
        / sum(line.n or 0 for line in groups)
        for groups in found.values()
    ]


def _slack(groups: Sequence[Line]) -> float:
    return max(line.accuracy.half_unit for line in groups if line.accuracy) + 1e-9


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[1] + 1e-9 and other[0] <= one[1] + 1e-9
