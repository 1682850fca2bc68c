"""Data as people have it, uploaded in a browser: looked at, corrected, read."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.public_layouts import LAYOUTS, Files, face, faces, zipped

pytestmark = pytest.mark.browser


def upload(page: Page, server: Server, path: Path) -> None:
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Preview", exact=True).click()


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
    expect(page.get_by_text(f"Detected format: {built.layout}")).to_be_in_viewport(timeout=60_000)
    shot(page, name)
    read_in(page, name)
    expect(page.get_by_text(f"{sum(built.classes.values())} images imported as {name}")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Explore this dataset")).to_be_in_viewport()


def test_a_folder_of_pictures_is_read_like_a_zip_of_it_and_the_page_says_what_comes_next(
    page: Page, server: Server, tmp_path: Path
) -> None:
    for path, content in faces(*(f"my faces/{name}/{n}.png" for name in ("happy", "sad") for n in range(3))).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.get_by_role("radio", name="A folder").click()
    expect(page.get_by_text("A folder that contains one folder of pictures for each class")).to_be_visible()
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "my faces")
    page.get_by_role("button", name="Preview", exact=True).click()

    expect(page.get_by_text("happy: 3, sad: 3")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("textbox", name="Name of the dataset").first).to_have_value("my-faces")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("6 images imported as my-faces")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Explore this dataset").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()


def test_numbers_are_asked_for_and_named_by_the_person(page: Page, server: Server, tmp_path: Path) -> None:
    files: Files = faces(*(f"train/{code}/{n}.png" for code in (1, 4) for n in range(3)))
    upload(page, server, zipped(tmp_path / "numbers.zip", files))
    expect(page.get_by_text("The classes are numbers (1, 4)")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible()
    shot(page, "numbers")
    meaning = page.get_by_role("combobox", name="Meaning of class numbers")
    meaning.scroll_into_view_if_needed()  # A list that opens while the page still scrolls closes at once
    page.wait_for_timeout(1000)
    meaning.click()
    if meaning.get_attribute("aria-expanded") != "true":
        meaning.press("ArrowDown")
    page.get_by_role("option", name="rafdb: 1 surprised").click()
    page.get_by_role("button", name="Preview again").click()
    expect(page.get_by_text("happy: 3, surprised: 3")).to_be_visible(timeout=60_000)
    read_in(page, "numbers")
    expect(page.get_by_text("6 images imported as numbers")).to_be_visible(timeout=60_000)


def test_a_zip_of_zips_is_refused_by_their_names(page: Page, server: Server, tmp_path: Path) -> None:
    upload(page, server, zipped(tmp_path / "nested.zip", {"a/train.zip": b"PK", "a/test.zip": b"PK"}))
    expect(page.get_by_text("train.zip, test.zip")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)


@dataclass(frozen=True)
class Odd:
    """An input as people have it. looks: what the look says. comes: what the import says; "" where it is refused."""

    file: str
    content: bytes
    looks: tuple[str, ...]
    comes: tuple[str, ...] = ()
    table: bytes = b""


def fer(delimiter: str = ",", encoding: str = "utf-8", happy: str = "3", sad: str = "4.0") -> bytes:
    """FER2013's csv of six faces as another program writes it."""
    gray = [" ".join(map(str, np.asarray(Image.open(io.BytesIO(face(seed)))).ravel())) for seed in range(6)]
    rows = [("emotion", "pixels", "Usage")]
    rows += [((happy, sad)[n % 2], pixels, "Training" if n < 4 else "PrivateTest") for n, pixels in enumerate(gray)]
    return "\n".join(delimiter.join(row) for row in rows).encode(encoding)


def packed(files: Files) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def pictures(*folders: str, each: int = 3) -> Files:
    return faces(*(f"{folder}/{folder.replace('/', '_')}_{n}.png" for folder in folders for n in range(each)))


def labels(*words: str) -> Files:
    """One flat folder and a table that names a class for each picture."""
    names = [f"{n:03d}.png" for n in range(len(words))]
    rows = "\n".join(f"{name};{word}" for name, word in zip(names, words, strict=True))
    return {**faces(*(f"images/{name}" for name in names)), "labels.csv": f"picture;label\n{rows}\n".encode()}


