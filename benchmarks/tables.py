"""How often the checker of printed tables is wrong about a true table, and how often it finds a false one.

    python -m benchmarks.tables [--tables 10000] [--false 500] [--json]

Tables are simulated: images with classes and attributes, answers of one or several networks, scores by group as
scikit-learn computes them, printed in one of nine layouts. The rest of a table is drawn at random: which columns it
has, what they are called, what separates cells, whether sizes, averages and a line of all images are told. A true table
is alarmed falsely where a conflict is found in it. A false table is the same with one thing changed after printing. It
is found where there is a conflict; a condition ("true only if the scores are means over several networks") is counted
beside.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.machine import machine
from emocore.judge.tables.arithmetic import Conflict, check
from emocore.judge.tables.reading import read_table

Random = np.random.Generator
LAYOUTS = (
    "rounded to 2 decimals",
    "rounded to 3 decimals",
    "rounded to 4 decimals",
    "full precision",
    "percent",
    "cut off",
    "means over seeds",
    "with blanks",
    "with group sizes",
    "no attribute column",
)
FAULTS = ("one accuracy", "gap narrowed", "group sizes", "F1 raised", "average")
NAMES = ("accuracy", "precision", "recall", "f1")


@dataclass
class Row:
    """A line before it is printed: its labels, images and scores by name, of `NAMES`."""

    attribute: str
    group: str
    n: int | None
    scores: dict[str, float]


@dataclass
class Style:
    """How a table is printed. seeds_in: where seeds are said. sizes: how numbers of images are said."""

    show: Callable[[float], str]
    names: tuple[str, ...]
    heads: tuple[str, ...]
    delimiter: str
    sizes: str
    attribute: bool
    first: str
    seeds: int = 1
    seeds_in: str = ""
    caption: list[str] = field(default_factory=list)


def main() -> int:
    """Simulate, and print false alarms and hits by layout."""
    parser = argparse.ArgumentParser(description="False alarms and hits of the checker of printed tables.")
    parser.add_argument("--tables", type=int, default=10_000, help="true tables of each layout")
    parser.add_argument("--false", type=int, default=500, help="false tables of each layout and fault")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result: dict[str, Any] = {"true_tables": asked.tables, "false_tables": asked.false, "layouts": {}}
    for layout in LAYOUTS:
        result["layouts"][layout] = measure(layout, asked.tables, asked.false)
        print(f"{layout}: {json.dumps(result['layouts'][layout])}", file=sys.stderr)
    print(json.dumps(result | {"machine": machine()}, indent=None if asked.json else 1))
    return 0


def measure(layout: str, true: int, false: int) -> dict[str, Any]:
    """False alarms among so many true tables, and the share found of so many false ones of each fault."""
    alarms, conditions = 0, 0
    for seed in range(true):
        kinds = {each.severity for each in judged(true_table(layout, seed))}
        alarms += "conflict" in kinds
        conditions += "condition" in kinds
    found: dict[str, Any] = {"false_alarms": alarms, "conditions": conditions, "found": {}, "found_or_condition": {}}
    for fault in FAULTS:
        seen: Counter[str] = Counter()
        for seed in range(10**6, 10**6 + 4 * false):
            if seen["made"] == false:
                break
            if (text := false_table(layout, fault, seed)) is None:
                continue
            kinds = {each.severity for each in judged(text)}
            seen.update(made=1, found="conflict" in kinds, either=bool(kinds & {"conflict", "condition"}))
        if seen["made"]:
            found["found"][fault] = round(seen["found"] / seen["made"], 3)
            found["found_or_condition"][fault] = round(seen["either"] / seen["made"], 3)
    return found


def judged(text: str) -> tuple[Conflict, ...]:
    """What the checker says of a table of which nothing else is known."""
    return check(read_table(text))


def true_table(layout: str, seed: int) -> str:
    """A table that is true, as text."""
    random = np.random.default_rng([LAYOUTS.index(layout), seed])
    rows, style = _made(layout, random)
    return _printed(rows, style, random)


def false_table(layout: str, fault: str, seed: int) -> str | None:
    """The same with one thing changed after it was computed; None where the table has no such thing or hides it."""
    random = np.random.default_rng([LAYOUTS.index(layout), seed])
    rows, style = _made(layout, random)
    state = random.bit_generator.state
    before = _printed(rows, style, random)
    random.bit_generator.state = state
    changed = _changed(rows, style, fault, np.random.default_rng(seed))
    after = _printed(changed, style, random) if changed else before
    return after if after != before else None


def _made(layout: str, random: Random) -> tuple[list[Row], Style]:
    images = int(np.exp(random.uniform(np.log(60), np.log(4000))))
    classes = int(random.integers(3, 8))
    seeds = int(random.choice([2, 3, 4, 5, 10])) if layout == "means over seeds" else 1
    truth = random.choice(classes, images, p=random.dirichlet(np.full(classes, 5.0)))
    skill = random.uniform(0.35, 0.95)
    answers = [
        np.where(random.random(images) < skill, truth, random.integers(0, classes, images)) for _ in range(seeds)
    ]
    attributes = _attributes(images, random, blanks=layout == "with blanks")
    zero = int(random.integers(0, 2))
    rows: list[Row] = []
    models = layout == "no attribute column" and random.random() < 0.3
    if models:
        for name in ("CnnA2", "ResNet-18", "modern", "HOG-SVM")[: random.integers(2, 5)]:
            worse = np.where(random.random(images) < 0.8, answers[0], random.integers(0, classes, images))
            rows.append(Row("", name, images, _scores(truth, [worse], classes, zero)))
    means = random.random() < 0.5 and not models
    for name, values in {} if models else attributes.items():
        some = [
            Row(name, group, int((values == group).sum()), _scores(truth, answers, classes, zero, values == group))
            for group in dict.fromkeys(values)
            if group and (values == group).any()
        ]
        rows += some
        if means and len(some) > 1:
            rows.append(Row(name, "Average", None, _mean(some, by_images=bool(random.integers(0, 2)))))
    style = _style(layout, random, seeds)
    if random.random() < 0.4 and not models:
        rows.append(Row("All images", "All", images, _scores(truth, answers, classes, zero)))
    return rows, style


def _attributes(images: int, random: Random, *, blanks: bool) -> dict[str, np.ndarray]:
    share = random.uniform(0.25, 0.75)
    found = {
        "age": random.choice(["young", "old"], images, p=[share, 1 - share]),
        "gender": random.choice(["male", "female"], images),
    }
    if random.random() < 0.3:
        found["skin"] = random.choice(["light", "medium", "dark"], images, p=[0.5, 0.3, 0.2])
    if blanks:
        for values in found.values():
            values[random.random(images) < random.uniform(0, 0.05)] = ""
    return found


def _scores(
    truth: np.ndarray, answers: Sequence[np.ndarray], classes: int, zero: int, rows: np.ndarray | None = None
) -> dict[str, float]:
    """Accuracy and macro precision, recall, F1 as scikit-learn computes them; over several networks their mean."""
    chosen = slice(None) if rows is None else rows
    found = []
    for one in answers:
        matrix = np.bincount(truth[chosen] * classes + one[chosen], minlength=classes**2).reshape(classes, classes)
        right, given, support = matrix.diagonal(), matrix.sum(0), matrix.sum(1)
        occurs = given + support > 0
        precision = np.where(given > 0, right / np.maximum(given, 1), zero)[occurs]
        recall = np.where(support > 0, right / np.maximum(support, 1), zero)[occurs]
        f1 = (2 * right / np.maximum(given + support, 1))[occurs]
        found.append([right.sum() / matrix.sum(), precision.mean(), recall.mean(), f1.mean()])
    return dict(zip(NAMES, np.mean(found, axis=0).tolist(), strict=True))


def _mean(rows: Sequence[Row], *, by_images: bool) -> dict[str, float]:
    weights = [row.n or 0 if by_images else 1 for row in rows]
    return {name: float(np.average([row.scores[name] for row in rows], weights=weights)) for name in NAMES}


def _style(layout: str, random: Random, seeds: int) -> Style:
    comma = random.random() < 0.15
    several = random.random() < 0.6
    names = NAMES if several else ("accuracy",)
    percent = layout == "percent"
    decimals = {"rounded to 2 decimals": 2, "rounded to 3 decimals": 3, "rounded to 4 decimals": 4}.get(layout)
    if decimals is None:
        decimals = int(random.integers(2, 5))
    sign = " %" if percent and random.random() < 0.4 else ""
    full = layout == "full precision" or (layout not in LAYOUTS[:6] and random.random() < 0.25)
    single = layout == "full precision" and random.random() < 0.2  # As torch computes them
    cut = layout == "cut off"

    def show(value: float) -> str:
        if full:
            text = repr(float(np.float32(value)) if single else value)
        elif percent:
            text = f"{100 * value:.{max(0, decimals - 2)}f}{sign}"
        elif cut:
            text = f"{math.floor(value * 10**decimals) / 10**decimals:.{decimals}f}"
        else:
            text = f"{value:.{decimals}f}"
        return text.replace(".", ",") if comma else text

    head = {"accuracy": ["Accuracy", "Acc.", "accuracy", "Test accuracy"], "f1": ["F1", "F1-score", "F1 score"]}
    heads = tuple(str(random.choice(head.get(name, [name.capitalize()]))) for name in names)
    if percent and not sign:
        heads = tuple(f"{each} (%)" if random.random() < 0.5 else each for each in heads)
    sizes = str(random.choice(["", "Images", "n", "Number of samples"]))
    if layout == "with group sizes":
        sizes = str(random.choice(["Images", "n", "in name", "brackets", "words", "pairs"]))
    seeds_in = str(random.choice(["", "caption", "column", "sd", "±"])) if seeds > 1 else ""
    first = str(random.choice(["Group", "Subset", "", "Name", "Gruppe", "Who"]))
    delimiter = str(random.choice([";", "\t"] if comma or seeds_in == "±" else [",", ";", "\t", "|"]))
    return Style(show, names, heads, delimiter, sizes, layout != "no attribute column", first, seeds, seeds_in)


def _changed(rows: Sequence[Row], style: Style, fault: str, random: Random) -> list[Row] | None:
    """The rows with a fault, None where they have no place for it."""
    at = {name: [number for number, row in enumerate(rows) if row.attribute == name] for name in ("age", "gender", "")}
    found = [replace(row, scores=dict(row.scores)) for row in rows]
    groups = [number for number in at["age"] + at["gender"] + at[""] if rows[number].group != "Average"]
    if fault == "one accuracy":
        one = found[int(random.choice(groups))]
        one.scores["accuracy"] = _moved(one.scores["accuracy"], random.uniform(0.01, 0.06) * random.choice([-1, 1]))
    elif fault == "gap narrowed" and len(at["gender"]) > 1:
        first, second = sorted(at["gender"][:2], key=lambda number: -rows[number].scores["accuracy"])
        for name in style.names:
            found[first].scores[name] = _moved(found[first].scores[name], -0.02)
            found[second].scores[name] = _moved(found[second].scores[name], 0.02)
    elif fault == "group sizes" and style.sizes and len(at["gender"]) > 1:
        first, second = at["gender"][:2]
        moved = max(1, int((rows[first].n or 0) * random.uniform(0.05, 0.15)))
        found[first].n, found[second].n = (rows[first].n or 0) - moved, (rows[second].n or 0) + moved
    elif fault == "F1 raised" and "f1" in style.names:
        one = found[int(random.choice(groups))]
        one.scores["f1"] = _moved(one.scores["f1"], random.uniform(0.02, 0.06))
    elif fault == "average" and (means := [row for row in found if row.group == "Average"]):
        one = means[int(random.integers(len(means)))]
        one.scores["accuracy"] = _moved(one.scores["accuracy"], random.uniform(0.01, 0.04) * random.choice([-1, 1]))
    else:
        return None
    return found


def _moved(score: float, by: float) -> float:
    return float(min(1.0, max(0.0, score + by)))


def _printed(rows: Sequence[Row], style: Style, random: Random) -> str:
    column = style.sizes if style.sizes in ("Images", "n", "Number of samples") else ""
    label = ["Attribute", "Group"] if style.attribute else [style.first]
    head = [*label, *style.heads, *([column] if column else []), *(["Seeds"] if style.seeds_in == "column" else [])]
    head += ["SD"] if style.seeds_in == "sd" else []
    lines = [head]
    for row in rows:
        cells = [style.show(row.scores[name]) for name in style.names]
        if style.seeds_in == "±":
            cells = [f"{cell} ± {style.show(random.uniform(0.005, 0.03))}" for cell in cells]
        cells += [str(row.n or "")] if column else []
        cells += [str(style.seeds)] if style.seeds_in == "column" else []
        cells += [style.show(random.uniform(0.005, 0.03))] if style.seeds_in == "sd" else []
        named = _named(row, style.sizes)
        lines.append([*([row.attribute, named] if style.attribute else [named]), *cells])
    around = [f"Each score is the mean of {style.seeds} seeds."] if style.seeds_in == "caption" else []
    return "\n".join([*around, *(style.delimiter.join(line) for line in lines), *_in_words(rows, style.sizes)])


def _named(row: Row, sizes: str) -> str:
    if row.n is None:
        return row.group
    return {"in name": f"{row.group} (n = {row.n})", "brackets": f"{row.group} ({row.n})"}.get(sizes, row.group)


def _in_words(rows: Sequence[Row], sizes: str) -> list[str]:
    groups = [row for row in rows if row.n is not None and row.group != "All"]
    if sizes == "words":
        return [f"Group: {row.group}, Number of samples: {row.n}" for row in groups]
    if sizes == "pairs":
        pairs = [
            [row for row in groups if row.attribute == name] for name in dict.fromkeys(row.attribute for row in groups)
        ]
        return [f"{'/'.join(str(row.n) for row in pair)} ({'/'.join(row.group for row in pair)})" for pair in pairs]
    return []


if __name__ == "__main__":
    sys.exit(main())
