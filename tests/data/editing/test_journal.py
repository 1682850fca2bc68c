"""The journal tells who changed what, survives a killed writer, and knows each image."""

from __future__ import annotations

from pathlib import Path

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import journal, versions
from emocore.data.editing.edits import Edit


def ids_of(dataset: Dataset, emotion: str, count: int = 3) -> tuple[str, ...]:
    return tuple(dataset.table["id"][dataset.table["emotion"] == emotion][:count])


def relabel(dataset: Dataset, ids: tuple[str, ...], to: str) -> Edit:
    old = dataset.table.set_index("id")["emotion"]
    return Edit("relabel", "emotion", ids, tuple(old[list(ids)]), (to,) * len(ids), "looks so")


def test_the_history_tells_who_changed_what_from_what_to_what_and_why(faces: Dataset) -> None:
    ids = ids_of(faces, "happy")
    versions.commit(faces.name, [relabel(faces, ids, "neutral")], "Ada")
    (entry,) = journal.entries(faces.name)
    assert (entry.who, entry.version, entry.edit.reason) == ("Ada", 2, "looks so")
    assert (entry.edit.ids, entry.edit.old, entry.edit.new) == (ids, ("happy",) * 3, ("neutral",) * 3)
    assert entry.edit.words() == "3 images: label to neutral"


def test_half_a_line_of_a_killed_writer_takes_no_other_line_with_it(faces: Dataset, laboratory: Path) -> None:
    versions.commit(faces.name, [relabel(faces, ids_of(faces, "happy", 1), "neutral")], "Ada")
    path = laboratory / "datasets" / faces.name / "history.jsonl"
    with path.open("a") as file:
        file.write('{"time": "2026-01-01", "who": "Bob", "save": "a", "wha')
    versions.commit(faces.name, [relabel(faces, ids_of(faces, "surprised", 1), "neutral")], "Eve")
    assert [entry.who for entry in journal.entries(faces.name)] == ["Eve", "Ada"]


def test_a_note_changes_no_version(faces: Dataset) -> None:
    journal.append_note(faces.name, "Ada", "Two people agreed on 9 of 10.")
    (entry,) = journal.entries(faces.name)
    assert (entry.edit.reason, entry.version, library.summary(faces.name).version) == (
        "Two people agreed on 9 of 10.",
        0,
        1,
    )


def test_the_history_of_one_image_has_its_own_values_only(faces: Dataset) -> None:
    happy, neutral = ids_of(faces, "happy"), ids_of(faces, "neutral", 1)
    first = Edit("relabel", "emotion", (*happy, *neutral), ("happy",) * 3 + ("neutral",), ("focused",) * 4, "looks up")
    versions.commit(faces.name, [first], "Ada")
    versions.commit(faces.name, [Edit("relabel", "emotion", neutral, ("focused",), ("neutral",))], "Grace")

    newest, oldest = journal.of_image(faces.name, neutral[0])

    assert (newest.who, newest.version, newest.edit.old, newest.edit.new) == ("Grace", 3, ("focused",), ("neutral",))
    assert (oldest.who, oldest.edit.old, oldest.edit.new, oldest.edit.reason) == (
        "Ada", ("neutral",), ("focused",), "looks up"
    )  # fmt: skip
    assert oldest.edit.ids == neutral
    assert len(journal.of_image(faces.name, happy[0])) == 1
    assert journal.of_image(faces.name, "no such image") == []


def test_every_class_of_the_report_has_its_guideline_with_its_source() -> None:
    assert set(journal.GIVEN_GUIDELINES) == {"focused", "happy", "neutral", "surprised"}
    assert all("the report, figure 3." in guideline.source for guideline in journal.GIVEN_GUIDELINES.values())


def test_a_guideline_is_rewritten_for_one_dataset_signed_and_set_back(faces: Dataset) -> None:
    journal.write_guidelines(faces.name, "happy", "Teeth to be seen.", "Ada")
    guidelines = journal.read_guidelines(faces.name, (*faces.classes, "bored"))
    assert (guidelines["happy"].text, guidelines["happy"].source) == ("Teeth to be seen.", "written by Ada")
    assert guidelines["neutral"] == journal.GIVEN_GUIDELINES["neutral"]
    assert guidelines["bored"].text == ""
    journal.write_guidelines(faces.name, "happy", "", "Ada")
    assert journal.read_guidelines(faces.name, faces.classes)["happy"] == journal.GIVEN_GUIDELINES["happy"]
    assert [entry.edit.reason for entry in journal.entries(faces.name)] == [
        "Guideline of happy set back",
        "Guideline of happy written: Teeth to be seen.",
    ]
