"""Whoever cannot see a chart, a table, a picture or a component of our own is told what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from emocore.data.dataset import Dataset
from emocore.settings import CHECKOUT
from emocore.ui.parts import tables
from tests.visiting import page_at

SHOWN = {
    *("vega_lite_chart", "plotly_chart", "echarts_chart", "altair_chart", "line_chart", "bar_chart", "scatter_chart"),
    *("area_chart", "pyplot", "graphviz_chart", "map", "dataframe", "data_editor", "table", "image", "iframe", "show"),
}
SOURCES = [*(CHECKOUT / "emocore" / "ui").rglob("*.py"), *(CHECKOUT / "pages").glob("*.py")]


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def is_drawn(call: ast.Call) -> bool:
    """Whether it draws with Streamlit or into one of its places: `map` and `table` are words of ours, too."""
    assert isinstance(call.func, ast.Attribute)
    ours = call.func.attr in ("map", "table", "image", "show") and ast.unparse(call.func.value) not in ("st", "tables")
    return call.func.attr in SHOWN and not ours


def test_every_chart_table_and_picture_has_a_text_alternative() -> None:
    drawn = [(path, call) for path in SOURCES for call in calls(path) if is_drawn(call)]

    without = [f"{path}:{call.lineno}" for path, call in drawn if "alt" not in {word.arg for word in call.keywords}]
    assert len(drawn) > 20
    assert without == []


def test_charts_are_drawn_in_one_place_which_makes_their_alternative() -> None:
    charts = {name for name in SHOWN if name.endswith("_chart")}
    places = {
        path.name for path in SOURCES for call in calls(path) if is_drawn(call) and ast.unparse(call.func)[3:] in charts
    }

    assert places == {"tables.py"}


def test_tables_are_drawn_in_one_place_where_nothing_is_a_dash_and_heads_are_words() -> None:
    places = {path.name for path in SOURCES for call in calls(path) if ast.unparse(call.func) == "st.dataframe"}

    assert places == {"tables.py"}


def test_every_component_of_our_own_names_itself() -> None:
    """Its parts are named in its markup or by its script."""
    made = [
        path for path in SOURCES if any(ast.unparse(call.func) == "st.components.v2.component" for call in calls(path))
    ]

    assert len(made) >= 4
    for path in made:
        markup = path.read_text() + "".join(script.read_text() for script in path.parent.glob("*.js"))
        assert "aria-label" in markup, path


@pytest.mark.parametrize(("page", "address"), [("evaluate", {"model": "drawn-main"}), ("data", {}), ("explore", {})])
def test_alternatives_reach_the_page_with_their_numbers(page: str, address: dict[str, str], faces: Dataset) -> None:
    test = page_at(page, **address)

    pictured = [*test.get("vega_lite_chart"), *test.get("plotly_chart")]
    shown = [*pictured, *test.dataframe]
    assert not test.exception
    assert pictured
    for element in shown:
        assert len(element.proto.alt) > 3
    assert all(any(letter.isdigit() for letter in chart.proto.alt) for chart in pictured)


def test_a_column_whose_longest_text_comes_late_is_wide_enough_for_it() -> None:
    rows = pd.DataFrame({"Fold": [*map(str, range(1, 11)), "Standard deviation"], "name": ["a long first name"] * 11})
    widths = tables._lost_widths(rows)

    assert list(widths) == ["Fold"], "what the browser sees by itself stays as it is"
    assert widths["Fold"] > 7 * len("Standard deviation")


def test_a_column_of_which_one_text_is_far_longer_than_the_others_is_wide_enough_for_it() -> None:
    rows = pd.DataFrame({"examples": ["old", "happy, focused, surprised", *["male"] * 6], "n": range(8)})

    assert tables._lost_widths(rows)["examples"] > 7 * len("happy, focused, surprised")
    assert tables._lost_widths(rows[:5]) == {}, "of so few rows the browser looks at each"


def test_shares_of_a_column_have_as_many_decimals_in_each_row_and_the_rows_given_stay_as_they_are() -> None:
    rows = pd.DataFrame({"share": [0.03, 0.104, None], "n": [3, 10, 0]})

    shown, written = tables.with_shares(rows, ["share", "absent"])

    assert [written["share"]["type_config"]["format"] % share for share in shown["share"][:2]] == ["3.0%", "10.4%"]
    assert shown["share"].isna().tolist() == [False, False, True]
    assert list(rows["share"][:2]) == [0.03, 0.104]
