"""Curves of a training that are drawn in place: no flicker, and a zoom that stays while epochs arrive.

A component of our own without a build step. Drag to zoom, double-click to see all; by keyboard the arrows read
point by point, + and - zoom, 0 sees all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
_component = st.components.v2.component(
    "curve_chart",
    html='<div id="curve-root"></div>',
    css=(HERE / "curve_chart.css").read_text(encoding="utf-8"),
    js=(HERE / "curve_chart.js").read_text(encoding="utf-8"),
)


def draw(charts: Sequence[dict[str, Any]], key: str, height: int = 300) -> None:
    """Charts from `figures.curves.curves` side by side, below each other where it is narrow; they zoom together."""
    _component(key=key, data={"charts": list(charts), "height": height})
