"""A closer look at one answer: heat maps, a face to draw on, layers, the nearest training faces."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from emocore.arrays import SIDE, Face
from emocore.data.names import in_html
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.palette import class_colors
from emocore.predict import explanation, inference
from emocore.predict.explanation import Heat
from emocore.predict.inference import FaceAnswer
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui.parts import face_grid, markdown, progress
from emocore.ui.state import datasets

FOR, AGAINST = (230, 120, 0), (0, 114, 178)
MEANT = {
    "Grad-CAM": ("Regions that support {}", ""),
    "Occlusion": ("Covering this lowers the probability of {}", "Covering this raises it"),
    "Integrated gradients": ("Pixels that support {}", "Pixels that count against it"),
}
WIDTH = 260


def draw_heat(heat: Heat, face: Face, title: str) -> None:
    """The face under its heat, the legend, and what the numbers are."""
    content = io.BytesIO()
    Image.fromarray(colored(heat, face)).save(content, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
    said = in_html(f"{heat.method} for {heat.emotion}, {title}")
    st.html(
        f'<figure style="margin:0;max-width:{WIDTH}px"><img src="{source}" alt="{said}" '
        f'style="width:100%;image-rendering:pixelated;border-radius:4px;display:block">'
        f'<figcaption style="font-size:13px;padding-top:4px">{in_html(title)}</figcaption></figure>{_legend(heat)}'
    )
    st.caption(markdown.sentence(heat.message))


def colored(heat: Heat, face: Face) -> np.ndarray:
    """(48, 48, 3) uint8: the gray face, toward orange where the heat is high, toward blue where it is below 0."""
    most = float(np.percentile(np.abs(heat.values), 99.5)) or float(np.abs(heat.values).max()) or 1.0
    strength = np.clip(heat.values / most, -1, 1)[:, :, None]
    grey = np.repeat(face[:, :, None].astype(np.float64), 3, 2)
    hue = np.where(strength >= 0, np.array(FOR, float), np.array(AGAINST, float))
    share = 0.75 * np.abs(strength)
    return np.asarray(grey * (1 - share) + hue * share).round().astype(np.uint8)


def _legend(heat: Heat) -> str:
    strong, weak = MEANT[heat.method]
    said = [(FOR, strong.format(heat.emotion)), *([(AGAINST, weak)] if heat.signed else [])]
    lines = [
        f'<span style="display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;'
        f'background:rgb{color}"></span>{in_html(text)}<br>'
        for color, text in said
    ]
    return f'<div style="font-size:13px;line-height:1.5;padding-top:4px">{"".join(lines)}Gray: no effect</div>'


HERE = Path(__file__).parent
HTML = """
<div id="paint-root">
  <canvas width="48" height="48" tabindex="0" role="img"
    aria-label="The face to draw on. Arrow keys move, shift moves farther, space paints, u undoes."></canvas>
  <div class="bar" role="group" aria-label="Paint">
    <button data-tone="grey">Mean gray</button><button data-tone="black">Black</button>
    <button data-tone="white">White</button><button data-tone="the face">Original face</button>
  </div>
  <div class="bar">
    <label>Brush <input type="range" min="1" max="15" value="5" aria-label="Width of the brush in pixels"></label>
    <output></output>
    <button data-do="undo">Undo</button><button data-do="reset">Start over</button>
  </div>
  <div class="help">Draw with the mouse, a finger, or the arrow keys and the space bar.</div>
