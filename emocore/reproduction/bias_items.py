"""What is computed for chapter 8 of the report: groups, gaps, and what their arithmetic allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from emocore import wording
from emocore.judge.intervals import newcombe
from emocore.judge.tables import arithmetic, reading
from emocore.reproduction.numbers import (
    BIAS,
    BIAS_FILES,
    FIXED,
    PUBLISHED_GROUPS,
    REWEIGHED,
    SOUND,
    TEST_IMAGES,
    answers,
    confusion,
    right_of,
    table,
)
from emocore.reproduction.results import Results, macro
from emocore.reproduction.rows import Number, Row
from emocore.reproduction.score_items import MACROS, macros_printed
from emocore.wording import points, points_between

PAIRS = {"age": ("young", "old"), "gender": ("male", "female")}
Counted = Mapping[str, Sequence[int]]
"""Group -> right answers and images."""


def printed_counts(text: str) -> dict[str, list[int | None]]:
    """Group -> right answers (None where no whole number gives the accuracy) and images, of a bias table."""
    lines = [line for line in table(text) if line["Group"] in PUBLISHED_GROUPS]
    return {
        line["Group"]: [right_of(float(line["Accuracy"]), n), n]
        for line in lines
        for n in [PUBLISHED_GROUPS[line["Group"]]]
    }


def saved_counts(network: str = "final") -> dict[str, list[int]]:
    """The same from the saved answers of the report's final network, all images scaled alike."""
    counts = {group: [0, 0] for group in PUBLISHED_GROUPS}
    for line in answers():
        for attribute in PAIRS:
            if line[attribute] in counts:
                counts[line[attribute]][0] += line[network] == line["truth"]
                counts[line[attribute]][1] += 1
    return counts


def gap(counts: Counted, attribute: str) -> str:
    """The first group's accuracy minus the second's with its 95% interval (Newcombe 1998)."""
    (a, n), (b, m) = (counts[name] for name in PAIRS[attribute])
    interval = newcombe((a, n), (b, m))
    verdict = "could be chance" if interval[0] <= 0 <= interval[1] else "more than chance"
    return f"{points(a / n - b / m)} points {points_between(interval)}, {verdict}"


def of_groups(trainings: Sequence[Mapping[str, Any]], key: str = "groups") -> dict[str, list[int]]:
    """Right answers and images of each group, summed over seeds that judged the same images."""
    counts: dict[str, list[int]] = {}
    for one in trainings:
        for of_value in one.get(key, {}).values():
            for name, (right, n) in of_value.items():
                counts.setdefault(name, [0, 0])
                counts[name] = [counts[name][0] + right, n]
    return {name: [round(right / len(trainings)), n] for name, (right, n) in counts.items()}


def _figure_8_1(results: Results, row: Row) -> Row:
    printed, saved = printed_counts(BIAS), saved_counts()
    own = of_groups(results.trainings(FIXED, "report-final"), "groups_scaled_apart")
    alike = of_groups(results.trainings(FIXED, "report-final"))
    numbers = [
        Number(f"{group}, right", _share(printed[group]), _share(own.get(group)), _share(alike.get(group)))
        for group in PUBLISHED_GROUPS
    ]
    numbers += [
        Number(
            f"Right, summed over the groups by {attribute}",
            _sum(printed, attribute),
            _sum(own, attribute),
            _sum(alike, attribute),
        )
        for attribute in PAIRS
    ]
    numbers += [
        Number(
            f"{group}, right, by the final network's saved predictions",
            _share(printed[group]),
            "",
            _share(saved[group]),
        )
        for group in PUBLISHED_GROUPS
    ]
    return replace(row, numbers=(*numbers, *_macros(), *_files()))


def _macros() -> list[Number]:
    """Precision, recall and F1 of each group and their averages, beside those of the saved predictions."""
    saved = {group: macro(confusion("final", group)) for group in PUBLISHED_GROUPS}
    for attribute, pair in PAIRS.items():
        saved[attribute] = {name: (saved[pair[0]][name] + saved[pair[1]][name]) / 2 for name in saved[pair[0]]}
    saved["Average"] = {name: (saved["age"][name] + saved["gender"][name]) / 2 for name in saved["age"]}
    numbers = []
    for line in table(BIAS):
        group = line["Group"] if line["Group"] in PUBLISHED_GROUPS else line["Attribute"]
        mine = ", ".join(wording.score(saved[group][name]) for name in ("precision", "recall", "f1"))
        printed, heading = macros_printed(line), {"Average": "average of all"}.get(group, f"average by {group}")
        if group in PUBLISHED_GROUPS:
            numbers.append(Number(f"{group}, {MACROS}", printed, "", f"{mine}, by the saved predictions"))
        else:
            scores = f"accuracy {wording.score(float(line['Accuracy']))}, {MACROS} {printed}"
            numbers.append(
                Number(heading.capitalize(), scores, "", f"{MACROS} {mine}; groups count the same, whatever their size")
            )
    return numbers


