"""Damaged files on pages: named, set aside, brought back; a dataset goes back to the version before."""

from __future__ import annotations

from pathlib import Path

import pytest

from emocore import files
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.edits import Edit
from tests.visiting import page_at, said


def test_a_damaged_search_is_named_set_aside_and_brought_back(faces: Dataset, laboratory: Path) -> None:
    folder = laboratory / "searches" / "search-1"
    folder.mkdir(parents=True)
    (folder / "search.json").write_bytes(b"")
    page = page_at("search", dataset=faces.name)
    assert "search.json in search-1 is damaged" in said(page)

    page.button(key="set-aside-search-search-1").click().run()
    assert "is damaged" not in said(page)
    assert "search-1 was moved to the trash." in said(page)
    page.button(key="bring-back-search").click().run()

    assert "search.json in search-1 is damaged" in said(page)
    assert folder.is_dir()


def test_a_dataset_whose_version_is_damaged_goes_back_to_the_one_before(faces: Dataset) -> None:
    key = str(faces.table["id"].iloc[0])
    edit = Edit("attribute", "age", (key,), (str(faces.table["age"].iloc[0]),), ("very old",))
    versions.commit(faces.name, [edit], "Ann")
    (library.home(faces.name) / "versions" / "0002.parquet").write_bytes(b"no table")
    page = page_at("data", dataset=faces.name)
    assert "Version 2 of the dataset" in said(page)

    page.button(key="older-version").click().run()

    assert "cannot be opened" not in said(page)
    assert library.load(faces.name).table["age"].tolist() == faces.table["age"].tolist()


@pytest.mark.newer_fields
def test_fields_of_a_newer_program_are_named_where_the_datasets_are_listed(faces: Dataset) -> None:
    marker = library.home(faces.name) / "dataset.json"
    assert "fields that this program does not know" not in said(page_at("data", dataset=faces.name))
    files.write_json(marker, files.read_json(marker) | {"[later](x)": 1})

    text = said(page_at("data", dataset=faces.name))

    sentence = "dataset.json holds fields that this program does not know: [later](x). They were passed over."
    assert f"{faces.name}/{sentence}" in text
