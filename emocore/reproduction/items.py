"""Every figure, table and section of the report, in its own order, with what stands beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from emocore.errors import EmoError
from emocore.reproduction import bias_items, data_items, network_items, score_items
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Row

ADDED = data_items.ADDED | network_items.ADDED | score_items.ADDED | bias_items.ADDED
"""Item -> what adds its numbers; the others are the same whatever was measured."""
OTHER_NAMES = {"table 6.5": "Figure 6.4", "table 8.1": "Figure 8.1", "section 6.13": "Section 6.1.3"}
"""What people call an item -> the report's own name for it."""


@cache
def items() -> tuple[Row, ...]:
    """All items without numbers. Their words stand in items.toml."""
    found = tomllib.loads(Path(__file__).with_name("items.toml").read_text(encoding="utf-8"))["item"]
    return tuple(Row(item=one.pop("id"), **one | {"needs": tuple(one.get("needs", ()))}) for one in map(dict, found))


def named(name: str) -> tuple[Row, ...]:
    """One item by its name, without regard to case, or "all". Raises EmoError "no_item" naming those of its kind."""
    if name.casefold() == "all":
        return items()
    wanted = OTHER_NAMES.get(name.casefold(), name).casefold()
    if found := tuple(one for one in items() if one.item.casefold() == wanted):
        return found
    kind = name.split(" ")[0].casefold()
    alike = [one.item for one in items() if one.item.casefold().startswith(kind)] or [one.item for one in items()]
    raise EmoError(f"The report has no {name!r}. Use all, or one of: {', '.join(alike)}.", "no_item")


def row(item: Row, results: Results) -> Row:
    """An item with its numbers."""
    add = ADDED.get(item.item)
    return add(results, item) if add else item


def chapters() -> tuple[str, ...]:
    """The chapters in order."""
    return tuple(dict.fromkeys(one.chapter for one in items()))
