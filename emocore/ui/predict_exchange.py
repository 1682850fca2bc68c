"""Models leave and come in."""

from __future__ import annotations

import streamlit as st

from emocore.errors import EmoError
from emocore.predict import exchange
from emocore.runs import engine
from emocore.runs.store import Run
from emocore.ui import choice, words


def draw(model: Run) -> None:
    """The chosen model as a zip, and a place for a model file from elsewhere."""
    st.subheader("Take this model along", anchor=False)
    st.download_button(
        "Download the model",
        lambda: exchange.packed(model),
        f"{model.id}.zip",
        "application/zip",
        icon=":material/download:",
        key="export-model",
    )
    st.caption("A zip with the weights (safetensors), a card (JSON) and a short program that loads them:")
    st.code(exchange.SNIPPET, language="python")
    st.subheader("Bring a model", anchor=False)
    file = st.file_uploader(
        f"A model.safetensors that was exported here (at most {exchange.MODEL_BYTES >> 20} MB)",
        key="import-model",
        max_upload_size=exchange.MODEL_BYTES >> 20,
    )
    st.caption("Other model files may run code when they are opened, so they are refused.")
    if file is not None and st.button("Bring it in", type="primary", icon=":material/login:", key="admit-model"):
        _admit(file.getvalue(), file.name)


def _admit(content: bytes, name: str) -> None:
    try:
        run_id = engine.ask(exchange.admit, content, name, choice.chosen("who"))
    except EmoError as error:
        st.error(words.sentence(error.says), icon=":material/block:")
        return
    choice.choose("model", run_id)
    st.success(f"The model is here as {words.plain(run_id)} and chosen.", icon=":material/check:")
