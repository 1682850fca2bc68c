"""What surrounds every page: the sidebar and the strip that says what is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from emocore import settings, wording
from emocore.data import library
from emocore.errors import EmoError
from emocore.learn.protocols import FLAWS
from emocore.runs import store
from emocore.runs.store import Run
from emocore.ui.parts import markdown
from emocore.ui.state import choice, split

LIMITS = (
    "A laboratory for learning how such models work and fail on datasets. It does not tell what a person feels. "
    "In the EU, inferring emotions of people in schools and at work is forbidden by law (AI Act, Art. 5)."
)
Work = TypeVar("Work")

GONE = ("no_run", "no_crossval", "no_search")


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
            _item("call_split", "Split", split.in_words(dataset, split.chosen_plan(dataset)))
        if model is None:
            _item("neurology", "Model", f"{markdown.plain(choice.chosen('model'))} is not here")
        else:
            _item("neurology", "Model", model_name(model))
            looks = len(store.openings(model))
            _item(
                "lock" if looks == 0 else "lock_open",
                "Test part",
                "sealed" if looks == 0 else f"opened {wording.counted(looks, 'time')}",
            )


def model_name(run: Run) -> str:
    """How a run is called, as Markdown: its name or recipe, and its number or that it came with the program."""
    return markdown.plain(plain_model_name(run))


def draw_flaw(run: Run) -> None:
    """A warning above the scores of a run that was trained in a flawed way on purpose."""
    if run.recipe.flaw:
        flaw = FLAWS[run.recipe.flaw]
        st.warning(
            f"**Flawed on purpose: {flaw.words.lower()}.** {markdown.sentence(flaw.message)} Its scores are no scores.",
            icon=":material/science:",
        )


def plain_model_name(run: Run) -> str:
    """The same as plain text, for lists."""
    return f"{run.title or run.recipe.name}, {'came with the program' if run.shipped else f'run {run.number}'}"


def _item(icon: str, name: str, message: str) -> None:
    st.caption(f":material/{icon}: {name} **{message}**", width="content")


def draw_undo(message: str, key: str, undo: Callable[..., None], *arguments: Any) -> None:
    """What was taken away, as Markdown, and the button that brings it back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(message)
        st.button("Undo", icon=":material/undo:", key=key, on_click=undo, args=arguments)


def draw_until(over: bool, draw: Callable[[Work, bool], None], work: Work, seconds: float) -> None:
    """Draw work that runs elsewhere: again and again while it is not over, then as part of the page.

    A fragment that stayed would keep the clicks on its buttons to itself, though they change the page around it.
    draw: also gets whether the work is live.
    """

    def draw_live(work: Work) -> None:
        try:
            draw(work, True)
        except EmoError as error:
            if error.code not in GONE:
                raise
            st.rerun()  # Somebody deleted it: the page knows what to do without

    if over:
        draw(work, False)
    else:
        st.fragment(draw_live, run_every=seconds)(work)
