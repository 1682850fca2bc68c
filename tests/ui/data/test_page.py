"""The Data page shows what the table has, and brings back what was deleted."""

from __future__ import annotations

import dataclasses

from emocore.data import library
from emocore.data.dataset import Dataset
from tests.visiting import visited


def test_data_shows_the_counts_that_the_table_has(faces: Dataset) -> None:
    test = visited("data")

    counts = test.dataframe[0].value.set_index("class")
    by_hand = faces.table.groupby(["emotion", "split"]).size().unstack()
    assert counts["train"].to_dict() == by_hand["train"].to_dict()
    assert counts["test"].to_dict() == by_hand["test"].to_dict()


def test_deleting_a_dataset_offers_the_way_back(faces: Dataset) -> None:
    test = visited("data")
    library.save(dataclasses.replace(faces, name="other"))

    test.session_state["data-tab"] = "Export and delete"
    test.run()
    test.button(key="delete-dataset").click().run()
    assert library.DRAWN not in {summary.name for summary in library.summaries()}
    test.button(key="undo-delete").click().run()

    assert library.DRAWN in {summary.name for summary in library.summaries()}
