"""Who trains what right now: how far each run is or how long it waits, told to every browser without a reload."""

from __future__ import annotations

import datetime

import streamlit as st

from emocore import settings, wording
from emocore.engine import client
from emocore.runs import estimate, store
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import markdown, progress
from emocore.ui.state import choice

MOST_SHOWN = 10
"""Those that train and come next; a queue may be thousands long."""


def draw(watched: Run | None = None, *, elsewhere: bool = False) -> None:
    """The runs that wait or train, but for the one that is watched above; the page follows when they change.

    elsewhere: than on the page Train, which a click on a run opens then.
    """
    st.session_state["live-now"] = _states(_live(str(settings.data_dir())))  # All of this page shows them already
    st.fragment(_draw, run_every=2 * progress.POLL_SECONDS)(watched.id if watched else "", elsewhere)


def _draw(watched: str, elsewhere: bool) -> None:
    live = _live(str(settings.data_dir()))
    states = _states(live)
    if st.session_state["live-now"] != states:
        st.session_state["live-now"] = states
        st.rerun()  # The table of runs below shows them as well
    others = [run for run in live if run.id != watched and not run.part_of]
    if not others:
        return
    st.subheader("Training now", anchor=False)
    for run in others[:MOST_SHOWN]:
        _draw_run(run, elsewhere)
    if len(others) > MOST_SHOWN:
        st.caption(f"{wording.counted(len(others) - MOST_SHOWN, 'more run')} in the queue.")


def _states(live: list[Run]) -> list[tuple[str, str]]:
    return [(run.id, run.status.state) for run in live]


def _draw_run(run: Run, elsewhere: bool) -> None:
    share, message = how_far(run) if run.status.state == "running" else (0.0, "Waiting in the queue")
    name = f"**{markdown.plain(run.label)}**"
    signed = f"{name} by {markdown.plain(run.owner)}" if run.owner else name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, f"{signed}: {message}", width="stretch")
        watch, look = f"watch-{run.id}", ("run", run.id)
        if st.button("Watch", icon=":material/visibility:", key=watch, on_click=choice.choose, args=look):
            if elsewhere:
                navigation.switch("train")
            st.rerun()  # Else only this fragment would be drawn anew


@st.cache_resource(ttl=1, show_spinner=False)
def _live(data_dir: str) -> list[Run]:
    """Looked up once a second, however many people look."""
    assert data_dir
    return store.live()


def how_far(run: Run) -> tuple[float, str]:
    """The share of a running run's epochs that is done, and where it is, in words."""
    passed, step, most = store.epochs(run), store.step(run), run.recipe.epochs
    if not passed and step is None:
        return 0.0, "Preparing the images"
    share, number = min(1.0, estimate.epochs_done(run) / most), min(most, len(passed) + 1)
    rate = passed[-1].images_per_second if passed else step.images_per_second if step else 0.0
    left = estimate.seconds_left(run)
    words = f"Epoch {number} of at most {most}, {rate:,.0f} images per second"
    return share, words if left is None else f"{words}, at most {wording.duration(left)} left"


def draw_queue(run: Run) -> None:
    """Where a queued run stands in the queue, and when it starts where that is known."""
    if not client.ensure_up():
        st.write(wording.STARTING)
        return
    place = _place(run.id)
    if place.seconds is None:
        st.write(f"Number {place.before + 1} in the queue. It starts automatically. The start time is not known yet.")
        return
    if place.seconds < 1 and not place.before:
        st.write("Next in the queue. The images are being loaded.")
        return
    at = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=place.seconds)).strftime("%H:%M")
    st.write(
        f"Number {place.before + 1} in the queue. It starts automatically within about "
        f"{wording.duration(place.seconds)} (by {at} UTC), or sooner if an earlier training stops early."
    )


@st.cache_data(ttl=5, show_spinner=False)
def _place(run_id: str) -> estimate.Place:
    return estimate.place(store.read(run_id), store.live(), client.TRAINING_WORKERS)
