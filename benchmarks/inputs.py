"""Files that benchmarks read and nobody may copy into this repository: faces of others, and tables about them."""

from __future__ import annotations

import os
from pathlib import Path

HOME = "EMOCORE_TEST_DATA"
"""The environment variable that says in which folder they are."""


def path(name: str) -> Path:
    """A file in that folder. Ends the program with what to do where it is missing."""
    home = Path(os.environ.get(HOME, Path(__file__).resolve().parents[2] / "shared" / "data"))
    if not (home / name).exists():
        remedy = f"Put it there, or let {HOME} name its folder. docs/figures.md says what it is."
        raise SystemExit(f"{name} is not in {home}. {remedy}")
    return home / name
