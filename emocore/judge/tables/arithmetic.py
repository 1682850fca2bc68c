"""Whether the numbers of a results table can all be true (GRIM, Brown & Heathers 2017), and why, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from emocore.judge.tables import classes, sums
from emocore.judge.tables import sizes as sizes_
from emocore.judge.tables.cells import MOST_SEEDS, UNTOLD, Printed, Reading, right_answers
from emocore.judge.tables.lines import MOST_UNTOLD, Check, Claim, Line, reading_of, rights
from emocore.judge.tables.reading import PrintedTable
from emocore.judge.tables.sizes import TOO_MANY, smallest
from emocore.wording import counted, listing, score

Severity = Literal["conflict", "condition", "note"]
CHECKS: dict[Check, str] = {
    sizes_.unreachable: "sizes",
    sizes_.without_sizes: "sizes",
    sums.over_the_total: "total",
    sums.slicings_disagree: "slicings",
    sums.micro_is_accuracy: "micro",
    sums.wrong_averages: "averages",
    classes.f1_above_its_bound: "f1",
    classes.far_from_accuracy: "accuracy",
    classes.of_one_class: "class",
}
"""Each check with what it is about: one way of reading a table must explain all that is found about one thing."""
NOTES: tuple[Check, ...] = (
    sizes_.stated_otherwise,
    sizes_.inferred,
    sums.left_out,
    sums.plain_averages,
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
    lines, total, plain = check_inputs(table, sizes, total, seeds, cut)
    found = [(topic, claim) for each, topic in CHECKS.items() for claim in each(lines, plain, total)]
    others = {topic: _others(topic, lines, total, cut) for topic in dict.fromkeys(topic for topic, _ in found)}
    notes = [("", claim) for each in NOTES for claim in each(lines, plain, total)]
    return tuple(_concluded(claim, others.get(topic, "")) for topic, claim in [*found, *notes])


def check_inputs(
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


def _others(topic: str, lines: Sequence[Line], total: int | None, cut: bool | None) -> str:
    """Under what conditions the checks of one thing find nothing, in words; "" where there are none."""
    checks = [each for each, other in CHECKS.items() if other == topic]

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
        return Conflict(claim.code, "note", claim.where, claim.message)
    if conditions := claim.only_if or others:
        return Conflict(claim.code, "condition", claim.where, f"{claim.message} This can be true only {conditions}.")
    return Conflict(claim.code, "conflict", claim.where, f"{claim.message} {claim.cannot}")


Verdict = Literal["cannot be true", "on a condition", "can be true", "not checked"]
ORDER: tuple[Verdict, ...] = ("cannot be true", "on a condition", "can be true", "not checked")


@dataclass(frozen=True)
class Explained:
    """A line with its arithmetic in words and its verdict."""

    line: Line
    arithmetic: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        accuracy = self.line.accuracy
        return {
            "line": self.line.where,
            "images": self.line.n,
            "accuracy": accuracy.value if accuracy else None,
            "arithmetic": self.arithmetic,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Checked:
    """A table with what is found in it and the arithmetic of its lines. verdict: the worst that was found."""

    found: tuple[Conflict, ...]
    lines: tuple[Explained, ...]
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        found = [
            {"code": each.code, "severity": each.severity, "where": each.where, "says": each.message}
            for each in self.found
        ]
        return {"verdict": self.verdict, "found": found, "lines": [each.to_json() for each in self.lines]}


def checked(
    table: PrintedTable, total: int | None = None, seeds: int | None = None, cut: bool | None = None
) -> Checked:
    """What `arithmetic.check` finds in a table, with the arithmetic of each line."""
    found = check(table, None, total, seeds, cut)
    lines, whole, plain = check_inputs(table, None, total, seeds, cut)
    explained = tuple(_explained(line, found, plain, whole) for line in lines)
    verdicts = {_verdict(each) for each in found} | {each.verdict for each in explained}
    return Checked(found, explained, min(verdicts, key=ORDER.index, default="not checked"))


def _verdict(found: Conflict) -> Verdict:
    verdicts: dict[str, Verdict] = {"conflict": "cannot be true", "condition": "on a condition"}
    return verdicts.get(found.severity, "can be true")


def _explained(line: Line, found: Sequence[Conflict], reading: Reading, total: int | None) -> Explained:
    verdicts = [_verdict(each) for each in found if re.search(rf"(?<!\w){re.escape(line.where)}(?!\w)", each.where)]
    worst = min(verdicts, key=ORDER.index, default=None)
    accuracy = line.accuracy
    if accuracy is None:
        return Explained(line, "There is no accuracy in this line.", worst or "not checked")
    if line.n == 0:
        return Explained(line, "This line has no images, so there is nothing to check.", worst or "not checked")
    if line.is_mean:
        return Explained(line, "This is a mean of other lines. It is checked against them.", worst or "can be true")
    if line.n is None:
        arithmetic, tells = _without_size(line, accuracy, reading, total)
        return Explained(line, arithmetic, worst or ("can be true" if tells else "not checked"))
    return Explained(line, _with_size(line, accuracy, line.n, reading), worst or "can be true")


def _with_size(line: Line, accuracy: Printed, n: int, reading: Reading) -> str:
    own = reading_of(line, reading)
    if line.seeds == UNTOLD:
        own = next(
            (
                each
                for many in range(1, MOST_UNTOLD + 1)
                if right_answers(accuracy, n, each := Reading(reading.cut, many))
            ),
            own,
        )
    right, answers = right_answers(accuracy, n, own), n * own.seeds
    whole = f"{answers:,}" if own.seeds == 1 else f"{answers:,} answers ({own.seeds} networks, {counted(n, 'image')})"
    if len(right) > max(10, answers // 50):
        return (
            f"Any number from {right[0]:,} to {right[-1]:,} right of {whole} fits, because the score has so few "
            "decimals."
        )
    if len(right) > 1:
        return f"{right[0]:,} to {right[-1]:,} right of {whole} give this score."
    if right:
        return f"{right[0]:,} of {whole} = {right[0] / answers:.{_decimals(accuracy)}f}."
    below = min(int(accuracy.value * answers), answers - 1)
    near = [f"{number:,} of {answers:,} = {number / answers:.{_decimals(accuracy)}f}" for number in (below, below + 1)]
    return f"{near[0]} and {near[1]}. No number of right answers gives a value between them."


def _without_size(line: Line, accuracy: Printed, reading: Reading, total: int | None) -> tuple[str, bool]:
    """What a score tells of a number of images that the table does not, and whether it tells anything."""
    if not accuracy.is_full or (total or 0) > TOO_MANY or line.seeds == UNTOLD:
        can = total is not None and rights(line, accuracy, total, reading)
        of_all = f" As a share of all {total:,} images it is possible." if can else ""
        return f"The number of images is not given, and {accuracy} fits many numbers.{of_all}", False
    found = smallest(line, reading)
    if found is None:
        return "No number of images up to 10,000 fits this score.", True
    n, multiples = found
    right = right_answers(accuracy, n, reading_of(line, reading))[0]
    more = " or of a multiple of this number" if multiples else " or of some larger numbers"
    mean = f" over {line.seeds} networks" if (line.seeds or 1) > 1 else ""
    return (
        f"{right:,} right of {counted(n * reading_of(line, reading).seeds, 'image')}{mean}{more}"
        f" = {score(accuracy.value)}.",
        True,
    )


def _decimals(accuracy: Printed) -> int:
    return max(3, min(accuracy.decimals + 1, 5))
