"""docs/report-rerun.md: the page "The report" as one Markdown file."""

from __future__ import annotations

from pathlib import Path

from emocore import settings
from emocore.files import write_bytes
from emocore.reproduction import items
from emocore.reproduction.results import Results
from emocore.reproduction.rows import VERDICTS, Row
from emocore.reproduction.story import story
from emocore.wording import minute

PATH = settings.CHECKOUT / "docs" / "report-rerun.md"
HEAD = """\
# The report, re-run

Written by `python -m emocore reproduce all --docs`; do not edit. Every figure, table and section of the report under
its own name: what it prints, ours under its protocol, ours under the corrected one. A bracket is a 95% interval over
images (Clopper and Pearson), or over folds (Nadeau and Bengio) where that is wider; it does not cover other seeds."""


def text(results: Results) -> str:
    """The whole document."""
    made = f"Measured up to {minute(results.made)} UTC." if results.made else "Nothing was trained for it yet."
    parts = [HEAD, made, "## In short", *(f"**{head}.** {sentence}" for head, sentence in story(results))]
    parts += ["## What the verdicts mean", *(f"- **{name}**: {meaning}" for name, meaning in VERDICTS.items())]
    for chapter in items.chapters():
        parts.append(f"## {chapter}" if chapter != "Abstract" else "## Abstract")
        parts += [_item(items.row(one, results)) for one in items.items() if one.chapter == chapter]
    return "\n\n".join(parts).replace("\n\n- **", "\n- **") + "\n"


def write(results: Results, path: Path = PATH) -> Path:
    """Write the document."""
    write_bytes(path, text(results).encode())
    return path


def _item(row: Row) -> str:
    lines = [f"### {row.item}: {row.title}", "", f"{row.shows} **{row.verdict.capitalize()}.** {row.reason}", ""]
    told = (("Report", row.report), ("Ours, its protocol", row.its), ("Ours, corrected", row.corrected))
    lines += [f"- {name}: {words}" for name, words in told if words]
    if row.numbers:
        lines += ["", "| | report | ours, its protocol | ours, corrected |", "|---|---|---|---|"]
        lines += [f"| {one.what} | {one.report} | {one.its} | {one.corrected} |" for one in row.numbers]
    return "\n".join(lines)
