"""Errors that the person at the screen can act on."""

from __future__ import annotations


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
