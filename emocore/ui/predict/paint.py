"""A face to draw on: a canvas of 48x48 pixels as a component of our own without a build step."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

import numpy as np
import streamlit as st

from emocore.arrays import SIDE, Face

HERE = Path(__file__).parent
HTML = """
<div id="paint-root">
  <canvas width="48" height="48" tabindex="0" role="img"
    aria-label="The face to draw on. Arrow keys move, shift moves farther, space paints, u undoes."></canvas>
  <div class="bar" role="group" aria-label="Paint">
    <button data-tone="grey">Mean grey</button><button data-tone="black">Black</button>
    <button data-tone="white">White</button><button data-tone="the face">The face again</button>
  </div>
  <div class="bar">
    <label>Brush <input type="range" min="1" max="15" value="5" aria-label="Width of the brush in pixels"></label>
    <output></output>
    <button data-do="undo">Undo</button><button data-do="reset">Start over</button>
  </div>
  <div class="help">Draw with mouse or finger, or with arrow keys and space.</div>
</div>
"""
_component = st.components.v2.component(
    "face_paint",
    html=HTML,
    css=(HERE / "paint.css").read_text(encoding="utf-8"),
    js=(HERE / "paint.js").read_text(encoding="utf-8"),
)


def draw(face: Face, key: str) -> Face:
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
