"""Pairs of images side by side: what they are to each other, and what can be done about them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from emocore import wording
from emocore.audit.finding import Finding
from emocore.data.copies import discs, likeness
from emocore.data.copies.twins import SAME_PHOTO, Search
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing.mend import Pairs
from emocore.data.library import Summary
from emocore.ui.check import mend
from emocore.ui.check.mend import Wanted
from emocore.ui.parts import face_grid, markdown, slice_picker
from emocore.ui.state import datasets
from emocore.ui.state.datasets import DatasetView
from emocore.wording import counted

A_PAGE = 6
WIDTH = 136
KINDS = {"exact": "Exact copy", "same photo": "Same photo", "near": "Near copy", "altered": "Altered copy"}
COLORS = {"exact": "red", "same photo": "orange", "near": "gray", "altered": "orange"}


@dataclass(frozen=True)
class Pair:
    """Two images. rows: of the present table. correlation: of their pixels in the best turn; kind: of KINDS."""

    rows: tuple[int, int]
    correlation: float
    turn: str
    kind: str


def draw(summary: Summary, finding: Finding, search: Search, key: str) -> None:
    """Actions for all pairs of a finding, then a page of them."""
    dataset = datasets.opened(datasets.view(summary))
    view = datasets.view(summary)
    is_altered = finding.code == "altered_copies"
    pairs = _altered(view, finding.pairs) if is_altered else _compared(view, finding.pairs, search)
    _draw_numbers(dataset, finding, pairs)
    if not pairs:
        return
    actions = ("keep", "move", "drop", *(("leave",) if finding.code == "label_conflict" else ()))
    if len(pairs) > 1:
        st.write(f"**All {len(pairs):,} pairs**")
        _draw_actions(dataset, summary, _rows(pairs), f"{key}-all", actions)
    pages = math.ceil(len(pairs) / A_PAGE)
    page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    shown = pairs[(min(page, pages) - 1) * A_PAGE : min(page, pages) * A_PAGE]
    for start in range(0, len(shown), 2):
        for column, pair in zip(st.columns(2), shown[start : start + 2], strict=False):
            with column, st.container(border=True, key=f"{key}-{'-'.join(map(str, pair.rows))}"):
                own = f"{key}-{pair.rows[0]}-{pair.rows[1]}"
                _draw_pair(dataset, pair)
                _draw_actions(dataset, summary, _rows([pair]), own, actions)
                if pair.kind in ("exact", "same photo"):
                    _draw_settle(dataset, summary, pair, own)
    st.caption(
        f"{counted(len(pairs), 'pair')}, the most similar first. Below each image are its name, part, label "
        f"and groups. "
        "The correlation compares the pixels: 1 means the same picture, and 0.99 or more means the same photograph. "
        "Below 0.99, look at the pair yourself."
    )


def _draw_numbers(dataset: Dataset, finding: Finding, pairs: list[Pair]) -> None:
    """How many pairs are not shown, and how many need nothing more."""
    if finding.count > len(finding.pairs):
        st.caption(f"The first {len(finding.pairs):,} of {finding.count:,} pairs are listed.")
    if len(pairs) < len(finding.pairs):
        st.caption(
            f"{counted(len(finding.pairs) - len(pairs), 'pair')} not shown, because an image was removed "
            f"after the check."
        )
    kept = sum(_is_family(dataset, pair.rows) for pair in pairs)
    if kept:
        st.caption(
            f"Pairs that are already kept together: {kept:,}. A new split or fold puts both images in the same part. "
            "Training skips an image that has a copy in another part."
        )


def _draw_pair(dataset: Dataset, pair: Pair) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(KINDS[pair.kind], color=COLORS[pair.kind])  # type: ignore[arg-type]
        turned = "" if pair.turn == "as it is" else f", {pair.turn}"
        st.caption(f"correlation {wording.score(pair.correlation)}{turned}", width="content")
        if _is_family(dataset, pair.rows):
            st.badge("Kept together", color="green", icon=":material/link:")
    face_grid.show(
        [dataset.images[row] for row in pair.rows], [_caption(dataset, row) for row in pair.rows], width=WIDTH
    )


def _draw_actions(dataset: Dataset, summary: Summary, pairs: Pairs, key: str, actions: Sequence[str]) -> None:
    with st.container(horizontal=True, gap="small"):
        for action in actions:
            wanted = Wanted(action, pairs)
            against = mend.reason_against(dataset, wanted)
            label, icon = mend.ACTIONS[action]
            if st.button(
                label,
                icon=icon,
                type="secondary" if len(pairs) > 1 else "tertiary",
                key=f"{key}-{action}",
                disabled=bool(against),
                help=against or None,
            ):
                mend.confirm(summary, wanted)


def _draw_settle(dataset: Dataset, summary: Summary, pair: Pair, key: str) -> None:
    """Of one picture with two values each value is offered for both."""
    for column in ("emotion", *dataset.attributes):
        values = sorted({str(dataset.table[column].iloc[row]) for row in pair.rows} - {UNKNOWN})
        if len(values) < 2:
            continue
        called = "Label" if column == "emotion" else slice_picker.attribute_words(column)
        st.caption(f"The same picture has two values. Choose one for both. {called}:")
        with st.container(horizontal=True, gap="small"):
            for value in values:
                if st.button(markdown.plain(value), icon=":material/label:", key=f"{key}-{column}-{value}"):
                    mend.confirm(summary, Wanted("settle", np.array([pair.rows]), column, value))


def _caption(dataset: Dataset, row: int) -> str:
    image = dataset.table.iloc[row]
    groups = [str(image[name]) for name in dataset.attributes]
    return f"{image['id']} · {image['split'] or 'not split'} · {', '.join([str(image['emotion']), *groups])}"


def _is_family(dataset: Dataset, rows: tuple[int, int]) -> bool:
    family = dataset.table["family"]
    return bool(family.iloc[rows[0]] == family.iloc[rows[1]])


def _rows(pairs: list[Pair]) -> Pairs:
    return np.array([pair.rows for pair in pairs], dtype=np.int64).reshape(-1, 2)


@st.cache_data(max_entries=32, show_spinner="Comparing the pairs")
def _compared(view: DatasetView, pairs: tuple[tuple[str, str], ...], search: Search) -> list[Pair]:
    """The pairs whose images are still there, the most alike first."""
    dataset = datasets.opened(view)
    rows = _present(dataset, pairs)
    first, second = rows.T
    by_look = {
        look: likeness.correlations(dataset.images, first, second, likeness.LOOKS[look])
        for look in (*likeness.ALWAYS, *search.also)
    }
    found = [_best(dataset, (int(a), int(b)), _at(by_look, place), search) for place, (a, b) in enumerate(rows)]
    return sorted(found, key=lambda pair: (-pair.correlation, pair.rows))


@st.cache_data(max_entries=8, show_spinner="Comparing the pairs")
def _altered(view: DatasetView, pairs: tuple[tuple[str, str], ...]) -> list[Pair]:
    """The pairs whose images are still there as discs at their best angle, the most alike first."""
    dataset = datasets.opened(view)
    best = discs.best(dataset.images, *_present(dataset, pairs).T)
    found = [
        Pair((int(a), int(b)), min(1.0, float(correlation)), discs.words(*discs.LOOKS[look]), "altered")
        for a, b, correlation, look in zip(best.first, best.second, best.correlation, best.look, strict=True)
    ]
    return sorted(found, key=lambda pair: (-pair.correlation, pair.rows))


def _present(dataset: Dataset, pairs: tuple[tuple[str, str], ...]) -> Pairs:
    """(K, 2) rows of the pairs whose images are still there."""
    places = {identity: row for row, identity in enumerate(dataset.table["id"])}
    rows = [(places[a], places[b]) for a, b in pairs if a in places and b in places]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _at(by_look: dict[str, NDArray[np.float32]], place: int) -> dict[str, float]:
    return {look: float(values[place]) for look, values in by_look.items()}


def _best(dataset: Dataset, rows: tuple[int, int], correlations: dict[str, float], search: Search) -> Pair:
    """The turn that fits best; what is asked for on demand counts where no turn is near."""
    turns = {look: value for look, value in correlations.items() if look in likeness.ALWAYS}
    if max(turns.values()) < search.threshold:
        turns = correlations
    turn = max(turns, key=lambda look: turns[look])
    look = likeness.LOOKS[turn]
    a, b = (dataset.images[[row]] for row in rows)
    is_exact = turn in likeness.ALWAYS and turns[turn] > SAME_PHOTO and np.array_equal(a, look.second(b))
    kind = "exact" if is_exact else "same photo" if turns[turn] >= SAME_PHOTO else "near"
    return Pair(rows, 1.0 if is_exact else min(1.0, turns[turn]), turn, kind)
