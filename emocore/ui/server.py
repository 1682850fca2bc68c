"""What the server does beside drawing pages: warm up at its start, turn errors into sentences, say how far runs are."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emocore import files, settings
from emocore.data import library
from emocore.engine import client, jobs
from emocore.errors import EmoError, logged
from emocore.runs import recently_deleted, store
from emocore.runs.run import is_id
from emocore.ui.parts import markdown

log = logging.getLogger("emocore")
WARM = (
    "numpy",
    "pyarrow.parquet",
    "pandas",
    "PIL.Image",
    "plotly.graph_objects",
    "scipy.stats",
    "scipy.optimize",
    "sklearn.metrics",
)
"""Loaded behind the first page, never on its first paint. torch is not among them: workers load it."""


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Clear what dead writers left, then warm up while the first page is already served."""
    await asyncio.to_thread(_tidy)
    threading.Thread(target=_warm_up, daemon=True).start()
    yield {}


def on_script_error(error: Exception) -> bool:
    """Show an EmoError as its sentence; anything else is logged and shown as a short apology.

    What a click raised leaves nothing of the page, which is drawn after it: hence the button.
    """
    if isinstance(error, EmoError):
        st.error(markdown.sentence(error.message), icon=":material/error:")
        st.button("Show the page again", icon=":material/refresh:", key="after-error")
        return True
    number = logged(error, "a page failed")
    st.error(
        f"Something went wrong on our side: error {number}. The server's log has the details. Nothing that was saved "
        "is lost. Reload the page, and if it happens again, report it with this number.",
        icon=":material/bug_report:",
    )
    return True


def routes() -> list[Route]:
    """The addresses beside Streamlit's own: `watch`, which browsers ask how far a training is."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return [Route(f"/{base}/watch" if base else "/watch", _watch)]


async def _watch(request: Request) -> Response:
    """What is new since `seen` of the run `run`, as JSON; 204 where nothing is."""
    others = importlib.import_module("emocore.ui.train.others")  # Its component belongs to a server that runs
    run_id = request.query_params.get("run", "")
    news: bytes | None = await others.answer(run_id if is_id(run_id) else "", request.query_params.get("seen", ""))
    kept = {"Cache-Control": "no-store"}
    return Response(status_code=204, headers=kept) if news is None else Response(news, 200, kept, "application/json")


def _tidy() -> None:
    if not settings.can_write():
        log.warning("%s It is %s", files.READ_ONLY, settings.data_dir())
        return
    library.sweep()
    recently_deleted.sweep()
    jobs.sweep()


def _warm_up() -> None:
    """Make the default dataset if it is missing, hand over work that still waits, load what pages need."""

    if settings.can_write():
        library.ensure_drawn()
    if store.live() or jobs.queued():
        client.warm()
    for module in WARM:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # Else every collection walks a quarter of a million objects that never go away
