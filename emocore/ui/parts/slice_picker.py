"""Choose a slice of the dataset, kept in the address; and set the bins of numbers such as ages.

A link shows the same slice again. The menu drops the address's query when the page changes; the
session remembers the slice and writes it back.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emocore.arrays import Rows
from emocore.data import bins, slices
from emocore.data.bins import Numbers
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.names import PERCEIVED
from emocore.data.slices import ATTRIBUTE, FLAGS, NOT_SPLIT, Slice
from emocore.errors import EmoError
from emocore.figures import dataset as figures
from emocore.ui import navigation
from emocore.ui.parts import markdown, tables

KEPT = "slice-query"
MOST_VALUES = 60
"""Values of an attribute that can be offered; a column with more describes images, not groups."""


def draw(dataset: Dataset) -> tuple[Slice, Rows]:
    """The control, and what it chose: the slice and its rows.

    A slice that this dataset cannot have is said to be so, and everything is shown instead.
    """
    try:
        chosen = slices.from_query(_remembered())
        rows = chosen.rows(dataset.table)
    except EmoError as error:
        st.warning(
            markdown.sentence(f"{error.message} All images are shown instead."), icon=":material/filter_alt_off:"
        )
        chosen = Slice()
        rows = chosen.rows(dataset.table)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="slice"):
        with st.popover("Filter", icon=":material/filter_alt:", help="Choose which images are shown."):
            _draw_controls(dataset, chosen)
        _draw_chips(chosen)
        st.caption(f"{markdown.sentence(chosen.words().removesuffix('.'))}: {len(rows):,}", width="content")
    return chosen, rows


def is_all() -> bool:
    """Whether nobody has chosen a slice yet, neither in the address nor before."""
    return not _remembered()


def keep(chosen: Slice) -> None:
    """Make a slice the chosen one, here and in the address."""
    query = chosen.to_query()
    st.session_state[KEPT] = query
    for key in [key for key in st.query_params if slices.is_of_slice(key) and key not in query]:
        del st.query_params[key]
    for key, values in query.items():
        st.query_params[key] = values


def attribute_words(column: str) -> str:
    """How an attribute is called on the screen: age and gender are what somebody saw, not what is so."""
    said = markdown.plain(slices.called(column))
    return f"{said[:1].upper()}{said[1:]}, as labeled" if column.casefold() in PERCEIVED else said


def axis_words(columns: Sequence[str]) -> str:
    """How an axis of groups is called, short enough for a phone."""
    said = ", ".join("class" if name == "emotion" else slices.called(name) for name in columns)
    return (said[:1].upper() + said[1:]) or "All images"


def _remembered() -> dict[str, list[str]]:
    asked = {key: st.query_params.get_all(key) for key in st.query_params if slices.is_of_slice(key)}
    if not asked:
        asked = dict(st.session_state.get(KEPT, {}))
        for key, values in asked.items():
            st.query_params[key] = values
    st.session_state[KEPT] = asked
    return asked


def _draw_controls(dataset: Dataset, chosen: Slice) -> None:
    query = chosen.to_query()
    splits = [split or NOT_SPLIT for split in slices.values_of(dataset.table, "split")]
    offered = {"class": ("Class, as labeled", list(dataset.classes))}
    offered |= {"split": ("Split", splits)} if len(splits) > 1 else {}
    for column in dataset.attributes:
        values = slices.values_of(dataset.table, column)
        if len(values) <= MOST_VALUES:
            offered[f"{ATTRIBUTE}{column}"] = (attribute_words(column), values)
    for key, (label, values) in offered.items():
        st.session_state[_key(key)] = [value for value in query.get(key, []) if value in values]
        st.pills(
            label,
            values,
            selection_mode="multi",
            key=_key(key),
            format_func=markdown.plain,
            on_change=_changed,
            args=(list(offered),),
            wrap=True,
        )
    st.session_state[_key("finding")] = chosen.finding or None
    st.selectbox(
        "Finding",
        list(FLAGS),
        format_func=lambda code: FLAGS[code].title,
        key=_key("finding"),
        index=None,
        placeholder="Any",
        on_change=_changed,
        args=(list(offered),),
    )
    st.session_state[_key("text")] = chosen.text
    st.text_input(
        "Name contains", key=_key("text"), max_chars=slices.LONGEST_TEXT, on_change=_changed, args=(list(offered),)
    )


def _draw_chips(chosen: Slice) -> None:
    query = chosen.to_query()
    for key, values in query.items():
        for value in values:
            label = FLAGS[value].title if key == "finding" else markdown.plain(value)
            st.button(
                label,
                icon=":material/close:",
                icon_position="right",
                key=f"chip-{key}-{value}",
                help=f"Remove this filter: {markdown.plain(key.removeprefix(ATTRIBUTE))}",
                on_click=lambda key=key, value=value: keep(chosen.without(key, value)),
            )
    if sum(map(len, query.values())) > 1:
        st.button("All images", type="tertiary", key="chip-none", on_click=lambda: keep(Slice()))


def _changed(keys: list[str]) -> None:
    query = {key: list(st.session_state.get(_key(key)) or []) for key in keys}
    text, finding = st.session_state.get(_key("text")), st.session_state.get(_key("finding"))
    query |= {"text": [text.strip()] if text and text.strip() else [], "finding": [finding] if finding else []}
    keep(slices.from_query(query))


def _key(name: str) -> str:
    return f"slice-{name}"


SAVED = "bins-saved"


def draw_numbers(numbers: Numbers, said: str, key: str) -> None:
    """All numbers as bars with the bounds of the bins, and how many images each bin has. said: the bounds."""
    name = attribute_words(numbers.attribute)
    try:
        bounds = bins.bounds_of(said) if said.strip() else ()
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        bounds = ()
    tables.draw_figure(figures.numbers(numbers.counts, bounds, name), f"Images of each {name}", f"numbers-{key}")
    unknown = f" Images without a value: {numbers.unknown:,}." if numbers.unknown else ""
    st.caption(markdown.sentence(f"{numbers.words()}.{unknown} A dashed line is where a bin begins."))
    if bounds:
        sizes = "; ".join(f"{word}: {images:,}" for word, images in numbers.sizes(bounds).items())
        st.caption(markdown.sentence(f"Images in each bin: {sizes}."))


def ask_bins(numbers: Numbers, said: str, key: str) -> str:
    """The box for where bins begin; returns what it says."""
    return st.text_input(
        f"Bins of {markdown.plain(numbers.attribute)} begin at",
        value=said,
        key=key,
        placeholder=numbers.suggested(),
        max_chars=200,
        help="Write ascending numbers, separated by commas. The bins become a new attribute, so that you can compare "
        "scores by group. The numbers themselves stay. Leave the box empty for no bins.",
    )


def draw_bins_tab(dataset: Dataset, who: str) -> None:
    """Every attribute of numbers with its bars, a box for the bounds, and saving the bins as a version."""
    if done := st.session_state.pop(SAVED, ""):
        st.success(markdown.sentence(done), icon=":material/check_circle:")
    found = bins.of_dataset(dataset)
    if not found:
        st.info(
            f"This dataset does not need bins. No attribute has more than {bins.MOST_GROUPS} different "
            f"numbers. Bins are "
            "useful for numbers such as ages in years.",
            icon=":material/info:",
        )
    if found:
        navigation.is_signed("bins")
    for each in found:
        _draw_bins(dataset, who, each)


def _draw_bins(dataset: Dataset, who: str, found: Numbers) -> None:
    key = f"bins-{dataset.name}-{found.attribute}"
    st.subheader(markdown.plain(found.attribute), anchor=False)
    said = ask_bins(found, found.suggested(), key)
    draw_numbers(found, said, key)
    column = bins.name_of(found.attribute)
    is_there = column in dataset.attributes
    if st.button(
        "Save as version",
        key=f"{key}-save",
        type="primary",
        icon=":material/save:",
        disabled=not (said.strip() and who),
        help=f'{"Replaces" if is_there else "Creates"} the attribute "{markdown.plain(column)}".',
    ):
        try:
            made = versions.commit(dataset.name, bins.edits(dataset, found.attribute, said), who, f"bins at {said}")
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
            return
        st.session_state[SAVED] = f"Version {made.number} saved: {made.message}."
        st.rerun()
