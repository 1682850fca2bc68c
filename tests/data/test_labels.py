"""Labelling: marks survive a refresh, are undone and redone, and become a version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emocore.data import annotations, guidelines, journal, label_files, labels, library, versions
from emocore.data.dataset import Dataset
from emocore.data.labels import LABEL, Mark
from emocore.errors import EmoError


def some(dataset: Dataset, emotion: str, count: int = 3) -> tuple[str, ...]:
    return tuple(dataset.table["id"][dataset.table["emotion"] == emotion][:count])


def test_marks_are_on_the_disk_at_once_each_person_having_their_own(faces: Dataset) -> None:
    ids = some(faces, "neutral")
    labels.mark(faces, "Ada", Mark(LABEL, ids, "focused", reason="looks at the book"))
    assert labels.draft(faces.name, "Ada").values(LABEL) == dict.fromkeys(ids, "focused")
    assert labels.draft(faces.name, "Bob").values(LABEL) == {}
    assert labels.drafts(faces.name) == ["Ada"]
    assert library.load(faces.name).table.equals(faces.table)


def test_undo_and_redo_go_back_and_forth_and_a_new_mark_ends_redo(faces: Dataset) -> None:
    first, second, third = some(faces, "neutral")
    for key in (first, second):
        labels.mark(faces, "Ada", Mark(LABEL, (key,), "focused"))
    labels.undo(faces.name, "Ada")
    assert set(labels.draft(faces.name, "Ada").values(LABEL)) == {first}
    labels.redo(faces.name, "Ada")
    assert set(labels.draft(faces.name, "Ada").values(LABEL)) == {first, second}
    labels.undo(faces.name, "Ada")
    labels.mark(faces, "Ada", Mark(LABEL, (third,), "happy"))
    labels.redo(faces.name, "Ada")
    assert labels.draft(faces.name, "Ada").values(LABEL) == {first: "focused", third: "happy"}
    for _ in range(5):
        labels.undo(faces.name, "Ada")
    assert labels.draft(faces.name, "Ada").marks == ()


def test_a_label_marked_back_to_what_it_was_is_no_edit(faces: Dataset) -> None:
    ids = some(faces, "neutral")
    labels.mark(faces, "Ada", Mark(LABEL, ids, "focused"))
    labels.mark(faces, "Ada", Mark(LABEL, ids[:1], "neutral"))
    (edit,) = labels.draft(faces.name, "Ada").edits()
    assert edit.ids == ids[1:]
    assert labels.words(labels.draft(faces.name, "Ada")) == "Not saved yet: 2 images relabelled"


def test_saving_makes_a_version_signed_and_empties_the_draft(faces: Dataset) -> None:
    labels.mark(faces, "Ada", Mark(LABEL, some(faces, "neutral"), "focused", reason="looks at the book"))
    made = labels.save(faces.name, "Ada", "focused out of neutral")
    assert (made.number, made.who, made.reason) == (2, "Ada", "focused out of neutral")
    assert journal.entries(faces.name)[0].edit.reason == "looks at the book"
    assert labels.draft(faces.name, "Ada").marks == ()
    with pytest.raises(EmoError, match="Nothing is marked yet"):
        labels.save(faces.name, "Ada")


def test_a_mark_is_stale_once_somebody_else_changed_the_image_it_was_shown_with(faces: Dataset) -> None:
    shown = faces
    first, second, _ = some(faces, "neutral")
    labels.mark(faces, "Ada", Mark(LABEL, (first,), "happy"))
    labels.save(faces.name, "Ada")
    labels.mark(shown, "Bob", Mark(LABEL, (first, second), "surprised"))
    with pytest.raises(versions.StaleEditError, match="1 edit came too late") as refused:
        labels.save(faces.name, "Bob")
    labels.leave_out(faces.name, "Bob", refused.value.stale)
    labels.save(faces.name, "Bob")
    now = library.load(faces.name).table.set_index("id")["emotion"]
    assert (now[first], now[second]) == ("happy", "surprised")


def test_an_attribute_of_ones_own_is_added_labelled_and_undone(faces: Dataset) -> None:
    assert labels.add_column(faces, "Ada", "Side  View") == "side view"
    labels.mark(faces, "Ada", Mark("side view", some(faces, "happy"), "yes"))
    assert labels.words(labels.draft(faces.name, "Ada")) == (
        "Not saved yet: add attribute side view, side view of 3 images"
    )
    labels.save(faces.name, "Ada")
    now = library.load(faces.name)
    assert now.table["side view"].value_counts().to_dict() == {"unknown": len(faces) - 3, "yes": 3}
    labels.add_column(now, "Ada", "watermark")
    labels.undo(faces.name, "Ada")
    assert labels.draft(faces.name, "Ada").columns == ()


def test_perceived_age_can_be_blanked(faces: Dataset) -> None:
    ids = some(faces, "happy")
    labels.mark(faces, "Ada", Mark("age", ids, "Unknown"))
    labels.save(faces.name, "Ada")
    assert set(library.load(faces.name).table.set_index("id")["age"][list(ids)]) == {"unknown"}


@pytest.mark.parametrize("name", ["", "emotion", "x" * 41, "a<b", "split"])
def test_a_name_that_cannot_be_an_attribute_is_refused(faces: Dataset, name: str) -> None:
    with pytest.raises(EmoError, match="cannot be the name of an attribute"):
        labels.add_column(faces, "Ada", name)


def test_values_are_spelled_as_those_that_are_there(faces: Dataset) -> None:
    assert labels.checked_value(faces, LABEL, " Happy ") == "happy"
    assert labels.checked_value(faces, "age", "OLD") == "old"
    assert labels.checked_value(faces, LABEL, "bored") == "bored"
    for value in ("", "unknown", "a/b", "x" * 61):
        with pytest.raises(EmoError, match="cannot be a label"):
            labels.checked_value(faces, LABEL, value)
    with pytest.raises(EmoError, match="Add it first"):
        labels.mark(faces, "Ada", Mark("glasses", some(faces, "happy"), "yes"))
    with pytest.raises(EmoError, match="Say who you are"):
        labels.mark(faces, " ", Mark(LABEL, some(faces, "happy"), "neutral"))


def test_labels_go_out_and_in_again_without_a_change(faces: Dataset) -> None:
    content = label_files.write(faces)
    table = annotations.parse(content, "labels.csv")
    assert len(table.rows) == len(faces)
    assert table.rows[0].file == faces.table["id"][0]
    found = label_files.read(faces, content, "labels.csv")
    assert (found.edits, found.rows, found.notes) == ((), len(faces), ())


def test_labels_edited_in_a_csv_come_back_as_edits_even_after_a_relabelling(faces: Dataset) -> None:
    ids = some(faces, "happy")
    labels.mark(faces, "Ada", Mark(LABEL, ids, "neutral"))
    labels.save(faces.name, "Ada")
    labels.add_column(library.load(faces.name), "Ada", "glasses")
    labels.mark(library.load(faces.name), "Ada", Mark("glasses", ids, "yes"))
    labels.save(faces.name, "Ada")
    edited = library.load(faces.name)
    found = label_files.read(faces, label_files.write(edited), "labels.csv")
    versions.restore(faces.name, 1, "Ada")
    versions.commit(faces.name, found.edits, "Ada", "labels import")
    assert library.load(faces.name).table.equals(edited.table)


def test_a_plain_table_with_an_attribute_is_read_and_blanks_change_nothing(faces: Dataset) -> None:
    first, second, _ = some(faces, "happy")
    content = f"filename,glasses\n{first},yes\n{second},\nnowhere/x.png,no\n".encode()
    found = label_files.read(faces, content, "glasses.csv")
    assert [(edit.what, edit.ids, edit.new) for edit in found.edits] == [
        ("add column", (), ()),
        ("attribute", (first,), ("yes",)),
    ]
    assert [note.code for note in found.notes] == ["unmatched_rows"]


def test_the_command_line_writes_a_file_and_reads_it_back(faces: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    assert label_files.export_to(faces.name, path)["images"] == len(faces)
    assert label_files.import_from(faces.name, path, "command line")["version"] == 1
    labels.mark(faces, "Ada", Mark(LABEL, some(faces, "happy"), "neutral"))
    labels.save(faces.name, "Ada")
    told = label_files.import_from(faces.name, path, "command line")
    assert (told["version"], told["fingerprint"], told["says"]) == (3, faces.fingerprint, "3 images relabelled")
    with pytest.raises(EmoError, match="no such file"):
        label_files.import_from(faces.name, tmp_path / "gone.csv", "command line")


def test_the_label_is_in_the_attributes_as_via_has_them(faces: Dataset) -> None:
    header, first, *_ = label_files.write(faces).decode().splitlines()
    assert header.startswith("filename,file_size,file_attributes,region_count")
    assert '""emotion"": ""' in first
    assert json.loads("{" + first.split('"{')[1].split('}"')[0].replace('""', '"') + "}")["age"] in ("old", "young")


def test_every_class_of_the_report_has_its_guideline_with_its_source() -> None:
    assert set(guidelines.GIVEN) == {"focused", "happy", "neutral", "surprised"}
    assert all("the report, figure 3." in guideline.source for guideline in guidelines.GIVEN.values())


def test_a_guideline_is_rewritten_for_one_dataset_signed_and_set_back(faces: Dataset) -> None:
    guidelines.write(faces.name, "happy", "Teeth to be seen.", "Ada")
    known = guidelines.read(faces.name, (*faces.classes, "bored"))
    assert (known["happy"].text, known["happy"].source) == ("Teeth to be seen.", "written by Ada")
    assert known["neutral"] == guidelines.GIVEN["neutral"]
    assert known["bored"].text == ""
    guidelines.write(faces.name, "happy", "", "Ada")
    assert guidelines.read(faces.name, faces.classes)["happy"] == guidelines.GIVEN["happy"]
    assert [entry.edit.reason for entry in journal.entries(faces.name)] == [
        "Guideline of happy set back",
        "Guideline of happy written: Teeth to be seen.",
    ]
