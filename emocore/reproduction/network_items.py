"""Rows of the page "The report" on data and on networks: counts, gray values, layers, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from emocore.learn import layers
from emocore.learn.recipe import preset
from emocore.reproduction.numbers import (
    A_CLASS,
    A_CLASS_IN_TEXT,
    DEPTHS,
    FIRST,
    FOCUSED_IN_TEXT,
    GROUPS_IN_FILE,
    KERNELS,
    RANGE,
    SOUND,
    TESTING,
    TOTALS,
    TRAINING,
    VARIANTS,
)
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Number, Row, Score


def _abstract(_: Results, row: Row) -> Row:
    printed, total = TOTALS[2], sum(TRAINING.values()) + sum(TESTING.values())
    numbers = (Number("Images in all", f"{printed:,}", corrected=f"{total:,}"),)
    return replace(row, numbers=numbers, verdict="agrees" if total == printed else "differs")


def _figure_1_1(_: Results, row: Row) -> Row:
    parts = {"Training": TRAINING, "Testing": TESTING}
    numbers = [Number(f"{part}, {name}", f"{n:,}") for part, counts in parts.items() for name, n in counts.items()]
    sums = [sum(counts.values()) for counts in parts.values()]
    for what, printed, total in zip((*parts, "All"), TOTALS, (*sums, sum(sums)), strict=True):
        numbers.append(Number(what, f"{printed:,}", corrected=f"{total:,} by adding up"))
    agrees = (*sums, sum(sums)) == TOTALS
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
    return replace(row, its=f"When the images were imported, it was told: {note}" if note else "")


def _section_3_4(results: Results, row: Row) -> Row:
    groups = results.values.get("facts", {}).get("groups", {})
    numbers = [
        Number(
            f"Test images, {value}",
            f"{GROUPS_IN_FILE[value]} in a file beside the report" if value in GROUPS_IN_FILE else "no such group",
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
    flips, plain, (low, high) = gray["flips"], gray["plain"], RANGE
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


DATA_ROWS: dict[str, Callable[[Results, Row], Row]] = {
    "Abstract": _abstract,
    "Figure 1.1": _figure_1_1,
    "Section 2.1": _counts(A_CLASS),
    "Section 2.2": _section_2_2,
    "Section 3.2": _counts(FOCUSED_IN_TEXT, "focused"),
    "Section 3.4": _section_3_4,
    "Section 4.1": _counts(A_CLASS_IN_TEXT),
    "Figure 4.1": _figure_4_1,
    "Section 4.4": _section_4_4,
}


CLASSES = 4


def _network(*recipes: str) -> Callable[[Results, Row], Row]:
    """Parameters of whole networks."""
    numbers = tuple(
        Number(f"Parameters of {name}", "not printed", corrected=f"{layers.parameter_count(preset(name)):,}")
        for name in recipes
    )
    return lambda _, row: replace(row, numbers=numbers)


def _layer(number: int) -> Callable[[Results, Row], Row]:
    """Parameters of one convolution layer of the main network and of its normalization."""
    table = layers.layer_table(preset("report-main"), CLASSES)
    at = next(place for place, layer in enumerate(table) if layer.name.startswith(f"Convolution {number} "))
    numbers = tuple(
        Number(
            f"Parameters, {layer.name.lower()}", "not printed", corrected=f"{layer.parameters:,}, output {layer.shape}"
        )
        for layer in table[at : at + 2]
    )
    return lambda _, row: replace(row, numbers=numbers)


def _linear(recipe: str, printed: str) -> Callable[[Results, Row], Row]:
    """What the linear layer sees, beside the printed product."""
    layer = layers.layer_table(preset(recipe), CLASSES)[-1]
    features = (layer.parameters - CLASSES) // CLASSES
    product = 1
    for factor in printed.split("*"):
        product *= int(factor)
    numbers = (
        Number("Features of the linear layer", f"{printed} = {product:,}", corrected=f"{features:,}"),
        Number("Parameters of the linear layer", "not printed", corrected=f"{layer.parameters:,}"),
        Number(f"Parameters of {recipe}", "not printed", corrected=f"{layers.parameter_count(preset(recipe)):,}"),
    )
    return lambda _, row: replace(row, numbers=numbers, verdict="agrees" if features == product else "differs")


def _settings(*names: str) -> Callable[[Results, Row], Row]:
    """Printed settings of training beside those of the recipes."""
    printed = {"learning_rate": 0.001, "weight_decay": 0.001, "epochs": 50, "patience": 4}
    recipe = preset("report-main")
    ours = {"its": {"patience": f"{recipe.patience + 1}, as the report's loop counts"}}
    numbers = tuple(
        Number(
            name.replace("_", " ").capitalize(),
            f"{printed[name]:g}",
            ours["its"].get(name, ""),
            f"{getattr(recipe, name):g}",
        )
        for name in names
    )
    return lambda _, row: replace(row, numbers=numbers)


def _section_5_4(results: Results, row: Row) -> Row:
    numbers = []
    for name in VARIANTS:
        for one in results.trainings(FIRST, name):
            took = f"{one['epochs']} epochs, {one['train']:,} training images" + (" (cut short)" if one["cut"] else "")
            numbers.append(Number(f"Epochs of {name}, seed {one['seed']}", "not printed", took))
    return replace(row, numbers=tuple(numbers))


def _section_5_5(_: Results, row: Row) -> Row:
    main, final = (preset(name) for name in ("report-main", "report-final"))
    pairs = zip(main.blocks, final.blocks, strict=True)
    numbers = [
        Number(f"Filters of layer {number}", f"{one.filters} to {2 * one.filters}", corrected=f"{two.filters}")
        for number, (one, two) in enumerate(pairs, 1)
    ]
    numbers += [
        Number("Pooling", "said to stay", corrected=f"{main.blocks[0].pool} to {final.blocks[0].pool}"),
        Number(
            "Dropout of each layer",
            "said to stay",
            corrected=f"{main.blocks[0].dropout:g} to {final.blocks[0].dropout:g}",
        ),
        Number("Learning rate", "said to stay", corrected=f"{main.learning_rate:g} to {final.learning_rate:g}"),
        Number(
            "Parameters",
            "not printed",
            corrected=f"{layers.parameter_count(main):,} to {layers.parameter_count(final):,}",
        ),
    ]
    return replace(row, numbers=tuple(numbers))


def _study(setting: str, values: tuple[str, ...]) -> Callable[[Results, Row], Row]:
    def read(results: Results, row: Row) -> Row:
        found = {value: results.score(SOUND, "report-main", ((setting, value),)) for value in values}
        numbers = tuple(
            Number(f"Accuracy, {setting} {value}", "not printed", corrected=score.words)
            for value, score in found.items()
            if score
        )
        if not numbers:
            return replace(row, verdict="not run yet")
        return replace(row, numbers=numbers, reason=f"{row.reason} {_ends(setting, found)}")

    return read


def _ends(setting: str, found: Mapping[str, Score | None]) -> str:
    """Which values of a setting score lowest and highest, and whether their intervals overlap."""
    scores = {value: score for value, score in found.items() if score}
    low, high = (choose(scores, key=lambda value: scores[value].value) for choose in (min, max))
    extremes = f"Our score is lowest for {setting} {low} and highest for {setting} {high}"
    if scores[low].high < scores[high].low:
        return f"{extremes}. Their intervals do not overlap."
    return f"{extremes}, but their intervals overlap."


NETWORK_ROWS: dict[str, Callable[[Results, Row], Row]] = {
    "Section 5.2": _network("report-main"),
    "Figure 5.1": _layer(1),
    "Figure 5.2": _layer(2),
    "Figure 5.3": _layer(3),
    "Figure 5.5": _linear("report-main", "64*6*6"),
    "Section 5.3": _network("report-variant-1", "report-variant-2"),
    "Figure 5.5, second": _linear("report-variant-1", "32*12*12"),
    "Figure 5.6": _linear("report-variant-2", "16*24*24"),
    "Section 5.4": _section_5_4,
    "Figure 5.7": _settings("learning_rate", "weight_decay"),
    "Figure 5.8": _settings("epochs", "patience"),
    "Section 5.5": _section_5_5,
    "Figure 5.9": _section_5_5,
    "Section 6.3.1": _study("depth", DEPTHS),
    "Section 6.3.2": _study("kernel", KERNELS),
}
