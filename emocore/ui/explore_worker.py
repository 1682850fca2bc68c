"""Work that the server must not do itself, done by the engine's worker for long jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emocore.runs import engine


def ask(function: Callable[..., Any], *arguments: Any, seconds: float = engine.SECONDS_TO_ANSWER) -> Any:
    """What a function of a module gives. Raises EmoError "no_engine"."""
    return engine.ask(function, *arguments, seconds=seconds, long=seconds > engine.SECONDS_TO_ANSWER)
