"""The uploaded picture with its faces in boxes, and a box that a person can move."""

from __future__ import annotations

import base64

import streamlit as st

from emocore import wording
from emocore.figures import palette
from emocore.predict.face_detection import Box
from emocore.predict.inference import Seen

FRAME = palette.ORANGE
WIDEST = 420
SMALLEST_SIDE = 16


def draw(seen: Seen, key: str) -> None:
    """The picture as the worker made it small, with numbered boxes, and sliders for a box of one's own."""
    left, right = st.columns([3, 2])
    with left:
        st.html(_boxed(seen))
    with right:
        found = {
            "found": f"{wording.counted(len(seen.looks), 'face')} found.",
            "not found": "No face found: the middle of the picture is taken.",
            "chosen": "The box that you placed.",
        }
        st.caption(f"{seen.size[0]:,} x {seen.size[1]:,} pixels. {found[seen.how]}")
        _draw_sliders(seen, key)


def chosen_box(key: str) -> Box | None:
    """The box that a person placed, if any."""
    if not st.session_state.get(f"own-box-{key}"):
        return None
    side, across, down = (float(st.session_state.get(f"box-{name}-{key}", 0)) for name in ("side", "across", "down"))
    return Box(across - side / 2, down - side / 2, side) if side else None


def _draw_sliders(seen: Seen, key: str) -> None:
    """On first the box lies where the first face is."""
    first, (width, height) = seen.looks[0].box, seen.size
    start = (first.left + first.side / 2, first.top + first.side / 2, first.side)
    if not st.toggle("Place the box yourself", key=f"own-box-{key}", on_change=_place, args=(key, start)):
        return
    st.slider("Middle, from the left (pixels)", 0, width, key=f"box-across-{key}")
    st.slider("Middle, from the top (pixels)", 0, height, key=f"box-down-{key}")
    st.slider("Side (pixels)", SMALLEST_SIDE, min(width, height), key=f"box-side-{key}")
    st.caption("Move it a little: an answer that hangs on the exact place of the box is a weak one.")


def _place(key: str, start: tuple[float, float, float]) -> None:
    for name, value in zip(("across", "down", "side"), start, strict=True):
        st.session_state[f"box-{name}-{key}"] = max(round(value), SMALLEST_SIDE if name == "side" else 0)


def _boxed(seen: Seen) -> str:
    """The picture and, over it, a square for each face in per cent of its sides."""
    width, height = seen.size
    squares = [
        f'<div style="position:absolute;box-sizing:border-box;border:3px solid {FRAME};border-radius:4px;'
        f"left:{100 * look.box.left / width:.2f}%;top:{100 * look.box.top / height:.2f}%;"
        f'width:{100 * look.box.side / width:.2f}%;height:{100 * look.box.side / height:.2f}%">'
        f'<span style="background:{FRAME};color:#000;font-size:12px;padding:0 5px;border-radius:0 0 4px 0">'
        f"{number}</span></div>"
        for number, look in enumerate(seen.looks, 1)
    ]
    said = f"The picture, {wording.counted(len(seen.looks), 'square')} marked on it"
    source = f"data:image/jpeg;base64,{base64.b64encode(seen.shown).decode()}"
    wide = min(WIDEST, round(WIDEST * width / height))
    return (
        f'<div style="position:relative;max-width:{wide}px"><img src="{source}" alt="{said}" '
        f'style="width:100%;display:block;border-radius:6px">{"".join(squares)}</div>'
    )
