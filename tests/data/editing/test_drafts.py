"""Labeling: marks survive a refresh, are undone and redone, and become a version."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import drafts, journal, versions
from emocore.data.editing.drafts import LABEL, Mark
from emocore.data.reading import annotations
from emocore.errors import EmoError
from emocore.exchange import dataset_files


def some(dataset: Dataset, emotion: str, count: int = 3) -> tuple[str, ...]:
    return tuple(dataset.table["id"][dataset.table["emotion"] == emotion][:count])


def test_marks_are_on_the_disk_at_once_each_person_having_their_own(faces: Dataset) -> None:
    ids = some(faces, "neutral")
    drafts.mark(faces, "Ada", Mark(LABEL, ids, "focused", reason="looks at the book"))
    assert drafts.draft(faces.name, "Ada").values(LABEL) == dict.fromkeys(ids, "focused")
    assert drafts.draft(faces.name, "Bob").values(LABEL) == {}
    assert drafts.drafts(faces.name) == ["Ada"]
    assert library.load(faces.name).table.equals(faces.table)


def test_undo_and_redo_go_back_and_forth_and_a_new_mark_ends_redo(faces: Dataset) -> None:
    first, second, third = some(faces, "neutral")
    for key in (first, second):
        drafts.mark(faces, "Ada", Mark(LABEL, (key,), "focused"))
    drafts.undo(faces.name, "Ada")
    assert set(drafts.draft(faces.name, "Ada").values(LABEL)) == {first}
    drafts.redo(faces.name, "Ada")
    assert set(drafts.draft(faces.name, "Ada").values(LABEL)) == {first, second}
    drafts.undo(faces.name, "Ada")
    drafts.mark(faces, "Ada", Mark(LABEL, (third,), "happy"))
    drafts.redo(faces.name, "Ada")
    assert drafts.draft(faces.name, "Ada").values(LABEL) == {first: "focused", third: "happy"}
    for _ in range(5):
        drafts.undo(faces.name, "Ada")
    assert drafts.draft(faces.name, "Ada").marks == ()


def test_a_label_marked_back_to_what_it_was_is_no_edit(faces: Dataset) -> None:
    ids = some(faces, "neutral")
    drafts.mark(faces, "Ada", Mark(LABEL, ids, "focused"))
    drafts.mark(faces, "Ada", Mark(LABEL, ids[:1], "neutral"))
    (edit,) = drafts.draft(faces.name, "Ada").edits()
    assert edit.ids == ids[1:]
    assert drafts.words(drafts.draft(faces.name, "Ada")) == "Unsaved: 2 images relabeled"


def test_saving_makes_a_version_signed_and_empties_the_draft(faces: Dataset) -> None:
    drafts.mark(faces, "Ada", Mark(LABEL, some(faces, "neutral"), "focused", reason="looks at the book"))
    made = drafts.save(faces.name, "Ada", "focused out of neutral")
    assert (made.number, made.who, made.reason) == (2, "Ada", "focused out of neutral")
    assert journal.entries(faces.name)[0].edit.reason == "looks at the book"
    assert drafts.draft(faces.name, "Ada").marks == ()
    with pytest.raises(EmoError, match="There are no unsaved labels"):
        drafts.save(faces.name, "Ada")


def test_a_mark_is_stale_once_somebody_else_changed_the_image_it_was_shown_with(faces: Dataset) -> None:
    shown = faces
    first, second, _ = some(faces, "neutral")
    drafts.mark(faces, "Ada", Mark(LABEL, (first,), "happy"))
    drafts.save(faces.name, "Ada")
    drafts.mark(shown, "Bob", Mark(LABEL, (first, second), "surprised"))
    with pytest.raises(versions.StaleEditError, match="the images of 1 edit") as refused:
        drafts.save(faces.name, "Bob")
    drafts.leave_out(faces.name, "Bob", refused.value.stale)
    drafts.save(faces.name, "Bob")
    now = library.load(faces.name).table.set_index("id")["emotion"]
    assert (now[first], now[second]) == ("happy", "surprised")


def test_an_attribute_of_ones_own_is_added_labelled_and_undone(faces: Dataset) -> None:
    assert drafts.add_column(faces, "Ada", "Side  View") == "side view"
    drafts.mark(faces, "Ada", Mark("side view", some(faces, "happy"), "yes"))
    assert drafts.words(drafts.draft(faces.name, "Ada")) == ("Unsaved: add attribute side view, side view of 3 images")
    drafts.save(faces.name, "Ada")
    now = library.load(faces.name)
    assert now.table["side view"].value_counts().to_dict() == {"unknown": len(faces) - 3, "yes": 3}
    drafts.add_column(now, "Ada", "watermark")
    drafts.undo(faces.name, "Ada")
    assert drafts.draft(faces.name, "Ada").columns == ()


def test_perceived_age_can_be_blanked(faces: Dataset) -> None:
    ids = some(faces, "happy")
    drafts.mark(faces, "Ada", Mark("age", ids, "Unknown"))
    drafts.save(faces.name, "Ada")
    assert set(library.load(faces.name).table.set_index("id")["age"][list(ids)]) == {"unknown"}


@pytest.mark.parametrize("name", ["", "emotion", "x" * 41, "a<b", "split"])
def test_a_name_that_cannot_be_an_attribute_is_refused(faces: Dataset, name: str) -> None:
    with pytest.raises(EmoError, match="cannot be the name of an attribute"):
        drafts.add_column(faces, "Ada", name)


def test_values_are_spelled_as_those_that_are_there(faces: Dataset) -> None:
    assert drafts.checked_value(faces, LABEL, " Happy ") == "happy"
    assert drafts.checked_value(faces, "age", "OLD") == "old"
    assert drafts.checked_value(faces, LABEL, "bored") == "bored"
    for value in ("", "unknown", "a/b", "x" * 61):
        with pytest.raises(EmoError, match="cannot be a label"):
            drafts.checked_value(faces, LABEL, value)
    with pytest.raises(EmoError, match="Add it first"):
        drafts.mark(faces, "Ada", Mark("glasses", some(faces, "happy"), "yes"))
    with pytest.raises(EmoError, match="Enter a nickname first"):
        drafts.mark(faces, " ", Mark(LABEL, some(faces, "happy"), "neutral"))


def test_labels_go_out_and_in_again_without_a_change(faces: Dataset) -> None:
    content = dataset_files.write(faces)
    table = annotations.parse(content, "labels.csv")
    assert len(table.rows) == len(faces)
    assert table.rows[0].file == faces.table["id"][0]
    found = dataset_files.read(faces, content, "labels.csv")
    assert (found.edits, found.rows, found.notes) == ((), len(faces), ())


def test_labels_edited_in_a_csv_come_back_as_edits_even_after_a_relabelling(faces: Dataset) -> None:
    ids = some(faces, "happy")
    drafts.mark(faces, "Ada", Mark(LABEL, ids, "neutral"))
    drafts.save(faces.name, "Ada")
    drafts.add_column(library.load(faces.name), "Ada", "glasses")
    drafts.mark(library.load(faces.name), "Ada", Mark("glasses", ids, "yes"))
    drafts.save(faces.name, "Ada")
    edited = library.load(faces.name)
    found = dataset_files.read(faces, dataset_files.write(edited), "labels.csv")
    versions.restore(faces.name, 1, "Ada")
    versions.commit(faces.name, found.edits, "Ada", "labels import")
    assert library.load(faces.name).table.equals(edited.table)


def test_a_plain_table_with_an_attribute_is_read_and_blanks_change_nothing(faces: Dataset) -> None:
    first, second, _ = some(faces, "happy")
    content = f"filename,glasses\n{first},yes\n{second},\nnowhere/x.png,no\n".encode()
    found = dataset_files.read(faces, content, "glasses.csv")
    assert [(edit.what, edit.ids, edit.new) for edit in found.edits] == [
        ("add column", (), ()),
        ("attribute", (first,), ("yes",)),
    ]
    assert [note.code for note in found.notes] == ["unmatched_rows"]


def test_the_command_line_writes_a_file_and_reads_it_back(faces: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    assert dataset_files.export_to(faces.name, path)["images"] == len(faces)
    assert dataset_files.import_from(faces.name, path, "command line")["version"] == 1
    drafts.mark(faces, "Ada", Mark(LABEL, some(faces, "happy"), "neutral"))
    drafts.save(faces.name, "Ada")
    output = dataset_files.import_from(faces.name, path, "command line")
    assert (output["version"], output["fingerprint"], output["says"]) == (3, faces.fingerprint, "3 images relabeled")
    with pytest.raises(EmoError, match="no such file"):
        dataset_files.import_from(faces.name, tmp_path / "gone.csv", "command line")


def test_the_label_is_in_the_attributes_as_via_has_them(faces: Dataset) -> None:
    header, first, *_ = dataset_files.write(faces).decode().splitlines()
    assert header.startswith("filename,file_size,file_attributes,region_count")
    assert '""emotion"": ""' in first
    assert json.loads("{" + first.split('"{')[1].split('}"')[0].replace('""', '"') + "}")["age"] in ("old", "young")


def test_an_attribute_in_other_letters_is_the_one_that_is_there(faces: Dataset) -> None:
    table = faces.table.rename(columns={"age": "Age Group"})
    shown = assemble(faces.name, np.array(faces.images), table)

    assert drafts.add_column(shown, "Ada", " age  GROUP") == "Age Group"
