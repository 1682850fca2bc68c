"""A report as Markdown keeps strange names harmless and its tables whole."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from emocore.audit.model_card import card
from emocore.audit.report_sections import Grid, markdown, sections
from emocore.data.dataset import Dataset
from emocore.figures.report import html
from tests.trained import trained

VOID = {"meta", "br", "img", "hr", "input", "link"}


class Reader(HTMLParser):
    """Open tags, attributes and words of a page; fails where tags do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data + "\n"


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


def test_a_hostile_name_stays_words(faces: Dataset):
    name = '<script>alert("x")</script>|*b*'
    made = card(trained(faces, name=name, owner=name))
    page = read(html(made))
    assert "script" not in page.tags
    assert name in page.words
    text = markdown(made)
    assert "<script" not in re.sub(r"\\.", "", text)
    for section in sections(made):
        for block in section.blocks:
            if isinstance(block, Grid):
                assert all(len(row) == len(block.header) for row in block.rows)


def test_every_line_of_a_markdown_table_has_as_many_cells(faces: Dataset):
    text = markdown(card(trained(faces, name="a|b")))
    lengths: list[set[int]] = [set()]
    for line in text.splitlines():
        if line.startswith("|"):
            lengths[-1].add(len(re.findall(r"(?<!\\)\|", line)))
        elif lengths[-1]:
            lengths.append(set())
    assert all(len(each) == 1 for each in lengths if each)
