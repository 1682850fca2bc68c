"""What surrounds every page: the sidebar and the strip that says what is chosen."""

from __future__ import annotations

import streamlit as st

from emocore import settings, wording
from emocore.data import library
from emocore.runs import openings
from emocore.ui.parts import markdown, run_table
from emocore.ui.state import choice, split_plan

LIMITS = (
    "A laboratory for learning how such models work and fail on datasets. It does not tell what a person feels. "
    "In the EU, inferring emotions of people in schools and at work is forbidden by law (AI Act, Art. 5)."
)


def prepare() -> None:
    """On the very first start the drawn faces are still being made: wait for them once."""
    _drawn_faces(str(settings.data_dir()))


@st.cache_resource(show_spinner="Drawing the first faces. This happens once.")
def _drawn_faces(data_dir: str) -> str:
    library.ensure_drawn()
    return data_dir


def draw_sidebar() -> None:
    """Nickname and the note on what this is not for."""
    with st.sidebar:
        st.text_input(
            "Nickname",
            value=choice.chosen("who"),
            key="nickname",
            max_chars=choice.LONGEST_NICKNAME,
            placeholder="signs your runs",
            help="Signs the runs that you start. It is kept in the address of this page, nowhere else.",
            on_change=lambda: choice.choose("who", st.session_state["nickname"].strip()),
        )
        st.caption(LIMITS)


def draw_status_strip() -> None:
    """Dataset, images, split, seed, model and test openings, on every page."""
    dataset, model = choice.dataset(), choice.model()
    with st.container(horizontal=True, gap="small", key="status-strip"):
        if dataset is None:
            _item("photo_library", "Dataset", f"{markdown.plain(choice.chosen('dataset'))} is not here")
        else:
            _item(
                "photo_library",
                "Dataset",
                f"{markdown.plain(dataset.name)}, {wording.counted(dataset.images, 'image')}",
            )
            _item("call_split", "Split", split_plan.in_words(dataset, split_plan.chosen_plan(dataset)))
        if model is None:
            _item("neurology", "Model", f"{markdown.plain(choice.chosen('model'))} is not here")
        else:
            _item("neurology", "Model", run_table.model_name(model))
            looks = len(openings.of_run(model))
            _item(
                "lock" if looks == 0 else "lock_open",
                "Test part",
                "sealed" if looks == 0 else f"opened {wording.counted(looks, 'time')}",
            )


def _item(icon: str, name: str, message: str) -> None:
    st.caption(f":material/{icon}: {name} **{message}**", width="content")
