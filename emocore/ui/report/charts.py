"""What is drawn in the place of a figure of the report: faces, counts, layers, matrices, scores with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import numpy as np
import streamlit as st

from emocore.data.dataset import UNKNOWN
from emocore.data.exploring import pixels
from emocore.data.library import Summary
from emocore.figures import palette
from emocore.figures.dataset import class_counts
from emocore.figures.faces import common_top, grey_histogram
from emocore.figures.palette import class_colors
from emocore.figures.scores import deepest, interval_bars, interval_row, matrix, matrix_cells
from emocore.figures.training import HOW, path_bars, path_rows
from emocore.judge import shapley
from emocore.judge.intervals import clopper_pearson
from emocore.judge.shapley import Decomposition
from emocore.learn import layers
from emocore.learn.recipe import preset
from emocore.reproduction import numbers
from emocore.reproduction.bias_items import of_groups, printed_counts, saved_counts
from emocore.reproduction.cases import PATH
from emocore.reproduction.numbers import DEPTHS, FIRST, FIXED, KERNELS, REWEIGHED, SOUND, TEN, VARIANTS
from emocore.reproduction.results import Results
from emocore.reproduction.rows import ITS, OURS, REPORT, Row, Score
from emocore.reproduction.score_items import NAMES
from emocore.ui.parts import face_grid, markdown, tables
from emocore.ui.state import datasets
from emocore.wording import counted as counted_words

PRINTED = REPORT
WAYS = {PRINTED: palette.GRAY, ITS: palette.VERMILION, OURS: palette.BLUE}
SHORT = {PRINTED: "as printed", ITS: "report's protocol", OURS: "corrected"}
MOST = 25
"""Faces of a class, as in the report."""
EACH = 6
Bar = tuple[str, str, Score | None]
"""What it is of, by which way (of WAYS), and its score."""


def draw(row: Row, summary: Summary, results: Results) -> None:
    """The chart of a row, if it has one."""
    kind, _, subject = row.chart.partition(":")
    if kind in OF_DATA:
        OF_DATA[kind](subject, summary, row.item)
    elif kind in OF_RESULTS:
        OF_RESULTS[kind](subject, results, row.item)


def _counts(_: str, summary: Summary, item: str) -> None:
    tables.draw_figure(class_counts(summary.counts), "Images of each class", key=f"chart-{item}")


def _faces(emotion: str, summary: Summary, _: str) -> None:
    dataset = datasets.opened(datasets.view(summary))
    rows = np.flatnonzero(dataset.table["emotion"].to_numpy(str) == emotion)[:MOST]
    if not len(rows):
        st.caption(f"{markdown.plain(summary.name)} has no class {emotion}.")
        return
    names = [PurePosixPath(name).stem for name in dataset.table["id"].to_numpy(str)[rows]]  # All of it would be cut
    face_grid.show([np.array(dataset.images[row]) for row in rows], names, width=56)


def _groups(attribute: str, summary: Summary, _: str) -> None:
    dataset = datasets.opened(datasets.view(summary))
    if attribute not in dataset.attributes:
        st.caption(f"{markdown.plain(summary.name)} has no attribute {attribute}.")
        return
    values = dataset.table[attribute].to_numpy(str)
    for value in sorted(set(values) - {UNKNOWN}):
        rows = np.flatnonzero(values == value)[:EACH]
        face_grid.show([np.array(dataset.images[row]) for row in rows], [value] * len(rows), width=56)


def _flip(_: str, summary: Summary, __: str) -> None:
    face = np.array(datasets.opened(datasets.view(summary)).images[0])
    captions = ["as it is", "flipped, as the listing does", "rotated by 180 degrees"]
    face_grid.show([face, face[::-1].copy(), face[::-1, ::-1].copy()], captions, width=110)


def _gray(space: str, summary: Summary, item: str) -> None:
    view = datasets.view(summary)
    dataset, found = datasets.opened(view), datasets.histograms(view, space)
    first = {name: int(np.flatnonzero(dataset.labels == dataset.classes.index(name))[0]) for name in found}
    kept = datasets.summarized(view)
    alone = {name: pixels.of_one(np.array(dataset.images[row]), kept, space) for name, row in first.items()}
    colors, top = class_colors(dataset.classes), common_top([*found.values(), *alone.values()])
    for name in found:
        st.markdown(f"**{markdown.plain(name)}**: the first image, then all {found[name].images:,} images")
        for column, made in zip(st.columns(2), (alone[name], found[name]), strict=True):
            spec = grey_histogram(made, space, colors[name], top) | {"height": 130}
            with column:
                what = f"Gray values of {name}, n = {made.images:,}"
                tables.draw_chart(spec, what, key=f"chart-{item}-{name}-{made.images}")


def _layers(recipe: str, _: Results, __: str) -> None:
    made = layers.layer_table(preset(recipe), len(numbers.CLASSES))
    tables.show(
        [{"layer": one.name, "output": one.shape, "parameters": one.parameters} for one in made],
        alt=f"Layers of {recipe}",
    )


def _matrix(recipe: str, results: Results, item: str) -> None:
    for way, protocol in ((ITS, FIRST), (OURS, SOUND)):
        if found := results.trainings(protocol, recipe):
            confusion = found[0]["confusion"]
            cells = matrix_cells(confusion, numbers.CLASSES, "Images", False)
            st.markdown(f"**{way}**, n = {found[0]['n']:,}, seed {found[0]['seed']}")
            spec = matrix(cells, numbers.CLASSES, deepest(cells, "Images"), 260)
            tables.draw_chart(spec, f"Confusion matrix of {recipe}: {way}", key=f"chart-{item}-{protocol}")


def _bars(bars: Sequence[Bar], item: str, title: str = "Accuracy") -> None:
    """A bar a score, named by what it is of and by the way it was made; nothing where there is none."""
    shown = [(f"{what}: {SHORT[way]}" if what else way, way, one) for what, way, one in bars if one]
    if shown:
        rows = [interval_row(name, one.value, (one.low, one.high), one.n) for name, _, one in shown]
        spec = interval_bars(rows, title, {name: WAYS[way] for name, way, _ in shown})
        tables.draw_chart(spec, f"{item}: {title.lower()} with intervals", key=f"chart-{item}")


def counted(right: float, n: int) -> Score:
    """A share from counts."""
    return Score(right / n, *clopper_pearson(right, n), n)


def _table_6_2(_: str, results: Results, item: str) -> None:
    bars: list[Bar] = []
    for recipe, line in zip(VARIANTS, numbers.table(numbers.LEAKED), strict=True):
        n = numbers.LEAKED_IMAGES
        bars.append((NAMES[recipe], PRINTED, counted(float(line["Accuracy"]) * n, n)))
        bars += [
            (NAMES[recipe], ITS, results.score(FIRST, recipe)),
            (NAMES[recipe], OURS, results.score(SOUND, recipe)),
        ]
    _bars(bars, item)


def _fixed(_: str, results: Results, item: str) -> None:
    n = numbers.TEST_IMAGES
    bars: list[Bar] = [("", PRINTED, counted(numbers.CORRECTED[3] * n, n))]
    for name in ("report-main", "report-final"):
        bars += [(name, ITS, results.score(FIXED, name)), (name, OURS, results.score(SOUND, name))]
    _bars(bars, item)


def _study(setting: str, results: Results, item: str) -> None:
    values = {"depth": DEPTHS, "kernel": KERNELS}
    for name in [setting] if setting else list(values):
        scores = {value: results.score(SOUND, "report-main", ((name, value),)) for value in values[name]}
        _bars([(f"{name} {value}", OURS, score) for value, score in scores.items()], f"{item}-{name}")


def _folds(_: str, results: Results, item: str) -> None:
    lines = numbers.table(numbers.PUBLISHED_FOLDS)
    pairs = zip(lines[:-1], numbers.FOLD_IMAGES, strict=True)
    bars: list[Bar] = [
        (f"Fold {number}", PRINTED, counted(float(line["Accuracy"]) * n, n))
        for number, (line, n) in enumerate(pairs, 1)
    ]
    for way, protocol in ((ITS, TEN), (OURS, SOUND)):
        found = results.trainings(protocol, "report-final", fold=True)
        bars += [(f"Fold {one['fold']}", way, counted(one["right"], one["n"])) for one in found]
    _bars(sorted(bars, key=lambda bar: (int(bar[0].split()[1]), list(WAYS).index(bar[1]))), item)


def _causes(_: str, results: Results, item: str) -> None:
    if causes := results.causes():
        _path(causes.found, item, "corrected folds", "its ten folds")
        st.caption(
            f"{HOW} Over {counted_words(causes.folds, 'fold')} of 10 with {counted_words(causes.seeds, 'seed')}, "
            f"n = {causes.n:,} a combination."
        )


def _path(found: Decomposition, item: str, start: str, end: str) -> None:
    rows = path_rows(found, start, end)
    tables.draw_chart(
        path_bars(rows, "Accuracy"), f"What each cause is worth, from {start} to {end}", f"chart-{item}-path"
    )


def _matcher(_: str, results: Results, item: str) -> None:
    if found := results.values.get("matcher"):
        ways = ((ITS, found["leaked"]), (OURS, found["honest"]))
        _bars([("Matcher", way, counted(one["mean"] * one["n"], one["n"])) for way, one in ways], item, "Share right")
    if walked := results.values.get(PATH):
        _path(shapley.from_json(walked), item, "split first", "copied first")
        st.caption(HOW)


def _groups_right(_: str, __: Results, item: str) -> None:
    printed, saved = printed_counts(numbers.BIAS), saved_counts()
    bars: list[Bar] = []
    for group, (right, n) in printed.items():
        bars.append((group, PRINTED, counted(right, n) if right and n else None))
        bars.append((group, OURS, counted(*saved[group])))
    _bars(bars, item)
    st.caption(
        "Gray is as printed. Blue is computed from the saved predictions of the final network, with the same "
        "normalization for all images."
    )


def _measure(_: str, results: Results, item: str) -> None:
    bars: list[Bar] = []
    for when, settings in (("before", ()), ("after", REWEIGHED)):
        if groups := of_groups(results.trainings(SOUND, "report-final", settings)):
            bars += [(f"{name}, {when}", OURS, counted(*one)) for name, one in groups.items()]
    _bars(sorted(bars, key=lambda bar: bar[0].split(",")[0]), item)


OF_DATA: dict[str, Callable[[str, Summary, str], None]] = {
    "counts": _counts,
    "faces": _faces,
    "groups": _groups,
    "flip": _flip,
    "gray": _gray,
}
OF_RESULTS: dict[str, Callable[[str, Results, str], None]] = {
    "layers": _layers,
    "matrix": _matrix,
    "table-6.2": _table_6_2,
    "fixed": _fixed,
    "study": _study,
    "folds": _folds,
    "causes": _causes,
    "matcher": _matcher,
    "bias": _groups_right,
    "bias-table": _groups_right,
    "measure": _measure,
}
