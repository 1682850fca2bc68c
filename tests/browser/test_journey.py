"""What a person does in the browser, from data to an answer."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from emocore.data.drawn import dataset
from emocore.exchange import dataset_zip
from tests.browser.conftest import Server, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def small_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real zip of drawn faces, with a stray text file among them."""
    import zipfile

    path = tmp_path_factory.mktemp("files") / "small.zip"
    with path.open("wb") as file:
        dataset_zip.export_zip(dataset.drawn_faces(seed=5, planted=False), file)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("train/happy/notes.png", b"this is no picture")
    return path


def test_import_a_zip_and_read_what_was_left_out(page: Page, server: Server, small_zip: Path) -> None:
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.locator("input[type=file]").first.set_input_files(small_zip)
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("Detected format: class folders")).to_be_visible(timeout=60_000)
    page.get_by_role("textbox", name="Name of the dataset").first.fill("small")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("1,600 images imported as small")).to_be_visible(timeout=60_000)
    page.get_by_text("3 files skipped").click()
    expect(page.get_by_text("small, 1,600 images")).to_be_visible()
    assert "dataset=small" in page.url
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text('There is already a dataset "small"')).to_be_visible()


def test_train_watch_refresh_and_stop(page: Page, browser: Browser, server: Server) -> None:
    sign_in(page, "Ada")
    page.goto(f"{server.url}/train")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("running").first).to_be_visible(timeout=60_000)
    expect(page.locator(".plot svg")).to_have_count(2, timeout=90_000)
    address = page.url
    assert "run=report-final-" in address
    page.reload()
    expect(page.get_by_text("by Ada")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    other = browser.new_context().new_page()
    other.goto(address)
    expect(other.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Home").click()
    # Until a page has come the old one stays to be seen, and Streamlit drops a click on what it is about to replace.
    expect(page.get_by_role("heading", name="MindAIlytics", exact=True)).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped on request")).to_be_visible(timeout=15_000)
    expect(other.get_by_text("Stopped on request")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Use as model")).to_be_enabled()
    other.context.close()


def test_upload_a_photograph_and_get_an_answer(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/predict")
    faces = dataset.drawn_faces(seed=6, planted=False).images
    photo = io.BytesIO()
    Image.fromarray(faces[0]).resize((640, 640)).convert("RGB").save(photo, "JPEG")
    page.locator("input[type=file]").set_input_files(
        [
            {"name": "me <b>.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()},
            {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture"},
        ]
    )
    expect(
        page.get_by_text("ooks like images labeled").or_(page.get_by_text("most like images labeled"))
    ).to_be_visible(timeout=60_000)
    expect(page.get_by_text("me <b>.jpg", exact=True).last).to_be_visible()
    expect(page.get_by_alt_text("Input of the network")).to_be_visible()
    expect(page.get_by_text("broken.png").last).to_be_visible()
    page.get_by_role("tab", name="An example").click()
    page.get_by_text("Show its label").click()
    expect(page.get_by_text("The label in the dataset is")).to_be_visible(timeout=30_000)


def test_a_deleted_dataset_comes_back(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/data?dataset=drawn-faces")
    page.get_by_role("tab", name="Export and delete").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download drawn-faces as a zip").click()
    assert Path(download.value.path()).stat().st_size > 500_000
    page.get_by_role("button", name="Delete drawn-faces").first.click()
    page.get_by_role("button", name="Yes, delete drawn-faces").click()
    expect(page.get_by_text("drawn-faces was deleted")).to_be_visible()
    expect(page.get_by_role("button", name="Yes, delete")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("drawn-faces, 1,600 images")).to_be_visible()
