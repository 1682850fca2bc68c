"""Labeling by keyboard only, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emocore.data import library
from emocore.data.editing import drafts, versions
from tests.browser.conftest import Server, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def same_laboratory(server: Server, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This test reads what the server writes."""
    assert laboratory
    monkeypatch.setitem(os.environ, "EMOCORE_DATA", str(server.data))


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until something of a role and a name has the focus, also inside a component."""
    for _ in range(80):
        page.keyboard.press("Tab")
        for found in page.get_by_role(role, name=name).all():  # type: ignore[arg-type]
            if found.evaluate("made => made.matches(':focus')"):
                return
    raise AssertionError(f"no {role} {name} was reached")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_label_undo_refresh_and_save_by_keyboard_only(page: Page, server: Server) -> None:
    sign_in(page, "Ada")
    page.goto(f"{server.url}/label?class=neutral")
    expect(page.get_by_role("option", name="Face")).to_have_count(24, timeout=60_000)
    tab_to(page, "option", "Face 1, neutral")
    expect(page.get_by_text("a digit labels the current face and moves to the next one")).to_be_visible()
    press(page, "1")
    expect(page.get_by_role("status").get_by_text("1 face: focused. Now face 2")).to_be_attached()
    press(page, "2", "4")  # One after the other, faster than the server answers
    expect(page.get_by_text("Unsaved: 3 images relabeled")).to_be_visible()
    press(page, "Space", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown")
    expect(page.get_by_text("selected", exact=False).first).to_be_visible()
    press(page, "Escape", "Space", "2")
    expect(page.get_by_text("Unsaved: 4 images relabeled")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text("Unsaved: 3 images relabeled")).to_be_visible()
    press(page, "u", "u", "r")
    expect(page.get_by_text("Unsaved: 2 images relabeled")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Unsaved: 2 images relabeled")).to_be_visible(timeout=60_000)
    assert len(drafts.draft(library.DRAWN, "Ada").values(drafts.LABEL)) == 2

    tab_to(page, "button", "Save as version")
    press(page, "Enter")
    expect(page.get_by_text("Version 2 of drawn-faces will have")).to_be_visible()
    expect(page.get_by_text("Relabel test images anyway")).to_be_visible()
    tab_to(page, "checkbox", "Relabel test images anyway")
    press(page, "Space")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_enabled()
    tab_to(page, "button", "Save")
    press(page, "Enter")
    expect(page.get_by_text("Version 2 saved: 2 images relabeled")).to_be_visible(timeout=30_000)
    assert versions.all_versions(library.DRAWN)[0].who == "Ada"
    found = versions.difference(library.DRAWN, 1, 2)
    assert [(edit.old, edit.new) for edit in found] == [(("neutral", "neutral"), ("focused", "happy"))]


def test_a_digit_labels_the_framed_face_before_anything_was_clicked(page: Page, server: Server) -> None:
    sign_in(page, "Bea")
    page.goto(f"{server.url}/label?class=neutral")
    expect(page.get_by_role("option", name="Face")).to_have_count(24, timeout=60_000)
    expect(page.get_by_role("option", name="Face 1, neutral")).to_have_class("cell here")
    press(page, "2")
    expect(page.get_by_text("Unsaved: 1 image relabeled")).to_be_visible()
    expect(page.get_by_role("option", name="Face 2, neutral")).to_be_focused()
    press(page, "u")
    expect(page.get_by_text("No unsaved labels")).to_be_visible()