PARTS = ("train_data/happy", "train_data/sad", "test_data/happy", "test_data/sad")
PEOPLE = b"filename\tgender\nhappy_0.png\tfemale\nhappy_1.png\tn/a\nsad_0.png\tmale\nsad_1.png\t-\n"
AGES = b"File,age\nhappy_0.png,7\nhappy_1.png,31\nsad_0.png,52\nsad_1.png,\n"
ODD = (
    Odd("words.zip", packed(pictures(*PARTS)), ("test (happy: 3, sad: 3)",), ("12 images imported",)),
    Odd("below.zip", packed(pictures("happy/train", "happy/test", "sad/train", "sad/test")),
        ("train (happy: 3, sad: 3)",), ("12 images imported",)),
    Odd("flat.zip", packed(labels(*["happy", "sad"] * 4, "unknown")),
        ("Detected format: a table of labels", "1 picture skipped"), ("8 images imported", "1 picture skipped")),
    Odd("slip.zip", packed(labels(*["happy", "sad"] * 4, "hapy")),
        ("Too few pictures: hapy (1)", "Leave out hapy"), ("hapy has only 1 picture",)),
    Odd("semicolon.csv", fer(";"), ("FER2013 csv",), ("6 images imported",)),
    Odd("unicode.csv", fer("\t", "utf-16"), ("FER2013 csv",), ("6 images imported",)),
    Odd("wordy.csv", fer(happy="happy", sad="unknown"), ("FER2013 csv",), ("only one class was found",)),
    Odd("repository.zip", packed({"repo/data/fer2013.csv": fer(), **faces("repo/docs/demo.png")}),
        ("FER2013 csv",), ("6 images imported", "Other pictures were ignored")),
    Odd("people.zip", packed(pictures("happy", "sad")), ("happy: 3, sad: 3",),
        ("6 images imported", "gender: unknown for 4 pictures"), PEOPLE),
    Odd("ages.zip", packed(pictures("happy", "sad")), ("happy: 3, sad: 3",), ("6 images imported",), AGES),
    Odd("scans.zip", packed({"KA.AN1.1.jp2": b"jP", "KL.HA1.2.jp2": b"jP"}), ("2 JPEG 2000 files",)),
    Odd("tables.zip", packed({"a/train.csv": fer(), "a/test.csv": b"pixels\n" + b"0 " * 2304}),
        ("test.csv: faces without the column emotion",), ("6 images imported",)),
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.file)
def test_odd_data_get_the_right_reading_or_sentence(page: Page, server: Server, tmp_path: Path, odd: Odd) -> None:
    path = tmp_path / odd.file
    path.write_bytes(odd.content)
    page.goto(f"{server.url}/data")
    page.get_by_role("tab", name="Import").click()
    page.locator("input[type=file]").first.set_input_files(path)
    if odd.table:
        (tmp_path / "people.tsv").write_bytes(odd.table)
        page.locator("input[type=file]").nth(1).set_input_files(tmp_path / "people.tsv")
        expect(page.get_by_text("people.tsv")).to_be_visible()
    page.get_by_role("button", name="Preview", exact=True).click()

    for words in odd.looks:
        expect(page.get_by_text(words).first).to_be_visible(timeout=60_000)
    shot(page, f"look-{path.stem}")
    if not odd.comes:
        expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
        return
    read_in(page, path.stem)
    for words in odd.comes:
        expect(page.get_by_text(words).first).to_be_visible(timeout=60_000)
    shot(page, f"read-{path.stem}")


def test_a_split_that_lacks_a_class_is_cut_anew_by_a_click(page: Page, server: Server, tmp_path: Path) -> None:
    files = pictures("train/happy", "train/sad", "test/happy", "test/sad", "test/fear")
    upload(page, server, zipped(tmp_path / "lacking.zip", files))
    expect(page.get_by_text("The training set has no picture of fear (3)")).to_be_visible(timeout=60_000)
    shot(page, "look-lacking")
    page.get_by_role("button", name="Make a new split").click()
    expect(page.get_by_text("without a split (fear: 3, happy: 6, sad: 6)")).to_be_visible(timeout=60_000)
    read_in(page, "lacking")
    expect(page.get_by_text("15 images imported as lacking")).to_be_visible(timeout=60_000)
    shot(page, "read-lacking")
