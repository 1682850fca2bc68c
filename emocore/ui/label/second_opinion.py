"""A second opinion: draw a sample, label it blind, see how far people agree, settle what differs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import streamlit as st

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import journal, second_opinion
from emocore.data.editing.drafts import LABEL
from emocore.data.editing.second_opinion import Plan, Study
from emocore.errors import EmoError
from emocore.ui import navigation
from emocore.ui.label import grid, session
from emocore.ui.label.grid import Act, Cell, Grid
from emocore.ui.label.task import Task
from emocore.ui.parts import deletion, face_grid, markdown, slice_picker, tables
from emocore.ui.state import choice
from emocore.wording import NOTHING, between, counted, listing, per_cent, score

KEY = "second-grid"
PAGE = 20
PURPOSE = (
    "Two or more people label the same random sample, and nobody sees the labels of others. The sample has equally "
    "many images of each label. With 100 images, the agreement (kappa) is precise to about ±0.16."
)
STEPS = """1. Create a sample.
2. Each person signs in and labels it.
3. See how far the labels agree, and settle the images on which they differ."""
TAKE_PART = "Another person opens this page, signs in with another nickname and labels this sample, too."
STUDY_TABS = {"label-it-blind": "Label the sample", "agreement": "Agreement"}


def draw(dataset: Dataset, who: str) -> None:
    """Choose or draw a sample; then label, compare, settle."""
    session.draw_message()
    if not navigation.is_signed("study", session.SIGN_FIRST):
        st.write(PURPOSE)
        st.write(STEPS)
        return
    deletion.draw_damaged(second_opinion.damaged(dataset.name), "study", library.home(dataset.name) / "studies")
    studies = second_opinion.studies(dataset.name)
    with st.expander("Create a new sample", icon=":material/casino:", expanded=not studies):
        _draw_plan(dataset, who)
    if not studies:
        return
    titles = {found.id: found.title for found in studies}
    chosen = st.selectbox("Sample", list(titles), format_func=titles.__getitem__, key=f"study-{dataset.name}")
    found = next(one for one in studies if one.id == chosen)
    label, compare = st.tabs(
        list(STUDY_TABS.values()), key="study-tab", on_change=choice.bound("study-tab", STUDY_TABS)
    )
    with label:
        if label.open:
            _draw_blind(dataset, who, found)
    with compare:
        if compare.open:
            _draw_agreement(dataset, who, found)


def _draw_plan(dataset: Dataset, who: str) -> None:
    st.write(PURPOSE)
    with st.form("study-plan", border=False):
        column = st.selectbox("What to label", [LABEL, *dataset.attributes], format_func=_column_words)
        values = st.multiselect(
            "Only images with these labels (empty: all)",
            list(dataset.classes),
            help="This only applies to class labels.",
        )
        size = st.number_input("Images", second_opinion.FEWEST, second_opinion.MOST, 100, step=10)
        seed = st.number_input("Seed", 0, 2**31 - 1, 42)
        if st.form_submit_button("Create sample", type="primary", icon=":material/casino:"):
            wanted = tuple(values) if column == LABEL else ()
            drawn = second_opinion.draw(dataset, who, Plan(column, int(size), wanted, int(seed)))
            st.session_state[f"study-{dataset.name}"] = drawn.id
            st.rerun()


def _draw_blind(dataset: Dataset, who: str, found: Study) -> None:
    given = second_opinion.answers_of(found, who)
    pages = math.ceil(len(found.ids) / PAGE)
    first = next((place for place in range(len(found.ids)) if place not in given), 0)
    page = int(st.session_state.get("study-page", first // PAGE + 1))
    page = min(page, pages)
    places = list(range((page - 1) * PAGE, min(page * PAGE, len(found.ids))))
    st.write(
        f"**{len(given)} of {len(found.ids)} labeled by you.** The labels of others stay hidden until you compare."
    )
    if found.column == LABEL:
        for emotion, guideline in journal.read_guidelines(dataset.name, found.values).items():
            st.caption(f"**{markdown.plain(emotion)}**: {markdown.sentence(guideline.text)}")
    pictures = _pictures(dataset, [found.ids[place] for place in places])
    cells = [
        Cell(picture, given.get(place, ""), given.get(place, ""), f"image {place + 1}")
        for place, picture in zip(places, pictures, strict=True)
    ]
    st.session_state[f"{KEY}-shown"] = {"study": found, "places": places, "who": who, "pages": pages, "page": page}
    values = Task(found.column, found.values).choices()
    shown = Grid(f"Sample, page {page} of {pages}", f"{found.id}-{who}-{page}", cells, values)
    grid.draw(shown, KEY, _answer)
    if len(given) == len(found.ids):
        st.success("You labeled the whole sample.", icon=":material/check_circle:")
        st.button("See the agreement", type="primary", icon=":material/group:", key="see-agreement", on_click=_compare)
    turn = f"study-turn-{found.id}-{page}"
    st.pagination(pages, default=page, key=turn, on_change=lambda: _turn_to(st.session_state[turn]))
    grid.draw_keys(f"{counted(len(found.ids), 'image')} in this sample.", shown)


def _compare() -> None:
    st.session_state["study-tab"] = STUDY_TABS["agreement"]


def _answer(act: Act) -> None:
    shown = st.session_state[f"{KEY}-shown"]
    found: Study = shown["study"]
    if act.what in ("next", "previous"):
        step = 1 if act.what == "next" else -1
        _turn_to(min(max(1, int(st.session_state.get("study-page", shown["page"])) + step), shown["pages"]))
    elif act.what == "assign" and act.page == f"{found.id}-{shown['who']}-{shown['page']}":
        for place in act.places:
            if place < len(shown["places"]):
                second_opinion.answer(found, shown["who"], shown["places"][place], act.value)


def _turn_to(page: int) -> None:
    st.session_state["study-page"] = page


def _draw_agreement(dataset: Dataset, who: str, found: Study) -> None:
    given = second_opinion.all_answers(found)
    if not given:
        st.info(f"Nobody has labeled this sample yet. {TAKE_PART}", icon=":material/group:")
        return
    if not _may_see(len(given.get(who, {})), found):
        return
    if len(given) == 1:
        st.info(f"Only {markdown.plain(next(iter(given)))} labeled this sample. {TAKE_PART}", icon=":material/group:")
    people = st.multiselect("People", list(given), default=list(given), key=f"people-{found.id}")
    try:
        measured = second_opinion.measure(found, people)
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/info:")
        return
    st.write(markdown.sentence(measured.words()))
    part = [f"{person} ({len(given[person])})" for person in people if len(given[person]) < len(found.ids)]
    if part:
        st.caption(f"Not finished: {markdown.plain(listing(part))}. Only images that all of them labeled are compared.")
    _draw_pairs(found, people)
    st.caption(
        "Kappa is the agreement beyond chance: 0 is the agreement of random labels, and 1 is perfect agreement. It "
        "does not say who is right. The brackets are 95% intervals (Clopper and Pearson)."
    )
    if st.button("Save this in the history", icon=":material/history:", key="study-tell"):
        second_opinion.record_outcome(found, who)
        st.toast("Saved in the history", icon=":material/check:")
    _draw_settle(dataset, who, found)


def _may_see(mine: int, found: Study) -> bool:
    """Whether somebody who labeled so many images may see the labels of others; else why not."""
    if mine == len(found.ids):
        return True
    if mine:
        message = f"You labeled {mine} of {len(found.ids)} images. Label the rest first."
        st.info(f"{message} You may only see the labels of others when you are done.", icon=":material/visibility_off:")
        return False
    st.info(
        "You have not labeled this sample. If you want to take part, label it before you see the labels of others.",
        icon=":material/visibility_off:",
    )
    return st.toggle("I do not take part. Show the labels of others.", key=f"spoil-{found.id}")


def _draw_pairs(found: Study, people: Sequence[str]) -> None:
    """The agreement of each two, people first; of only two it is said already."""
    first, *others = second_opinion.compared(found, people)[1].items()
    if len(others) < 2:
        return
    rows = []
    for pair in combinations([*others, first], 2):
        one = second_opinion.agreement_of(dict(pair))
        low, high = one.raw_interval
        kappa = NOTHING if one.kappa is None else score(one.kappa)
        interval = between(one.kappa_interval) if one.kappa_interval else ""
        rows.append(
            {
                "Pair": markdown.plain(listing(one.people)),
                "Same label": f"{per_cent(one.raw)} [{per_cent(low)}, {per_cent(high)}], n = {one.images:,}",
                one.method: f"{kappa} {interval}".strip(),
            }
        )
    tables.stacked(rows, alt="Agreement of each two", key="pairs-of-people")


def _draw_settle(dataset: Dataset, who: str, found: Study) -> None:
    open_ones = second_opinion.to_settle(found)
    st.subheader("Resolve differences", anchor=False)
    if not open_ones:
        st.write("There are no differences to resolve.")
        return
    st.write(f"{counted(len(open_ones), 'image')} got different labels. Choose one label for each image together.")
    if len(open_ones) > PAGE:
        st.caption(f"These are the first {PAGE}. The next ones follow after you save.")
    with st.form(f"settle-{found.id}", border=False):
        decided = {}
        for key, labels in list(open_ones.items())[:PAGE]:
            with st.container(horizontal=True, vertical_alignment="center"):
                row = int(np.flatnonzero((dataset.table["id"] == key).to_numpy())[0])
                with st.container(width=110):
                    face_grid.show([np.array(dataset.images[row])], [key.rpartition("/")[2]], width=96)
                message = ", ".join(f"{person}: {label}" for person, label in labels.items())
                choice = st.segmented_control(
                    markdown.sentence(message),
                    found.values,
                    key=f"settle-{found.id}-{key}",
                    format_func=markdown.plain,
                    wrap=True,
                )
                if choice:
                    decided[key] = str(choice)
        reason = st.text_input("Reason (optional)", max_chars=200)
        if st.form_submit_button("Save labels", type="primary", icon=":material/handshake:"):
            made = second_opinion.settle(found, who, decided, reason)
            st.session_state["label-message"] = (
                f"{counted(len(decided), 'image')} resolved and saved as version {made.number}."
            )
            st.rerun()


def _pictures(dataset: Dataset, ids: Sequence[str]) -> list[str]:
    """An image that was left out is a blank."""
    rows = np.flatnonzero(dataset.table["id"].isin(ids).to_numpy())
    row = dict(zip(dataset.table["id"].iloc[rows], rows, strict=True))
    blank = np.full((48, 48), 128, np.uint8)
    return [grid.picture(np.array(dataset.images[row[key]]) if key in row else blank) for key in ids]


def _column_words(column: str) -> str:
    return "Class" if column == LABEL else slice_picker.attribute_words(column)
