"""What is computed for chapters 6 and 7 of the report: matrices, tables of scores, folds, the leak."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from emocore import wording
from emocore.judge import shapley
from emocore.judge.intervals import clopper_pearson
from emocore.judge.shapley import Decomposition
from emocore.learn import variations
from emocore.reproduction import cases
from emocore.reproduction.numbers import (
    CLASSES,
    CORRECTED,
    CORRECTED_FILES,
    FIRST,
    FIXED,
    FOLD_IMAGES,
    LATER_FOLDS,
    LEAKED,
    LEAKED_IMAGES,
    MACROS_IN_FILES,
    PUBLISHED_FOLDS,
    SOUND,
    TEN,
    TEST_IMAGES,
    VARIANTS,
    answers,
    confusion,
    right_of,
    table,
)
from emocore.reproduction.results import Results, macro
from emocore.reproduction.rows import Number, Row, Score
from emocore.wording import points, scored

NAMES = dict(zip(VARIANTS, ("Main network", "Variant 1", "Variant 2"), strict=True))


def words(score: Score | None) -> str:
    """A score in words; "" where there is none."""
    return score.words if score else ""


def compared(printed: float, its: Score | None) -> str:
    """The verdict on a printed score beside ours under its protocol."""
    if its is None:
        return "not run yet"
    return "within chance" if its.low <= printed <= its.high else "differs"


def _matrix(recipe: str, item: str) -> Callable[[Results, Row], Row]:
    """The two classes that are confused most, and the recalls, under both protocols."""

    def read(results: Results, row: Row) -> Row:
        ways = [results.trainings(protocol, recipe) for protocol in (FIRST, SOUND)]
        if not all(ways):
            return replace(row, verdict="not run yet" if item == "Section" else row.verdict)
        said = [_said(sum(np.array(one["confusion"]) for one in way), len(way)) for way in ways]
        numbers = tuple(
            Number(what, "in words only" if item == "Section" else "not printed", *values)
            for what, values in zip(
                ("The two classes confused most", "Recall of each class"), zip(*said, strict=True), strict=True
            )
        )
        return replace(row, numbers=numbers)

    return read


def _said(confusion: Any, networks: int) -> tuple[str, str]:
    unit = "images" if networks == 1 else f"predictions of {networks} networks"
    off = confusion + confusion.T
    np.fill_diagonal(off, 0)
    first, second = sorted(np.unravel_index(off.argmax(), off.shape))
    recalls = confusion.diagonal() / np.maximum(1, confusion.sum(1))
    names = CLASSES
    return (
        f"{names[first]} and {names[second]}: {off[first, second]:,} of {confusion.sum():,} {unit}",
        ", ".join(f"{name} {wording.score(float(recall))}" for name, recall in zip(names, recalls, strict=True)),
    )


def _table_6_2(results: Results, row: Row) -> Row:
    numbers, verdicts = [], []
    n = LEAKED_IMAGES
    for recipe, line in zip(VARIANTS, table(LEAKED), strict=True):
        accuracy, name = float(line["Accuracy"]), NAMES[recipe]
        its, ours = results.score(FIRST, recipe), results.score(SOUND, recipe)
        verdicts.append(compared(accuracy, its))
        right = f"{right_of(accuracy, n):,} right"
        printed = f"{scored(accuracy, clopper_pearson(accuracy * n, n), n)}: {right}"
        numbers.append(Number(f"{name}, accuracy", printed, words(its), words(ours)))
        ways = [results.trainings(protocol, recipe) for protocol in (FIRST, SOUND)]
        numbers.append(Number(f"{name}, {MACROS}", macros_printed(line), *map(macros_of, ways)))
    numbers.append(Number("Micro precision, recall and F1", MICRO))
    return replace(row, numbers=tuple(numbers), verdict=_worst(verdicts))


MACROS = "macro precision, recall and F1"
UPPER_MACROS = "Macro precision, recall and F1"
MICRO = "printed as well; each equals the accuracy of its line, as it must with one class for each image"


def macros_printed(line: Mapping[str, str]) -> str:
    """Macro precision, recall and F1 of a line of a printed table."""
    return ", ".join(wording.score(float(line[name])) for name in ("Precision", "Recall", "F1"))


def macros_of(trainings: Sequence[Mapping[str, Any]]) -> str:
    """The means of macro precision, recall and F1 over some trainings; "" where there is none."""
    found = [macro(one["confusion"]) for one in trainings]
    names = ("precision", "recall", "f1") if found else ()
    return ", ".join(wording.score(float(np.mean([one[name] for one in found]))) for name in names)


def _worst(verdicts: list[str]) -> str:
    order = ("not run yet", "differs", "within chance")
    return min(verdicts, key=order.index)


def _section_6_2(results: Results, row: Row) -> Row:
    main = table(LEAKED)[0]
    printed = float(main["Precision"]) - float(main["Recall"])
    ways = [results.trainings(protocol, "report-main") for protocol in (FIRST, SOUND)]
    gaps = [
        points(float(np.mean([(m := macro(one["confusion"]))["precision"] - m["recall"] for one in way])))
        if way
        else ""
        for way in ways
    ]
    numbers = [Number("Main network, macro precision minus recall, in points", points(printed), *gaps)]
    best = [_best(results, protocol) for protocol in (FIRST, SOUND)]
    numbers.append(Number("Order of the networks", "Main network, Variant 1, Variant 2", *best))
    return replace(row, numbers=tuple(numbers))


def _best(results: Results, protocol: str) -> str:
    scores = {NAMES[name]: score.value for name in VARIANTS if (score := results.score(protocol, name))}
    ordered = sorted(scores, key=lambda name: -scores[name])
    return (
        ", ".join(f"{name} {wording.score(scores[name])}" for name in ordered) if len(scores) == len(VARIANTS) else ""
    )


def _section_6_4(results: Results, row: Row) -> Row:
    together = results.values.get("ensemble")
    numbers = [
        Number(f"Accuracy, {name}", "not printed", corrected=words(results.score(SOUND, name)))
        for name in (*VARIANTS, "report-final")
    ]
    if together:
        mean = together["right"], together["n"]
        accuracy = scored(mean[0] / mean[1], clopper_pearson(*mean), mean[1])
        numbers.append(
            Number(f"Accuracy, the {together['networks']} networks together", "named as an idea", corrected=accuracy)
        )
    return replace(row, numbers=tuple(numbers))


def _figure_6_4(results: Results, row: Row) -> Row:
    lines = table(PUBLISHED_FOLDS)
    ours = [results.trainings(protocol, "report-final", fold=True) for protocol in (TEN, SOUND)]
    numbers = []
    for number, (line, n) in enumerate(zip(lines[:-1], FOLD_IMAGES, strict=True), 1):
        right = right_of(float(line["Accuracy"]), n)
        some = [[one for one in way if one["fold"] == number] for way in ours]
        printed = f"{wording.score(float(line['Accuracy']))}: {right} of {n}"
        numbers.append(Number(f"Fold {number}, accuracy", printed, *map(_fold, some, ours)))
        numbers.append(Number(f"Fold {number}, {MACROS}", macros_printed(line), *map(macros_of, some)))
    its, sound = results.folds(TEN), results.folds(SOUND)
    average = float(lines[-1]["Accuracy"])
    numbers.append(Number("Average accuracy", wording.score(average), words(its), words(sound)))
    numbers.append(Number(f"Average {MACROS}", macros_printed(lines[-1]), *map(macros_of, ours)))
    numbers.append(Number("Micro precision, recall and F1", MICRO))
    numbers += [number for name, text in LATER_FOLDS.items() for number in _other_folds(name, table(text))]
    return replace(row, numbers=tuple(numbers), verdict=compared(average, its))


def _other_folds(name: str, lines: Sequence[Mapping[str, str]]) -> list[Number]:
    """The folds of a file beside the report, and why no folds of ours stand beside them."""
    *folds, average = lines
    why = "not repeated: these are folds of another network than the printed one"
    numbers = [Number(f"Average accuracy in {name}", wording.score(float(average["Accuracy"])), why)]
    for column in ("Accuracy", "Precision", "Recall", "F1"):
        values = ", ".join(wording.score(float(line[column])) for line in folds)
        what = "accuracy" if column == "Accuracy" else f"macro {column.lower() if column != 'F1' else column}"
        average_of = "" if column == "Accuracy" else f"; average {wording.score(float(average[column]))}"
        numbers.append(Number(f"Folds 1 to 10 in {name}, {what}", values + average_of, "not repeated"))
    return numbers


def _fold(trainings: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> str:
    """Right answers of one fold; where only other folds were trained, that this one was not."""
    for one in trainings:
        return f"{wording.score(one['right'] / one['n'])}: {one['right']} of {one['n']}"
    return "not trained; --full trains all ten folds" if others else ""


UNTOLD = "Not measured: it needs whole trainings, which the quick mode leaves out."


def _section_6_5(results: Results, row: Row) -> Row:
    numbers = [Number("Mean accuracy of the folds", "0.492", words(results.folds(TEN)), words(results.folds(SOUND)))]
    if causes := results.causes():
        numbers += _worths(causes.found, {one.name: one.words for one in variations.FOLDS.factors})
    elif results.folds(TEN):
        numbers.append(Number("What each of the three causes is worth", "not named", UNTOLD))
    return replace(row, numbers=tuple(numbers), verdict=row.verdict if len(numbers) > 1 else "not run yet")


def _worths(found: Decomposition, words: Mapping[str, str]) -> list[Number]:
    """What each cause of a difference is worth, a row each. words: of the causes by name."""
    return [
        Number(
            f"{one.name.capitalize()}. {words[one.name]}",
            "not named",
            f"{points(one.share)} points"
            + (f" ± {100 * one.half_width:.1f}" if one.half_width is not None else "")
            + f" on average; {points(one.first_in)} alone, {points(one.last_in)} where the others are present"
            + ("" if one.is_told else "; could be chance"),
        )
        for one in found.causes
    ]


def _section_7_2(results: Results, row: Row) -> Row:
    found = results.values.get("matcher")
    if not found:
        return replace(row, verdict="not run yet")
    accuracies = {
        name: f"{wording.score(one['mean'])} ± {wording.score(one['deviation'])} (standard deviation over "
        f"{one['splits']} splits), n = {one['n']:,} each"
        for name, one in found.items()
        if isinstance(one, dict)
    }
    number = Number(
        "Accuracy of a matcher that learns nothing", "not printed", accuracies["leaked"], accuracies["honest"]
    )
    numbers = [number]
    if walked := results.values.get(cases.PATH):
        words_of = dict(zip(cases.NAMES, cases.WORDS, strict=True))
        numbers += _worths(shapley.from_json(walked), words_of)
    return replace(row, numbers=tuple(numbers))


def _corrected(results: Results, row: Row) -> Row:
    precision, recall, f1, accuracy = CORRECTED
    n = TEST_IMAGES
    right = right_of(accuracy, n)
    its = {name: results.score(FIXED, name) for name in ("report-main", "report-final")}
    numbers = [
        Number(
            f"Accuracy, {name}",
            f"{scored(accuracy, clopper_pearson(accuracy * n, n), n)}: {right} right",
            words(score),
            words(results.score(SOUND, name)),
        )
        for name, score in its.items()
    ]
    line = dict(zip(("Precision", "Recall", "F1"), map(str, (precision, recall, f1)), strict=True))
    for name in its:
        ways = [results.trainings(protocol, name) for protocol in (FIXED, SOUND)]
        numbers.append(Number(f"{UPPER_MACROS}, {name}", macros_printed(line), *map(macros_of, ways)))
    for name, value in CORRECTED_FILES.items():
        network = "final" if "A3" in name else "main"
        mine = sum(line["truth"] == line[network] for line in answers())
        recount = f"{mine} of {len(answers())}, counted from its saved predictions"
        numbers.append(Number(f"Accuracy in {name}", f"{wording.score(value)}: {right_of(value, n)} right", recount))
        printed = ", ".join(map(wording.score, MACROS_IN_FILES[name]))
        again = f"{macros_of([{'confusion': confusion(network)}])}, from the same predictions"
        numbers.append(Number(f"{UPPER_MACROS} in {name}", printed, again))
    verdicts = [compared(accuracy, score) for score in its.values()]
    return replace(
        row, numbers=tuple(numbers), verdict="within chance" if "within chance" in verdicts else _worst(verdicts)
    )


ADDED: dict[str, Callable[[Results, Row], Row]] = {
    **{f"Section 6.1.{at}": _matrix(name, "Section") for at, name in enumerate(VARIANTS, 1)},
    **{f"Figure 6.{at}": _matrix(name, "Figure") for at, name in enumerate(VARIANTS, 1)},
    "Table 6.2": _table_6_2,
    "Section 6.2": _section_6_2,
    "Section 6.4": _section_6_4,
    "Figure 6.4": _figure_6_4,
    "Section 6.5": _section_6_5,
    "Section 7.2": _section_7_2,
    "Section 7.4": _corrected,
    "Figure 7.2": _corrected,
}
