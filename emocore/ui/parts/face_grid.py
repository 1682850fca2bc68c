"""Faces on the screen: crisp, light, with words for those who cannot see them."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import streamlit as st
from PIL import Image

from emocore.arrays import Face


def png(face: Face) -> bytes:
    """A (48, 48) face as a PNG file."""
    content = io.BytesIO()
    Image.fromarray(face).save(content, "PNG", compress_level=1)
    return content.getvalue()


def show(faces: Sequence[Face], captions: Sequence[str], width: int = 84, marks: Sequence[str] = ()) -> None:
    """A grid of faces, enlarged without smoothing.

    captions: one a face, plain text. width: of one face in CSS pixels. marks: a color a face for its
    frame, or none.
    """
    cells = [
        f'<figure style="margin:0;width:{width}px">'
        f'<img src="data:image/png;base64,{base64.b64encode(png(face)).decode()}" alt="Face: {html.escape(caption)}" '
        f'style="width:{width}px;height:{width}px;image-rendering:pixelated;border-radius:4px;display:block;'
        f'box-sizing:border-box;{f"border:3px solid {mark};" if mark else ""}">'
        f'<figcaption style="font-size:12px;line-height:1.3;opacity:.8;padding-top:2px;overflow-wrap:anywhere">'
        f"{html.escape(caption)}</figcaption></figure>"
        for face, caption, mark in zip(faces, captions, marks or [""] * len(faces), strict=True)
    ]
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:10px">{"".join(cells)}</div>')


def bars(shares: dict[str, float], colors: dict[str, str], message: dict[str, str] | None = None) -> None:
    """A bar a class, longest where the share is largest, with its share in per cent or what else is said of it."""
    message = message or {name: f"{share:.0%}" for name, share in shares.items()}
    rows = [
        f'<span style="overflow-wrap:anywhere">{html.escape(name)}</span>'
        f'<span style="background:rgba(128,128,128,.18);border-radius:4px;height:14px">'
        f'<span style="display:block;height:14px;border-radius:4px;background:{colors[name]};width:{100 * share:.1f}%">'
        "</span></span>"
        f'<span style="text-align:right;font-variant-numeric:tabular-nums">{html.escape(message[name])}</span>'
        for name, share in shares.items()
    ]
    grid = "display:grid;grid-template-columns:minmax(4em,7.5em) minmax(3em,1fr) auto;gap:6px 8px;align-items:center"
    st.html(f'<div style="{grid};max-width:540px">{"".join(rows)}</div>')
