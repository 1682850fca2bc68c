"""Tables of which a row can be picked, and charts with their numbers as text, as a table and as CSV.

Streamlit keeps a selection as long as the widget keeps its key, so what was picked would be picked again at every
run of the page. A widget with another key starts with nothing picked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from emocore import wording
from emocore.data import names
from emocore.figures import described
from emocore.ui.parts import markdown

NUMBERS = "The numbers"
NO_VALUE = ":gray[\\-]"
"""A cell of a `stacked` table without a value: a dash, which a phone leaves out with its head."""
SCORE, SHARE = "%.3f", "%.1f%%"
"""How a column writes scores, and shares of images times 100: with as many digits in each row."""


NAME, BESIDE = st.column_config.TextColumn(width=172), 146
"""A column of long names, and pixels of the scores after it: both are in sight on a phone, too."""

SMALLEST = 0.001


def score_columns(*names: str) -> dict[str, Any]:
    """Columns of scores: three decimals, the last ones too where they are 0."""
    return {name: st.column_config.NumberColumn(format=SCORE) for name in names}


def with_shares(rows: Any, columns: Sequence[str]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A table with its shares from 0 to 1 in per cent, all with one decimal, and how these columns are written."""
    table = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for name in set(columns) & set(table):
        table[name] = 100 * table[name].astype(float)
    return table, {name: st.column_config.NumberColumn(format=SHARE) for name in columns}


def show(rows: Any, *, alt: str, column_config: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """A table without row numbers, in which nothing is a dash and scores have three decimals; gives what is selected.

    alt: what the table is of, for who cannot see it. options: as `st.dataframe` takes them.
    """
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    form = _form(table) | dict(column_config or {})
    placeholder = options.pop("placeholder", wording.NOTHING)
    return st.dataframe(table, hide_index=True, column_config=form, placeholder=placeholder, alt=alt, **options)


def stacked(rows: Sequence[Mapping[str, str]], *, alt: str, key: str) -> None:
    """A small table of Markdown that a phone shows with a line a column.

    key: begins with what the table is of; the heads of its lines on a phone stand under it in `frame.css`.
    """
    with st.container(key=f"stacked-{key}"):
        st.table(list(rows), border="horizontal", hide_index=True, alt=alt)


def fresh_key(name: str) -> str:
    """The key of a widget until `forget` gives it another one."""
    return f"{name}-{st.session_state.get(f'{name}-turn', 0)}"


def forget(name: str) -> None:
    """Let a widget with a `fresh_key` start anew, with nothing picked."""
    st.session_state[f"{name}-turn"] = st.session_state.get(f"{name}-turn", 0) + 1


def pick_row(
    rows: Sequence[dict[str, Any]], name: str, what: str, column_config: dict[str, Any] | None = None
) -> int | None:
    """A table of which one row can be picked: the place of the row that just was, else None.

    what: what the table is of, for who cannot see it.
    """
    event = st.dataframe(
        rows,
        hide_index=True,
        key=fresh_key(name),
        on_select="rerun",
        selection_mode="single-row",
        column_config=column_config,
        placeholder=wording.NOTHING,
        alt=what,
    )
    if not event.selection.rows:
        return None
    forget(name)
    return int(event.selection.rows[0])


def draw_numbers(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], name: str, shares: Sequence[str] = (), title: str = NUMBERS
) -> None:
    """A folded table with a download.

    name: of the file, unique on the page. shares: columns from 0 to 1 that read better in per cent.
    """
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    with st.expander(title, icon=":material/table:"):
        shown, written = with_shares(table, shares)
        form = _form(table) | written
        st.dataframe(
            shown,
            hide_index=True,
            column_config=form,
            width="content",
            key=f"table-{name}",
            placeholder=wording.NOTHING,
            alt=title if title != NUMBERS else f"{title}: {name}",
        )
        st.download_button(
            "Download as CSV",
            lambda: as_csv(table),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            key=f"csv-{name}",
        )


def _form(table: pd.DataFrame) -> dict[str, Any]:
    """Heads in words, and three decimals where a column holds scores, their intervals or differences.

    Those are fractions from -1 to 1; a column with one below a thousandth, such as rates of learning, is none.
    """
    scores = [str(name) for name in table.select_dtypes("float") if _are_scores(table[name].dropna().abs())]
    coded = {str(name): str(name).replace("_", " ") for name in table.columns if "_" in str(name)}
    wide = _lost_widths(table)
    return {name: st.column_config.Column(coded.get(name), width=wide.get(name)) for name in (*coded, *wide)} | {
        name: st.column_config.NumberColumn(coded.get(name), format=SCORE) for name in scores
    }


SAMPLED, FEW, MOST_WIDE = 10, 5, 320
"""Rows by which the browser chooses how wide a column is; so few that all count; pixels of the widest column."""


def _lost_widths(table: pd.DataFrame) -> dict[str, int]:
    """Pixels of columns whose longest text would be cut: the browser only looks at the first rows.

    Of more than a few rows it also leaves those out that are twice as wide as the mean (glide-data-grid).
    """
    widths = {}
    for name in map(str, table.columns[[pd.api.types.is_string_dtype(kind) for kind in table.dtypes]]):
        sizes = table[name].str.len().fillna(0)
        if len(sizes) <= FEW or sizes.max() <= len(name):
            continue
        seen = sizes[:SAMPLED]
        if sizes.max() > seen.max() or sizes.max() > 1.5 * seen.mean():
            widths[name] = min(MOST_WIDE, 24 + 8 * int(sizes.max()))
    return widths


def _are_scores(sizes: pd.Series) -> bool:
    some = sizes[sizes > 0]
    return bool(len(some) and some.min() >= SMALLEST and some.max() <= 1 and (some % 1 > 0).any())


def as_csv(table: pd.DataFrame) -> str:
    """The table as CSV in which no cell is a formula."""
    return names.as_csv([table.columns, *table.itertuples(index=False)])


def nothing(said: str) -> None:
    """What an empty slice shows instead of a chart."""
    st.info(f"{markdown.sentence(said)} Remove a filter above.", icon=":material/filter_alt_off:")


def draw_chart(spec: Mapping[str, Any], what: str, key: str, **selection: Any) -> Any:
    """A Vega-Lite chart as wide as its place; gives what is selected on it.

    what: what the chart is of, for who cannot see it; the numbers follow by themselves. selection: as
    `st.vega_lite_chart` takes it.
    """
    return st.vega_lite_chart(dict(spec), key=key, width="stretch", alt=described.in_words(spec, what), **selection)


TOOLS = {
    "modeBarButtonsToRemove": ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "select2d", "lasso2d"],
}
"""Of a plotly figure: a picture of it, and the way back from a zoom. More would cover a legend."""


def draw_figure(figure: Any, what: str, key: str) -> None:
    """The same for a plotly figure, on which nothing can be selected."""
    st.plotly_chart(figure, key=key, width="stretch", alt=described.in_words(figure, what), config=TOOLS)
