"""Many pictures in, a table out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.engine import client
from emocore.errors import EmoError
from emocore.predict import predictor
from emocore.predict.predictor import Row
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import markdown, progress, tables
from emocore.wording import counted

SECONDS = 600.0


def draw(model: Run) -> None:
    """A zip or pictures in; a row a face on the screen and as a CSV file."""
    chosen = st.file_uploader(
        f"A zip of pictures, or several pictures (at most {predictor.MOST_PICTURES:,})",
        accept_multiple_files=True,
        key="many",
        max_upload_size=LIMITS.zip_bytes // 2**20,
    )
    if not chosen:
        st.caption("Every face found gets a row: file, box, probabilities, answer and flags.")
        return
    try:
        with st.spinner(progress.looking(), show_time=True):
            rows = _answered(model, [(file.name, file.getvalue()) for file in chosen])
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/broken_image:")
        return
    faceless = sum(row["is_face"] is False for row in rows)
    files, doubtful = {row["file"] for row in rows}, sum(bool(row["flags"]) for row in rows)
    st.write(
        f"{counted(sum(not row['problem'] for row in rows), 'face')} in {counted(len(files), 'picture')}, "
        f"{doubtful:,} with a doubt, {faceless:,} perhaps not a face, "
        f"{sum(bool(row['problem']) for row in rows):,} not readable."
    )
    tables.show(rows, column_config=_columns(model), alt="Answers for each picture")
    st.download_button(
        "Download as CSV",
        predictor.as_csv(rows),
        "answers.csv",
        "text/csv",
        icon=":material/download:",
        key="many-csv",
    )


def _answered(model: Run, files: list[tuple[str, bytes]]) -> list[Row]:
    """Zips one by one, then the pictures together."""
    rows: list[Row] = []
    for name, content in files:
        if name.lower().endswith(".zip"):
            rows += client.ask(predictor.table_of_zip, model.id, content, name, seconds=SECONDS, long=True)
    pictures = [(name, content) for name, content in files if not name.lower().endswith(".zip")][
        : predictor.MOST_PICTURES
    ]
    if pictures:
        rows += client.ask(predictor.table, model.id, pictures, seconds=SECONDS, long=True)
    return rows


def _columns(model: Run) -> dict[str, Any]:
    shares = {name: st.column_config.NumberColumn(name, format=tables.SHARE) for name in model.classes}
    columns = {
        "box": st.column_config.TextColumn("box", help="Left, top and side in pixels of the picture"),
        "is_face": st.column_config.CheckboxColumn("a face", help="Whether the face detector sees a face in it"),
    }
    return columns | shares
