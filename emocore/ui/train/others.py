"""Runs that wait or train: how far each is, its numbers and curves, told to every browser without a reload.

What a browser shows of a run that trains is a component of our own without a build step. It asks the server's address
`watch`, which looks once a second for all (`answer`), so that a page is drawn anew only when more than that changes:
the component says so by a trigger. The curves do not flicker, and a zoom stays while epochs arrive. Drag to zoom,
double-click to see all; by keyboard the arrows read point by point, + and - zoom, 0 sees all.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from emocore import settings, wording
from emocore.data.names import plain
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.training import MEASURES, curves
from emocore.learn.events import Epoch
from emocore.learn.protocols import keeps_last, kept_words
from emocore.runs import estimate, status, store
from emocore.runs.answers import kept_epoch
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import progress, run_table
from emocore.ui.state import choice

MOST_SHOWN = 10
"""Those that train and come next; a queue may be thousands long."""
HEIGHT = 300
PULSE = "pulse"
"""What those ask for who show the work of several runs."""
HOW_TO_READ = (
    "Where the validation curve and the training curve move apart, the network is overfitting. Drag across the "
    "chart to zoom in. Double-click to see all epochs."
)
Work = TypeVar("Work")
HERE = Path(__file__).parent
_component = st.components.v2.component(
    "live_run",
    html='<div id="live-root"></div>',
    css=(HERE / "live.css").read_text(encoding="utf-8"),
    js="".join((HERE / name).read_text(encoding="utf-8") for name in ("curve_chart.js", "live.js")),
)


def draw_curves(charts: Sequence[dict[str, Any]], key: str, height: int = HEIGHT) -> None:
    """Charts from `figures.training.curves` side by side, below each other where it is narrow; they zoom together."""
    _component(key=key, data={"charts": list(charts), "height": height})


def draw_live(run: Run, passed: list[Epoch], stamp: str, *, follows: bool) -> None:
    """How far a run is, its numbers and curves; the browser keeps them up to date by itself.

    stamp: of `stamp`, as what is drawn around it stands for. follows: the page is drawn anew with each epoch, too.
    """
    data: dict[str, Any] = {"watch": _watched(run.id, run.id, stamp, len(passed) if follows else None)}
    if run.status.state == "running":
        data |= {"height": HEIGHT, "reading": HOW_TO_READ, "progress": how_far(run)}
        data |= panel(run, passed) if passed else {}
    _component(key=f"curves-{run.id}", data=data, on_changed_change=_draw_anew)


def follow(over: bool, draw: Callable[[Work, bool], None], work: Work, key: str) -> None:
    """Draw work of several runs; while it is not over, anew when one of them has another epoch or state.

    draw: as `progress.draw_until` takes it. key: unique on the page.
    """

    def draw_and_ask(work: Work, was_live: bool) -> None:
        if was_live:
            pulse = _pulse(_live(str(settings.data_dir())))  # Before what it stands for, so that no change is missed
            _component(key=key, data={"watch": _watched("", PULSE, pulse)}, on_changed_change=_draw_anew)
        draw(work, was_live)

    progress.draw_until(over, draw_and_ask, work, seconds=None)


def _watched(run_id: str, what: str, stamp: str, epochs: int | None = None) -> dict[str, Any]:
    """What the component asks for; it triggers where it is told of `what` another stamp or other epochs than these."""
    every = progress.POLL_SECONDS
    return {"run": run_id, "what": what, "stamp": stamp, "epochs": epochs, "every": every}


def _draw_anew() -> None:
    """The trigger alone has the fragment around the component drawn anew."""


def panel(run: Run, passed: list[Epoch]) -> dict[str, Any]:
    """Numbers with what they mean, a sentence on the score, and the charts of a run with at least one epoch."""
    best, over = kept_epoch(run, passed), run.status.is_over
    numbers, words = [("Epochs", str(len(passed)), "")], ""
    if best:
        which = "last" if keeps_last(run.recipe) else "best"
        at, score = f"At the {which} epoch.", run_table.validation_words(run, best)
        accuracy = wording.score(run_table.accuracy_at(run, best))
        numbers += [
            (f"{which.capitalize()} epoch", str(best.epoch), kept_words(run.recipe)),
            ("Validation loss", wording.score(best.validation_loss), at),
            ("Validation accuracy", accuracy, f"{at} {score}"),
        ]
        words = f"Validation accuracy at the {which} epoch: {score}. The test images are not used."
    return {
        "numbers": [{"label": label, "value": value, "help": more} for label, value, more in numbers],
        "words": words,
        "charts": [curves(passed, measure, run.recipe.epochs, over=over) for measure in MEASURES],
    }


def draw(watched: Run | None = None, *, elsewhere: bool = False) -> None:
    """The runs that wait or train, but for the one that is watched above; the page follows when they change.

    elsewhere: than on the page Train, which a click on a run opens then.
    """
    st.session_state["live-now"] = _states(_live(str(settings.data_dir())))  # All of this page shows them already
    st.fragment(_draw)(watched.id if watched else "", elsewhere)


def _draw(watched: str, elsewhere: bool) -> None:
    live = _live(str(settings.data_dir()))
    states = _states(live)
    if st.session_state["live-now"] != states:
        st.session_state["live-now"] = states
        st.rerun()  # The table of runs below shows them as well
    _component(key="live-now", data={"watch": _watched(watched, "", _stamp_of_all(live))}, on_changed_change=_draw_anew)
    others = _shown(live, watched)
    if not others:
        return
    st.subheader("Training now", anchor=False)
    for run in others[:MOST_SHOWN]:
        _draw_run(run, watched, elsewhere)
    if len(others) > MOST_SHOWN:
        st.caption(f"{wording.counted(len(others) - MOST_SHOWN, 'more run')} in the queue.")


def _shown(live: list[Run], watched: str) -> list[Run]:
    return [run for run in live if run.id != watched and not run.part_of]


def _states(live: list[Run]) -> list[tuple[str, str]]:
    return [(run.id, run.status.state) for run in live]


def _stamp_of_all(live: list[Run]) -> str:
    """Changes with what the list of runs shows, but for how far they are."""
    return _brief([(run.id, run.status.state, run.label, run.owner) for run in live])


def _pulse(live: list[Run]) -> str:
    """Changes whenever a run has another epoch or state."""
    if any(run.status.state == "queued" for run in live):
        client.ensure_up()
    epochs = {run.id: len(store.epochs(run)) for run in live if run.status.state == "running"}  # Thousands may wait
    return _brief([(run.id, run.status.state, run.status.is_silent, epochs.get(run.id)) for run in live])


def _draw_run(run: Run, watched: str, elsewhere: bool) -> None:
    data = {"progress": _how_far(run), "name": plain(run.label), "by": plain(run.owner)}
    with st.container(horizontal=True, vertical_alignment="center"):
        _component(key=f"far-{run.id}", data=data | {"watch": _watched(watched, run.id, "")}, width="stretch")
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


def _how_far(run: Run) -> tuple[float, str]:
    return how_far(run) if run.status.state == "running" else (0.0, "Waiting in the queue")


def queue_words(run: Run) -> str:
    """Where a queued run stands in the queue, and when it starts where that is known."""
    if not client.ensure_up():
        return wording.STARTING
    place = _place(run.id)
    if place.seconds is None:
        return f"Number {place.before + 1} in the queue. It starts automatically. The start time is not known yet."
    if place.seconds < 1 and not place.before:
        return "Next in the queue. The images are being loaded."
    at = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=place.seconds)).strftime("%H:%M")
    return (
        f"Number {place.before + 1} in the queue. It starts automatically within about "
        f"{wording.duration(place.seconds)} (by {at} UTC), or sooner if an earlier training stops early."
    )


@st.cache_data(ttl=5, show_spinner=False)
def _place(run_id: str) -> estimate.Place:
    return estimate.place(store.read(run_id), store.live(), client.TRAINING_WORKERS)


def stamp(run: Run) -> str:
    """Changes whenever more of a run has changed than how far it is: then the page draws it anew."""
    state, message = run.status.state, run.status.message
    words = queue_words(run) if state == "queued" else message
    return _brief([state, words, status.stop_requested(run.folder), run.label, bool(store.epochs(run))])


def _brief(value: object) -> str:
    return f"{zlib.crc32(json.dumps(value).encode()):08x}"


@dataclass(frozen=True)
class News:
    """What browsers are told of a run and of those that wait or train: as JSON, without and with numbers and curves.

    revision: begins with the run's number of epochs and a dot; another one where anything is new.
    """

    revision: str
    brief: bytes
    whole: bytes

    def since(self, seen: str) -> bytes | None:
        """What a browser lacks that was told the revision `seen`, or ""; None where it lacks nothing."""
        if seen == self.revision:
            return None
        return self.brief if seen.partition(".")[0] == self.revision.partition(".")[0] else self.whole


def tell(run_id: str) -> News:
    """Look at a run ("" for none) and at all that wait or train."""
    live = _live(str(settings.data_dir()))
    stamps: dict[str, str] = {"": _stamp_of_all(live)} | ({} if run_id else {PULSE: _pulse(live)})
    epochs: list[Epoch] = []
    shown: dict[str, Any] = {}
    how = {run.id: _how_far(run) for run in _shown(live, run_id)[:MOST_SHOWN]}
    if run_id:
        try:
            run = store.read(run_id)
            stamps[run_id], epochs = stamp(run), store.epochs(run)
            how |= {run_id: how_far(run)} if run.status.state == "running" else {}
            shown = panel(run, epochs) if epochs else {}
        except EmoError as error:  # Deleted or damaged: the page finds the words
            stamps[run_id] = error.code
    news: dict[str, Any] = {"stamps": stamps, "epochs": len(epochs), "progress": how}
    news["revision"] = f"{len(epochs)}.{_brief(news)}"
    return News(news["revision"], json.dumps(news).encode(), json.dumps(news | {"panel": shown}).encode())


SECONDS_BETWEEN_LOOKS = 1.0
MOST_LOOKED_AT = 200
_looks: dict[str, tuple[float, asyncio.Task[News]]] = {}


async def answer(run_id: str, seen: str) -> bytes | None:
    """What a browser lacks that was told `seen`; whoever asks within a second gets what the first one got."""
    since, look = _looks.get(run_id, (0.0, None))
    if look is None or time.monotonic() - since > SECONDS_BETWEEN_LOOKS:
        if len(_looks) >= MOST_LOOKED_AT:
            _looks.clear()
        look = asyncio.create_task(asyncio.to_thread(tell, run_id))
        _looks[run_id] = time.monotonic(), look
    return (await asyncio.shield(look)).since(seen)
