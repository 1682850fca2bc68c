"""What a chart shows, in words: the text alternative of every chart, made from the same data as its marks.

A screen reader reads it in place of the chart, so it names the chart, what its axes measure, and the numbers: all of a
few, else how many there are and where the highest and lowest lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emocore import wording
from emocore.data.names import from_plotly

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 16
"""Values that are told one by one."""
SERIES = ("yOffset", "xOffset", "color", "strokeDash", "shape")
CATEGORIES = ("nominal", "ordinal")

Row = Mapping[str, Any]
Encoding = Mapping[str, Any]


def in_words(chart: Mapping[str, Any] | go.Figure, what: str) -> str:
    """The text alternative of a Vega-Lite specification or a plotly figure. what: what the chart is of, in words."""
    found = list(_vega(chart)) if isinstance(chart, Mapping) else list(map(_trace, chart.data))
    return " ".join([f"{what.rstrip('.')}.", *(f"{part}." for part in found if part)])


@dataclass(frozen=True)
class _Layer:
    """One layer of a specification, with what it takes from the whole."""

    rows: list[Row]
    encoding: Encoding
    mark: str
    own: bool

    @property
    def worth(self) -> tuple[bool, bool, bool, int]:
        """How much it tells: over the chart's own data, with intervals, at their middle, many values."""
        at_an_end = any(self.encoding[axis].get("field") in ("low", "high") for axis in ("x", "y"))
        return (not self.own, "low" in self.rows[0], not at_an_end, len(self.rows))

    @property
    def reader(self) -> Callable[[_Layer], str] | None:
        """How it is put in words; None for lines and words beside the data."""
        x, y = (self.encoding.get(axis, {}) for axis in ("x", "y"))
        if not self.rows or "field" not in x or "field" not in y:
            return None
        by_name = [axis.get("type") in CATEGORIES for axis in (x, y)]
        return _cells if all(by_name) else _by_category if any(by_name) else _points


def _vega(spec: Mapping[str, Any]) -> Iterator[str]:
    """The layer with the most to tell."""
    layers = [_layer(spec, layer) for layer in spec.get("layer", [spec])]
    if readable := [layer for layer in layers if layer.reader]:
        best = max(readable, key=lambda layer: layer.worth)
        assert best.reader is not None
        yield best.reader(best)


def _layer(spec: Mapping[str, Any], layer: Mapping[str, Any]) -> _Layer:
    own = layer is not spec and "data" in layer
    data = layer["data"] if own else spec.get("data", {})
    mark = layer.get("mark", "")
    encoding = {**spec.get("encoding", {}), **layer.get("encoding", {})}
    return _Layer(list(data.get("values", ())), encoding, mark if isinstance(mark, str) else mark["type"], own)


def _cells(layer: _Layer) -> str:
    """A matrix, row by row."""
    encoding = layer.encoding
    across, down = encoding["x"]["field"], encoding["y"]["field"]
    by_row: dict[str, list[str]] = {}
    for row in layer.rows:
        by_row.setdefault(str(row[down]), []).append(f"{row[across]} {row.get('text') or _number(row.get('value'))}")
    lines = [f"{name}: {', '.join(cells)}" for name, cells in by_row.items()]
    return f"Rows are {_title(encoding['y'])}, columns {_title(encoding['x'])}. {_listed(lines)}"


def _by_category(layer: _Layer) -> str:
    """A value for each name, with its interval and number of images where there are such."""
    rows, encoding = layer.rows, layer.encoding
    named, measured = ("x", "y") if encoding["x"].get("type") in CATEGORIES else ("y", "x")
    name, value = encoding[named]["field"], encoding[measured]["field"]
    series = _series(encoding, {name, value})
    values = [f"{_names(row, [name, *series])} {_valued(row, value)}" for row in rows]
    title = f"{_title(encoding[measured])} by {_title(encoding[named])}" if encoding[named].get("title") else ""
    if len(values) > 2 * MOST:
        return f"{title or _title(encoding[measured])}: {_summary(rows, value, name)}"
    return f"{title or _title(encoding[measured])}: {'; '.join(values)}"


