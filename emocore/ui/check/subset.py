"""Make another dataset out of the chosen one: classes, names, a cap, a slice, findings left out."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from emocore import wording
from emocore.arrays import Rows
from emocore.audit.finding import Finding
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import mend, subset
from emocore.data.editing.subset import Choice, Chosen
from emocore.data.library import Summary
from emocore.errors import EmoError
from emocore.ui.check import findings
from emocore.ui.parts import markdown, slice_picker, tables
from emocore.ui.state import choice, datasets
from emocore.ui.state.datasets import DatasetView

REPORT = 400
"""Images of each class that the report took."""

MOST = 100_000
"""More images than this are not held in memory for a preview."""

LEAVE_OUT = "Leave out"
ALL, ONLY, WITHOUT = "All images", "Only filtered images", "All except filtered images"


@dataclass(frozen=True)
class Asked:
    """A choice as plain values. rows: JSON of those to keep, null for all; dropped: of those to leave out.

    other, other_classes: another dataset whose classes come in, and what they are called.
    """

    classes: tuple[tuple[str, str], ...]
    most: int
    seed: int
    stratify: tuple[str, ...]
    rows: str
    dropped: str
    other: DatasetView | None = None
    other_classes: tuple[tuple[str, str], ...] = ()

    def choice(self) -> Choice:
        """What `data.editing.subset` takes."""
        keep = json.loads(self.rows)
        rows = None if keep is None else np.array(keep, dtype=np.int64)
        return Choice(dict(self.classes), self.most, self.seed, self.stratify, rows, json.loads(self.dropped))

    def added(self) -> Chosen | None:
        """What it takes of another dataset besides, as many images of each class at most."""
        if self.other is None:
            return None
        return datasets.opened(self.other), Choice(dict(self.other_classes), self.most, self.seed)


def draw(summary: Summary) -> None:
    """The settings on the left, what they give on the right."""
    dataset = datasets.opened(datasets.view(summary))
    _draw_made()
    settings, shown = st.columns([2, 3], gap="large")
    with settings:
        classes = _draw_classes(summary)
        other, other_classes = _draw_added(summary, [new for _, new in classes])
        most, seed, stratify = _draw_cap(summary)
        keep, dropped = _draw_rows(summary, dataset)
    asked = Asked(classes, most, seed, stratify, _plain(keep), _plain(dropped), other, other_classes)
    with shown:
        _draw_result(summary, dataset, asked)


@st.cache_resource(max_entries=2, show_spinner="Creating the subset")
def made(view: DatasetView, called: str, asked: Asked) -> Dataset:
    """The subset, in memory. Raises EmoError as `subset.make` does."""
    return subset.make(library.load(view.name), called, asked.choice(), asked.added())


def _draw_classes(summary: Summary) -> tuple[tuple[str, str], ...]:
    chosen = st.pills(
        "Classes",
        summary.classes,
        selection_mode="multi",
        default=list(summary.classes),
        key=f"subset-classes-{summary.name}",
        format_func=markdown.plain,
        wrap=True,
    )
    offered = subset.aliases(chosen)
    if offered:
        st.button("Use the common names", key="subset-aliases", on_click=_use, args=(summary.name, offered))
        st.caption(", ".join(f"{markdown.plain(old)} → {markdown.plain(new)}" for old, new in offered.items()))
    with st.expander("Rename or merge", icon=":material/merge:", expanded=bool(offered)):
        names = {
            name: st.text_input(f"New name of {markdown.plain(name)}", name, key=_key(summary.name, name), max_chars=60)
            for name in chosen
        }
        st.caption("If two classes get the same name, they are merged.")
    return tuple(names.items())


def _draw_added(summary: Summary, names: Sequence[str]) -> tuple[DatasetView | None, tuple[tuple[str, str], ...]]:
    """Another dataset, and what its classes are called here; None where nothing of another one comes in."""
    others = {one.name: one for one in library.summaries() if not one.problem and one.name != summary.name}
    with st.expander("Add images of another dataset", icon=":material/library_add:"):
        if not others:
            st.caption("There is no other dataset. Import one on the page Data.")
            return None, ()
        key = f"subset-added-{summary.name}"
        name = st.selectbox("From", list(others), index=None, key=key, placeholder="Choose a dataset")
        if name is None:
            return None, ()
        taken = []
        for emotion in others[name].classes:
            words = list(dict.fromkeys([LEAVE_OUT, *names, emotion]))
            index = words.index(emotion) if emotion in names else 0
            word = st.selectbox(f"{markdown.plain(emotion)} becomes", words, index, key=f"{key}-{name}-{emotion}")
            if word != LEAVE_OUT:
                taken.append((emotion, word))
        st.caption("If only one of the two has a split, the new dataset has none. Make one on the tab Split.")
    return (datasets.view(others[name]), tuple(taken)) if taken else (None, ())


def _use(dataset: str, offered: dict[str, str]) -> None:
    st.session_state.update({_key(dataset, old): new for old, new in offered.items()})


def _key(dataset: str, emotion: str) -> str:
    return f"subset-name-{dataset}-{emotion}"


def _draw_cap(summary: Summary) -> tuple[int, int, tuple[str, ...]]:
    left, right = st.columns(2, vertical_alignment="bottom")
    largest = max(
        sum(counts_of_part.get(name, 0) for counts_of_part in summary.counts.values()) for name in summary.classes
    )
    most = left.number_input(
        "Most images per class",
        0,
        value=REPORT if largest > REPORT else 0,
        key=f"subset-most-{summary.name}",
        help="0 means all images. The report used 400 per class. It counts for each dataset.",
    )
    seed = right.number_input(
        "Seed", 0, 2**31 - 1, 42, key="subset-seed", help="The same seed always chooses the same images."
    )
    by = st.pills(
        "Stratify by",
        summary.attributes,
        selection_mode="multi",
        key=f"subset-stratify-{summary.name}",
        format_func=slice_picker.attribute_words,
        wrap=True,
        help="The subset gets the same mix of these groups as the dataset. The shares of training, validation "
            "and test images always stay the same.",
    ) if summary.attributes else []  # fmt: skip
    return int(most), int(seed), tuple(by)


def _draw_rows(summary: Summary, dataset: Dataset) -> tuple[Rows | None, Rows]:
    """Rows to draw from (None: all) and rows never to take."""
    st.markdown("**Which images**")
    _, rows = slice_picker.draw(dataset)
    which = ALL
    if len(rows) < len(dataset):
        which = st.segmented_control(
            "Use", [ALL, ONLY, WITHOUT], default=ONLY, required=True, key="subset-slice", wrap=True
        )
    others = np.setdiff1d(np.arange(len(dataset)), rows)
    keep = {ALL: None, ONLY: rows, WITHOUT: others}[which]
    return keep, _draw_dropped(summary, dataset)


def _draw_dropped(summary: Summary, dataset: Dataset) -> Rows:
    checked = findings.last(summary.name)
    found = {
        f"{finding.message} (removes {len(rows):,})": rows
        for finding in (checked.findings if checked else ())
        if len(rows := _spare(dataset, finding))
    }
    if not found:
        if checked is None:
            st.caption("To remove duplicates and other problems here, first check the dataset on the tab Findings.")
        return np.zeros(0, dtype=np.int64)
    chosen = st.multiselect(
        "Remove images with these findings",
        list(found),
        key=f"subset-findings-{summary.name}",
        help="For pairs, one image of each pair is removed. For other findings, all their images are removed.",
    )
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(found[message] for message in chosen)]))


def _spare(dataset: Dataset, finding: Finding) -> Rows:
    """Rows that leaving out a finding takes away: of a pair one, else all."""
    places = {identity: row for row, identity in enumerate(dataset.table["id"])}
    if finding.pairs:
        pairs = [(places[a], places[b]) for a, b in finding.pairs if a in places and b in places]
        return mend.spares(dataset, np.array(pairs, dtype=np.int64)) if pairs else np.zeros(0, dtype=np.int64)
    return np.array(sorted(places[identity] for identity in finding.where if identity in places), dtype=np.int64)


def _draw_result(summary: Summary, dataset: Dataset, asked: Asked) -> None:
    name = st.text_input(
        "Name of the new dataset", f"{summary.name[:50]}-subset", key=f"subset-called-{summary.name}", max_chars=60
    ).strip()
    try:
        library.refuse_taken(name, replace=False)
        _refuse_many(summary, asked)
        drawn = made(datasets.view(summary), name, asked)
    except EmoError as error:
        st.warning(markdown.sentence(error.message), icon=":material/warning:")
        return
    added = asked.added()
    before = [(dataset, dict(asked.classes)), *([(added[0], dict(asked.other_classes))] if added else [])]
    there = sum(len(one) for one, _ in before)
    st.write(f"**{len(drawn):,} of {there:,} images** in {wording.counted(len(drawn.classes), 'class')}")
    tables.show(subset.counts(before, drawn), alt="Images of each class in the subset")
    if asked.stratify:
        table = drawn.table.groupby(["emotion", *asked.stratify]).size().rename("images").reset_index()
        tables.draw_numbers(table, "subset-groups", title="Images of each class and group")
    st.caption(
        f"Fingerprint: {drawn.fingerprint}. The program remembers where each image came from, so it also finds images "
        "that two subsets share."
    )
    _draw_buttons(drawn, subset.description(dataset, asked.choice(), added))


def _draw_buttons(drawn: Dataset, provenance: str) -> None:
    with st.container(horizontal=True):
        st.button(
            "Create this dataset",
            type="primary",
            icon=":material/dataset:",
            key="subset-make",
            on_click=_save,
            args=(drawn, provenance),
        )
        st.download_button(
            "Download as npz",
            lambda: _npz(drawn),
            f"{drawn.name}.npz",
            "application/octet-stream",
            icon=":material/download:",
            key="subset-npz",
            help="NumPy arrays as in the report: X (images x 2,304 gray values), y (class numbers), class "
            "names and image "
            "ids, and the part and attributes of each image. You can import the file on the Data page.",
        )


def _refuse_many(summary: Summary, asked: Asked) -> None:
    parts = [(summary, asked.classes)]
    parts += [(library.summary(asked.other.name), asked.other_classes)] if asked.other else []
    there = [sum(part.get(name, 0) for part in one.counts.values()) for one, classes in parts for name, _ in classes]
    taken = sum(min(number, asked.most or number) for number in there)
    if taken > MOST:
        message = f"This subset would have {taken:,} images. The limit is {MOST:,}."
        raise EmoError(f"{message} Choose fewer classes or fewer images per class.", "too_many_images")


def _save(drawn: Dataset, provenance: str) -> None:
    try:
        library.save(drawn, provenance=provenance)
    except EmoError as error:
        st.session_state["subset-said"] = ("failed", error.message)
        return
    choice.choose("dataset", drawn.name)
    st.session_state["subset-said"] = (
        "made",
        f"{drawn.name} was created with {len(drawn):,} images and is now selected.",
    )


def _draw_made() -> None:
    kind, message = st.session_state.pop("subset-said", ("", ""))
    if kind == "made":
        st.success(markdown.sentence(message), icon=":material/check_circle:")
    elif kind:
        st.error(markdown.sentence(message), icon=":material/error:")


def _npz(drawn: Dataset) -> bytes:
    content = io.BytesIO()
    subset.export_npz(drawn, content)
    return content.getvalue()


def _plain(rows: Rows | None) -> str:
    return json.dumps(None if rows is None else rows.tolist())
