"""A closer look at one answer: what it hangs on, what painting does, what lies inside the network, similar faces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import streamlit as st

from emocore import wording
from emocore.arrays import Face
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.palette import class_colors
from emocore.predict import activations, explanation, inference
from emocore.predict.inference import Look
from emocore.runs.experiments import ensemble
from emocore.runs.store import Run
from emocore.ui.parts import face_grid, markdown, run_name
from emocore.ui.predict import heat as predict_heat
from emocore.ui.predict import paint

CAUTION = (
    "At 48x48 pixels a heatmap is coarse, and methods disagree. It shows what this network uses, not what makes an "
    "expression."
)


def draw(model: Run, look: Look, key: str) -> None:
    """Buttons for the ways to look closer; nothing is computed before one is chosen."""
    chosen = st.pills("Look closer", list(WAYS), key=f"closer-{key}")
    if chosen:
        WAYS[chosen](model, look, key)


def _draw_why(model: Run, look: Look, key: str) -> None:
    model = _one_network(model, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.selectbox("Method", list(explanation.METHODS), key=f"method-{key}", width=200)
        first = model.classes.index(look.answer)
        emotion = st.selectbox("For the class", model.classes, index=first, key=f"for-{key}-{look.answer}", width=180)
        random = st.toggle("Randomize the weights", key=f"random-{key}", help="A check of the method, see below.")
    heat = client.ask(explanation.explain, model.id, look.face, method, emotion)
    left, right = st.columns(2)
    with left:
        predict_heat.draw(heat, look.face, "As trained")
    if random:
        other = client.ask(explanation.explain, model.id, look.face, method, emotion, True)
        with right:
            predict_heat.draw(other, look.face, "With random weights")
        alike = explanation.likeness(heat.values, other.values)
        st.caption(
            f"Rank correlation of the two maps: {alike:.2f}. A method that shows the network gives another map when "
            "the weights are random; near 1 it would only show the picture."
        )
    st.caption(CAUTION)


def _draw_paint(model: Run, look: Look, key: str) -> None:
    """The bars move at the end of every stroke."""
    left, right = st.columns(2)
    with left:
        face = paint.draw(look.face, f"paint-{key}-{_told(look.face)}")
    (after,) = client.ask(inference.look_at_faces, model.id, [face])
    with right:
        st.caption("As painted")
        face_grid.bars(after.probabilities, class_colors(model.classes))
        st.caption("Before")
        face_grid.bars(look.probabilities, class_colors(model.classes))
        st.caption(_moved(look, after, int((face != look.face).sum())))


def _moved(before: Look, after: Look, pixels: int) -> str:
    if not pixels:
        return "Nothing is painted yet. Cover the mouth or the eyes, or draw a smile."
    most = max(after.probabilities, key=lambda name: abs(after.probabilities[name] - before.probabilities[name]))
    change = 100 * (after.probabilities[most] - before.probabilities[most])
    answer = (
        "The answer stays" if after.answer == before.answer else f"The answer becomes {markdown.plain(after.answer)}"
    )
    changed = wording.counted(pixels, "changed pixel")
    return f"{answer}. {markdown.plain(most).capitalize()} moves most, by {change:+.0f} points, for {changed}."


def _told(face: Face) -> str:
    """Another face gets another canvas."""
    return hashlib.sha256(face.tobytes()).hexdigest()[:12]


def _draw_layers(model: Run, look: Look, key: str) -> None:
    model = _one_network(model, key)
    for layer in client.ask(activations.layers, model.id, look.face):
        st.write(f"**{markdown.sentence(layer.name)}**")
        size = max(36, min(84, 3 * layer.pictures.shape[-1]))
        numbers = [str(number) for number in range(1, len(layer.pictures) + 1)]
        face_grid.show(list(layer.pictures), numbers, width=size)
        if len(layer.pictures) < layer.channels:
            st.caption(f"The first {len(layer.pictures)} of {layer.channels}.")
    st.caption("White: the map's highest value, black its lowest. This is activation, not importance for the answer.")


def _one_network(model: Run, key: str) -> Run:
    """The model, or of an ensemble the member that a person looks into: each has filters and maps of its own."""
    known = {run.id: run for run in ensemble.members(model)}
    if len(known) == 1:
        return model
    chosen = st.selectbox(
        "Network of the ensemble",
        list(known),
        format_func=lambda run_id: f"{run_name.plain_model_name(known[run_id])}, seed {known[run_id].recipe.seed}",
        key=f"member-{key}",
    )
    return known[chosen]


def _draw_nearest(model: Run, look: Look, key: str) -> None:
    del key
    try:
        with st.spinner("Comparing with the training faces", show_time=True):
            found, message = client.ask(activations.nearest, model.id, look.face)
    except EmoError as error:
        st.info(f"The training faces are not here. {markdown.sentence(error.message)}", icon=":material/info:")
        return
    captions = [f"{one.emotion}, {one.likeness:.2f}: {one.id}" for one in found]
    face_grid.show([one.face for one in found], captions, width=96)
    st.caption(
        f"{markdown.sentence(message)} Below each its label, how alike the network's last layer but one takes the two "
        "(cosine, 1 is the same), and its id."
    )


WAYS: dict[str, Callable[[Run, Look, str], None]] = {
    "Heatmap": _draw_why,
    "Draw and erase": _draw_paint,
    "Layers": _draw_layers,
    "Nearest training faces": _draw_nearest,
}
