"""Charts on the screen, each with a text alternative made of its own data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emocore.figures import described


def draw(spec: Mapping[str, Any], what: str, key: str, **selection: Any) -> Any:
    """A Vega-Lite chart as wide as its place; gives what is selected on it.

    what: what the chart is of, for who cannot see it; the numbers follow by themselves. selection: as
    `st.vega_lite_chart` takes it.
    """
    return st.vega_lite_chart(dict(spec), key=key, width="stretch", alt=described.in_words(spec, what), **selection)


def draw_figure(figure: Any, what: str, key: str) -> None:
    """The same for a plotly figure, on which nothing can be selected."""
    st.plotly_chart(figure, key=key, width="stretch", alt=described.in_words(figure, what))
