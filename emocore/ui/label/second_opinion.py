"""A second opinion: draw a sample, label it blind, see how far people agree, settle what differs."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
from emocore.ui.parts import deletion, face_grid, markdown, slice_picker
from emocore.ui.state import choice
from emocore.wording import counted

KEY = "second-grid"
PAGE = 20
STUDY_TABS = {"label-it-blind": "Label the sample", "agreement": "Agreement"}


def draw(dataset: Dataset, who: str) -> None:
    """Choose or draw a sample; then label, compare, settle."""
    session.draw_message()
    if not navigation.is_signed("study", "Sign in to label: enter a nickname in the sidebar. It signs every label."):
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
    st.write(
        "Another person labels a random sample without seeing the existing labels. The sample has equally "
        "many images of "
        "each label. With 100 images, the agreement (kappa) is precise to about ±0.16."
    )
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
    name = f"Sample, page {page} of {pages}"
    grid.draw(Grid(name, f"{found.id}-{who}-{page}", cells, values), KEY, _answer)
    turn = f"study-turn-{found.id}-{page}"
    st.pagination(pages, default=page, key=turn, on_change=lambda: _turn_to(st.session_state[turn]))
    st.caption("Arrows move, 1 to 9 label the face in focus or all that are chosen; n and p turn the page.")


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
    if 0 < (mine := len(given.get(who, {}))) < len(found.ids):
        message = (
            f"You labeled {mine} of {len(found.ids)} images. Label the rest first. You may only see the "
            f"labels of others when you are done."
        )
        st.info(message, icon=":material/visibility_off:")
        return
    if not given:
        st.info("Nobody has labeled this sample yet. Ask another person to label it.", icon=":material/group:")
        return
    people = st.multiselect("People", list(given), default=list(given), key=f"people-{found.id}")
    try:
        measured = second_opinion.measure(found, people)
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/info:")
        return
    st.write(markdown.sentence(measured.words()))
    st.caption(
        "Kappa is the agreement beyond chance: 0 is the agreement of random labels, and 1 is perfect "
        "agreement. It does "
        "not say who is right. The 95% intervals come from 2,000 bootstrap samples of the images."
    )
    if st.button("Save this in the history", icon=":material/history:", key="study-tell"):
        second_opinion.record_outcome(found, who)
        st.toast("Saved in the history", icon=":material/check:")
    _draw_settle(dataset, who, found)


def _draw_settle(dataset: Dataset, who: str, found: Study) -> None:
    open_ones = second_opinion.to_settle(found)
    st.subheader("Resolve differences", anchor=False)
    if not open_ones:
        st.write("There are no differences to resolve.")
        return
    st.write(f"{counted(len(open_ones), 'image')} got different labels. Choose one label for each image together.")
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
