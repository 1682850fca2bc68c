"""The data card tells what is known, says what is not, and lets nobody's name become markup."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from emocore.audit import data_card
from emocore.audit.data_card import Words
from emocore.audit.document import Document, Grid, Text
from emocore.audit.finding import Finding
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import drafts, second_opinion
from emocore.data.editing.drafts import LABEL, Mark
from emocore.data.editing.second_opinion import Plan
from emocore.errors import EmoError

LEAK = Finding("train_test_leak", "high", "4 pairs reach across.", "It flatters.", "Move them.", ("a",), 4)
NOISE = Finding("imbalance", "low", "Classes differ.", "Look at each.", "Weigh.", (), 1)


class Read(NamedTuple):
    """A section's sentences, and its table with the head first."""

    message: tuple[str, ...]
    table: list[tuple[str, ...]]


def section(card: Document, title: str) -> Read:
    blocks = next(found.blocks for found in card.sections if found.title == title)
    grids = [block for block in blocks if isinstance(block, Grid)]
    message = tuple(block.message for block in blocks if isinstance(block, Text))
    return Read(message, [line for grid in grids for line in (grid.header, *grid.rows)])


def test_counts_are_those_of_the_table(faces: Dataset) -> None:
    found = section(data_card.make(faces), "What is in it")
    head, *rows = found.table
    assert head == ("class", "train", "test", "all", "share")
    assert rows == [(emotion, "24", "8", "32", "25.0%") for emotion in faces.classes]
    assert f"128 images of 48x48 gray pixels, {faces.table['family'].nunique()} different pictures" in found.message[0]
    ages = section(data_card.make(faces), "Attribute: age")
    assert sum(int(row[1]) for row in ages.table[1:]) == len(faces)
    assert ages.message[0].startswith("Perceived, as labeled")


def test_a_licence_is_told_as_a_claim_of_somebody(faces: Dataset) -> None:
    message = section(data_card.make(faces), "Source and license").message
    assert "License: MIT, the same as this program. Stated by: the authors of this program." in message


def test_faces_from_the_web_say_that_nobody_was_asked(small_faces: Dataset) -> None:
    from dataclasses import replace

    library.save(replace(small_faces, name="report"), provenance="Imported from report_dataset.zip")
    message = " ".join(section(data_card.make(library.load("report")), "Source and license").message)
    assert "CC0 1.0 (public domain). Stated by: the person who uploaded the copy to Kaggle" in message
    assert "were not asked" in message


def test_findings_are_listed_the_worst_first(faces: Dataset) -> None:
    card = data_card.make(faces, [NOISE, LEAK])
    assert [row[1] for row in section(card, "Known problems").table[1:]] == ["Train test leak", "Imbalance"]
    assert section(data_card.make(faces), "Known problems").message[0].startswith("Not checked yet.")
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
    assert section(data_card.make(faces), "Uses it is not intended for").message == (data_card.STANDARD.not_intended,)
    data_card.write(faces.name, Words(), "Ada")
    assert section(data_card.make(faces), "Intended use").message == (data_card.STANDARD.intended,)
    with pytest.raises(EmoError, match="more than 2000 characters"):
        data_card.write(faces.name, Words(source="x" * 2001), "Ada")
