"""Two models look at the same picture."""

from __future__ import annotations

import streamlit as st

from emocore import wording
from emocore.engine import client
from emocore.predict import inference
from emocore.runs import store
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.ui.parts import face_grid, markdown
from emocore.ui.predict import answers


def draw(model: Run) -> None:
    """A second model and a picture to choose; the answers for each face side by side."""
    others = {run.id: run for run in store.trainings() if run.id != model.id and run.can_answer}
    if not others:
        st.info("There is only one model. Train another one to compare.", icon=":material/info:")
        return
    chosen = st.selectbox(
        "Second model",
        list(others),
        format_func=lambda run_id: f"{others[run_id].label}, trained on {others[run_id].dataset}",
        key="second-model",
    )
    file = st.file_uploader(
        f"A picture with faces (at most {LIMITS.picture_bytes // 2**20} MB)",
        key="picture-for-two",
        max_upload_size=LIMITS.picture_bytes // 2**20,
    )
    if file is not None:
        _draw_both((model, others[chosen]), (file.name, file.getvalue()))


def _draw_both(models: tuple[Run, Run], picture: tuple[str, bytes]) -> None:
    with st.spinner("Two networks are looking", show_time=True):
        both = [client.ask(inference.look_at, model.id, [picture])[0][0] for model in models]
    if both[0].problem:
        st.error(markdown.sentence(both[0].problem), icon=":material/broken_image:")
        return
    for of_face in zip(both[0].answers, both[1].answers, strict=True):
        with st.container(border=True):
            face_grid.show([of_face[0].face], ["What both networks see"], width=112)
            for column, model, seen, answer in zip(st.columns(2), models, both, of_face, strict=True):
                with column:
                    st.write(f"**{markdown.plain(model.label)}**")
                    answers.draw_answer(model, answer, inference.flags(seen, answer))
    pairs = zip(both[0].answers, both[1].answers, strict=True)
    agreed = sum(one.prediction == other.prediction for one, other in pairs)
    st.caption(f"The two answer alike for {agreed} of {wording.counted(len(both[0].answers), 'face')}.")
