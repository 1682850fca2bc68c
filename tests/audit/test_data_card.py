"""The data card tells what is known, says what is not, and lets nobody's name become markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from emocore.audit import data_card
from emocore.audit.data_card import Card, Section, Words
from emocore.audit.finding import Finding
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import drafts, second_opinion
from emocore.data.editing.drafts import LABEL, Mark
from emocore.data.editing.second_opinion import Plan
from emocore.errors import EmoError

LEAK = Finding("train_test_leak", "high", "4 pairs reach across.", "It flatters.", "Move them.", ("a",), 4)
NOISE = Finding("imbalance", "low", "Classes differ.", "Look at each.", "Weigh.", (), 1)


def section(card: Card, title: str) -> Section:
    return next(found for found in card.sections if found.title == title)


def test_counts_are_those_of_the_table(faces: Dataset) -> None:
    found = section(data_card.make(faces), "What is in it")
    head, *rows = found.table
    assert head == ("class", "train", "test", "all", "share")
    assert rows == [(emotion, "24", "8", "32", "25.0%") for emotion in faces.classes]
    assert f"128 images of 48x48 grey pixels, {faces.table['family'].nunique()} different pictures" in found.message[0]
    ages = section(data_card.make(faces), "Attribute: age")
    assert sum(int(row[1]) for row in ages.table[1:]) == len(faces)
    assert ages.message[0].startswith("Perceived, as labelled")


def test_a_licence_is_told_as_a_claim_of_somebody(faces: Dataset) -> None:
    message = section(data_card.make(faces), "Provenance and licence").message
    assert "Licence: As this program (MIT), as claimed by the authors of this program." in message


def test_faces_from_the_web_say_that_nobody_was_asked(small_faces: Dataset) -> None:
    from dataclasses import replace

    library.save(replace(small_faces, name="report"), provenance="Imported from report_dataset.zip")
    message = " ".join(section(data_card.make(library.load("report")), "Provenance and licence").message)
    assert "CC0 1.0 (public domain), as claimed by whoever uploaded the copy to Kaggle" in message
    assert "were not asked" in message


def test_findings_are_listed_the_worst_first(faces: Dataset) -> None:
    card = data_card.make(faces, [NOISE, LEAK])
    assert [row[1] for row in section(card, "Known problems").table[1:]] == ["train_test_leak", "imbalance"]
    assert section(data_card.make(faces), "Known problems").message[0].startswith("Not checked.")
    assert section(data_card.make(faces, ()), "Known problems").message == ("The check found nothing.",)


def test_agreement_and_versions_are_told(faces: Dataset) -> None:
    assert "Not measured" in section(data_card.make(faces), "Agreement").message[0]
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    for place, first in enumerate(drawn.first):
        second_opinion.answer(drawn, "Bob", place, first)
    drafts.mark(faces, "Ada", Mark(LABEL, tuple(faces.table["id"][:2]), "happy"))
    drafts.save(faces.name, "Ada", "second look")
    card = data_card.make(library.load(faces.name))
    assert "Cohen's kappa 1.000" in section(card, "Agreement").message[0]
    assert [row[0] for row in section(card, "Versions").table] == ["version", "2", "1"]


def test_what_people_write_is_kept_and_a_blank_goes_back(faces: Dataset) -> None:
    data_card.write(faces.name, Words(intended="A lesson on bias."), "Ada")
    assert section(data_card.make(faces), "Intended use").message == ("A lesson on bias.",)
    assert section(data_card.make(faces), "Not intended use").message == (data_card.STANDARD.not_intended,)
    data_card.write(faces.name, Words(), "Ada")
    assert section(data_card.make(faces), "Intended use").message == (data_card.STANDARD.intended,)
    with pytest.raises(EmoError, match="more than 2000 characters"):
        data_card.write(faces.name, Words(source="x" * 2001), "Ada")


class Tags(HTMLParser):
    """Collects the tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for key, value in attrs if key in ("src", "href", "onerror", "onclick")]


EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) `a` | *b* \u202e"


def test_the_page_is_whole_by_itself_and_no_name_becomes_markup() -> None:
    card = Card(EVIL, (Section(EVIL, (EVIL,), ((EVIL, "n"), (EVIL, "1"))),))
    page = Tags()
    page.feed(data_card.as_html(card))
    assert page.tags == {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th", "td"}
    assert page.links == []
    assert "\u202e" not in data_card.as_html(card)


def test_markdown_escapes_what_would_be_markup() -> None:
    text = data_card.markdown(Card(EVIL, (Section("a", (EVIL,), (("x", "y"), (EVIL, "1"))),)))
    assert "<script" not in text.replace(r"\<", "")
    assert r"\[x\]\(javascript" in text
    table = [line for line in text.splitlines() if line.startswith("| ") and "script" in line]
    assert [line.replace(r"\|", "").count("|") for line in table] == [3]
