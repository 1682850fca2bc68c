"""The dataset as a map: similar images close together, chosen points as faces."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.data.exploring import distribution, projection
from emocore.data.exploring.projection import Map
from emocore.figures import faces as scatter
from emocore.figures import palette
from emocore.figures.palette import class_colors
from emocore.predict import loaded_networks
from emocore.predict.loaded_networks import PIXELS
from emocore.runs.answers import has_answers, validation_answers
from emocore.ui.explore import faces
from emocore.ui.parts import face_grid, model_picker, progress, slice_picker, tables
from emocore.ui.state import choice, datasets
from emocore.ui.state.datasets import DatasetView
from emocore.wording import counted

MISTAKES = "mistakes"
SEEN = {"Pixels": PIXELS, "Network features": "network"}
JUDGED = {"right": palette.RIGHT, "mistake": palette.WRONG, "not judged": palette.FADED}
MOST_FACES = 36


def draw(view: DatasetView, rows: Rows) -> None:
    """A scatter of the slice; a dragged box or a clicked point shows its faces."""
    if len(rows) < 3:
        tables.nothing("A map needs at least 3 images.")
        return
    dataset = datasets.opened(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seen = st.segmented_control(
            "Similarity of", list(SEEN), default="Pixels", required=True, key="map-of", wrap=True
        )
        way = st.segmented_control("Method", projection.WAYS, default="PCA", required=True, key="map-kind", wrap=True)
        by = st.selectbox(
            "Color by",
            ["emotion", "split", *dataset.attributes, MISTAKES],
            key="map-by",
            format_func=_by_words,
            width=320,
        )
    if SEEN[seen] != PIXELS or by == MISTAKES:
        model_picker.choose_model()
    made = _made(view, SEEN[seen], way)
    if made is None:
        return
    colors, said = _colored(view, made.rows, by)
    values = scatter.scatter_rows(made.points, list(made.rows), said, list(dataset.table["id"].iloc[made.rows]))
    spec = scatter.scatter(values, colors, _titles(made), _by_words(by))
    square, beside = st.columns([3, 2], gap="large")
    with square:
        event = tables.draw_chart(
            spec,
            f"The images as a map: {seen}, {way}",
            f"map-{seen}-{way}-{by}",
            on_select="rerun",
            selection_mode=["brush", "pick"],
        )
    with beside:
        _draw_caption(made, SEEN[seen], by)
    _draw_picked(view, chosen_rows(event, made), dict(zip(made.rows.tolist(), said, strict=True)))
    tables.draw_numbers(values, "map")


def _made(view: DatasetView, seen: str, way: str) -> Map | None:
    """The map, or None while a worker is at it. Pixels' PCA is there at once; all else is asked of a worker."""
    if seen == PIXELS and way == "PCA":
        return datasets.pca(view, 1)
    summary, model = choice.dataset(), choice.model()
    assert summary is not None
    if seen != PIXELS:
        if model is None:
            st.info("Choose a model above. The map shows the features of its network.", icon=":material/neurology:")
            return None
        seen = model.id
    found = progress.result("map", loaded_networks.asked(summary, json.loads(view.slice), seen, way))
    return projection.map_from_json(found) if found else None


def _draw_picked(view: DatasetView, picked: Rows, said: dict[int, str]) -> None:
    if not len(picked):
        return
    st.subheader("Selected images", anchor=False)
    detail = st.query_params.get("face", "")
    grid, beside = st.columns([3, 2], gap="large") if detail else (st.container(), None)
    with grid:
        some = picked[:MOST_FACES]
        face_grid.draw(view, some, [said[int(row)] for row in some], "map-faces", faces.pick)
        st.caption(f"{len(some):,} of {wording.counted(len(picked), 'selected image')}. Click one to see its details.")
    if beside is not None:
        with beside, st.container(border=True, key="face-detail"):
            faces.draw_one(view)


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


def _colored(view: DatasetView, rows: Rows, by: str) -> tuple[dict[str, str], list[str]]:
    """Word -> color, and the word of each point."""
    dataset = datasets.opened(view)
    if by == MISTAKES:
        return JUDGED, _judged(view, rows)
    codes, names = distribution.groups(dataset.table, [by])
    said = [names[code] for code in codes[rows]]
    if by == "emotion":
        return class_colors(dataset.classes), said
    parts = palette.PARTS if by == "split" else {}
    return palette.others(names) | {name: parts[name] for name in names if name in parts}, said


def _judged(view: DatasetView, rows: Rows) -> list[str]:
    """What the chosen model made of the validation images; nothing of the test part is opened."""
    model, dataset = choice.model(), datasets.opened(view)
    said = np.full(len(dataset), "not judged", dtype=object)
    if model is None or model.fingerprint != dataset.fingerprint or not has_answers(model):
        st.info(
            "The selected model was not trained on this dataset, so its mistakes are not known.",
            icon=":material/info:",
        )
    else:
        answers = validation_answers(model)
        said[answers.rows] = np.where(answers.answers == answers.truth, "right", "mistake")
    return [str(word) for word in said[rows]]


def _titles(made: Map) -> tuple[str, str]:
    if not made.explained:
        return "t-SNE 1 (no unit)", "t-SNE 2 (no unit)"
    first, second = (*made.explained, 0.0)[:2]
    return (
        f"Component 1 ({wording.per_cent(first)} of the variance)",
        f"Component 2 ({wording.per_cent(second)} of the variance)",
    )


def _draw_caption(made: Map, seen: str, by: str) -> None:
    sentences = ["Each point is one image. Drag a box or click a point to see faces."]
    if len(made.rows) == made.whole:
        sentences.append(f"The map shows {counted(len(made.rows), 'image')}.")
    else:
        sentences.append(f"The map shows a random sample of {len(made.rows):,} of {made.whole:,} images (seed 1).")
    if seen == PIXELS:
        sentences.append("Images with similar pixels are close together. Light and pose matter more than expression.")
    else:
        sentences.append(
            "Images with similar features in the last layer of the network are close together. The network has learned "
            "where to put its training images. The other images show how well it generalizes."
        )
    if not made.explained:
        sentences.append("Neighbors are similar, but distances between clusters have no meaning.")
    if by == MISTAKES:
        sentences.append(
            "The mistakes are those of the selected model on its validation set. The test set is not used."
        )
    st.caption(" ".join(sentences))


def _by_words(by: str) -> str:
    words = {"emotion": "Class, as labeled", "split": "Split", MISTAKES: "Mistakes of the model"}
    return words.get(by) or slice_picker.attribute_words(by)
