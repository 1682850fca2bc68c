"""Write docs/map.md: every module with the first line of its docstring, room by room.

    python tools/map.py

A test tells when the map is behind the code.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
MAP = ROOT / "docs" / "map.md"
ROOMS = {
    "emocore": "The floor that all stand on, and the command line",
    "emocore/data": "Pictures and tables as one immutable Dataset, its splits and slices, kept on disk",
    "emocore/data/layouts": "What folders, tables and file names mean: looked at, shown, corrected",
    "emocore/data/reading": "Folders, zips, tables and pictures of strangers in",
    "emocore/data/drawn": "The drawn faces that come with the laboratory",
    "emocore/data/copies": "Copies of one picture: exact, turned, nearly alike",
    "emocore/data/exploring": "What is in a dataset: counts, gray values, maps",
    "emocore/data/editing": "Labels and attributes changed, with a history and versions",
    "emocore/judge": "Predictions to numbers that a careful person would report",
    "emocore/judge/groups": "Scores by group, gaps between groups, and what chance makes",
    "emocore/judge/tables": "Tables in print: the report's layout out, other people's numbers checked",
    "emocore/learn": "Dataset and Recipe to a trained network",
    "emocore/runs": "One training: kept, watched, judged",
    "emocore/runs/experiments": "Several trainings with one question",
    "emocore/predict": "One picture to an answer, and why",
    "emocore/audit": "Findings on data, runs and evaluations; cards and reports",
    "emocore/exchange": "Datasets, models and runs leave and come in",
    "emocore/reproduction": "The report again: its numbers, ours beside them, and why they differ",
    "emocore/engine": "Work in processes of its own",
    "emocore/figures": "Numbers to figures",
    "emocore/commands": "What python -m emocore does",
    "emocore/ui": "What pages show: server, frame and menu",
    "emocore/ui/state": "What is chosen and opened",
    "emocore/ui/parts": "What several pages show",
    **{f"emocore/ui/{page.stem}": f"Page {page.stem}" for page in PAGES if (ROOT / "emocore/ui" / page.stem).is_dir()},
    "pages": "One short script a page",
    "benchmarks": "What docs/figures.md claims, as programs",
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
