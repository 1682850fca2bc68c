"""Models leave and come in."""

from __future__ import annotations

import streamlit as st

from emocore.engine import client
from emocore.errors import EmoError
from emocore.exchange import arrivals, model_file, onnx, run_zip
from emocore.runs import store
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import markdown
from emocore.ui.state import choice, datasets

SECONDS = 180.0


SAFETENSORS, RUNS, ONNX = (
    "Safetensors (for this program)",
    "Zip of its runs (for this program)",
    "ONNX (for other programs)",
)


def draw(model: Run) -> None:
    """The chosen model as a zip, and a place for a model file from elsewhere."""
    st.subheader("Export model", anchor=False)
    ways = [RUNS if model.members else SAFETENSORS, ONNX]
    way = st.segmented_control("Format", ways, default=ways[0], required=True, key=f"export-way-{model.id}", wrap=True)
    if way == ONNX:
        _draw_onnx(model)
    elif model.members:
        _draw_runs(model)
    else:
        _draw_safetensors(model)
    st.subheader("Import model", anchor=False)
    file = st.file_uploader(
        f"A zip or model.safetensors that was exported by this program (at most {LIMITS.zip_bytes >> 20} MB)",
        key="import-model",
        max_upload_size=LIMITS.zip_bytes >> 20,
    )
    st.caption("Other model files are not accepted, because they can run code when they are opened.")
    if file is not None and st.button("Import", type="primary", icon=":material/login:", key="admit-model"):
        _admit(file.getvalue(), file.name)


def _draw_runs(model: Run) -> None:
    st.download_button(
        "Download the ensemble",
        lambda: run_zip.packed([model]),
        f"{model.id}.zip",
        "application/zip",
        icon=":material/download:",
        key="export-model",
    )
    st.caption("The zip contains the ensemble and all its networks. You can import it here or on the page Compare.")


def _draw_safetensors(model: Run) -> None:
    st.download_button(
        "Download the model",
        lambda: model_file.packed(model),
        f"{model.id}.zip",
        "application/zip",
        icon=":material/download:",
        key="export-model",
    )
    st.caption("The zip contains the weights (safetensors), a description (JSON) and a short program that loads them:")
    st.code(model_file.SNIPPET, language="python")


def _draw_onnx(model: Run) -> None:
    """The graph is made and checked when it is asked for: that takes some seconds."""
    made = st.session_state.get(f"onnx-{model.id}")
    if made is None and st.button("Prepare the ONNX file", icon=":material/deployed_code:", key="prepare-onnx"):
        try:
            with datasets.spinner("Writing the ONNX file and comparing its predictions"):
                made = client.ask(onnx.packed, model.id, seconds=SECONDS, long=True)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
        st.session_state[f"onnx-{model.id}"] = made
    if made is not None:
        name = f"{model.id}-onnx.zip"
        st.download_button(
            "Download the ONNX file", made, name, "application/zip", icon=":material/download:", key="export-onnx"
        )
        st.success(
            "The ONNX file and this network give the same probabilities to within 0.0001 on all compared images.",
            icon=":material/check:",
        )
    st.caption(
        "The zip contains the model, a description (JSON) and a short program that only needs onnxruntime and pillow. "
        "The model takes gray values and returns probabilities. It includes the average with the mirror image, the "
        "calibration temperature and all networks of an ensemble:"
    )
    st.code(onnx.SNIPPET, language="python")


def _admit(content: bytes, name: str) -> None:
    try:
        *_, run_id = client.ask(arrivals.admit, content, name, choice.who(), long=True)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/block:")
        return
    if not store.read(run_id).can_answer:
        st.info(f"{markdown.plain(run_id)} was imported. It has no network, so it cannot make predictions here.")
        return
    choice.choose("model", run_id)
    st.success(f"The model was imported as {markdown.plain(run_id)}. It is chosen now.", icon=":material/check:")
