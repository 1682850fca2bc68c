"""The findings of a check, each opening its images."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import streamlit as st

from emocore import wording
from emocore.audit.finding import SEVERITIES, Finding
from emocore.data.library import Summary
from emocore.data.slices import Slice
from emocore.ui import navigation
from emocore.ui.check import audit, mend, pairs
from emocore.ui.check.audit import Checked
from emocore.ui.check.mend import Wanted
from emocore.ui.parts import face_grid, markdown, slice_picker
from emocore.ui.state import datasets

BADGES = {
    "high": ":red-badge[:material/error: High]",
    "medium": ":orange-badge[:material/warning: Medium]",
    "low": ":gray-badge[:material/info: Low]",
}
A_PAGE = 24
LEAVE_OUT = ("constant_images",)
"""Findings whose images one may want to leave out, all of them."""

ELSEWHERE = {
    "label_conflict": ("label", "Settle them one by one on the Label page"),
    "attribute_conflict": ("label", "Settle them one by one on the Label page"),
    "blank_attributes": ("label", "Fill them in on the Label page"),
    "class_imbalance": ("explore", "See the distribution"),
    "tiny_cells": ("explore", "See the distribution"),
    "attribute_association": ("explore", "See how class and group hang together"),
}
"""Code -> the page that helps further, and the words of the link."""

SLICED = {"label_conflict": "label_conflict", "blank_attributes": "missing_values"}
"""Code -> the finding that a slice can be made of, which the other page then shows."""


def draw(about: Summary) -> None:
    """The way back from the last mending, the check, and what it found."""
    mend.draw_undo(about)
    checked = audit.draw(about)
    if checked is not None:
        _draw_all(about, checked)


def _draw_all(about: Summary, checked: Checked) -> None:
    """How many of each severity, then every finding, closed."""
    if not checked.findings:
        st.success(
            "No finding. That means that none of the checks found something, not that all is well.",
            icon=":material/check:",
        )
        return
    number = Counter(finding.severity for finding in checked.findings)
    told = " · ".join(f"{number[severity]} {severity}" for severity in SEVERITIES if number[severity])
    st.subheader(f"{wording.counted(len(checked.findings), 'finding')}: {told}", anchor=False)
    st.caption("High: scores or labels are wrong because of it. Medium: conclusions may be. Low: good to know.")
    seen: Counter[str] = Counter()
    for finding in checked.findings:
        seen[finding.code] += 1
        _draw_one(about, finding, checked, f"check-{finding.code}-{seen[finding.code]}")


def _draw_one(about: Summary, finding: Finding, checked: Checked, key: str) -> None:
    label = f"{BADGES[finding.severity]} {markdown.sentence(finding.message)}"
    opened = st.expander(label, key=key, on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.write(f"**Why it matters**: {markdown.sentence(finding.why)}")
        st.write(f"**What to do**: {markdown.sentence(finding.fix)}")
        if finding.pairs:
            pairs.draw(about, finding, checked.search, key)
        elif finding.where:
            _draw_images(about, finding, key)
        if finding.code in ELSEWHERE:
            page, label = ELSEWHERE[finding.code]
            if st.button(label, key=f"{key}-go", icon=":material/arrow_forward:"):
                slice_picker.keep(Slice(finding=SLICED.get(finding.code, "")))
                st.switch_page(navigation.pages()[page])
        st.caption(f"`{finding.code}`: also told by the command line, `python -m emocore audit`.")


def _draw_images(about: Summary, finding: Finding, key: str) -> None:
    dataset = datasets.opened(datasets.view(about))
    rows = np.flatnonzero(dataset.table["id"].isin(finding.where).to_numpy())
    if not len(rows):
        st.caption("None of these images is there any more.")
        return
    if finding.code in LEAVE_OUT and st.button("Leave them out", icon=":material/delete:", key=f"{key}-leave"):
        mend.confirm(about, Wanted("leave", np.stack([rows, rows], axis=1)))
    pages = math.ceil(len(rows) / A_PAGE)
    page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    shown = rows[(min(page, pages) - 1) * A_PAGE : min(page, pages) * A_PAGE]
    face_grid.show([dataset.images[row] for row in shown], [str(dataset.table["id"].iloc[row]) for row in shown])
    st.caption(f"{wording.counted(len(rows), 'image')}.")
