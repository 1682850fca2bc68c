"""Whether the numbers of a results table can all be true: the GRIM test (Brown & Heathers 2017) and its kin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from emocore.judge.tables import averages, classes, sums
from emocore.judge.tables import sizes as sizes_
from emocore.judge.tables.cells import MOST_SEEDS, Reading
from emocore.judge.tables.claim import Check, Claim
from emocore.judge.tables.lines import Line
from emocore.judge.tables.reading import PrintedTable
from emocore.wording import listing

Severity = Literal["conflict", "condition", "note"]
CHECKS: dict[Check, str] = {
    sizes_.unreachable: "sizes",
    sizes_.without_sizes: "sizes",
    sums.over_the_total: "total",
    sums.slicings_disagree: "slicings",
    sums.micro_is_accuracy: "micro",
    averages.wrong: "averages",
    classes.f1_above_its_bound: "f1",
    classes.far_from_accuracy: "accuracy",
    classes.of_one_class: "class",
}
"""Each check with what it is about: one way of reading a table must explain all that is found about one thing."""
NOTES: tuple[Check, ...] = (
    sizes_.stated_otherwise,
    sizes_.inferred,
    sums.left_out,
    averages.plain,
    classes.zero_division,
)


@dataclass(frozen=True)
class Conflict:
    """Numbers that cannot both be true ("conflict"), that can on a condition, or that are easily misread ("note").

    code: what was found, such as unreachable_score, no_common_total or slicings_disagree. where: the line or lines of
    the table.
    """

    code: str
    severity: Severity
    where: str
    message: str


def check(
    table: PrintedTable,
    sizes: Mapping[str, int] | None = None,
    total: int | None = None,
    seeds: int | None = None,
    cut: bool | None = None,
) -> tuple[Conflict, ...]:
    """All conflicts of a table, none for a table that adds up.

    sizes: images of a group by its name, used where a line tells none. total: images in all. seeds: 1 for scores of
    single networks, k for means over k, 0 for means over an unknown number. cut: whether decimals were cut off. What
    is None is taken from the table where it tells it. Else scores are first read as rounded and of single networks;
    what is impossible so, but possible for all lines with decimals cut off, or as means over 2 to 20 networks, is a
    condition.
    """
    lines, total, plain = known(table, sizes, total, seeds, cut)
    found = [(about, claim) for each, about in CHECKS.items() for claim in each(lines, plain, total)]
    others = {about: _others(about, lines, total, cut) for about in dict.fromkeys(about for about, _ in found)}
    notes = [("", claim) for each in NOTES for claim in each(lines, plain, total)]
    return tuple(_concluded(claim, others.get(about, "")) for about, claim in [*found, *notes])


def known(
    table: PrintedTable,
    sizes: Mapping[str, int] | None = None,
    total: int | None = None,
    seeds: int | None = None,
    cut: bool | None = None,
) -> tuple[list[Line], int | None, Reading]:
    """The lines of a table with all that is known of them, its number of images, and how its scores are first read."""
    over = table.seeds if seeds is None else seeds
    wholes = (line.n for line in table.lines if line.is_whole and line.n)
    whole = total or table.total or next(wholes, None)
    lines = [_filled(line, sizes or {}, whole, over) for line in table.lines if not line.is_spread]
    return lines, whole, Reading(bool(cut), 1)


def check_sizes(stated: Mapping[str, int], counts: Mapping[str, int]) -> tuple[Conflict, ...]:
    """Groups whose number of images is stated otherwise than it is counted in the data."""
    return tuple(_concluded(claim, "") for claim in sizes_.check_sizes(stated, counts))


def _filled(line: Line, sizes: Mapping[str, int], total: int | None, seeds: int | None) -> Line:
    given = total if line.is_model or line.is_whole else sizes.get(line.group)
    if line.n is None and given is not None and not line.is_mean:
        line = replace(line, n=given)
    return replace(line, seeds=seeds) if line.seeds is None or (seeds and not line.seeds) else line


def _others(about: str, lines: Sequence[Line], total: int | None, cut: bool | None) -> str:
    """Under what conditions the checks of one thing find nothing, in words; "" where there are none."""
    checks = [each for each, other in CHECKS.items() if other == about]

    def holds(other: Reading) -> bool:
        return not any(not claim.only_if for each in checks for claim in each(lines, other, total))

    cuts = (False, True) if cut is None else (cut,)
    many = range(2, MOST_SEEDS + 1) if any(line.seeds is None for line in lines) else ()
    ways = []
    if cut is None and holds(Reading(True)):
        ways.append("if decimals were cut off instead of rounded")
    if fit := [number for number in many if holds(Reading(cuts[0], number))]:
        ways.append(f"if the scores are means over several networks ({_seeds(fit)})")
    elif not ways and cut is None and (fit := [number for number in many if holds(Reading(True, number))]):
        ways.append(f"if the scores are means over several networks ({_seeds(fit)}) with decimals cut off")
    return ", or ".join(ways)


def _seeds(fit: Sequence[int]) -> str:
    if len(fit) > 6:
        return f"{', '.join(map(str, fit[:3]))} and {len(fit) - 3} more numbers of seeds up to {MOST_SEEDS} fit"
    return f"{listing(list(map(str, fit)))} seeds fit"


def _concluded(claim: Claim, others: str) -> Conflict:
    if claim.is_note:
        return Conflict(claim.code, "note", claim.where, claim.says)
    if conditions := claim.only_if or others:
        return Conflict(claim.code, "condition", claim.where, f"{claim.says} This can be true only {conditions}.")
    return Conflict(claim.code, "conflict", claim.where, f"{claim.says} {claim.cannot}")
