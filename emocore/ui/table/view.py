"""A printed table comes in, and what its arithmetic allows: a verdict, and every line with its arithmetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from emocore.errors import EmoError
from emocore.judge.tables import arithmetic, cells, reading
from emocore.judge.tables.arithmetic import Checked, Conflict, Explained
from emocore.judge.tables.cells import MOST_SEEDS
from emocore.judge.tables.sizes import ENOUGH
from emocore.ui.parts import markdown, tables
from emocore.wording import counted, score

KEPT = "table-kept"
TEXT = "table-text"
PLACEHOLDER = "Attribute,Group,Accuracy,Images\ngender,male,.7302,215\ngender,female,.6561,189"
EXAMPLES = {
    "Cannot be true": (
        "Attribute,Group,Accuracy,Precision,Recall,F1\n"
        "age,young,0.6955017301038062,0.6921336834486358,0.695931201600082,0.6919136780026245\n"
        "age,old,0.6956521739130435,0.6992784992784993,0.6438463157213157,0.6504762400071324\n"
        "gender,male,0.7102325581395349,0.702838503428038,0.7106076702162808,0.6932849714191019\n"
        "gender,female,0.676084656084656,0.6807712894340801,0.6779318488529015,0.6806600933839086\n"
    ),
    "Can be true": (
        "Group;Accuracy (%);F1\nyoung (n = 289);69,6;69,2\nold (n = 115);69,6;65,0\n"
        "male (n = 215);73,0;72,3\nfemale (n = 189);65,6;65,1\n"
    ),
    "Means over seeds": (
        "| Network | Test accuracy | n |\n|---|---|---|\n| report-final | .712 | 404 |\n| report-main | .691 | 404 |\n"
        "| modern | .810 | 404 |\n"
    ),
    "By class": (
        "              precision    recall  f1-score   support\n\n"
        "     focused       0.70      0.66      0.68       101\n       happy       0.75      0.62      0.68       101\n"
        "     neutral       0.65      0.83      0.73       101\n"
        "     disgust       1.00      0.00      0.00         6\n\n"
        "    accuracy                           0.69       309\n"
    ),
}
METHOD = f"""
**An accuracy is a count divided by a count.** Of 215 images, 152 right give .7070 and 153 right give .7116. An accuracy
of .7102 is not possible. This is the GRIM test (Brown and Heathers 2017).

- *The number of images is known*: some number of right answers must give the printed score. The number is read from a
  column, from "male (n = 215)", or from sentences such as "male 215, female 189".
- *The number of images is not known*: scores in full precision reveal it. Up to {ENOUGH:,} images are tried.
- *Groups*: they must add up. Every way to divide the same images into groups must give the same number right. Images
  without an attribute may be left out.
- *Precision, recall, F1*: F1 is at most the harmonic mean of precision and recall. For one class, the same counts must
  give all three. A precision of 1 with a recall of 0 is a convention (`zero_division`).
- *Averages*: they must be means of their lines.

