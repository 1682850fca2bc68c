"""What a worker is asked for once: start it, watch it with a way to stop it, and what came of it.

A question is known by its kind and arguments, so a refresh or another browser finds the same work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import streamlit as st

from emocore import wording
from emocore.engine import client, jobs
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.runs import status
from emocore.ui.parts import markdown
from emocore.ui.state import choice

POLL_SECONDS = 1.5
"""How often a browser asks how far trainings are."""

JOB_POLL_SECONDS = 0.5
"""How often a page looks how far a job is; most last seconds."""

GONE = ("no_run", "no_crossval", "no_search")

Work = TypeVar("Work")

LOOKING = "The network is looking at the picture"
CONTINUE = "Continue"
"""On the button that lets interrupted work go on."""


def finished(done: int, total: int, one: str) -> str:
    """1 of 10 runs finished"""
    return f"{done} of {wording.counted(total, one)} finished"


def result(kind: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    """What came of a question that is put at once where nobody has put it yet; None while there is no answer."""
    job = jobs.newest(kind, arguments) or _put(kind, arguments)
    if job.status.state == "finished":
        return job.result
    draw(job)
    return None


def start(kind: str, arguments: dict[str, Any]) -> None:
    """Put a question to a worker, be it once more."""
    _put(kind, arguments)


def _put(kind: str, arguments: dict[str, Any]) -> Job:
    job = jobs.create(kind, arguments)
    client.submit_job(job)
    return job


def draw(job: Job) -> None:
    """How far unfinished work is, with a way to stop it; or why it ended without a result, with a way to try again."""
    if not job.status.is_over:
        watch(job, f"stop-{job.kind}")
        return
    show = st.info if job.status.state == "stopped" else st.error
    show(markdown.sentence(job.status.message), icon=":material/info:")
    st.button(
        "Start again",
        icon=":material/refresh:",
        key=f"again-{job.kind}",
        on_click=start,
        args=(job.kind, job.arguments),
    )


def watch(job: Job, key: str) -> None:
    """Draw unfinished work again and again, then the page anew. key: of the button that stops it."""
    st.fragment(_watch, run_every=JOB_POLL_SECONDS)(job.id, key)


def _watch(job_id: str, key: str) -> None:
    job = jobs.read(job_id)
    if job.status.is_over:
        st.rerun()
    draw_progress(job, key)


_come_here = st.components.v2.component(
    "come_here",
    js="""const came = new Set()
export default function ({ data, parentElement }) {
  if (came.has(data.what)) return
  came.add(data.what)
  const card = (parentElement.host ?? parentElement).closest('[data-testid="stVerticalBlock"]')
  card.setAttribute("role", "region")
  card.setAttribute("aria-label", data.label)
  card.style.scrollMarginTop = "5rem" // The header of the page covers what is above
  const come = () => card.scrollIntoView({ block: data.edge })
  if (data.edge === "start") return void requestAnimationFrame(come)
  const later = setTimeout(come, 400) // Its pictures have their sizes by then
  const busy = () => clearTimeout(later) // Nothing moves under the hand of who goes on already
  for (const kind of ["pointerdown", "wheel", "keydown"]) addEventListener(kind, busy, { once: true, capture: true })
}""",
)


def come_here(what: str, label: str, edge: Literal["start", "nearest"] = "start") -> None:
    """Scroll to the container around, once for what is named: what a click brought may lie below the screen.

    label: what it is, for who cannot see it. edge: "nearest" scrolls no farther than it takes to see all of it.
    """
    _come_here(key=f"come-here-{what}", data={"what": what, "label": label, "edge": edge}, height="content")


def mark_started(work: str) -> None:
    """Remember what this person just started: its card is drawn far above the button that did it."""
    st.session_state["just-started"] = work


def come_to(work: str, label: str) -> None:
    """Scroll to the container around where it is of work that was just started. label: as `come_here` takes it."""
    if st.session_state.get("just-started") == work:
        come_here(work, label)


def draw_progress(job: Job, key: str) -> None:
    """How far a job is and the button that stops it. What waits while no engine runs has one started."""
    waits_for_engine = job.status.state == "queued" and not client.ensure_up()
    said = job.status.message if job.status.is_silent else job.message
    message = wording.STARTING if waits_for_engine else markdown.sentence(said)
    if job.seconds_left is not None:
        message = f"{message} (about {wording.duration(job.seconds_left)} left for this step)"
    st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=message)
    draw_stop(key, str(job.arguments.get("who", "")), status.request_stop, job.folder)


def draw_stop(
    key: str, owner: str, stop: Callable[..., None], *args: object, asked: bool = False, help: str | None = None
) -> None:
    """The button that stops work; of work that somebody else started it asks first.

    owner: the nickname of who started it, or "". asked: it is stopping already.
    """
    icon = ":material/stop:"
    if asked or not choice.is_others(owner):
        label = "Stopping" if asked else "Stop"
        st.button(label, icon=icon, key=key, disabled=asked, help=help, on_click=stop, args=args)
        return
    with st.popover("Stop", icon=icon, key=f"ask-{key}", help=help):
        st.write(f"**{markdown.plain(owner)}** started this. It stops for everybody.")
        st.button("Stop it all the same", type="primary", icon=icon, key=key, on_click=stop, args=args)


def draw_until(over: bool, draw: Callable[[Work, bool], None], work: Work, seconds: float | None) -> None:
    """Draw work that runs elsewhere: again and again while it is not over, then as part of the page.

    A fragment that stayed would keep the clicks on its buttons to itself, though they change the page around it.
    draw: also gets whether the work is live. seconds: between two looks; None where what is drawn asks by itself.
    """

    def draw_live(work: Work) -> None:
        try:
            draw(work, True)
        except EmoError as error:
            if error.code not in GONE:
                raise
            st.rerun()  # Somebody deleted it: the page knows what to do without

    if over:
        draw(work, False)
    else:
        st.fragment(draw_live, run_every=seconds)(work)
