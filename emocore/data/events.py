"""What an import tells while and after it works: progress, warnings, and files left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a long piece of work is: `done` of `total`, and a short sentence that says at what."""

    done: int
    total: int
    message: str


@dataclass(frozen=True)
class Note:
    """A warning: the work went on. `code` is a short stable word, `message` a sentence for the screen."""

    code: str
    message: str


@dataclass(frozen=True)
class Skipped:
    """A file (or a row of a table) that was left out, and why."""

    file: str
    reason: str
