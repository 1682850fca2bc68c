"""A case of the corpus: an input as clumsy or hostile people bring it, and the answer that it should get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPT, WARN, REFUSE = "accept", "warning", "refuse"


@dataclass(frozen=True)
class Case:
    """An input and its answer.

    kind: which reader it is for. name: what the file is called, unique in its kind. expected: ACCEPT, WARN or REFUSE.
    code: of the note or error; "a|b" where either will do. mentions: what its sentence says. content: bytes, or a
    function that gives them, or one that makes a folder at the path it is given; of a value, the value.
    upload_name: what a browser says that the file is called, where no disk could hold that name.
    """

    kind: str
    name: str
    expected: str
    code: str = ""
    mentions: tuple[str, ...] = ()
    content: Any = b""
    upload_name: str = ""

    @property
    def id(self) -> str:
        """Kind and name."""
        return f"{self.kind}/{self.name}"


def written(case: Case, home: Path) -> Path:
    """The case as a file or folder below `home`."""
    path = home / case.kind / case.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return path
    content = case.content
    if isinstance(content, Made):
        content.make(path)
    else:
        path.write_bytes(content() if callable(content) else content)
    return path


@dataclass(frozen=True)
class Made:
    """A file or folder that is made in place: too large for bytes, or something else than a file."""

    make: Callable[[Path], object]
