"""The report again as a whole: its rows in their order, its story in short, and both as a page of docs/."""

from __future__ import annotations

import difflib
import re
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
from emocore.reproduction.rows import HERE, ITS, OURS, REPORT, VERDICTS, Row, Score
from emocore.wording import between, minute

ADDED = network_items.DATA_ROWS | network_items.NETWORK_ROWS | score_items.ADDED | bias_items.ADDED
"""Item -> what adds its numbers; the others are the same whatever was measured."""
OTHER_NAMES = {"table 6.5": "figure 6.4", "table 8.1": "figure 8.1", "section 6.13": "section 6.1.3", "6.13": "6.1.3"}
"""What people call an item -> the report's own name for it, both without capitals."""
SHORT = {"fig.": "figure", "fig": "figure", "tab.": "table", "sec.": "section", "sec": "section", "§": "section"}


@cache
def items() -> tuple[Row, ...]:
    """All items without numbers. Their words stand in items.toml."""
    found = tomllib.loads(Path(__file__).with_name("items.toml").read_text(encoding="utf-8"))["item"]
    return tuple(
        Row(item=one.pop("id"), **one | {name: tuple(one.get(name, ())) for name in ("needs", "networks")})
        for one in map(dict, found)
    )


def named(name: str) -> tuple[Row, ...]:
    """The items of a name: "Figure 4.1", "4.1" for all of that number, "chapter 8", or "all"; without regard to case.

    Raises EmoError "no_item" with the names that are most like it.
    """
    asked = _plain(name)
    if asked == "all":
        return items()
    asked = OTHER_NAMES.get(asked, asked)
    names = {_plain(one.item): one for one in items()}
    if asked in names:
        return (names[asked],)
    number = asked.removeprefix("chapter ")
    found = tuple(one for plain, one in names.items() if number and number == plain.partition(" ")[2])
    if found := found or tuple(one for one in items() if one.chapter.partition(".")[0] == number):
        return found
    near = difflib.get_close_matches(asked, [*names, *OTHER_NAMES], 5, 0.5)
    alike = dict.fromkeys(names[OTHER_NAMES.get(one, one)].item for one in near if OTHER_NAMES.get(one, one) in names)
    hint = f"Nearest are {wording.listing(list(alike))}." if alike else "Name one such as Figure 4.1 or Section 6.5."
    raise EmoError(f"The report has no item {name!r}. {hint} With all you get every item.", "no_item")


def _plain(name: str) -> str:
    """A name without capitals and commas, its kind in full: fig.4.1 is figure 4.1."""
    words = re.sub(r"^([a-z]+\.?|§)(?=\d)", r"\1 ", " ".join(name.casefold().replace(",", " ").split())).split()
    return " ".join(SHORT.get(word, word) for word in words)


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
    "A student report trains small neural networks (CNNs) to sort 1,600 gray pictures of faces, of 48x48 pixels, into "
    "four classes: focused, happy, neutral and surprised. A network learns from the training part and is then judged "
    "by its accuracy on other pictures: the share that it gets right. Guessing gets 0.25. A bracket behind a number of "
    "ours is its 95% interval."
)


def _leak(results: Results) -> str:
    paragraph = (
        "At first the report finds an accuracy of 0.899 (1,726 of 1,920 right). But each picture had been copied into "
        "eight variants (upside down, rotated, darker and so on) before the pictures were split into parts. So the "
        "network was judged on pictures of which it had seen other variants in training. This is a leak: such a score "
        "measures memory."
    )
    if found := results.values.get("matcher"):
        paragraph += (
            " A simple matcher shows it. It learns nothing and gives each picture the label of the most similar "
            f"training picture. With the report's split its accuracy is {wording.score(found['leaked']['mean'])}, and "
            f"on pictures that are really new {wording.score(found['honest']['mean'])}."
        )
    if score := results.score(FIRST, "report-main"):
        paragraph += f" The report's network, trained again in the report's way, gets {_short(score)}."
    return paragraph


def _mended(results: Results) -> str:
    paragraph = (
        "The report finds the leak itself, late, in its chapter 7. It then splits the pictures before it copies them, "
        "and its accuracy falls to 0.696 (281 of 404 right). One flaw remains: the test pictures, on which the network "
        "is judged, also decide when training stops."
    )
    if its := results.score(FIXED, "report-final"):
        paragraph += f" The report's final network, trained again in this way, gets {_short(its)}."
        sound = results.score(SOUND, "report-final")
        paragraph += f" Where the test pictures decide nothing, it gets {_short(sound)}." if sound else ""
    return paragraph + " So about 70 of 100 new pictures are sorted right. The rest of the 0.899 was memory."


