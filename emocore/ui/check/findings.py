"""The check of a dataset: start it, watch it, and its findings, each opening its images."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import suppress

import numpy as np
import streamlit as st

from emocore import files, wording
from emocore.audit import data_audit
from emocore.audit.data_audit import Checked
from emocore.audit.finding import SEVERITIES, Finding
from emocore.data import library
from emocore.data.copies import likeness, twins
from emocore.data.copies.twins import Search
from emocore.data.library import Summary
from emocore.data.slices import Slice
from emocore.engine import client, jobs
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.ui import navigation
from emocore.ui.check import mend, pairs
from emocore.ui.check.mend import Wanted
from emocore.ui.parts import face_grid, findings, markdown, progress, slice_picker
from emocore.ui.state import choice, datasets
from emocore.wording import minute

STARTED = "check-started.json"
"""Beside the dataset: the job that was started last."""


def draw_check(summary: Summary) -> Checked | None:
    """The button that starts a check, progress while it runs; returns the last finished one."""
    job = _started(summary.name)
    if job and not job.status.is_over:
        progress.watch(job, "check-stop")
    else:
        _draw_start(summary, last(summary.name))
        if job and job.status.state in ("failed", "interrupted"):
            st.error(markdown.sentence(job.status.message), icon=":material/error:")
    checked = last(summary.name)
    if checked:
        _draw_age(summary, checked)
    return checked


def last(name: str) -> Checked | None:
    """The last finished check of a dataset, if there was one."""
    path = data_audit.path_of_check(name)
    return _read(name, path.stat().st_mtime_ns) if path.exists() else None


@st.cache_data(max_entries=8, show_spinner=False)
def _read(name: str, written: int) -> Checked | None:
    """written: makes a new result another entry of the cache."""
    assert written
    return data_audit.last_check(name)


def _draw_start(summary: Summary, checked: Checked | None) -> None:
    small = summary.images <= twins.MOST_IMAGES
    with st.container(horizontal=True, vertical_alignment="bottom"):
        also = st.pills(
            "Also search for",
            list(likeness.CHOICES),
            selection_mode="multi",
            key="check-also",
            persist_state="session",
            disabled=not small,
            help="Also finds copies that were rotated by 5 or 10 degrees, and copies with another brightness or "
            "contrast. Mirrored and upside-down copies are always found."
            if small
            else f"With more than {twins.MOST_IMAGES:,} images, only identical pictures are found. Choose a subset.",
            wrap=True,
        )
        wanted = Search(near=small, also=tuple(look for name in also for look in likeness.CHOICES[name]))
        st.button(
            "Check again" if checked else f"Check {markdown.plain(summary.name)}",
            type="secondary" if checked and not checked.is_stale(summary) else "primary",
            icon=":material/verified:",
            key="check-start",
            on_click=start,
            args=(summary, wanted.also),
        )
        st.caption(f"Takes about {wording.duration(twins.seconds(summary.images, wanted))}", width="content")
    if checked is None:
        st.write(
            "The check looks for problems in the dataset: duplicate pictures (identical, similar, mirrored or upside "
            "down), contradicting labels, missing values, empty pictures, and groups with few images."
        )


def start(summary: Summary, also: tuple[str, ...]) -> None:
    """Have a dataset checked; whoever looks at it next sees the progress."""
    asked = {"name": summary.name, "also": list(also), "version": summary.version, "who": choice.who()}
    job = jobs.create("audit", asked)
    files.write_json(library.home(summary.name) / STARTED, {"job": job.id})
    client.submit_job(job)


def _started(name: str) -> Job | None:
    with suppress(EmoError, OSError, KeyError):
        return jobs.read(files.read_json(library.home(name) / STARTED)["job"])
    return None


def age(summary: Summary, checked: Checked) -> str:
    """When a dataset was checked, and whether it was changed since."""
    message = f"Checked {minute(checked.at)} UTC, version {checked.version}."
    return f"{message} The dataset is now at version {summary.version}." if checked.is_stale(summary) else message


def _draw_age(summary: Summary, checked: Checked) -> None:
    by = f" by {markdown.plain(checked.who)}" if checked.who else ""
    also = [name.lower() for name, looks in likeness.CHOICES.items() if set(looks) <= set(checked.search.also)]
    with_also = f" The search included {wording.listing(also)}." if also else ""
    st.caption(
        f"Checked {minute(checked.at)} UTC{by}, version {checked.version} (fingerprint {checked.fingerprint})."
        f"{with_also} {markdown.sentence(checked.message)}"
    )
    if checked.is_stale(summary):
        st.warning(
            f"These findings are about version {checked.version}. The dataset is now at version {summary.version}. "
            "Check again to update the findings.",
            icon=":material/history:",
        )


A_PAGE = 24
LEAVE_OUT = ("constant_images",)
"""Findings whose images one may want to leave out, all of them."""


def draw(summary: Summary) -> None:
    """The way back from the last mending, the check, and what it found."""
    mend.draw_undo(summary)
    checked = draw_check(summary)
    if checked is not None:
        _draw_all(summary, checked)


def _draw_all(summary: Summary, checked: Checked) -> None:
    """How many of each severity, then every finding, closed."""
    if not checked.findings:
        st.success(findings.NO_FINDING, icon=":material/check:")
        return
    number = Counter(finding.severity for finding in checked.findings)
    counts = " · ".join(f"{number[severity]} {severity}" for severity in SEVERITIES if number[severity])
    st.subheader(f"{wording.counted(len(checked.findings), 'finding')}: {counts}", anchor=False)
    st.caption("High: it makes scores or labels wrong. Medium: it can make conclusions wrong. Low: good to know.")
    navigation.is_signed("mend", "Sign in to change images: enter a nickname in the sidebar. It signs every change.")
    seen: Counter[str] = Counter()
    for finding in checked.findings:
        seen[finding.code] += 1
        _draw_one(summary, finding, checked, f"check-{finding.code}-{seen[finding.code]}")
    findings.draw_leak_offer(checked.findings, {"dataset": summary.name, "fingerprint": checked.fingerprint})


def _draw_one(summary: Summary, finding: Finding, checked: Checked, key: str) -> None:
    color, icon = findings.BADGES[finding.severity]
    label = f":{color}-badge[{icon} {finding.severity.capitalize()}] {markdown.sentence(finding.message)}"
    opened = st.expander(label, key=key, on_change="rerun")
    if not opened.open:
        return
    with opened:
        st.write(f"**Why it matters**: {markdown.sentence(finding.why)}")
        st.write(f"**What to do**: {markdown.sentence(finding.fix)}")
        if finding.pairs:
            pairs.draw(summary, finding, checked.search, key)
        elif finding.where:
            _draw_images(summary, finding, key)
        link = finding.link
        if link.words and st.button(link.words, key=f"{key}-go", icon=":material/arrow_forward:"):
            slice_picker.keep(Slice(finding=link.slice))
            navigation.switch(link.page)
        st.write("You can get the same findings on the command line with `python -m emocore audit`.")


def _draw_images(summary: Summary, finding: Finding, key: str) -> None:
    dataset = datasets.opened(datasets.view(summary))
    rows = np.flatnonzero(dataset.table["id"].isin(finding.where).to_numpy())
    if not len(rows):
        st.caption("None of these images is in the dataset any more.")
        return
    if finding.code in LEAVE_OUT and st.button("Remove these images", icon=":material/delete:", key=f"{key}-leave"):
        mend.confirm(summary, Wanted("leave", np.stack([rows, rows], axis=1)))
    pages = math.ceil(len(rows) / A_PAGE)
    page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    shown = rows[(min(page, pages) - 1) * A_PAGE : min(page, pages) * A_PAGE]
    face_grid.show([dataset.images[row] for row in shown], [str(dataset.table["id"].iloc[row]) for row in shown])
    st.caption(f"{wording.counted(len(rows), 'image')}.")
