"""Data as people have it, uploaded in a browser: looked at, corrected, read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.public_layouts import LAYOUTS, Files, faces, zipped

pytestmark = pytest.mark.browser


def upload(page: Page, server: Server, path: Path) -> None:
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Look", exact=True).click()


def read_in(page: Page, name: str) -> None:
    page.get_by_role("textbox", name="Name of the dataset").first.fill(name)
    page.get_by_role("button", name="Import", exact=True).click()


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for width in (1400, 390):
            page.set_viewport_size({"width": width, "height": 1500})
            page.wait_for_timeout(700)
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1400, "height": 1000})


@pytest.mark.parametrize("name", ["oulu_casia", "ck_plus", "imagefolder", "exp_w"])
def test_a_public_dataset_is_recognized_before_it_is_read(
    page: Page, server: Server, tmp_path: Path, name: str
) -> None:
    built = LAYOUTS[name]()
    upload(page, server, zipped(tmp_path / f"{name}.zip", built.files))
    expect(page.get_by_text(f"This looks like {built.layout}")).to_be_visible(timeout=60_000)
    shot(page, name)
    read_in(page, name)
    expect(page.get_by_text(f"{sum(built.classes.values())} images imported as {name}")).to_be_visible(timeout=60_000)


def test_a_folder_of_pictures_is_read_like_a_zip_of_it_and_the_page_says_what_comes_next(
    page: Page, server: Server, tmp_path: Path
) -> None:
    for path, content in faces(*(f"my faces/{name}/{n}.png" for name in ("happy", "sad") for n in range(3))).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.get_by_role("radio", name="A folder").click()
    expect(page.get_by_text("A folder with a folder of pictures for each class")).to_be_visible()
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "my faces")
    page.get_by_role("button", name="Look", exact=True).click()

    expect(page.get_by_text("happy: 3, sad: 3")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("textbox", name="Name of the dataset").first).to_have_value("my-faces")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("6 images imported as my-faces")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()


def test_numbers_are_asked_for_and_named_by_the_person(page: Page, server: Server, tmp_path: Path) -> None:
    files: Files = faces(*(f"train/{code}/{n}.png" for code in (1, 4) for n in range(3)))
    upload(page, server, zipped(tmp_path / "numbers.zip", files))
    expect(page.get_by_text("The classes are numbers (1, 4)")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible()
    shot(page, "numbers")
    meaning = page.get_by_role("combobox", name="Numbers mean")
    meaning.scroll_into_view_if_needed()  # A list that opens while the page still scrolls closes at once
    page.wait_for_timeout(1000)
    meaning.click()
    if meaning.get_attribute("aria-expanded") != "true":
        meaning.press("ArrowDown")
    page.get_by_role("option", name="rafdb: 1 surprised").click()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("happy: 3, surprised: 3")).to_be_visible(timeout=60_000)
    read_in(page, "numbers")
    expect(page.get_by_text("6 images imported as numbers")).to_be_visible(timeout=60_000)


def test_a_zip_of_zips_is_refused_by_their_names(page: Page, server: Server, tmp_path: Path) -> None:
    upload(page, server, zipped(tmp_path / "nested.zip", {"a/train.zip": b"PK", "a/test.zip": b"PK"}))
    expect(page.get_by_text("train.zip, test.zip")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
