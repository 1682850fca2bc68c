"""What surrounds every page: menu, links, tabs, sidebar, header, and what stands where nothing is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer
from streamlit.navigation.page import StreamlitPage

from emocore import settings, wording
from emocore.data import library
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui.parts import markdown
from emocore.ui.state import choice, evaluation

Draw = Callable[[], object]
NOTHING: Mapping[str, Draw] = {}
HERE = Path(__file__).resolve().parent
PAGES = HERE.parents[1] / "pages"

SHOWN = {
    "home": ("Home", "home", "What is loaded, what it looks like, and the next steps."),
    "data": ("Data", "photo_library", "Choose a dataset, import your own, fetch a public one, export or delete."),
    "explore": ("Explore", "insights", "Look at a dataset: classes, groups, gray values, mean faces, and a map."),
    "check": ("Check", "verified", "Find copies, leaks and contradictions, and mend them. Choose the split."),
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
        name: st.Page(
            PAGES / f"{name}.py", title=title, icon=f":material/{icon}:", help=description, default=name == "home"
        )
        for name, (title, icon, description) in SHOWN.items()
    }


def sections() -> dict[str, list[StreamlitPage]]:
    """The pages in the order of work: copies, since Streamlit marks in a page that it is about to run."""
    by_name = {name: copy(page) for name, page in pages().items()}
    faces = [by_name["data"], by_name["explore"], by_name["check"], by_name["label"]]
    networks = [by_name["train"], by_name["crossval"], by_name["search"], by_name["predict"]]
    judge = [by_name["evaluate"], by_name["compare"], by_name["bias"], by_name["table"], by_name["report"]]
    return {"": [by_name["home"]], "Faces": faces, "Networks": networks, "Judge": judge}


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
                try:
                    draw()
                except EmoError as error:  # The rest of the page stands
                    st.error(markdown.sentence(error.message), icon=":material/error:")
            elif code in closed:
                closed[code]()


def dataset_or_stop(page: str) -> Summary:
    """The chosen dataset; where it is not there, the page ends with the ways to one."""
    if (dataset := choice.dataset()) is None:
        draw_missing_dataset(choice.chosen("dataset"), page)
        st.stop()
    return dataset


def draw_missing_dataset(name: str, key: str) -> bool:
    """Whether a dataset is not here or damaged; then that is said, with the ways to one. key: unique on a page."""
    try:
        library.summary(name)
        return False
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/photo_library:")
    draw_ways(key)
    return True


def draw_ways(key: str, ways: Iterable[str] = ()) -> None:
    """Buttons that lead to a dataset. key: of the place, unique on a page. ways: some of WAYS, all where not given."""
    with st.container(horizontal=True):
        for tab in ways or WAYS:
            label, icon = WAYS[tab]
            if st.button(label, key=f"{key}-data-{tab}", icon=f":material/{icon}:"):
                st.switch_page(pages()["data"], query_params={"data-tab": tab})


WAYS = {
    "look": ("Choose a dataset", "photo_library"),
    "import": ("Import", "upload"),
    "fetch": ("Fetch a public one", "cloud_download"),
}
"""Tabs of the Data page that lead to a dataset, each with its button."""


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
    st.html(HERE / "frame.css")
    _drawn_faces(str(settings.data_dir()))


@st.cache_resource(show_spinner="Drawing the first faces. This happens once.")
def _drawn_faces(data_dir: str) -> str:
    library.ensure_drawn()
    return data_dir


_keeper = st.components.v2.component("nickname_keeper", js=(HERE / "nickname.js").read_text(encoding="utf-8"))
_pointer = st.components.v2.component(
    "nickname_pointer",
    html='<button class="sign-in">Sign in</button>',
    js=(HERE / "sign_in.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def draw_sidebar() -> None:
    """The one place where a person signs in, and the note on what this is not for."""
    st.session_state["nickname"] = choice.who()  # It follows at once, whoever gave the nickname
    with st.sidebar:
        st.text_input(
            "Nickname",
            key="nickname",
            max_chars=choice.LONGEST_NICKNAME,
            placeholder="your signature",
            help="It signs runs that you start and changes that you save. It is kept in this browser, in no link. "
            "Clear it to sign out.",
            on_change=lambda: choice.sign_in(st.session_state["nickname"]),
        )
        st.caption(LIMITS)
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


MODEL_PAGES = ("evaluate", "bias")
"""Pages whose every number is of the chosen model: the header shows the dataset that it was trained on."""
WITH_MODEL = ("home", "explore", "predict", *MODEL_PAGES)
WITHOUT_BOTH = ("table", "report")
"""Pages on which neither the chosen dataset nor the chosen model stands."""


def draw_header(page: str) -> None:
    """What a page shows: dataset and model, which open a list to choose from; split and test part beside them."""
    if page in WITHOUT_BOTH:
        return
    model = choice.model_of(choice.dataset()) if page == "home" else choice.judged_model()
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="header"):
        if page in MODEL_PAGES:
            _draw_dataset_of(model)
        else:
            _draw_dataset(is_alone=page not in WITH_MODEL)
        if page in WITH_MODEL:
            _draw_model(model, page)


def _draw_dataset(is_alone: bool) -> None:
    """is_alone: no model stands in the line, so there is room for the split."""
    dataset, name = choice.dataset(), choice.chosen("dataset")
    words, split, shares = f"{markdown.plain(name)} is not here", "", ""
    if dataset is not None:
        plan = choice.chosen_plan(dataset)
        words = f"{markdown.plain(name)}, {wording.counted(dataset.images, 'image')}"
        split, shares = choice.split_in_words(dataset, plan), choice.shares_in_words(dataset, plan)
    with _chip("Dataset", words, "photo_library", name) as chip:
        if chip.open:
            sizes = {one.name: one.images for one in library.summaries() if not one.problem}
            _draw_list("Dataset", sizes, name, lambda one: f"{one} ({sizes[one]:,})", _choose("dataset"))
            draw_ways("header", list(WAYS)[1:])  # The first leads to such a list
            _draw_fact("call_split", "Split", split)
    if is_alone:
        _draw_beside("call_split", "Split", shares)


def _draw_dataset_of(model: Run | None) -> None:
    """The dataset of the chosen model; another one is chosen with the newest model that was trained on it."""
    if model is None:
        return
    counts, name = model.counts, model.dataset or model.elsewhere
    split = "" if model.elsewhere else f"that of the run, {model.split['fingerprint']}"
    with _chip("Dataset", markdown.plain(name), "photo_library", model.id) as chip:
        if chip.open:
            newest = {dataset: run.id for dataset, run in store.newest_models().items()}
            _draw_list("Dataset of the model", newest, name, markdown.plain, _choose("model", newest))
            st.caption("The newest model that was trained on it is chosen, too.")
            _draw_fact("image", "Images", ", ".join(f"{n:,} {part}" for part, n in counts.items() if n))
            _draw_fact("call_split", "Split", split)


def _draw_model(model: Run | None, page: str) -> None:
    current = model.id if model else ""
    words = markdown.plain(model.label if model else f"{choice.chosen('model')} is not here")
    seal = ""
    if page in MODEL_PAGES and model and not model.elsewhere:
        seal = "opened by you" if evaluation.is_open(model) else "sealed for you"
    icon = "lock" if seal.startswith("sealed") else "lock_open"
    with _chip("Model", words, "neurology", current) as chip:
        if chip.open:
            _draw_fact(icon, "Test part", seal)
            runs = {run.id: run for run in store.trainings() if run.can_answer}
            _draw_list("Model", runs, current, lambda one: _in_list(runs[one]), _choose("model"))
    _draw_beside(icon, "Test part", seal)


def _in_list(run: Run) -> str:
    return f"{markdown.plain(run.label)}, trained on {markdown.plain(run.dataset)}"


def _chip(name: str, words: str, icon: str, current: str) -> PopoverContainer:
    """A button that opens a list; what stands in it is drawn once it is open, and a choice closes it."""
    label, key = f"{name} **{words}**", f"header-{name.lower()}-{current}"
    return st.popover(label, icon=f":material/{icon}:", type="tertiary", key=key, on_change="rerun")


def _draw_list(
    label: str, names: Iterable[str], current: str, show: Callable[[str], str], choose: Callable[[str], None]
) -> None:
    options, key = list(names), f"header-choice-{label}-{current}"
    at = options.index(current) if current in options else None
    st.radio(label, options, at, show, key, on_change=lambda: choose(st.session_state[key]))


def _choose(what: str, meant: Mapping[str, str] = MappingProxyType({})) -> Callable[[str], None]:
    return lambda one: choice.choose(what, meant.get(one, one))


def _draw_beside(icon: str, name: str, words: str) -> None:
    """A fact that stands in the line where there is room for it; on a phone it stands in what opens."""
    if words:
        with st.container(key=f"header-fact-{icon}", width="content"):
            _draw_fact(icon, name, words)


def _draw_fact(icon: str, name: str, words: str) -> None:
    if words:
        st.caption(f":material/{icon}: {name} **{words}**", width="content")
