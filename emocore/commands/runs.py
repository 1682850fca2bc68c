"""Commands of `python -m emocore` that take whole runs along and bring them in; arguments in, values out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_parsers(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Tell the parser what each of these commands takes."""
    pack = command("pack", "Write whole runs and their tables as a zip.")
    pack.add_argument("path", type=Path)
    pack.add_argument("runs", nargs="+", metavar="RUN")
    unpack = command("unpack", "Bring in runs from elsewhere, a folder or a zip, after every check.")
    unpack.add_argument("path", type=Path)


def _pack(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.exchange import run_zip
    from emocore.files import write_bytes
    from emocore.runs import store

    write_bytes(asked.path, run_zip.packed([store.read(run_id) for run_id in asked.runs]))
    return {"runs": asked.runs, "file": str(asked.path)}


def _unpack(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.exchange import run_zip

    return {"runs": run_zip.admit_path(asked.path)}


COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {"pack": _pack, "unpack": _unpack}
