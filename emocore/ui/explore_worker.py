"""Work that the server must not do itself, done by the engine's quick worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emocore import settings
from emocore.errors import EmoError
from emocore.runs import engine


def ask(function: Callable[..., Any], *arguments: Any, seconds: float = engine.SECONDS_TO_ANSWER) -> Any:
    """What a function of a module gives, computed by the quick worker. Raises EmoError "no_engine"."""
    resources = None if settings.scheduler_address() else {"quick": 1}
    future = engine.connect().submit(function, *arguments, pure=False, priority=10, resources=resources)
    try:
        return future.result(timeout=seconds)
    except TimeoutError as error:
        raise EmoError(
            "The workers are busy and did not answer in time. Try again in a minute.", "no_engine"
        ) from error
