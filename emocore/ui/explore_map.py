"""The dataset as a map: similar images close together, chosen points as faces."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from emocore.arrays import Rows
from emocore.data import eda
from emocore.data.projection import MOST_TSNE, Map
from emocore.figures import scatter
from emocore.figures.palette import FURTHER, class_colors
from emocore.runs import store
from emocore.ui import choice, explore_data, explore_faces, explore_grid, explore_numbers, slice_picker, words
from emocore.ui.explore_data import Key

MISTAKES = "mistakes"
JUDGED = {"right": "#009E73", "mistake": "#D55E00", "not judged": scatter.FADED}
MOST_FACES = 36


def draw(key: Key, rows: Rows) -> None:
    """A scatter of the slice; a dragged box or a clicked point shows its faces."""
    if len(rows) < 3:
        explore_numbers.nothing("A map needs at least 3 images.")
        return
    dataset = explore_data.opened(*key[:2])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control("Map by", ["PCA", "t-SNE"], default="PCA", required=True, key="map-kind")
        by = st.selectbox(
            "Color by",
            ["emotion", "split", *dataset.attributes, MISTAKES],
            key="map-by",
            format_func=_by_words,
            width=320,
        )
    if kind == "t-SNE":
        with st.spinner(
            f"A worker is arranging {min(len(rows), MOST_TSNE):,} images; this takes some seconds", show_time=True
        ):
            made = explore_data.tsne(key, 1)
    else:
        made = explore_data.pca(key, 1)
    colors, said = _colored(key, made.rows, by)
    values = scatter.scatter_rows(made.points, list(made.rows), said, list(dataset.table["id"].iloc[made.rows]))
    spec = scatter.scatter(values, colors, _titles(made), _by_words(by))
    event = st.vega_lite_chart(
        spec, key=f"map-{kind}-{by}", width="stretch", on_select="rerun", selection_mode=["brush", "pick"]
    )
    _draw_caption(made, by)
    _draw_picked(key, chosen_rows(event, made), dict(zip(made.rows.tolist(), said, strict=True)))
    explore_numbers.draw(values, "map")


def _draw_picked(key: Key, picked: Rows, said: dict[int, str]) -> None:
    if not len(picked):
        return
    st.subheader("Chosen points", anchor=False)
    some = picked[:MOST_FACES]
    explore_grid.draw(key[:2], some, [said[int(row)] for row in some], "map-faces", explore_faces.pick)
    st.caption(f"{len(some):,} of {words.count(len(picked), 'chosen image')}. Click one, then open Faces for more.")


def chosen_rows(event: Any, made: Map) -> Rows:
    """Rows of the points in the dragged box, else of the clicked point."""
    selection = event.get("selection", {}) if hasattr(event, "get") else {}
    box, clicked = selection.get("brush") or {}, selection.get("pick") or []
    if box.get("x") and box.get("y"):
        (left, right), (low, high) = sorted(box["x"]), sorted(box["y"])
        x, y = made.points.T
        inside = (left <= x) & (x <= right) & (low <= y) & (y <= high)
        return np.asarray(made.rows[inside], dtype=np.int64)
    return np.array(sorted(int(point["row"]) for point in clicked), dtype=np.int64)


def _colored(key: Key, rows: Rows, by: str) -> tuple[dict[str, str], list[str]]:
    """Word -> color, and the word of each point."""
    dataset = explore_data.opened(*key[:2])
    if by == MISTAKES:
        return JUDGED, _judged(key, rows)
    codes, names = eda.groups(dataset.table, [by])
    said = [names[code] for code in codes[rows]]
    if by == "emotion":
        return class_colors(dataset.classes), said
    palette = ("#0072B2", "#E69F00", *FURTHER)
    return {name: palette[number % len(palette)] for number, name in enumerate(names)}, said


def _judged(key: Key, rows: Rows) -> list[str]:
    """What the chosen model made of the validation images; nothing of the test part is opened."""
    model, dataset = choice.model(), explore_data.opened(*key[:2])
    said = np.full(len(dataset), "not judged", dtype=object)
    if model is None or model.fingerprint != dataset.fingerprint or not store.has_predictions(model):
        st.info(
            "The chosen model was not trained on this dataset, so its mistakes are not known here.",
            icon=":material/info:",
        )
    else:
        answers = store.validation(model)
        said[answers.rows] = np.where(answers.answers == answers.truth, "right", "mistake")
    return [str(word) for word in said[rows]]


def _titles(made: Map) -> tuple[str, str]:
    if not made.explained:
        return "t-SNE 1 (no unit)", "t-SNE 2 (no unit)"
    first, second = (*made.explained, 0.0)[:2]
    return f"Component 1 ({first:.0%} of the variance)", f"Component 2 ({second:.0%} of the variance)"


def _draw_caption(made: Map, by: str) -> None:
    drawn = "" if len(made.rows) == made.of else f" A sample, drawn with seed 1, of {made.of:,}."
    says = (
        "Each point is an image; pixels decide, so light and pose lie along the axes before expression does."
        if made.explained
        else "Each point is an image; neighbours are alike, distances between clusters mean nothing."
    )
    judged = (
        " Mistakes are those of the chosen model on its validation part; the test part stays sealed."
        if by == MISTAKES
        else ""
    )
    st.caption(
        f"{words.count(len(made.rows), 'image')}.{drawn} {says}{judged} Drag a box or click a point to see faces."
    )


def _by_words(by: str) -> str:
    known = {"emotion": "Class, as labelled", "split": "Split", MISTAKES: "Mistakes of the model"}
    return known.get(by) or slice_picker.attribute_words(by)
