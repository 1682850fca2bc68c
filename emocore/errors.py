"""Errors that the person at the screen can act on."""

from __future__ import annotations


class EmoError(Exception):
    """A mistake that the person at the screen can mend.

    `says` is one clear sentence: what is wrong, with its number, and what to do.
    `code` is a short stable word for programs and tests, such as "too_many_pixels".
    """

    def __init__(self, says: str, code: str = "mistake") -> None:
        super().__init__(says)
        self.says = says
        self.code = code
