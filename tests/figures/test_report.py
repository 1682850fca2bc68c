"""A report as one HTML file needs no network; its small charts hold their numbers."""

from __future__ import annotations

import pytest

from emocore.audit.model_card import Card, card
from emocore.figures import report
from emocore.figures.report import html
from emocore.runs import store
from tests.html_page import read


@pytest.fixture
def shipped() -> Card:
    return card(store.read("report-final"))


def test_it_needs_no_network_and_runs_nothing(shipped: Card):
    page = read(html(shipped))
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in html(shipped)
    assert "@import" not in html(shipped)
    assert len(html(shipped)) < 200_000


def test_it_has_its_charts_with_words_for_those_who_cannot_see_them(shipped: Card):
    page = read(html(shipped))
    assert page.tags.count("svg") == 4
    assert page.tags.count("title") == 5
    assert ("role", "img") in page.attributes
    assert "kept: 25" in page.words


def test_svg_charts_escape_names_and_hold_their_numbers():
    text = report.matrix([[7, 1], [0, 3]], ["<b>", 'a"b'], "M & M")
    assert "<b>" not in text
    assert "M &amp; M" in text
    assert text.count("<rect") == 4
    for number in ("7", "1", "0", "3"):
        assert f">{number}</text>" in text


def test_svg_lines_take_one_epoch_none_or_a_loss_that_is_far_off():
    for values in ([], [0.5], [0.5, 9e9, 0.1]):
        text = report.lines({"train": values, "validation": values}, "Loss")
        assert text.count("<polyline") == 2
        assert "nan" not in text


def test_svg_intervals_of_small_groups_are_grey():
    text = report.forest([("old", 0.5, (0.2, 0.8), 4), ("young", 0.6, (0.5, 0.7), 90)], "Groups")
    assert text.count("#9AA0A6") == 2
    assert "n = 4" in text
