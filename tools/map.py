"""Write docs/map.md: every module with the first line of its docstring, room by room.

    python tools/map.py

A test tells when the map is behind the code.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAP = ROOT / "docs" / "map.md"
ROOMS = {
    "emocore": "The floor that all stand on, and the command line",
    "emocore/data": "Pictures and tables in, one immutable Dataset out; what is in it; its versions",
    "emocore/judge": "Predictions to numbers that a careful person would report",
    "emocore/learn": "Dataset and Recipe to a trained network",
    "emocore/runs": "What was trained: kept, queued, watched",
    "emocore/predict": "One picture to an answer, and why",
    "emocore/audit": "Findings on data, runs and evaluations; cards and reports",
    "emocore/figures": "Numbers to figures",
    "emocore/ui": "What pages show",
    "pages": "One short script a page",
    "benchmarks": "What the README claims, as programs",
    "tools": "Set-up and upkeep",
}


def text() -> str:
    """The whole map as Markdown."""
    parts = [
        "# Map",
        "",
        "Where to look for what. Made by `python tools/map.py` from the first line of each module; do not edit.",
    ]
    for room, caption in ROOMS.items():
        modules = sorted(path for path in (ROOT / room).glob("*.py") if path.name != "__init__.py")
        parts += ["", f"## {room}/", "", f"{caption}.", "", "| module | what it is for |", "|---|---|"]
        parts += [f"| `{path.name}` | {_first_line(path)} |" for path in modules]
    return "\n".join(parts) + "\n"


def _first_line(path: Path) -> str:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


if __name__ == "__main__":
    MAP.write_text(text(), encoding="utf-8")
