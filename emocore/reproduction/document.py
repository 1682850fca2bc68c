"""The report again as a whole: its rows in their order, its story in short, and both as a page of docs/."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from emocore import settings, wording
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.reproduction import bias_items, network_items, numbers, score_items
from emocore.reproduction.bias_items import gap, printed_counts
from emocore.reproduction.numbers import FIRST, FIXED, SOUND, TEN
from emocore.reproduction.results import Results
from emocore.reproduction.rows import VERDICTS, Row, Score
from emocore.wording import between, minute

ADDED = network_items.DATA_ROWS | network_items.NETWORK_ROWS | score_items.ADDED | bias_items.ADDED
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


def story(results: Results) -> tuple[tuple[str, str], ...]:
    """Heads and sentences for somebody who knows neither the report nor the code; with what was measured so far."""
    return (
        ("What it is", WHAT),
        ("A leak, found late", _leak(results)),
        ("What was left", _mended(results)),
        ("Why the folds collapse", _folds(results)),
        ("Numbers that cannot be", _impossible()),
        ("What is known of bias", _bias()),
    )


WHAT = (
    "A student report trains small neural networks to sort 1,600 gray pictures of faces, 48x48 pixels each, into four "
    "classes: focused, happy, neutral and surprised. Its scores are accuracies: shares of right answers. A bracket "
    "behind a number of ours is its 95% interval."
)


def _leak(results: Results) -> str:
    told = (
        "It first finds 0.899 (1,726 of 1,920 right). But eight variants of each picture (upside down, rotated, "
        "darker) were made before the images were shared out, so the network was judged on pictures of which it had "
        "learned other variants. That is a leak: such a score is of memory."
    )
    if found := results.values.get("matcher"):
        told += (
            " A matcher learns nothing: it gives each image the label of the training image most like it. It gets "
            f"{wording.score(found['leaked']['mean'])} in this way, and {wording.score(found['honest']['mean'])} on "
            "new pictures."
        )
    if score := results.score(FIRST, "report-main"):
        told += f" The network, trained again in the same way, gets {_short(score)}."
    return told


def _mended(results: Results) -> str:
    told = (
        "Chapter 7 of the report finds the leak, splits the pictures before variants are made, and gets 0.696 (281 of "
        "404 right). The test images still decide when training ends."
    )
    if its := results.score(FIXED, "report-final"):
        told += f" The final network, trained again in this way, gets {_short(its)}"
        sound = results.score(SOUND, "report-final")
        told += f"; where the test images decide nothing, it gets {_short(sound)}." if sound else "."
    return told + " So about 70 of 100 new pictures are answered right, and the 0.899 was mostly memory."


def _folds(results: Results) -> str:
    told = (
        "Cross-validation in ten folds then gives 0.492, which the report calls stable. Three things lower every fold: "
        "the batches were not shuffled, so the network sees one class after another; copies turned upside down are "
        "half of what is judged; and the last weights are kept, not the best."
    )
    its, sound = results.folds(TEN), results.folds(SOUND)
    if its and sound:
        told += f" Ours, in the same way: {_short(its)} ({its.of}); with all three corrected: {_short(sound)}."
    if causes := results.causes():
        last = wording.listing([f"{100 * abs(one.last_in):.0f}" for one in causes.found.causes])
        alone = max(abs(one.first_in) for one in causes.found.causes)
        told += (
            f" No single one explains it: alone, none changes more than {100 * alone:.0f} points; where the other two "
            f"are in, they cost {last} points (means of {wording.counted(causes.folds, 'fold')})."
        )
    return told


def _impossible() -> str:
    counts = printed_counts(numbers.BIAS)
    by_age, by_gender = (sum(counts[name][0] or 0 for name in pair) for pair in (("young", "old"), ("male", "female")))
    return (
        f"The table of scores by group has {by_age} right answers by age and {by_gender} by gender, of the same 404 "
        "images. One network cannot give both. The code shows why: the images of each group were scaled by their own "
        "mean, so they were other images each time. In a later file, the accuracies of male and of female fit no "
        "whole number of right answers."
    )


def _bias() -> str:
    counts = {name: [right or 0, n or 0] for name, (right, n) in printed_counts(numbers.BIAS).items()}
    gaps = [gap(counts, attribute).rpartition(", ")[0] for attribute in ("age", "gender")]
    return (
        "The report finds that images of young and of male faces are answered better. The gaps are "
        f"{gaps[0]} by age and {gaps[1]} by gender. Both intervals hold 0, so chance alone could make such gaps, and "
        "neither verdict stands. That there is no gap does not follow: so few images cannot tell."
    )


def _short(score: Score) -> str:
    return f"{wording.score(score.value)} {between((score.low, score.high))}"


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
    for chapter in chapters():
        parts.append(f"## {chapter}" if chapter != "Abstract" else "## Abstract")
        parts += [_item(row(one, results)) for one in items() if one.chapter == chapter]
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
