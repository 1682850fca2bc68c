"""Who trains what right now: everybody's runs, told to every browser without a reload."""

from __future__ import annotations

import streamlit as st

from emocore import settings
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui.parts import markdown, progress
from emocore.ui.state import choice


def draw(watched: Run | None) -> None:
    """The runs that wait or train, but for the one that is watched above; the page follows when they change."""
    st.fragment(_draw, run_every=2 * progress.POLL_SECONDS)(watched.id if watched else "")


def _draw(watched: str) -> None:
    live = _live(str(settings.data_dir()))
    ids = [run.id for run in live]
    if st.session_state.setdefault("live-now", ids) != ids:
        st.session_state["live-now"] = ids
        st.rerun()  # The table of runs below shows them as well
    others = [run for run in live if run.id != watched and not run.part_of]
    if not others:
        return
    st.subheader("Training now", anchor=False)
    for run in others:
        _draw_run(run)


def _draw_run(run: Run) -> None:
    done = len(store.epochs(run))
    message = f"epoch {done + 1} of at most {run.recipe.epochs}" if run.status.state == "running" else "waits"
    signed = f" by {markdown.plain(run.owner)}" if run.owner else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(
            min(1.0, done / run.recipe.epochs), f"**{markdown.plain(run.label)}**{signed}: {message}", width="stretch"
        )
        watch, look = f"watch-{run.id}", ("run", run.id)
        if st.button("Watch", icon=":material/visibility:", key=watch, on_click=choice.choose, args=look):
            st.rerun()  # Else only this fragment would be drawn anew


@st.cache_resource(ttl=1, show_spinner=False)
def _live(data_dir: str) -> list[Run]:
    """Looked up once a second, however many people look."""
    assert data_dir
    return store.live()
