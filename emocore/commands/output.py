"""What commands share: no arguments, progress on stderr, and settings written as NAME=VALUE."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from emocore.data.names import plain, shortened
from emocore.errors import EmoError


def no_arguments(_: ArgumentParser) -> None:
    """What a command takes that takes nothing."""


def refuse_path(path: Path) -> None:
    """Raise EmoError "not_found" where no file can be written, before any work."""
    shown = shortened(str(path))
    try:
        if path.is_dir() or not path.parent.is_dir():
            what = f"{shown} is a folder" if path.is_dir() else f"{shortened(str(path.parent))} is no folder"
        else:
            with tempfile.TemporaryFile(dir=path.parent, prefix=f".{path.name}-"):
                return
    except OSError as error:
        what = f"{shown}: {error.strerror}"
    raise EmoError(f"{what}, so nothing can be written there. Use a file in a folder that exists.", "not_found")


def tell(text: str) -> None:
    """A line of progress; stdout is for the result alone."""
    print(text, file=sys.stderr, flush=True)


def name_and_value(text: str, option: str = "--set", example: str = "epochs=3") -> tuple[str, str]:
    """The two sides of NAME=VALUE. Raises EmoError "bad_value"."""
    name, equals, value = text.partition("=")
    if not equals:
        raise EmoError(
            f"{option} {shortened(plain(text))} is not possible. Write NAME=VALUE, such as {example}.".lstrip(),
            "bad_value",
        )
    return name.strip(), value.strip()
