"""What is computed for the report's abstract and chapters 1 to 4: counts and gray values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emocore.reproduction import published
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Number, Row


def _abstract(_: Results, row: Row) -> Row:
    printed, total = published.TOTALS[2], sum(published.TRAINING.values()) + sum(published.TESTING.values())
    numbers = (Number("Images in all", f"{printed:,}", corrected=f"{total:,}"),)
    return replace(row, numbers=numbers, verdict="agrees" if total == printed else "differs")


def _figure_1_1(_: Results, row: Row) -> Row:
    parts = {"Training": published.TRAINING, "Testing": published.TESTING}
    numbers = [Number(f"{part}, {name}", f"{n:,}") for part, of in parts.items() for name, n in of.items()]
    sums = [sum(of.values()) for of in parts.values()]
    for what, printed, total in zip((*parts, "All"), published.TOTALS, (*sums, sum(sums)), strict=True):
        numbers.append(Number(what, f"{printed:,}", corrected=f"{total:,} by adding up"))
    agrees = (*sums, sum(sums)) == published.TOTALS
    return replace(row, numbers=tuple(numbers), verdict="agrees" if agrees else "cannot be true")


def _counts(printed: int, named: str = "") -> Callable[[Results, Row], Row]:
    """Images of each class beside one printed number, which is about the class `named` or about all of them."""

    def counted(results: Results, row: Row) -> Row:
        counts = class_counts(results)
        chosen = {name: n for name, n in counts.items() if not named or name == named}
        if not chosen:
            return replace(row, verdict="not run yet") if row.verdict == "agrees" else row
        numbers = tuple(Number(f"Images, {name}", f"{printed}", corrected=f"{n:,}") for name, n in chosen.items())
        if row.verdict != "agrees":
            return replace(row, numbers=numbers)
        return replace(row, numbers=numbers, verdict="agrees" if set(chosen.values()) == {printed} else "differs")

    return counted


def _section_2_2(results: Results, row: Row) -> Row:
    notes = results.values.get("facts", {}).get("notes", [])
    note = next((note for note in notes if "stored flipped" in note), "")
    return replace(row, its=f"What the import said: {note}" if note else "")


def _section_3_4(results: Results, row: Row) -> Row:
    groups = results.values.get("facts", {}).get("groups", {})
    numbers = [
        Number(
            f"Test images, {value}",
            f"{published.GROUPS_IN_FILE.get(value, '-')} in a file beside it",
            corrected=f"{n:,}",
        )
        for of_value in groups.values()
        for value, n in of_value.items()
    ]
    return replace(row, numbers=tuple(numbers))


def _figure_4_1(results: Results, row: Row) -> Row:
    counts = class_counts(results)
    even = "agrees" if len(set(counts.values())) == 1 else "differs"
    numbers = tuple(Number(f"Images, {name}", "not printed", corrected=f"{n:,}") for name, n in counts.items())
    return replace(row, numbers=numbers, verdict=even if counts else "not run yet")


def _section_4_4(results: Results, row: Row) -> Row:
    gray = results.values.get("facts", {}).get("gray")
    if not gray:
        return row
    flips, plain, (low, high) = gray["flips"], gray["plain"], published.RANGE
    numbers = (
        Number("Lowest value", f"{low:g}", f"{flips['low']:.2f}", f"{plain['low']:.2f}"),
        Number("Highest value", f"{high:g}", f"{flips['high']:.2f}", f"{plain['high']:.2f}"),
        Number("98% of values lie between", "", _span(flips["middle"]), _span(plain["middle"])),
    )
    return replace(row, numbers=numbers)


def class_counts(results: Results) -> dict[str, int]:
    """Class -> images over all parts; empty where nobody counted."""
    totals: dict[str, int] = {}
    for of_class in results.values.get("facts", {}).get("counts", {}).values():
        for name, number in of_class.items():
            totals[name] = totals.get(name, 0) + number
    return totals


def _span(ends: list[float]) -> str:
    return f"{ends[0]:.2f} and {ends[1]:.2f}"


ADDED: dict[str, Callable[[Results, Row], Row]] = {
    "Abstract": _abstract,
    "Figure 1.1": _figure_1_1,
    "Section 2.1": _counts(published.A_CLASS),
    "Section 2.2": _section_2_2,
    "Section 3.2": _counts(published.FOCUSED_IN_TEXT, "focused"),
    "Section 3.4": _section_3_4,
    "Section 4.1": _counts(published.A_CLASS_IN_TEXT),
    "Figure 4.1": _figure_4_1,
    "Section 4.4": _section_4_4,
}
