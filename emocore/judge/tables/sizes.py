"""Which numbers of images give the printed scores, and whether those that are told do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from emocore.judge.tables.cells import UNTOLD, Printed, Reading, fits, right_answers
from emocore.judge.tables.lines import MOST_UNTOLD, Claim, Line, reading_of, rights, slicings
from emocore.wording import counted, listing

ENOUGH = 10_000
"""Up to this many images are tried where nobody says how many there are."""
TOO_MANY = 200_000
MOST_PAIRS = 250_000
BOTH = "The score and the number of images cannot both be true."
Sets = NDArray[np.bool_]


def unreachable(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Lines of which no number of right answers gives the printed accuracy."""
    del total
    for line in lines:
        accuracy, n = line.accuracy, line.n
        if line.is_mean or accuracy is None or not n:
            continue
        if accuracy.counts and not _gives(accuracy, reading):
            right, images = accuracy.counts
            message = f"{line.where}: {right} of {images} is {right / images:.4f}, not {accuracy}."
            yield Claim("counts_differ", line.where, message, "These cannot both be true.")
        if not rights(line, accuracy, n, reading):
            yield Claim("unreachable_score", line.where, _says_unreachable(line, accuracy, n, reading), BOTH)


def without_sizes(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Lines without a number of images that none gives, and groups that together need more images than there are."""
    most = total or ENOUGH
    if most > TOO_MANY:
        return
    for groups in _together(lines):
        unsized = {line.where: line for line in groups if line.n is None and line.accuracy}
        sets = {where: _sizes(line, most, reading) for where, line in unsized.items()}
        never = [line for where, line in unsized.items() if not sets[where].any()]
        if never:
            yield _claims_never(never, most, total)
        elif groups[0].slices and sets:
            sized_images = sum(line.n or 0 for line in groups)
            yield from _claims_too_many(list(unsized.values()), sets, sized_images, most)
    yield from _claims_no_common(lines, reading, total, most)


def inferred(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """The smallest numbers of images that fit all groups, where full precision tells them."""
    most = total or ENOUGH
    exact_slicings = [groups for groups in slicings(lines).values() if _tells(groups)]
    if not exact_slicings or most > TOO_MANY:
        return
    common = np.logical_and.reduce(
        [_sums([_sizes(line, most, reading) for line in groups]) for groups in exact_slicings]
    )
    if not common.any():
        return
    least = total if total is not None and common[total] else int(np.flatnonzero(common)[0])
    parts = []
    for groups in exact_slicings:
        sizes = _parts([_sizes(line, most, reading) for line in groups], least)
        named = [f"{line.group} {n:,}" for line, n in zip(groups, sizes, strict=True)]
        parts.append(f"by {groups[0].slicing}: {listing(named)}")
    message = (
        "The table gives no number of images, but scores in full precision reveal it. The smallest numbers that "
        f"fit together are {'; '.join(parts)}. Together they are {least:,} images."
    )
    yield Claim("inferred_sizes", listing([groups[0].slicing for groups in exact_slicings]), message, is_note=True)


def stated_otherwise(lines: Sequence[Line], reading: Reading, total: int | None) -> Iterator[Claim]:
    """Groups of which words tell another number of images than the table."""
    del reading, total
    stated = {line.group: line.stated for line in lines if line.stated is not None}
    yield from check_sizes(stated, {line.group: line.n for line in lines if line.n is not None}, " in the table")


def check_sizes(stated: Mapping[str, int], counts: Mapping[str, int], how: str = "") -> Iterator[Claim]:
    """Groups whose number of images is stated otherwise than it is counted."""
    differ = [name for name in stated if name in counts and stated[name] != counts[name]]
    if differ:
        stated_sizes = "/".join(str(stated[name]) for name in differ)
        counted_sizes = "/".join(str(counts[name]) for name in differ)
        message = f"{listing(differ)}: {stated_sizes} images are stated, but {counted_sizes} are counted{how}."
        yield Claim("sizes_differ", listing(differ), message, "These cannot both be true.")


def smallest(line: Line, reading: Reading, most: int = ENOUGH) -> tuple[int, bool] | None:
    """The smallest number of images that gives a line's accuracy, and whether only its multiples do besides."""
    found = np.flatnonzero(_sizes(line, most, reading))
    if not len(found):
        return None
    least = int(found[0])
    return least, bool((found % least == 0).all())


def _gives(accuracy: Printed, reading: Reading) -> bool:
    assert accuracy.counts
    return accuracy.counts[0] in right_answers(accuracy, accuracy.counts[1], Reading(reading.cut))


def _says_unreachable(line: Line, accuracy: Printed, n: int, reading: Reading) -> str:
    own = reading_of(line, reading)
    answers, mean = n * own.seeds, f" over {own.seeds} networks" if own.seeds > 1 else ""
    below = min(math.floor(accuracy.value * answers), answers - 1)
    decimals = max(3, min(accuracy.decimals, 5))
    near = [f"{right:,} right would be {right / answers:.{decimals}f}" for right in (below, below + 1)]
    untold = f" and any number of networks up to {MOST_UNTOLD}" if line.seeds == UNTOLD else mean
    return (
        f"{line.where}: no number of right answers for {counted(n, 'image')}{untold} gives the accuracy "
        f"{accuracy} ({listing(near)})."
    )


def _sizes(line: Line, most: int, reading: Reading) -> Sets:
    """(most + 1,) which numbers of images a line can have."""
    found = np.zeros(most + 1, bool)
    if line.n is not None:
        found[min(line.n, most)] = line.n <= most
    elif line.accuracy is None or line.seeds == UNTOLD:
        found[1:] = True
    else:
        found = fits(line.accuracy, most, reading_of(line, reading))
    return found


def _together(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines by slicing; a line that is no group alone."""
    sliced = slicings(lines)
    alone = [[line] for line in lines if not line.is_mean and (line.context, line.slicing) not in sliced]
    return [*sliced.values(), *alone]


def _claims_never(never: Sequence[Line], most: int, total: int | None) -> Claim:
    scores = [line.accuracy.in_full for line in never if line.accuracy]
    named = listing([line.where for line in never])
    bound = f"up to {most:,}" if total is None else f"up to the {most:,} in all"
    message = f"{named}: no number of images {bound} gives the accuracy {listing(scores)}."
    larger = "" if total is not None else " for a test set of that size"
    return Claim("unreachable_score", named, message, f"{'It' if len(never) == 1 else 'They'} cannot be true{larger}.")


def _claims_too_many(groups: Sequence[Line], sets: Mapping[str, Sets], sized_images: int, most: int) -> Iterator[Claim]:
    """The fewest groups of a slicing that together need more images than there are."""
    least = {where: int(np.flatnonzero(fit)[0]) for where, fit in sets.items()}
    for number in range(2 - bool(sized_images), len(groups) + 1):
        for some in combinations(groups, number):
            needed = sized_images + sum(least[line.where] for line in some)
            if needed > most:
                yield _claim_too_many(some, sets, needed, most, sized_images)
                return


def _claim_too_many(some: Sequence[Line], sets: Mapping[str, Sets], needed: int, most: int, sized_images: int) -> Claim:
    named = listing([line.where for line in some])
    fit = [f"{line.accuracy.in_full} needs {_in_words(sets[line.where])}" for line in some if line.accuracy]
    rest = f" with the {sized_images:,} images of the other groups" if sized_images else ""
    message = (
        f"{named}: {listing(fit)}. Together{rest} these are at least {needed:,} images, but the total can be at "
        f"most {most:,}."
    )
    return Claim("no_common_total", named, message, "They cannot both be true for one test set of that size.")


def _in_words(sizes: Sets) -> str:
    found = np.flatnonzero(sizes)
    least = int(found[0])
    many = " or a multiple of that" if bool((found % least == 0).all()) and 2 * least < len(sizes) else " or more"
    return f"{counted(least, 'image')}{many}"


def _claims_no_common(lines: Sequence[Line], reading: Reading, total: int | None, most: int) -> Iterator[Claim]:
    """Two slicings that fit no common number of images and of right answers, where full precision tells which fit."""
    if total is not None:
        return
    exact_slicings = [groups for groups in slicings(lines).values() if _tells(groups)]
    pairs = [(groups, _pairs(groups, most, reading)) for groups in exact_slicings]
    for (one, first), (two, second) in combinations(pairs, 2):
        if not len(first) or not len(second) or one[0].context != two[0].context:
            continue
        if not len(np.intersect1d(first, second, assume_unique=True)):
            by = f"{one[0].slicing} and {two[0].slicing}"
            message = f"By {by}, no common number of images (up to {most:,}) and of right answers fits the scores."
            unless = "if images without one of these attributes were left out" if reading.seeds == 1 else ""
            yield Claim("no_common_total", by, message, "They cannot come from the same images.", unless)


def _pairs(groups: Sequence[Line], most: int, reading: Reading) -> NDArray[np.int64]:
    """Numbers of images and of right answers that two groups can have together, each pair as one number.

    Empty where there are more than two groups or too many pairs.
    """
    sets = [np.flatnonzero(_sizes(line, most, reading)) for line in groups]
    if len(sets) != 2 or len(sets[0]) * len(sets[1]) > MOST_PAIRS or any(line.seeds == UNTOLD for line in groups):
        return np.zeros(0, np.int64)
    rights = [
        np.rint(line.accuracy.value * sizes * reading_of(line, reading).seeds).astype(np.int64)
        for line, sizes in zip(groups, sets, strict=True)
        if line.accuracy
    ]
    images = np.add.outer(*sets).ravel()
    right = np.add.outer(*rights).ravel()
    pairs: NDArray[np.int64] = np.unique((images * 2**32 + right)[images <= most])
    return pairs


def _tells(groups: Sequence[Line]) -> bool:
    unsized = [line.accuracy for line in groups if line.n is None]
    return bool(unsized) and all(line.accuracy for line in groups) and any(each and each.is_full for each in unsized)


def _sums(sets: Sequence[Sets]) -> Sets:
    """Which totals can be made of one number of each set, up to their length."""
    found = sets[0]
    for other in sets[1:]:
        found = fftconvolve(found.astype(float), other.astype(float))[: len(found)] > 0.5
    return found


def _parts(sets: Sequence[Sets], total: int) -> list[int]:
    """One number of each set that together make a total."""
    if len(sets) == 1:
        return [total]
    rest = _sums(sets[1:])
    first = next(int(n) for n in np.flatnonzero(sets[0][:total]) if rest[total - n])
    return [first, *_parts(sets[1:], total - first)]