def _files() -> list[Number]:
    """What the arithmetic says of the two versions of the table that lie beside the report."""
    sizes = ", ".join(f"{group} {n}" for group, n in PUBLISHED_GROUPS.items())
    numbers = []
    for name, text in BIAS_FILES.items():
        checked = arithmetic.checked(reading.read_table(text, sizes), TEST_IMAGES, 1, False)
        wrong = [line.line.group for line in checked.lines if line.verdict == "cannot be true"]
        verdict = (
            f"no whole number of right answers gives the accuracy of {wording.listing(wrong)}"
            if wrong
            else "every accuracy is a count of right answers divided by the size of its group"
        )
        counts = printed_counts(text)
        numbers.append(Number(name, "; ".join(f"{group} {_share(counts[group])}" for group in counts), verdict))
        lines = [(" ".join((line["Attribute"], line["Group"])), line) for line in table(text)]
        printed = "; ".join(
            f"{group} {wording.score(float(line['Accuracy']))}, {macros_printed(line)}" for group, line in lines
        )
        numbers.append(
            Number(
                f"{name}: accuracy, {MACROS}",
                printed,
                "only accuracies are counts of images that can be checked in this way",
            )
        )
    return numbers


def _share(counted: Sequence[int | None] | None) -> str:
    if not counted:
        return ""
    right, n = counted
    return f"{right} of {n} ({wording.score(right / n)})" if right is not None and n else f"no whole number of {n}"


def _sum(counts: Mapping[str, Sequence[int | None]], attribute: str) -> str:
    some = [counts[name] for name in PAIRS[attribute] if name in counts]
    return f"{sum(right or 0 for right, _ in some)} of {sum(n or 0 for _, n in some)}" if some else ""


def _section_8_2(results: Results, row: Row) -> Row:
    printed = {name: [right or 0, n or 0] for name, (right, n) in printed_counts(BIAS).items()}
    saved = saved_counts()
    own = of_groups(results.trainings(FIXED, "report-final"), "groups_scaled_apart")
    sound = of_groups(results.trainings(SOUND, "report-final"))
    numbers = [
        Number(
            f"Gap by {attribute}, {' minus '.join(names)}",
            gap(printed, attribute),
            *(gap(one, attribute) if set(names) <= set(one) else "" for one in (own, sound)),
        )
        for attribute, names in PAIRS.items()
    ]
    numbers += [
        Number(
            f"Gap by {attribute}, by the saved predictions, all images normalized alike",
            gap(printed, attribute),
            "",
            gap(saved, attribute),
        )
        for attribute in PAIRS
    ]
    f1 = next(line["F1"] for line in table(BIAS) if line["Group"] == "old")
    numbers.append(Number("F1 of the group old", f"0.628 in the text, {wording.score(float(f1))} in the table"))
    return replace(row, numbers=tuple(numbers))


def _section_8_3(results: Results, row: Row) -> Row:
    before, after = results.trainings(SOUND, "report-final"), results.trainings(SOUND, "report-final", REWEIGHED)
    if not before or not after:
        return row
    ways = of_groups(before), of_groups(after)
    numbers = [
        Number(f"Gap by {attribute} {when}", "not printed", corrected=gap(way, attribute))
        for attribute, names in PAIRS.items()
        for when, way in zip(("without the measure", "with it"), ways, strict=True)
        if set(names) <= set(way)
    ]
    for when, settings in (("without the measure", ()), ("with it", REWEIGHED)):
        score = results.score(SOUND, "report-final", settings)
        numbers.append(Number(f"Accuracy {when}", "not printed", corrected=score.words if score else ""))
    return replace(row, numbers=tuple(numbers))


ADDED: dict[str, Callable[[Results, Row], Row]] = {
    "Section 8.2": _section_8_2,
    "Figure 8.1": _figure_8_1,
    "Section 8.3": _section_8_3,
}
