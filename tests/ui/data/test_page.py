"""The Data page shows what the table has, and brings back what was deleted."""

from __future__ import annotations

import dataclasses

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.runs import creation, recently_deleted
from tests.laboratory import TINY
from tests.visiting import page_at, text_of


def test_data_shows_the_counts_that_the_table_has(faces: Dataset) -> None:
    test = page_at("data")

    counts = test.dataframe[0].value.set_index("class")
    by_hand = faces.table.groupby(["emotion", "split"]).size().unstack()
    assert counts["train"].to_dict() == by_hand["train"].to_dict()
    assert counts["test"].to_dict() == by_hand["test"].to_dict()


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
    assert "It will be deleted permanently in 6 days." in text_of(later)
    token = recently_deleted.datasets()[0].what
    later.button(key=f"restore-{token}").click().run()
    assert not later.exception
    assert library.load(faces.name).fingerprint == faces.fingerprint
    assert later.query_params.get("dataset") is None
