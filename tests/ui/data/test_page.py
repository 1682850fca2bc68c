"""The Data page shows what the table has, and brings back what was deleted."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.reading.look import look
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.runs import creation, recently_deleted, status
from tests.laboratory import TINY
from tests.public_layouts import faces as faces_in
from tests.public_layouts import laid_out
from tests.visiting import page_at, text_of


def test_data_shows_the_counts_that_the_table_has(faces: Dataset) -> None:
    test = page_at("data")

    counts = test.dataframe[0].value.set_index("class")
    by_hand = faces.table.groupby(["emotion", "split"]).size().unstack()
    assert counts["train"].to_dict() == by_hand["train"].to_dict()
    assert counts["test"].to_dict() == by_hand["test"].to_dict()


def preview(plan: dict[str, Any]) -> AppTest:
    def script(plan: dict) -> None:  # type: ignore[type-arg]
        from emocore.ui.data import looking

        looking._draw_plan(plan)

    at = AppTest.from_function(script, args=(plan | {"sample": []},)).run()
    assert not at.exception
    return at


def test_a_preview_says_in_words_what_folders_and_columns_of_tables_mean(tmp_path: Path) -> None:
    table = b"image,age\n1.png,old\n2.png,young\n"
    files = {**faces_in("happy/1.png", "sad/2.png"), "people.csv": table}
    at = preview(look(laid_out(tmp_path / "mine", files)).to_json())

    shown = at.dataframe[0].value
    assert list(shown["found in"]) == ["folder level 1", "column age of people.csv"]
    assert list(shown["meaning"]) == ["class", "age"]
    assert not at.error


def test_a_column_that_tables_of_several_folders_have_is_one_row_of_a_preview(tmp_path: Path) -> None:
    tables = {
        f"{name}/metadata.csv": f"image,age\n1.png,{age}\n".encode()
        for name, age in (("happy", "old"), ("sad", "young"))
    }
    at = preview(look(laid_out(tmp_path / "mine", {**faces_in("happy/1.png", "sad/1.png"), **tables})).to_json())

    shown = at.dataframe[0].value.set_index("found in")["examples"].to_dict()
    assert shown == {"folder level 1": "happy, sad", "column age of 2 tables": "old, young"}


def test_a_preview_of_one_class_says_before_the_import_that_this_is_no_dataset(tmp_path: Path) -> None:
    at = preview(look(laid_out(tmp_path / "mine", faces_in("happy/1.png", "happy/2.png"))).to_json())

    assert [error.value.replace("\\", "") for error in at.error] == [
        "Only one class was found: happy. At least 2 classes are needed. Add a folder for each other class, or choose "
        "where the class comes from."
    ]


def test_deleting_a_dataset_offers_the_way_back(faces: Dataset) -> None:
    test = page_at("data")
    library.save(dataclasses.replace(faces, name="other"))

    test.session_state["data-tab"] = "Export and delete"
    test.run()
    test.button(key="delete-dataset").click().run()
    assert library.DRAWN not in {summary.name for summary in library.summaries()}
    test.button(key="undo-delete").click().run()

    assert library.DRAWN in {summary.name for summary in library.summaries()}


def test_a_deletion_names_the_runs_and_a_new_session_still_finds_the_way_back(faces: Dataset) -> None:
    creation.create(faces, SplitPlan(), TINY, "Ada")
    at = page_at("data", **{"data-tab": "export-and-delete"})
    assert "1 run used this dataset: tiny, run 1. Their scores stay" in text_of(at)
    at.button(key="delete-dataset").click().run()

    later = page_at("data", dataset="gone")

    (listed,) = [each.label for each in later.expander if "Recently deleted" in each.label]
    assert listed.startswith("Recently deleted: 1, ")
    assert "It will be deleted permanently in 7 days." in text_of(later)
    token = recently_deleted.datasets()[0].what
    later.button(key=f"restore-{token}").click().run()
    assert not later.exception
    assert library.load(faces.name).fingerprint == faces.fingerprint
    assert later.query_params.get("dataset") is None


def test_what_came_of_a_download_stands_below_its_button(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "submit_job", lambda job: status.write(job.folder, "failed", "There is no network."))
    at = page_at("data", data_tab="fetch")
    next(button for button in at.button if button.label == "Download").click().run()

    assert not at.exception
    kinds = [(node.type, getattr(node, "value", "")) for node in at.main]
    place = kinds.index(("error", "There is no network\\."))
    assert place < kinds.index(("text_input", "fer")), "above the next source"
    assert kinds.index(("text_input", "report")) < place


def test_a_table_of_the_card_that_holds_sentences_is_broken_into_lines() -> None:
    def script(cell: str) -> None:
        from emocore.audit.document import Grid
        from emocore.ui.data import datasets

        datasets._draw_grid(Grid(("class", "guideline"), (("happy", cell),)), "Guidelines")

    sentence = "Clear signs of joy or satisfaction: a broad smile, crinkled eyes, often an open mouth."
    long = AppTest.from_function(script, args=(sentence,)).run()
    short = AppTest.from_function(script, args=("A smile.",)).run()

    assert [cell.replace("\\", "") for cell in long.table[0].value["guideline"]] == [sentence]  # Markdown of it
    assert not long.dataframe
    assert list(short.dataframe[0].value["guideline"]) == ["A smile."]
    assert not short.table
