"""What surrounds every page: menu, links, tabs, sidebar, the strip of what is chosen, and how a page ends without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from emocore import settings, wording
from emocore.data import library
from emocore.data.library import Summary
from emocore.runs.answers import has_answers
from emocore.runs.run import Run
from emocore.ui.parts import markdown
from emocore.ui.state import choice, evaluation

NOTHING: Mapping[str, Callable[[], object]] = {}
HERE = Path(__file__).resolve().parent
PAGES = HERE.parents[1] / "pages"


SHOWN = {
    "home": ("Home", "home", "What is loaded, what it looks like, and the next steps."),
    "data": ("Data", "photo_library", "Choose a dataset, import your own, fetch a public one, export or delete."),
    "explore": (
        "Explore",
        "insights",
        "Look at a dataset: classes and groups, faces, gray values, mean faces, and a map.",
    ),
    "check": (
        "Check",
        "verified",
        "Find copies, leaks and contradictions in a dataset and mend them. Choose the split.",
    ),
    "label": ("Label", "label", "Give labels to faces, save versions, and ask for a second opinion."),
    "train": ("Train", "model_training", "Choose a recipe, train a network, and watch its curves."),
    "crossval": ("Cross-validate", "stacks", "Train one network for each fold, so that every image is judged once."),
    "search": ("Search", "manage_search", "Vary settings of a recipe and see which of them mattered."),
    "predict": ("Predict", "center_focus_strong", "See what a network answers for a picture, and why."),
    "evaluate": ("Evaluate", "fact_check", "Scores of one network with intervals, its mistakes, and its baselines."),
    "compare": ("Compare", "compare_arrows", "Compare networks, and test whether a difference could be chance."),
    "bias": ("Bias", "balance", "Compare groups of images, and test whether a gap could be chance."),
    "table": ("Check a table", "rule", "Check whether the numbers of a printed results table can all be true."),
    "report": ("The report", "menu_book", "Every figure and table of the report beside ours, and its story in short."),
}
"""Page -> its title, its icon, and what one finds there, for the menu."""


@cache
def pages() -> dict[str, StreamlitPage]:
    """Every page by its short name."""
    return {
        name: st.Page(PAGES / f"{name}.py", title=title, icon=f":material/{icon}:", help=about, default=name == "home")
        for name, (title, icon, about) in SHOWN.items()
    }


def sections() -> dict[str, list[StreamlitPage]]:
    """The pages in the order of work: copies, since Streamlit marks in a page that it is about to run."""
    by_name = {name: copy(page) for name, page in pages().items()}
    faces = [by_name["data"], by_name["explore"], by_name["check"], by_name["label"]]
    networks, judge = (
        [by_name["train"], by_name["crossval"], by_name["search"], by_name["predict"]],
        [by_name["evaluate"], by_name["compare"], by_name["bias"], by_name["table"], by_name["report"]],
    )
    return {"": [by_name["home"]], "Faces": faces, "Networks": networks, "Judge": judge}


Draw = Callable[[], object]


def tabs(name: str, draws: Mapping[str, tuple[str, Draw]], *, closed: Mapping[str, Draw] = NOTHING) -> None:
    """Tabs of a page by their codes, each with its label: only the open one is drawn, and the address names its code.

    closed: what is drawn in a tab that is not open, such as an uploader, which else would forget its files.
    """
    key = f"{name}-tab"
    labels = {code: label for code, (label, _) in draws.items()}
    shown = st.tabs(list(labels.values()), key=key, on_change=choice.bound(key, labels))
    for tab, (code, (_, draw)) in zip(shown, draws.items(), strict=True):
        with tab:
            if tab.open:
                draw()
            elif code in closed:
                closed[code]()


def dataset_or_stop(page: str) -> Summary:
    """The chosen dataset; where it is not there, the page ends with the way to another one."""
    if (dataset := choice.dataset()) is None:
        icon = ":material/photo_library:"
        st.info("The chosen dataset is not here. Choose one on the Data page first.", icon=icon)
        go("data", "Choose a dataset", f"{page}-data", primary=True, icon=icon)
        st.stop()
    return dataset


def model_or_stop(page: str, otherwise: Callable[[], None] = lambda: None) -> Run:
    """The chosen model; where it is not there, the page ends with `otherwise` and the way to train one."""
    return _model_or_stop(choice.model(), page, otherwise)


def _model_or_stop(model: Run | None, page: str, otherwise: Callable[[], None]) -> Run:
    if model is None:
        known = choice.judged_model()
        without = f"{markdown.plain(known.label)}: there are no weights to answer with. " if known else ""
        message = f"{without or 'The chosen model is not here. '}Choose another one above, or train one."
        st.info(message, icon=":material/info:")
        go("train", "Train a network", f"{page}-train", primary=True, icon=":material/model_training:")
        otherwise()
        st.stop()
    return model


def answered_or_stop(page: str, otherwise: Callable[[], None] = lambda: None) -> Run:
    """The chosen model, with answers that can be judged; else the page ends as `model_or_stop` ends it."""
    run = _model_or_stop(choice.judged_model(), page, otherwise)
    if not has_answers(run):
        state = markdown.plain(run.status.state)
        st.info(
            f"This run has no answers to judge: it is {state}. Answers are saved when a run is over.",
            icon=":material/hourglass_empty:",
        )
        go("train", "Look at the runs", f"{page}-runs", primary=True, icon=":material/model_training:")
        otherwise()
        st.stop()
    return run


def go(page: str, label: str, key: str, *, primary: bool = False, icon: str | None = None) -> None:
    """A button that leads to another page."""
    if st.button(label, key=key, type="primary" if primary else "secondary", icon=icon):
        switch(page)


def switch(page: str) -> NoReturn:
    """Go to another page; what is chosen comes along in the session.

    An empty query, since Streamlit refuses to clear one by itself while the open tab is bound to it.
    """
    st.switch_page(pages()[page], query_params={})


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


_keeper = st.components.v2.component("nickname_keeper", js=(HERE / "nickname.js").read_text(encoding="utf-8"))
_pointer = st.components.v2.component(
    "nickname_pointer",
    html="<button>Sign in</button>",
    css="""button {
  font: inherit; cursor: pointer; padding: 4px 12px; color: var(--st-text-color); background: transparent;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
}
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-link-color); }""",
    js="""export default function ({ parentElement }) {
  parentElement.querySelector("button").onclick = () => {
    document.querySelector('[data-testid="stExpandSidebarButton"]')?.click()
    const field = () => document.querySelector('[data-testid="stSidebar"] input[aria-label="Nickname"]')
    setTimeout(() => field()?.focus(), 400) // Once the sidebar is open
  }
}""",
)


def draw_sidebar() -> None:
    """The one place where a person signs in, and the note on what this is not for."""
    st.session_state["nickname"] = choice.who()  # It follows at once, whoever gave the nickname
    with st.sidebar:
        st.text_input(
            "Nickname",
            key="nickname",
            max_chars=choice.LONGEST_NICKNAME,
            placeholder="signs what you keep",
            help="It signs runs that you start and changes that you save. It is kept in this browser, in no link. "
            "Clear it to sign out.",
            on_change=lambda: choice.sign_in(st.session_state["nickname"]),
        )
        st.caption(LIMITS)
        st.html(HERE / "frame.css")
        data = {"name": choice.who(), "told": choice.SIGNED_AS in st.session_state}
        _keeper(key="nickname-keeper", data=data, on_kept_change=_sign_in_as_kept)


def _sign_in_as_kept() -> None:
    """Sign in by what the browser has kept; anything else than a name is passed over."""
    kept = st.session_state["nickname-keeper"].get("kept")
    if isinstance(kept, dict) and isinstance(kept.get("name"), str):
        choice.sign_in(kept["name"])


def is_signed(key: str, reason: str = choice.SIGN_FIRST) -> bool:
    """Whether somebody signed in; else the reason to do so stands here, with a button that leads to the sidebar."""
    if choice.who():
        return True
    with st.container(horizontal=True, vertical_alignment="center", key=f"unsigned-{key}"):
        st.caption(f":material/badge: {reason}", width="content")
        _pointer(key=f"sign-in-{key}", height="content", width="content")
    return False


def draw_status_strip() -> None:
    """Dataset, images, split, seed, model and test openings, on every page."""
    dataset, model = choice.dataset(), choice.judged_model()
    with st.container(horizontal=True, gap="small", key="status-strip"):
        if dataset is None:
            _item("photo_library", "Dataset", f"{markdown.plain(choice.chosen('dataset'))} is not here")
        else:
            _item(
                "photo_library",
                "Dataset",
                f"{markdown.plain(dataset.name)}, {wording.counted(dataset.images, 'image')}",
            )
            _item("call_split", "Split", choice.split_in_words(dataset, choice.chosen_plan(dataset)))
        if model is None:
            _item("neurology", "Model", f"{markdown.plain(choice.chosen('model'))} is not here")
        else:
            _item("neurology", "Model", markdown.plain(model.label))
        if model is not None and not model.elsewhere:
            is_open = evaluation.is_open(model)
            _item("lock_open" if is_open else "lock", "Test part", "opened by you" if is_open else "sealed for you")


def _item(icon: str, name: str, message: str) -> None:
    st.caption(f":material/{icon}: {name} **{message}**", width="content")