</div>
"""
_component = st.components.v2.component(
    "face_paint",
    html=HTML,
    css=(HERE / "paint.css").read_text(encoding="utf-8"),
    js=(HERE / "paint.js").read_text(encoding="utf-8"),
)


def draw_paint(face: Face, key: str) -> Face:
    """The canvas with a face on it; gives the face as it was painted so far."""
    _component(
        key=key,
        data={"face": base64.b64encode(face.tobytes()).decode()},
        on_painted_change=lambda: None,
    )
    sent = st.session_state.get(key) or {}
    return painted(sent.get("painted"), face)


def painted(sent: object, face: Face) -> Face:
    """(48, 48) the face in what the browser sent; anything else than 2,304 bytes leaves the face as it is."""
    if not isinstance(sent, str) or len(sent) > 4 * SIDE * SIDE:
        return face
    try:
        content = base64.b64decode(sent, validate=True)
    except binascii.Error:
        return face
    return np.frombuffer(content, np.uint8).reshape(SIDE, SIDE) if len(content) == SIDE * SIDE else face


CAUTION = (
    "A heatmap with 48x48 pixels is coarse, and different methods give different maps. It shows what this network "
    "uses. It does not show what makes a facial expression."
)


def draw(model: Run, answer: FaceAnswer, key: str) -> None:
    """Buttons for the ways to look closer; nothing is computed before one is chosen."""
    with st.container():
        chosen = st.pills("Look closer", list(WAYS), key=f"closer-{key}", wrap=True)
        if chosen:
            WAYS[chosen](model, answer, key)
            progress.come_here(f"closer-{key}-{chosen}", chosen, "nearest")


def _draw_why(model: Run, answer: FaceAnswer, key: str) -> None:
    model = _one_network(model, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.selectbox("Method", list(explanation.METHODS), key=f"method-{key}", width=200)
        first = model.classes.index(answer.prediction)
        emotion_key = f"for-{key}-{answer.prediction}"
        emotion = st.selectbox("For the class", model.classes, index=first, key=emotion_key, width=180)
        random = st.toggle(
            "Randomize the weights",
            key=f"random-{key}",
            help="Compares the heatmap with one of an untrained network. This checks the method.",
        )
    heat = client.ask(explanation.explain, model.id, answer.face, method, emotion)
    left, right = st.columns(2)
    with left:
        draw_heat(heat, answer.face, "As trained")
    if random:
        other = client.ask(explanation.explain, model.id, answer.face, method, emotion, True)
        with right:
            draw_heat(other, answer.face, "With random weights")
        alike = explanation.likeness(heat.values, other.values)
        st.caption(
            f"Rank correlation of the two maps: {alike:.2f}. If it is near 1, the heatmap shows the picture and not "
            "what the network has learned."
        )
    st.caption(CAUTION)


def _draw_paint(model: Run, answer: FaceAnswer, key: str) -> None:
    """The bars move at the end of every stroke."""
    left, right = st.columns(2)
    with left:
        face = draw_paint(answer.face, f"paint-{key}-{_fingerprint(answer.face)}")
    (after,) = client.ask(inference.look_at_faces, model.id, [face])
    with right:
        st.caption("After painting")
        face_grid.bars(after.probabilities, class_colors(model.classes))
        st.caption("Before painting")
        face_grid.bars(answer.probabilities, class_colors(model.classes))
        st.caption(_moved(answer, after, int((face != answer.face).sum())))


def _moved(before: FaceAnswer, after: FaceAnswer, pixels: int) -> str:
    if not pixels:
        return "You have not painted anything yet. Cover the mouth or the eyes, or draw a smile."
    most = max(after.probabilities, key=lambda name: abs(after.probabilities[name] - before.probabilities[name]))
    change = 100 * (after.probabilities[most] - before.probabilities[most])
    stays = after.prediction == before.prediction
    answer = "The prediction is the same." if stays else f"The prediction is now {markdown.plain(after.prediction)}."
    return (
        f"{answer} Pixels changed: {pixels:,}. The probability of {markdown.plain(most)} changes most, by "
        f"{change:+.0f} percentage points."
    )


def _fingerprint(face: Face) -> str:
    """Another face gets another canvas."""
    return hashlib.sha256(face.tobytes()).hexdigest()[:12]


def _draw_layers(model: Run, answer: FaceAnswer, key: str) -> None:
    model = _one_network(model, key)
    for layer in client.ask(explanation.layers, model.id, answer.face):
        st.write(f"**{markdown.sentence(layer.name)}**")
        size = max(36, min(84, 3 * layer.pictures.shape[-1]))
        numbers = [str(number) for number in range(1, len(layer.pictures) + 1)]
        face_grid.show(list(layer.pictures), numbers, width=size)
        if len(layer.pictures) < layer.channels:
            st.caption(f"These are the first {len(layer.pictures)} of {layer.channels} channels.")
    st.caption(
        "White is the highest value of a channel and black is the lowest. A high activation does not mean that it is "
        "important for the prediction."
    )


def _one_network(model: Run, key: str) -> Run:
    """The model, or of an ensemble the member that a person looks into: each has filters and maps of its own."""
    runs_by_id = {run.id: run for run in store.members(model)}
    if len(runs_by_id) == 1:
        return model
    chosen = st.selectbox(
        "Network of the ensemble",
        list(runs_by_id),
        format_func=lambda run_id: f"{runs_by_id[run_id].label}, seed {runs_by_id[run_id].recipe.seed}",
        key=f"member-{key}",
    )
    return runs_by_id[chosen]


def _draw_nearest(model: Run, answer: FaceAnswer, key: str) -> None:
    del key
    try:
        with datasets.spinner("Comparing with the training images"):
            found, message = client.ask(explanation.nearest, model.id, answer.face)
    except EmoError as error:
        st.info(f"The training images are not available. {markdown.sentence(error.message)}", icon=":material/info:")
        return
    captions = [f"{one.emotion}, similarity {one.likeness:.2f}, {one.id}" for one in found]
    face_grid.show([one.face for one in found], captions, width=96)
    st.caption(
        f"{markdown.sentence(message)} Below each face are its label, its similarity and its id. The similarity is the "
        "cosine between the two faces in the second-to-last layer of the network. It is 1 if they are the same. These "
        "faces look alike to this network. They do not show why it made its prediction."
    )


WAYS: dict[str, Callable[[Run, FaceAnswer, str], None]] = {
    "Heatmap": _draw_why,
    "Draw and erase": _draw_paint,
    "Layers": _draw_layers,
    "Nearest training faces": _draw_nearest,
}
