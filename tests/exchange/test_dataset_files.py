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