def _points(layer: _Layer) -> str:
    """Two measures: pair by pair, or where the second is highest and lowest; each series by itself."""
    encoding = layer.encoding
    x, y = encoding["x"]["field"], encoding["y"]["field"]
    series = _series(encoding, {x, y})
    groups: dict[str, list[Row]] = {}
    for row in layer.rows:
        groups.setdefault(_names(row, series), []).append(row)
    title = f"{_title(encoding['y'])} by {_title(encoding['x'])}"
    if layer.mark == "point" and len(layer.rows) > MOST:
        counts = [f"{name} {wording.counted(len(group), 'point')}".strip() for name, group in groups.items()]
        return f"{title}: {_listed(counts)}"
    lines = []
    for name, group in groups.items():
        pairs = [f"{_number(row[x])}: {_valued(row, y)}" for row in group]
        said = "; ".join(pairs) if len(pairs) <= MOST else _summary(group, y, x)
        lines.append(f"{name}: {said}" if name else said)
    return f"{title}. {'. '.join(lines)}"


def _series(encoding: Encoding, axes: set[str]) -> list[str]:
    """Fields that tell the points of one place apart."""
    fields = [encoding[channel].get("field") for channel in SERIES if channel in encoding]
    return [field for field in dict.fromkeys(fields) if field and field not in {*axes, "value", "n"}]


def _names(row: Row, fields: Sequence[str]) -> str:
    return ", ".join(str(row[field]) for field in fields if row.get(field) not in (None, ""))


def _valued(row: Row, field: str) -> str:
    """A value, with its interval and its number of images where the row tells them."""
    beside = []
    if row.get("low") is not None and row.get("high") is not None and row.get(field) is not None:
        beside.append(f"interval {_number(row['low'])} to {_number(row['high'])}")
    if row.get("n") is not None and field != "n":
        beside.append(f"n = {row['n']:,}")
    return _number(row.get(field)) + (f" ({', '.join(beside)})" if beside else "")


def _summary(rows: Sequence[Row], value: str, at: str) -> str:
    rows_with_value = [row for row in rows if row.get(value) is not None]
    if not rows_with_value:
        return wording.counted(len(rows), "empty value")
    low, high = (pick(rows_with_value, key=lambda row: row[value]) for pick in (min, max))
    ends = ", ".join(
        f"{word} {_number(row[value])} at {_number(row[at])}" for word, row in (("lowest", low), ("highest", high))
    )
    return f"{wording.counted(len(rows), 'value')}, {ends}, last {_number(rows_with_value[-1][value])}"


def _trace(trace: Any) -> str:
    """One trace of a plotly figure."""
    name = f"{_plain(trace.name)}: " if trace.name else ""
    if trace.type == "bar":
        return name + _listed([f"{_name(x)} {_number(y)}" for x, y in zip(trace.x, trace.y, strict=True)])
    if trace.type == "heatmap" and trace.x is not None and trace.y is not None:
        shown = trace.z if trace.text is None else trace.text
        cells = [", ".join(f"{_name(x)} {_plain(cell)}" for x, cell in zip(trace.x, row, strict=True)) for row in shown]
        return name + _listed([f"{_name(y)}: {row}" for y, row in zip(trace.y, cells, strict=True)])
    if trace.type == "scatter" and trace.error_y.array is not None:
        ends = zip(trace.x, trace.y, trace.error_y.arrayminus, trace.error_y.array, strict=True)
        return "Mean " + "; ".join(f"{x} {_number(y)} ({_number(y - a)} to {_number(y + b)})" for x, y, a, b in ends)
    if trace.type == "scatter":
        places = "; ".join(name for name, _ in Counter(map(str, trace.x)).most_common(MOST))
        count = wording.counted(len(trace.y), "point")
        return f"{name}{places}: {count} from {_number(min(trace.y))} to {_number(max(trace.y))}"
    return ""


def _listed(parts: Sequence[str]) -> str:
    more = f"; and {len(parts) - MOST} more" if len(parts) > MOST else ""
    return "; ".join(parts[:MOST]) + more


def _title(axis: Mapping[str, Any]) -> str:
    return str(axis.get("title") or str(axis["field"]).replace("_", " "))


def _name(place: object) -> str:
    return _plain(place) if isinstance(place, str) else str(place)


def _plain(cell: object) -> str:
    text = str(cell) if isinstance(cell, str) else _number(cell)
    return from_plotly(text.replace("<br>", " ").replace("<b>", "").replace("</b>", ""))


def _number(value: Any) -> str:
    """A number as it is read out; words stay words."""
    if value is None or value == "":
        return "no value"
    if isinstance(value, str):
        return value
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else wording.score(number) if abs(number) < 1 else f"{number:,.1f}"
