"""Errors that the person at the screen can act on, and the boundary where all others become one."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("emocore")


class EmoError(Exception):
    """A mistake that the person at the screen can mend.

    `message` is one clear sentence: what is wrong, with its number, and what to do.
    `code` is a short stable word for programs and tests, such as "too_many_pixels".
    `field` is the setting that the message is about, such as "learning_rate", or "".
    """

    def __init__(self, message: str, code: str = "mistake", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


def logged(error: BaseException, doing: str) -> str:
    """Log an error that nobody foresaw, with its traceback; gives the id that finds it in the log."""
    number = secrets.token_hex(4)
    log.error("error %s: %s", number, doing, exc_info=error)
    return number


@contextmanager
def reading(shown: str, remedy: str = "Save the file again, or choose another one.") -> Iterator[None]:
    """The boundary around every reader of something from outside: it lets nothing but an EmoError out.

    shown: the file as a message shows it. What no reader foresaw is logged, and the sentence (code "unreadable_file")
    says its id.
    """
    try:
        yield
    except EmoError:
        raise
    except Exception as error:
        number = logged(error, f"reading {shown}")
        message = f"{shown}: it cannot be read, for a reason that this program did not foresee (error {number} in the"
        raise EmoError(f"{message} log). {remedy}", "unreadable_file") from error
