"""The pages, their sections and icons: one place, so that links can name them."""

from __future__ import annotations

from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES = Path(__file__).resolve().parents[2] / "pages"


@cache
def pages() -> dict[str, StreamlitPage]:
    """Every page by its short name."""
    return {
        "home": st.Page(PAGES / "home.py", title="Home", icon=":material/home:", default=True),
        "data": st.Page(PAGES / "data.py", title="Data", icon=":material/photo_library:"),
        "explore": st.Page(PAGES / "explore.py", title="Explore", icon=":material/insights:"),
        "check": st.Page(PAGES / "check.py", title="Check", icon=":material/verified:"),
        "label": st.Page(PAGES / "label.py", title="Label", icon=":material/label:"),
        "train": st.Page(PAGES / "train.py", title="Train", icon=":material/model_training:"),
        "crossval": st.Page(PAGES / "crossval.py", title="Cross-validate", icon=":material/stacks:"),
        "search": st.Page(PAGES / "search.py", title="Search", icon=":material/manage_search:"),
        "predict": st.Page(PAGES / "predict.py", title="Predict", icon=":material/center_focus_strong:"),
        "evaluate": st.Page(PAGES / "evaluate.py", title="Evaluate", icon=":material/fact_check:"),
        "compare": st.Page(PAGES / "compare.py", title="Compare", icon=":material/compare_arrows:"),
        "bias": st.Page(PAGES / "bias.py", title="Bias", icon=":material/balance:"),
    }


def sections() -> dict[str, list[StreamlitPage]]:
    """The pages in the order of work: copies, since Streamlit marks in a page that it is about to run."""
    known = {name: copy(page) for name, page in pages().items()}
    faces = [known["data"], known["explore"], known["check"], known["label"]]
    networks, judge = (
        [known["train"], known["crossval"], known["search"], known["predict"]],
        [known["evaluate"], known["compare"], known["bias"]],
    )
    return {"": [known["home"]], "Faces": faces, "Networks": networks, "Judge": judge}


def go(page: str, label: str, key: str, *, primary: bool = False, icon: str | None = None) -> None:
    """A button that leads to another page."""
    if st.button(label, key=key, type="primary" if primary else "secondary", icon=icon):
        st.switch_page(pages()[page])
