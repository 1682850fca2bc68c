"""How files were read is told wherever it is not plainly a folder a class."""

from __future__ import annotations

from emocore.data.layouts.plan import Part, Plan
from emocore.data.reading.notes import reading


def test_a_plain_folder_a_class_needs_no_word() -> None:
    assert reading(Plan("class folders", (Part("folder:1", "split"), Part("folder:2", "class")))) == []


def test_anything_else_is_told_with_what_speaks_for_it() -> None:
    (note,) = reading(Plan("KDEF", (Part("names", "class"), Part("names", "person")), ("File names such as AF01HAS.",)))

    assert note.code == "layout"
    assert note.message == "Read as KDEF. File names such as AF01HAS. (names is the class; names is the person)"


def test_a_question_to_the_person_is_told() -> None:
    assert [note.code for note in reading(Plan("class folders", questions=("What do 1 and 2 mean?",)))] == ["question"]