Scores are first read as rounded values of one network. If they are impossible that way, they may still be possible with
decimals cut off, or as a mean over 2 to {MOST_SEEDS} networks. The page then asks. A table that passes can still be
wrong, and a table that fails may contain only a typing error.
"""
SCORES = {"Not known": None, "Of one network": 1, "Means over several": cells.UNTOLD}
DECIMALS = {"Not known": None, "Rounded": False, "Cut off": True}


@dataclass(frozen=True)
class Asked:
    """A table as text, and what is known of it: see `arithmetic.check`."""

    text: str
    sizes: str
    total: int | None
    seeds: int | None
    cut: bool | None


def draw_method() -> None:
    """A "?" that opens what is checked and how."""
    with st.popover("How it is checked", icon=":material/help:", key="table-method"):
        st.markdown(METHOD)


def draw_entry() -> Asked | None:
    """The table that is asked about, None while there is none."""
    if TEXT not in st.session_state:
        st.session_state[TEXT] = st.session_state.get(KEPT, "")
    pasted, details = st.columns([3, 2], gap="large")
    with pasted:
        text = st.text_area("Table", key=TEXT, height=250, placeholder=PLACEHOLDER, help=HELP)
        _draw_examples()
    with details:
        st.file_uploader(
            "Or a file",
            key="table-file",
            on_change=_take_file,
            max_upload_size=1,
            help="A table as text, at most 1 MB. Its text is put into the field, where you can edit it.",
        )
        if said := st.session_state.pop("table-refused", ""):
            st.warning(markdown.sentence(said), icon=":material/table:")
        total, sizes, seeds, cut = _draw_known()
    st.session_state[KEPT] = text
    return Asked(text, sizes, total, seeds, cut) if text.strip() else None


HELP = (
    "CSV, or text copied from a spreadsheet, Markdown or LaTeX. The first line names the columns. At least one "
    "column is an accuracy, precision, recall or F1. Write shares or percent, with a decimal point or comma."
)


def _draw_examples() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Examples", width="content")
        for name, text in EXAMPLES.items():
            key = f"example-{name.casefold().replace(' ', '-')}"
            st.button(name, key=key, on_click=_fill, args=(text,), type="tertiary", icon=":material/table_view:")
        st.button("Clear", key="table-clear", on_click=_fill, args=("",), type="tertiary", icon=":material/close:")


def _draw_known() -> tuple[int | None, str, int | None, bool | None]:
    """What a person knows of the table that it may not tell itself."""
    with st.expander("What else you know", icon=":material/tune:"):
        total = st.number_input(
            "Images in all", min_value=1, max_value=10_000_000, value=None, key="table-total", placeholder="Not known"
        )
        sizes = st.text_input(
            "Images of each group", key="table-sizes", placeholder="male 215, female 189", max_chars=500
        )
        scores = st.selectbox("Scores are", list(SCORES), key="table-scores")
        seeds = SCORES[scores]
        if seeds == cells.UNTOLD:
            seeds = (
                st.number_input("Number of networks", 2, 1000, None, key="table-seeds", placeholder="Not known")
                or cells.UNTOLD
            )
        cut = DECIMALS[st.selectbox("Decimals are", list(DECIMALS), key="table-decimals")]
    return total, sizes, seeds, cut


def _fill(text: str) -> None:
    """Put a text into the field, and forget what was known of another table."""
    st.session_state[TEXT] = text
    st.session_state["table-total"], st.session_state["table-sizes"] = None, ""
    st.session_state["table-scores"], st.session_state["table-decimals"] = "Not known", "Not known"


def _take_file() -> None:
    file = st.session_state["table-file"]
    if file is None:
        return
    try:
        _fill(reading.decoded(file.getvalue(), file.name))
    except EmoError as error:
        st.session_state["table-refused"] = error.message


MOST_SHOWN = 60
ICONS = {
    "cannot be true": ":red[:material/cancel:]",
    "on a condition": ":orange[:material/help:]",
    "can be true": ":green[:material/check_circle:]",
    "not checked": ":gray[:material/remove:]",
}
SEVERITIES = {
    "conflict": ("Cannot be true", ":red[:material/cancel:]"),
    "condition": ("Can be true only on a condition", ":orange[:material/help:]"),
    "note": ("Worth knowing", ":blue[:material/info:]"),
}


def draw_nothing() -> None:
    """What the page shows before there is a table."""
    st.info("Paste a table above, upload one or click an example. The result appears here.", icon=":material/table:")


def draw_verdict(asked: Asked) -> None:
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


@st.cache_data(show_spinner="Checking the arithmetic", max_entries=50, ttl=3600)
def _checked(asked: Asked) -> Checked:
    table = reading.read_table(asked.text, asked.sizes)
    return arithmetic.checked(table, asked.total, asked.seeds, asked.cut)


def _draw_headline(checked: Checked) -> None:
    kinds = Counter(each.severity for each in checked.found)
    lines = counted(len(checked.lines), "line")
    if kinds["conflict"]:
        st.error(
            f"**Not all of these numbers can be true.** {lines} read, {counted(kinds['conflict'], 'conflict')} "
            "found. A conflict shows that something is wrong, but not what. It may be a typing error, a mixed-up "
            "column or another test set.",
            icon=":material/rule:",
        )
    elif kinds["condition"]:
        st.warning(
            f"**These numbers can be true only on a condition.** {lines} read. If you know whether the condition "
            'holds, enter it under "What else you know".',
            icon=":material/help:",
        )
    else:
        st.success(
            f"**These numbers can all be true.** {lines} read. This does not prove that they are true.",
            icon=":material/check:",
        )
    little = sum(each.verdict == "not checked" for each in checked.lines)
    if little:
        st.caption(
            f"{counted(little, 'line')} could hardly be checked. Enter how many images each group has, or give "
            "the scores with more decimals."
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
        st.caption(f"These are the first {MOST_SHOWN} of {len(checked.lines):,} lines. The file below holds them all.")
    icons = " ".join(f"{icon} {name}" for name, icon in ICONS.items())
    st.caption(f"Each line shows its accuracy, or the recall if it is a class. {icons}")
    tables.draw_numbers([each.to_json() for each in checked.lines], "checked-table", title="The lines as a table")


def _row(each: Explained) -> str:
    accuracy = each.line.accuracy
    shown = f" {score(accuracy.value)}" if accuracy else ""
    return f"{ICONS[each.verdict]} **{markdown.plain(each.line.where)}**{shown}: {markdown.sentence(each.arithmetic)}"
