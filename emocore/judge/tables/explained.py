"""The arithmetic behind each line of a results table, in a sentence, and what follows for the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from emocore.judge.tables.arithmetic import Conflict, check, known
from emocore.judge.tables.cells import Printed, Reading, right_answers
from emocore.judge.tables.claim import MOST_UNTOLD, read, rights
from emocore.judge.tables.lines import Line
from emocore.judge.tables.reading import PrintedTable
from emocore.judge.tables.sizes import TOO_MANY, smallest
from emocore.judge.tables.words import UNTOLD
from emocore.wording import counted, score

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
    lines, whole, plain = known(table, None, total, seeds, cut)
    explained = tuple(_explained(line, found, plain, whole) for line in lines)
    verdicts = {_verdict(each) for each in found} | {each.verdict for each in explained}
    return Checked(found, explained, min(verdicts, key=ORDER.index, default="not checked"))


def _verdict(found: Conflict) -> Verdict:
    verdicts: dict[str, Verdict] = {"conflict": "cannot be true", "condition": "on a condition"}
    return verdicts.get(found.severity, "can be true")


def _explained(line: Line, found: Sequence[Conflict], reading: Reading, total: int | None) -> Explained:
    about = [_verdict(each) for each in found if re.search(rf"(?<!\w){re.escape(line.where)}(?!\w)", each.where)]
    worst = min(about, key=ORDER.index, default=None)
    accuracy = line.accuracy
    if accuracy is None:
        return Explained(line, "There is no accuracy in this line.", worst or "not checked")
    if line.n == 0:
        return Explained(line, "There is no image, so there is nothing to divide.", worst or "not checked")
    if line.is_mean:
        return Explained(line, "A mean of other lines, held against them.", worst or "can be true")
    if line.n is None:
        says, tells = _without_size(line, accuracy, reading, total)
        return Explained(line, says, worst or ("can be true" if tells else "not checked"))
    return Explained(line, _with_size(line, accuracy, line.n, reading), worst or "can be true")


def _with_size(line: Line, accuracy: Printed, n: int, reading: Reading) -> str:
    own = read(line, reading)
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
    of = f"{answers:,}" if own.seeds == 1 else f"{answers:,} answers ({own.seeds} networks, {counted(n, 'image')})"
    if len(right) > max(10, answers // 50):
        return f"Any of {right[0]:,} to {right[-1]:,} right of {of}: so few decimals tell little."
    if len(right) > 1:
        return f"{right[0]:,} to {right[-1]:,} right of {of} are printed so."
    if right:
        return f"{right[0]:,} of {of} = {right[0] / answers:.{_decimals(accuracy)}f}."
    below = min(int(accuracy.value * answers), answers - 1)
    near = [f"{number:,} of {answers:,} = {number / answers:.{_decimals(accuracy)}f}" for number in (below, below + 1)]
    return f"{near[0]}, {near[1]}: there is nothing between."


def _without_size(line: Line, accuracy: Printed, reading: Reading, total: int | None) -> tuple[str, bool]:
    """What a score tells of a number of images that the table does not, and whether it tells anything."""
    if not accuracy.is_full or (total or 0) > TOO_MANY or line.seeds == UNTOLD:
        can = total is not None and rights(line, accuracy, total, reading)
        of_all = f" As a share of all {total:,} it is possible." if can else ""
        return f"The number of images is not told, and {accuracy} fits many.{of_all}", False
    found = smallest(line, reading)
    if found is None:
        return "No number of images up to 10,000 gives it.", True
    n, multiples = found
    right = right_answers(accuracy, n, read(line, reading))[0]
    more = " or of a multiple of that" if multiples else " or of some more"
    mean = f" over {line.seeds} networks" if (line.seeds or 1) > 1 else ""
    return (
        f"{right:,} right of {counted(n * read(line, reading).seeds, 'image')}{mean}{more} = {score(accuracy.value)}.",
        True,
    )


def _decimals(accuracy: Printed) -> int:
    return max(3, min(accuracy.decimals + 1, 5))
