"""Heat over a face: which pixels speak for an answer and which against it, with a legend in words."""

from __future__ import annotations

import base64
import html
import io

import numpy as np
import streamlit as st
from PIL import Image

from emocore.arrays import Face
from emocore.predict.explanation import Heat
from emocore.ui.parts import markdown

FOR, AGAINST = (230, 120, 0), (0, 114, 178)
MEANT = {
    "Grad-CAM": ("where late features lie that speak for {}", ""),
    "Occlusion": ("covering this lowers the probability of {}", "covering this raises it"),
    "Integrated gradients": ("these pixels speak for {}", "these pixels speak against it"),
}
WIDTH = 260


def draw(heat: Heat, face: Face, title: str) -> None:
    """The face under its heat, the legend, and what the numbers are."""
    content = io.BytesIO()
    Image.fromarray(colored(heat, face)).save(content, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
    said = html.escape(f"{heat.method} for {heat.emotion}, {title}")
    st.html(
        f'<figure style="margin:0;max-width:{WIDTH}px"><img src="{source}" alt="{said}" '
        f'style="width:100%;image-rendering:pixelated;border-radius:4px;display:block">'
        f'<figcaption style="font-size:13px;padding-top:4px">{html.escape(title)}</figcaption></figure>{_legend(heat)}'
    )
    st.caption(markdown.sentence(heat.message))


def colored(heat: Heat, face: Face) -> np.ndarray:
    """(48, 48, 3) uint8: the grey face, toward orange where the heat is high, toward blue where it is below 0."""
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
        f'background:rgb{color}"></span>{html.escape(text)}<br>'
        for color, text in said
    ]
    return f'<div style="font-size:13px;line-height:1.5;padding-top:4px">{"".join(lines)}Grey: no weight</div>'
