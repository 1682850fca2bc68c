"""Labels leave as one csv and come back as edits."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.exchange import dataset_files


@pytest.mark.parametrize("column", ["emotion", "label", "Expression"])
def test_new_labels_in_a_plain_table_are_edits(small_faces: Dataset, column: str) -> None:
    first, second = small_faces.table["id"].iloc[[0, -1]]
    was = small_faces.table["emotion"].iloc[-1]
    content = f"filename,{column}\n{first},{was}\n{second},{was}\n".encode()

    found = dataset_files.read(small_faces, content, "new.csv")

    assert found.rows == 2
    assert [(edit.column, edit.ids, edit.new) for edit in found.edits] == [("emotion", (first,), (was,))]


def test_ten_counts_of_votes_become_labels_by_the_rule_of_ferplus_and_stay_as_attributes(small_faces: Dataset) -> None:
    ids = list(small_faces.table["id"][:3])
    header = "file,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    given = ("1,8,1,0,0,0,0,0,0,0", "5,5,0,0,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,10,0")
    rows = [f"{identity},{counts}" for identity, counts in zip(ids, given, strict=True)]

    edits = dataset_files.read(small_faces, "\n".join([header, *rows]).encode(), "votes.csv").edits

    labels = [edit for edit in edits if edit.column == "emotion"]
    was = small_faces.table["emotion"].iloc[0]
    assert [(edit.ids, edit.new) for edit in labels] == ([] if was == "happy" else [((ids[0],), ("happy",))])
    assert was != "happy"
    (happy,) = [edit for edit in edits if edit.column == "votes happiness" and edit.what == "attribute"]
    assert dict(zip(happy.ids, happy.new, strict=True)) == dict(zip(ids, ("8", "5", "0"), strict=True))
