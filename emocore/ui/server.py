"""What the server does beside drawing pages: warm up at its start, turn errors into sentences."""

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

from emocore import files, settings
from emocore.data import library
from emocore.engine import client, jobs
from emocore.errors import EmoError, logged
from emocore.runs import recently_deleted, store
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
    """Show an EmoError as its sentence; anything else is logged and shown as a short apology."""
    if isinstance(error, EmoError):
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return True
    number = logged(error, "a page failed")
    st.error(
        f"Something went wrong on our side: error {number}. The server's log has the details. Nothing that was saved "
        "is lost. Reload the page, and if it happens again, report it with this number.",
        icon=":material/bug_report:",
    )
    return True


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
