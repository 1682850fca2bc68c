"""Checking a dataset and mending it, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import versions
from tests.browser.conftest import Server, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def same_laboratory(server: Server, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This test writes what the server reads."""
    assert laboratory
    monkeypatch.setitem(os.environ, "EMOCORE_DATA", str(server.data))


@pytest.fixture
def twinned(same_laboratory: None, small_faces: Dataset) -> Dataset:
    """Drawn faces with an exact and a near copy of two training faces in test, as `twinned`."""
    images, table = np.array(small_faces.images), small_faces.table.drop(columns="family")
    train, test = (
        np.flatnonzero((table["split"] == part) & (table["emotion"] == "happy")) for part in ("train", "test")
    )
    noise = np.random.default_rng(3).normal(0, 8, (48, 48))
    images[test[0]] = images[train[0]]
    images[test[1]] = np.clip(images[train[1]] + noise, 0, 255).astype(np.uint8)
    library.save(assemble("twinned", images, table))
    return library.load("twinned")


def test_check_keep_a_pair_together_and_undo(page: Page, server: Server, twinned: Dataset) -> None:
    sign_in(page, "Ada")
    page.goto(f"{server.url}/check?dataset=twinned")
    page.get_by_role("button", name="Check twinned").click()
    expect(page.get_by_text("1 pair of identical images in different parts")).to_be_visible(timeout=60_000)
    page.get_by_text("1 pair of nearly identical images").click()
    pair = page.locator("[class*=st-key-check-near_twins_across_splits-1-]").filter(has=page.locator("img")).first
    expect(pair.locator("img")).to_have_count(2)
    expect(pair.get_by_text("Near copy").or_(pair.get_by_text("Same photo"))).to_be_visible()
    pair.get_by_role("button", name="Keep together").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 images are now kept together in 1 group")).to_be_visible()
    assert versions.all_versions("twinned")[0].number == 1
    dialog.get_by_role("button", name="Keep together").click()
    expect(page.get_by_text("Version 2 saved")).to_be_visible()
    expect(page.get_by_text("These findings are about version 1")).to_be_visible()
    assert library.load("twinned").table["family"].nunique() == twinned.table["family"].nunique() - 1

    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. Version 3 is the same as version 1")).to_be_visible()
    assert library.load("twinned").table["family"].tolist() == twinned.table["family"].tolist()