def _folds(results: Results) -> str:
    paragraph = (
        "In cross-validation the pictures are divided into ten folds, and each fold is judged by a network that was "
        "trained on the other nine. Here the report finds 0.492 on average, far below 0.696, and calls the model "
        "stable. Three faults lower every fold. First, the training pictures were not shuffled, so the network sees "
        "one class after another and ends on the same one each time. Second, half of the judged pictures are copies "
        "turned upside down. Third, training keeps the last weights instead of the best."
    )
    its, sound = results.folds(TEN), results.folds(SOUND)
    if its and sound:
        paragraph += (
            f" Repeated in the report's way we get {_short(its)} ({its.trainings}), and without the faults "
            f"{_short(sound)}."
        )
    if causes := results.causes():
        last = wording.listing([f"{100 * abs(one.last_in):.0f}" for one in causes.found.causes])
        alone = max(abs(one.first_in) for one in causes.found.causes)
        paragraph += (
            f" No fault explains the fall alone: by itself, none changes the accuracy by more than {100 * alone:.0f} "
            f"points. But where the other two are present, they cost {last} points, in this order (means over "
            f"{wording.counted(causes.folds, 'fold')})."
        )
    return paragraph


def _impossible() -> str:
    counts = printed_counts(numbers.BIAS)
    by_age, by_gender = (sum(counts[name][0] or 0 for name in pair) for pair in (("young", "old"), ("male", "female")))
    return (
        f"The report's table of scores by group adds up to {by_age} right answers by age, but to {by_gender} by "
        "gender, for the same 404 pictures. One network cannot give both. The program shows why: it normalized the "
        "pictures of each group by the mean of that group, so the network saw different values of the same picture. "
        "In a later file, the accuracies of male and of female fit no whole number of right answers."
    )


def _bias() -> str:
    counts = {name: [right or 0, n or 0] for name, (right, n) in printed_counts(numbers.BIAS).items()}
    gaps = [gap(counts, attribute).rpartition(", ")[0] for attribute in ("age", "gender")]
    return (
        "The report concludes that the network is better on pictures of young and of male faces. The printed gaps are "
        f"{gaps[0]} by age and {gaps[1]} by gender. Both intervals contain 0, so chance alone could make such gaps, "
        "and neither verdict stands. This does not mean that there is no gap: with so few pictures nobody can tell."
    )


def _short(score: Score) -> str:
    return f"{wording.score(score.value)} {between((score.low, score.high))}"


PATH = settings.CHECKOUT / "docs" / "report-rerun.md"
HEAD = """\
# The report, re-run

Written by `python -m emocore reproduce all --docs`; do not edit. Every figure, table and section of the report stands
under its own name, with three kinds of numbers: what the report prints, ours under the report's protocol, and ours
under the corrected protocol. The report's protocol is its own way to split, augment, stop and normalize, flaws
included. Under the corrected protocol, copies of a picture stay on one side of the split, a validation part decides
when training stops, the best weights are kept, and the test part is used for no choice. A bracket is a 95% interval
over images (Clopper and Pearson), or over folds (Nadeau and Bengio) where that is wider. It does not cover other
seeds."""


def text(results: Results) -> str:
    """The whole document."""
    made = f"Measured up to {minute(results.made)} UTC." if results.made else "Nothing was trained for it yet."
    parts = [HEAD, made, "## In short", *(f"**{head}.** {sentence}" for head, sentence in story(results))]
    rows = [row(one, results) for one in items()]
    given = {one.verdict for one in rows}
    meanings = (f"- **{name}**: {meaning}" for name, meaning in VERDICTS.items() if name in given)
    parts += ["## What the verdicts mean", *meanings]
    for chapter in chapters():
        parts += [f"## {chapter}", *(_item(one) for one in rows if one.chapter == chapter)]
    return "\n\n".join(parts).replace("\n\n- **", "\n- **") + "\n"


def write(results: Results, path: Path = PATH) -> Path:
    """Write the document."""
    write_bytes(path, text(results).encode())
    return path


def _item(row: Row) -> str:
    lines = [f"### {row.item}: {row.title}", "", f"{row.shows} **{row.verdict.capitalize()}.** {row.reason}", ""]
    statements = ((REPORT, row.report), (ITS, row.its), (HERE, row.corrected))
    lines += [f"- {name}: {words}" for name, words in statements if words]
    if row.numbers:
        lines += ["", f"| | {REPORT} | {ITS} | {OURS} |", "|---|---|---|---|"]
        lines += [f"| {one.what} | {one.report} | {one.its} | {one.corrected} |" for one in row.numbers]
    return "\n".join(lines)
