"""Many pictures, or another dataset, answered by the chosen model, as a table."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from emocore import wording
from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.palette import class_colors
from emocore.figures.scores import deepest, interval_bars, interval_row, matrix, matrix_cells
from emocore.files import naming_a_full_disk
from emocore.judge import confusion, metrics
from emocore.judge.metrics import Evaluation
from emocore.predict import inference, predictor
from emocore.predict.predictor import Elsewhere, Row
from emocore.runs.run import Run
from emocore.settings import LIMITS, scratch_dir
from emocore.ui import navigation
from emocore.ui.parts import markdown, progress, tables
from emocore.ui.state import datasets

SECONDS = 600.0
NO_FACE = inference.FLAGS["no_face_found"]
LONGEST_FLAGS = 280
"""Pixels: two flags fit side by side."""


def draw(model: Run) -> None:
    """A zip or pictures in; a row a face on the screen and as a CSV file."""
    chosen = st.file_uploader(
        f"A zip of pictures, or several pictures (at most {predictor.MOST_PICTURES:,})",
        accept_multiple_files=True,
        key="many",
        max_upload_size=LIMITS.zip_bytes // 2**20,
    )
    if not chosen:
        st.caption(
            "The table has one row per face, with the file, the box, the probabilities, the prediction and warnings."
        )
        return
    try:
        with datasets.spinner(progress.LOOKING):
            rows = _answered(model, chosen)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/broken_image:")
        return
    st.write(summary(rows))
    problems = ("problem",) if any(row["problem"] for row in rows) else ()
    order = ("file", "answer", "flags", *problems, *model.classes, "box")
    faceless = [NO_FACE in str(row["flags"]) for row in rows]
    brief = [row | ({"flags": NO_FACE} if none else {}) for row, none in zip(rows, faceless, strict=True)]
    shown, shares = tables.with_shares(brief, model.classes)
    tables.show(shown, column_config=COLUMNS | shares, column_order=order, alt="Predictions for each picture")
    if any(faceless):
        st.caption("If no face was found, the middle of the picture was used. Do not rely on these predictions.")
    st.download_button(
        "Download as CSV",
        predictor.as_csv(rows),
        "answers.csv",
        "text/csv",
        icon=":material/download:",
        key="many-csv",
    )


def summary(rows: Sequence[Row]) -> str:
    """How many pictures and faces there are, and how many of them are doubtful: each row counts once."""
    unread = sum(bool(row["problem"]) for row in rows)
    faceless = sum(NO_FACE in str(row["flags"]) for row in rows)
    doubtful = sum(bool(row["flags"]) for row in rows) - faceless
    return (
        f"Pictures: {len({row['file'] for row in rows}):,}. Faces: {len(rows) - unread - faceless:,}. Faces with a "
        f"warning: {doubtful:,}. Pictures without a face: {faceless:,}. Pictures that cannot be read: {unread:,}."
    )


def _answered(model: Run, files: Sequence[UploadedFile]) -> list[Row]:
    """Zips one by one, then the pictures together."""
    rows: list[Row] = []
    for file in files:
        if file.name.lower().endswith(".zip"):
            with _on_disk(file) as path:
                rows += client.ask(predictor.table_of_zip, model.id, path, file.name, seconds=SECONDS, long=True)
    pictures = [file for file in files if not file.name.lower().endswith(".zip")][: predictor.MOST_PICTURES]
    if pictures:
        contents = [(file.name, file.getvalue()) for file in pictures]
        rows += client.ask(predictor.table, model.id, contents, seconds=SECONDS, long=True)
    return rows


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """An upload as a file for a worker, readable by this user only, until the block ends.

    A zip sent through the engine is in memory five times over. What a killed server left goes with the next upload.
    """
    folder = scratch_dir() / "uploads"
    with naming_a_full_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            if time.time() - left.stat().st_mtime > 2 * SECONDS:
                left.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as written:
            written.write(file.getbuffer())
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


COLUMNS = {
    "flags": st.column_config.TextColumn("flags", width=LONGEST_FLAGS, help="Reasons to doubt the answer"),
    "box": st.column_config.TextColumn("box", help="Left, top and side in pixels of the picture"),
}
PART = {"all": "All images", "train": "Training images", "validation": "Validation images", "test": "Test images"}


def draw_other_dataset(model: Run) -> None:
    """Choose a dataset and a part, have the model answer it, see how well."""
    others = {one.name: one for one in library.summaries() if one.fingerprint != model.fingerprint}
    fitting = [name for name, one in others.items() if len(predictor.matched(model.classes, one.classes)) > 1]
    if not fitting:
        st.info(
            "There is no other dataset with at least two classes of this model. Import one first.",
            icon=":material/info:",
        )
        navigation.go("data", "Import a dataset", "elsewhere-import", icon=":material/upload:")
        return
    left, right = st.columns(2)
    name = left.selectbox("Dataset", fitting, key=f"elsewhere-of-{model.id}")
    part = right.selectbox("Images", list(PART), format_func=PART.__getitem__, key="elsewhere-part")
    same = predictor.matched(model.classes, others[name].classes)
    st.caption(
        f"Classes in both: {', '.join(markdown.plain(_pair(one, ours)) for one, ours in same.items())}. If you use the "
        "test images of the other dataset to choose a model, you can no longer use them for a final test."
    )
    if st.button("Evaluate on this dataset", type="primary", icon=":material/travel_explore:", key="judge-elsewhere"):
        try:
            with datasets.spinner("The network is predicting the images"):
                client.ask(predictor.measure_elsewhere, model.id, name, part, seconds=SECONDS, long=True)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
    if (found := predictor.saved_elsewhere(model, name, part)) is not None:
        _draw_found(model, found)


def _pair(one: str, ours: str) -> str:
    """A class of the other dataset, with what the model calls it where that is another word."""
    return one if one == ours else f"{one} ({ours} in this model)"


def _draw_found(model: Run, found: Elsewhere) -> None:
    scores = metrics.evaluate(found.answers, model.classes)
    low, high = scores.interval
    st.write(
        f"The accuracy is **{wording.score(scores.accuracy)}**, 95% interval {wording.score(low)} to "
        f"{wording.score(high)}, n = {scores.n:,}. {markdown.sentence(predictor.message_elsewhere(found))}"
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        cells = matrix_cells(scores.confusion, scores.classes, "Images", False)
        tables.draw_chart(
            matrix(cells, scores.classes, deepest(cells, "Images")),
            "Confusion matrix on the other dataset",
            "elsewhere-matrix",
        )
        st.write(markdown.sentence(confusion.confused_words(np.array(scores.confusion), scores.classes, scores.weight)))
    with right:
        _draw_classes(model, scores)
    st.caption(
        "The pictures of another dataset were taken, cropped and labeled by other people, so a lower score is usual. "
        "Exact copies of training images are left out. Near copies are not recognized."
    )


def _draw_classes(model: Run, scores: Evaluation) -> None:
    rows = [interval_row(one.emotion, one.recall, one.interval, one.support) for one in scores.per_class if one.support]
    spec = interval_bars(rows, "Recall (share of the class)", class_colors(model.classes))
    tables.draw_chart(spec, "Recall of each class on both datasets", "elsewhere-recall")
    tables.draw_numbers(rows, "elsewhere-recall")
