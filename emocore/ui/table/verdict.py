"""What the arithmetic of a printed table allows: a verdict, what was found, and every line with its arithmetic."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from emocore.errors import EmoError
from emocore.judge.tables import explained, reading
from emocore.judge.tables.arithmetic import Conflict
from emocore.judge.tables.explained import Checked, Explained
from emocore.ui.parts import markdown, tables
from emocore.ui.table.entry import Asked
from emocore.wording import counted, score

MOST_SHOWN = 60
ICONS = {
    "cannot be true": ":red[:material/cancel:]",
    "on a condition": ":orange[:material/help:]",
    "can be true": ":green[:material/check_circle:]",
    "not checked": ":gray[:material/remove:]",
}
SEVERITIES = {
    "conflict": ("Cannot be true", ":red[:material/cancel:]"),
    "condition": ("True only on a condition", ":orange[:material/help:]"),
    "note": ("Worth knowing", ":blue[:material/info:]"),
}


def draw_nothing() -> None:
    """What the page shows before there is a table."""
    st.info("Paste a table above, upload one, or click an example. The answer appears here.", icon=":material/table:")


def draw(asked: Asked) -> None:
    """The verdict on a table, what was found in it, and its lines."""
    try:
        checked = _checked(asked)
    except EmoError as error:
        st.warning(markdown.sentence(error.message), icon=":material/table:")
        return
    st.divider()
    _draw_headline(checked)
    for severity in SEVERITIES:
        _draw_found(severity, [each for each in checked.found if each.severity == severity])
    _draw_lines(checked)


@st.cache_data(show_spinner="Checking the arithmetic.", max_entries=50, ttl=3600)
def _checked(asked: Asked) -> Checked:
    table = reading.read_table(asked.text, asked.sizes)
    return explained.checked(table, asked.total, asked.seeds, asked.cut)


def _draw_headline(checked: Checked) -> None:
    kinds = Counter(each.severity for each in checked.found)
    lines = counted(len(checked.lines), "line")
    if kinds["conflict"]:
        st.error(
            f"**Not all of these numbers can be true.** {lines} read, {counted(kinds['conflict'], 'conflict')} found. "
            "That says that something is wrong, not what: it may be a slip, a mixed-up column or another test set.",
            icon=":material/rule:",
        )
    elif kinds["condition"]:
        st.warning(
            f"**These numbers can be true only on a condition.** {lines} read. If you know whether it holds, say so "
            "under What else is known.",
            icon=":material/help:",
        )
    else:
        st.success(
            f"**These numbers can all be true.** {lines} read. That does not show that they are.",
            icon=":material/check:",
        )
    little = sum(each.verdict == "not checked" for each in checked.lines)
    if little:
        st.caption(
            f"{counted(little, 'line')} could be checked little. Say how many images each group has, or give scores "
            "with more decimals."
        )


def _draw_found(severity: str, found: list[Conflict]) -> None:
    if not found:
        return
    title, icon = SEVERITIES[severity]
    st.subheader(title, anchor=False)
    with st.container(border=True):
        for each in found:
            st.markdown(f"{icon} {markdown.sentence(each.message)}")


def _draw_lines(checked: Checked) -> None:
    st.subheader("Line by line", anchor=False)
    with st.container(border=True):
        for each in checked.lines[:MOST_SHOWN]:
            st.markdown(_row(each))
    if len(checked.lines) > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN} of {len(checked.lines):,} lines. The file below holds them all.")
    icons = " ".join(f"{icon} {name}" for name, icon in ICONS.items())
    st.caption(f"The accuracy of each line; of a class its recall. {icons}")
    tables.draw_numbers([each.to_json() for each in checked.lines], "checked-table", title="The lines as a table")


def _row(each: Explained) -> str:
    accuracy = each.line.accuracy
    shown = f" {score(accuracy.value)}" if accuracy else ""
    return f"{ICONS[each.verdict]} **{markdown.plain(each.line.where)}**{shown}: {markdown.sentence(each.arithmetic)}"
