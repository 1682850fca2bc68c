"""A report as Markdown keeps strange names harmless and its tables whole."""

from __future__ import annotations

import re

from emocore.audit.document import Grid, as_markdown
from emocore.audit.model_card import card
from emocore.audit.report_sections import report
from emocore.data.dataset import Dataset
from emocore.figures.report import html
from emocore.runs import store
from tests.html_page import read
from tests.trained import trained


def test_a_hostile_name_stays_words(faces: Dataset):
    name = '<script>alert("x")</script>|*b*'
    made = card(trained(faces, name=name, owner=name))
    page = read(html(made))
    assert "script" not in page.tags
    assert name in page.words
    text = as_markdown(report(made))
    assert "<script" not in re.sub(r"\\.", "", text)
    for section in report(made).sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                assert all(len(row) == len(block.header) for row in block.rows)


def test_every_line_of_a_markdown_table_has_as_many_cells(faces: Dataset):
    text = as_markdown(report(card(trained(faces, name="a|b"))))
    lengths: list[set[int]] = [set()]
    for line in text.splitlines():
        if line.startswith("|"):
            lengths[-1].add(len(re.findall(r"(?<!\\)\|", line)))
        elif lengths[-1]:
            lengths.append(set())
    assert all(len(each) == 1 for each in lengths if each)


def test_a_shipped_network_that_nobody_can_train_again_says_so():
    text = as_markdown(report(card(store.read("modern-pretrained"))))
    assert "cannot be trained again here: it learned from modern-wide-student-70f7292f" in text
    assert "| fer2013-seven-before | first weights | modern-wide-student-70f7292f |" in text
    assert "trained again" not in as_markdown(report(card(store.read("report-final"))))
