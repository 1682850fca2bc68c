"""A card for a dataset: where it comes from, what is in it, what is wrong with it, and what it is not for.

Questions after "Datasheets for Datasets" (Gebru and others 2021). What the program can find out it fills in;
what only people know they write, kept beside the dataset in card.json.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from emocore import files, records
from emocore.audit import document
from emocore.audit.document import Document, Grid, Section, Text
from emocore.audit.finding import Finding, ranked
from emocore.data import library
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import journal, second_opinion, versions
from emocore.data.library import Summary
from emocore.data.names import PERCEIVED, plain, shown_path
from emocore.errors import EmoError
from emocore.wording import counted, per_cent

LONGEST = 2000
MOST_VALUES = 12


@dataclass(frozen=True)
class Words:
    """What people write into a card. licence is a claim; claimed_by says whose."""

    source: str = ""
    collected: str = ""
    licence: str = ""
    claimed_by: str = ""
    labelled: str = ""
    intended: str = ""
    not_intended: str = ""


STANDARD = Words(
    intended="Learning how networks for facial expressions are trained and evaluated, and how they fail.",
    not_intended=(
        "Making decisions about people. Inferring what somebody feels: a label only says what a picture looked like "
        "to the person who labeled it. Emotion recognition in schools and at work is forbidden in the EU (AI Act, "
        "Art. 5). Identifying people."
    ),
)
DRAWN = Words(
    source="Drawn by this program from random numbers. Nobody was photographed.",
    collected="Generated. The same seed gives the same images.",
    licence="MIT, the same as this program",
    claimed_by="the authors of this program",
    labelled="The label is the expression that was drawn. A few wrong labels were added on purpose.",
)
SCRAPED = Words(
    source="FER2013 or a selection of it. The report cites kaggle.com/datasets/ananthu017/emotion-detection-fer.",
    collected="Faces from a web image search (FER2013, 2013), cropped to 48x48 gray pixels. The people shown "
    "were not asked.",
    licence="CC0 1.0 (public domain)",
    claimed_by="the person who uploaded the copy to Kaggle (the photographers and the people shown were not asked)",
)
LABELLED_BY_THE_REPORT = (
    "The labels are those of FER2013. One team checked them together and chose the focused images from neutral. "
    "Perceived age (young, old) and gender (female, male) were annotated by the team with the VGG Image Annotator "
    "(report, section 3)."
)


def words(name: str) -> Words:
    """What people wrote about a dataset, over what the program knows; a damaged file counts as nothing written."""
    summary = library.summary(name)
    given = STANDARD
    if name == library.DRAWN:
        given = _over(STANDARD, DRAWN)
    elif {"happy", "neutral", "surprised"} <= set(summary.classes) and re.search(
        r"fer|emotion|report", name + summary.provenance, re.I
    ):
        given = _over(STANDARD, SCRAPED)
        given = replace(given, labelled=LABELLED_BY_THE_REPORT) if "focused" in summary.classes else given
    path = library.home(name) / "card.json"
    with suppress(EmoError):
        return _over(given, records.read(Words, path))
    return given


def write(name: str, wanted: Words, who: str) -> None:
    """Keep what a person wrote; a blank goes back to what the program says. Raises EmoError "no_name" or "too_long"."""
    kept = Words(**{key: plain(value).strip() for key, value in asdict(wanted).items()})
    if too_long := [key for key, value in asdict(kept).items() if len(value) > LONGEST]:
        raise EmoError(f"{too_long[0]} has more than {LONGEST} characters. Shorten it.", "too_long")
    files.write_json(library.home(name) / "card.json", asdict(kept))
    journal.append_note(name, who, "Data card written")


def make(dataset: Dataset, findings: Sequence[Finding] | None = None, found_at: str = "") -> Document:
    """The card of a saved dataset. findings: what a check found, None without a check; found_at: when and on what."""
    summary, people = library.summary(dataset.name), words(dataset.name)
    sections = (
        _provenance(summary, people),
        _contents(dataset, summary),
        *_groups(dataset),
        _problems(findings, found_at),
        _labels(dataset, people),
        _section("Agreement", _agreement(dataset.name)),
        _history(dataset.name),
        _section("Intended use", (people.intended or "Not stated yet.",)),
        _section("Uses it is not intended for", (people.not_intended or "Not stated yet.",)),
    )
    return Document(f"Data card: {dataset.name}", sections)


def as_html(card: Document) -> str:
    """The card as one page that follows the reader's choice of light or dark."""
    return document.as_html(card, STYLE)


STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; padding: 0.25rem 0.75rem; border-bottom: 1px solid #8888; }
p, td { overflow-wrap: anywhere; }
td { min-width: 4.5em; }
"""


def _provenance(summary: Summary, people: Words) -> Section:
    by = f"Stated by: {people.claimed_by}." if people.claimed_by else "Nobody is named as the source of this statement."
    message = [
        f"Source: {people.source or summary.provenance or 'not stated yet'}",
        f"How it was imported: {summary.provenance or 'not known'}, {summary.created[:10]}.",
        f"How it was collected: {people.collected or 'not stated yet'}",
        f"License: {people.licence}. {by}"
        if people.licence
        else "License: none is stated. Ask before you share this dataset.",
    ]
    return _section("Source and license", (*message, *(f"On import: {note}" for note in summary.notes)))


def _contents(dataset: Dataset, summary: Summary) -> Section:
    originals = int((dataset.table["parent"] == "").sum())
    copies = f" (including {len(dataset) - originals:,} flipped copies)" if originals < len(dataset) else ""
    pictures = dataset.table["family"].nunique()
    splits = [split for split in ("train", "validation", "test", "") if split in summary.counts]
    head = ("class", *(split or "not split" for split in splits), "all", "share")
    rows = []
    for emotion in dataset.classes:
        counts = [summary.counts[split].get(emotion, 0) for split in splits]
        rows.append((emotion, *(f"{n:,}" for n in counts), f"{sum(counts):,}", per_cent(sum(counts) / len(dataset), 1)))
    message = (
        f"{counted(len(dataset), 'image')}{copies} of 48x48 gray pixels, {pictures:,} different pictures, in "
        f"{counted(len(dataset.classes), 'class')}. Version {summary.version}, fingerprint {dataset.fingerprint}."
    )
    return _section("What is in it", (message,), (head, *rows))


def _groups(dataset: Dataset) -> list[Section]:
    found = []
    for column in dataset.attributes:
        counts = dataset.table[column].value_counts()
        blank = int(counts.get(UNKNOWN, 0))
        perceived = "Perceived, as labeled. It does not say who a person is. " if column in PERCEIVED else ""
        message = f"{perceived}The value is unknown for {blank:,} of {counted(len(dataset), 'image')}."
        rows = [(str(value), f"{n:,}", per_cent(n / len(dataset), 1)) for value, n in counts.head(MOST_VALUES).items()]
        found.append(_section(f"Attribute: {shown_path(column)}", (message,), (("value", "images", "share"), *rows)))
    return found


def _problems(findings: Sequence[Finding] | None, found_at: str) -> Section:
    if findings is None:
        message = (
            "Not checked yet. The Check page looks for duplicates, leaks, contradicting labels, missing "
            "values and small groups."
        )
        return _section("Known problems", (message,))
    said = (found_at,) if found_at else ()
    if not findings:
        return _section("Known problems", (*said, "The check found nothing."))
    rows = [(one.severity.capitalize(), one.title, one.message, one.why, one.fix) for one in ranked(findings)]
    return _section("Known problems", said, (("severity", "finding", "what", "why it matters", "what to do"), *rows))


def _labels(dataset: Dataset, people: Words) -> Section:
    written = journal.read_guidelines(dataset.name, dataset.classes)
    rows = [(emotion, rule.text or "not stated yet", rule.source) for emotion, rule in written.items()]
    return _section(
        "How the images were labeled", (people.labelled or "Not stated yet.",), (("class", "guideline", "from"), *rows)
    )


def _agreement(name: str) -> tuple[str, ...]:
    message = []
    for found in second_opinion.studies(name):
        try:
            message.append(f"On {found.title}: {second_opinion.measure(found).words()}")
        except EmoError:
            message.append(f"On {found.title}: nobody else has labeled this sample yet.")
    return tuple(message) or ("Not measured. Nobody has labeled a sample a second time without seeing the labels.",)


def _history(name: str) -> Section:
    rows = [(str(one.number), one.time[:10], one.who, one.message, one.reason) for one in versions.all_versions(name)]
    return _section("Versions", (), (("version", "when", "who", "what", "why"), *rows))


def _section(title: str, message: tuple[str, ...], table: tuple[tuple[str, ...], ...] = ()) -> Section:
    """Sentences, then a table, its first row the head, when there is one."""
    return Section(title, (*map(Text, message), *([Grid(table[0], table[1:])] if table else [])))


def _over(given: Words, own: Words) -> Words:
    return replace(given, **{key: value for key, value in asdict(own).items() if value})
