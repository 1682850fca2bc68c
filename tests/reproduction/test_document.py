"""docs/report-rerun.md is what the command writes of what ships."""

from __future__ import annotations

from pathlib import Path

from emocore.reproduction import document, items, results
from emocore.reproduction.results import Results


def test_the_document_in_docs_is_up_to_date() -> None:
    message = "Run: python -m emocore reproduce all --known --docs"

    assert document.PATH.read_text(encoding="utf-8") == document.text(results.shipped()), message


def test_every_item_has_a_heading_in_the_order_of_the_report(tmp_path: Path) -> None:
    text = document.write(Results(), tmp_path / "rerun.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("### ").split(":")[0] for line in text.splitlines() if line.startswith("### ")]

    assert headings == [one.item for one in items.items()]
    assert "Nothing was trained for it yet" in text
