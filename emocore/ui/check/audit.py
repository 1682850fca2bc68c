"""The check of a dataset: start it, watch it, and keep the last result beside the dataset for everybody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from emocore import files, wording
from emocore.audit import finding
from emocore.audit.finding import Finding
from emocore.data import library
from emocore.data.copies import likeness, twins
from emocore.data.copies.twins import Search
from emocore.data.library import Summary
from emocore.engine import client, jobs
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.ui.parts import markdown, progress
from emocore.ui.state import choice
from emocore.wording import minute

STARTED, KEPT = "check-started.json", "check.json"
"""Beside the dataset: the job that was started last, and the last result."""

ALSO = {
    "Rotated copies": tuple(name for name in likeness.ON_DEMAND if name.startswith("rotated")),
    "Brightness-shifted copies": ("other tones",),
}


@dataclass(frozen=True)
class Checked:
    """A finished check. version, fingerprint: of what was checked. says: what was not looked for, or ""."""

    job: str
    version: int
    fingerprint: str
    at: str
    who: str
    findings: tuple[Finding, ...]
    search: Search
    message: str

    def is_stale(self, about: Summary) -> bool:
        """Whether the dataset was changed since."""
        return (self.version, self.fingerprint) != (about.version, about.fingerprint)


def draw(about: Summary) -> Checked | None:
    """The button that starts a check, progress while it runs; returns the last finished one."""
    job = _started(about.name)
    if job and not job.status.is_over:
        progress.watch(job, "check-stop")
    else:
        _draw_start(about, last(about.name))
        if job and job.status.state in ("failed", "interrupted"):
            st.error(markdown.sentence(job.status.message), icon=":material/error:")
    checked = last(about.name)
    if checked:
        _draw_age(about, checked)
    return checked


def last(name: str) -> Checked | None:
    """The last finished check of a dataset, if there was one."""
    checked, job = _kept(name), _started(name)
    if job and job.status.state == "finished" and job.result and (checked is None or checked.job != job.id):
        _keep(name, job)  # Jobs are forgotten after a day
        checked = _kept(name)
    return checked


def _kept(name: str) -> Checked | None:
    path = library.home(name) / KEPT
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


@st.cache_data(max_entries=8, show_spinner=False)
def _read(path: Path, written: int) -> Checked | None:
    """written: makes a new result another entry of the cache."""
    assert written
    try:
        told = files.read_json(path)
        result = told["result"]
        search = result["search"]
        return Checked(
            told["job"],
            told["version"],
            result["fingerprint"],
            told["at"],
            told["who"],
            tuple(finding.from_json(values) for values in result["findings"]),
            Search(search["near"], search["threshold"], tuple(search["also"])),
            search["says"],
        )
    except (EmoError, OSError, KeyError, TypeError):
        return None


def _draw_start(about: Summary, checked: Checked | None) -> None:
    small = about.images <= twins.MOST_IMAGES
    with st.container(horizontal=True, vertical_alignment="bottom"):
        also = st.pills(
            "Also look for",
            list(ALSO),
            selection_mode="multi",
            key="check-also",
            persist_state="session",
            disabled=not small,
            help="Copies that were turned by 5 or 10 degrees, or made brighter, darker or of another contrast. "
            "Mirrored and upside-down copies are always looked for."
            if small
            else f"Above {twins.MOST_IMAGES:,} images only equal pictures are looked for: choose a subset.",
        )
        wanted = Search(near=small, also=tuple(look for name in also for look in ALSO[name]))
        st.button(
            "Check again" if checked else f"Check {markdown.plain(about.name)}",
            type="secondary" if checked and not checked.is_stale(about) else "primary",
            icon=":material/verified:",
            key="check-start",
            on_click=start,
            args=(about, wanted.also),
        )
        st.caption(f"About {wording.duration(twins.seconds(about.images, wanted))} on two idle cores", width="content")
    if checked is None:
        st.write(
            "A check looks for pictures that are there twice (equal or nearly, also turned), within and across "
            "the parts of the split, for contradicting labels, blanks, empty pictures, and small groups."
        )


def start(about: Summary, also: tuple[str, ...]) -> None:
    """Have a dataset checked; whoever looks at it next sees the progress."""
    job = jobs.create("audit", {"name": about.name, "also": list(also)})
    told = {"job": job.id, "version": about.version, "who": choice.chosen("who")}
    files.write_json(library.home(about.name) / STARTED, told)
    client.submit_job(job)


def age(about: Summary, checked: Checked) -> str:
    """When a dataset was checked, and whether it was changed since."""
    message = f"Checked {minute(checked.at)} UTC, version {checked.version}."
    return f"{message} The dataset is at version {about.version} now." if checked.is_stale(about) else message


def _draw_age(about: Summary, checked: Checked) -> None:
    by = f" by {markdown.plain(checked.who)}" if checked.who else ""
    also = [name.lower() for name, looks in ALSO.items() if set(looks) <= set(checked.search.also)]
    with_also = f", also for {' and '.join(also)}" if also else ""
    st.caption(
        f"Checked {minute(checked.at)} UTC{by}{with_also}, version {checked.version}, "
        f"fingerprint {checked.fingerprint}. {markdown.sentence(checked.message)}"
    )
    if checked.is_stale(about):
        st.warning(
            f"These findings are of version {checked.version}; the dataset is at version {about.version} now. "
            "Check again to see what is left.",
            icon=":material/history:",
        )


def _started(name: str) -> Job | None:
    with suppress(EmoError, OSError, KeyError):
        return jobs.read(files.read_json(library.home(name) / STARTED)["job"])
    return None


def _keep(name: str, job: Job) -> None:
    """Put the result of a finished job beside the dataset."""
    with suppress(EmoError, OSError):
        told = files.read_json(library.home(name) / STARTED)
        if told["job"] == job.id:
            files.write_json(library.home(name) / KEPT, told | {"at": job.status.at, "result": job.result})
