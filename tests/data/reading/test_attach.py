"""Rows of annotations find their picture by split, class and file name, and are never guessed."""

from __future__ import annotations

from emocore.data.reading.annotations import Row, Table
from emocore.data.reading.attach import MOST_ATTRIBUTES, Attachment, Key

KEYS = [
    Key(split, emotion, file, f"{split}/{emotion}/{file}")
    for split in ("train", "test")
    for emotion in ("happy", "sad")
    for file in (f"{split}_{emotion}.png", "same.png")
]


def table(*rows: tuple[str, str], name: str = "my.csv", split: str = "", emotion: str = "") -> Table:
    return Table(name, tuple(Row(n, file, split, emotion, {"age": age}) for n, (file, age) in enumerate(rows, 1)), ())


def ages(attachment: Attachment) -> dict[str, str]:
    column = attachment.attached().columns.get("age", [""] * len(KEYS))
    return {key.id: age for key, age in zip(KEYS, column, strict=True) if age}


def codes(attachment: Attachment) -> list[str]:
    return [note.code for note in attachment.attached().notes]


def test_a_file_name_that_is_there_once_is_enough() -> None:
    attachment = Attachment(KEYS)

    assert attachment.add(table(("test_sad.png", "old"))) == 1
    assert ages(attachment) == {"test/sad/test_sad.png": "old"}


def test_the_folders_of_a_table_tell_split_and_class() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("same.png", "old")), ("test", "happy"))

    assert ages(attachment) == {"test/happy/same.png": "old"}


def test_folders_in_the_file_name_tell_split_and_class() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("C:\\data\\Testing\\Happy\\same.png", "old"), ("train/sad/same.png", "young")))

    assert ages(attachment) == {"test/happy/same.png": "old", "train/sad/same.png": "young"}


def test_columns_tell_split_and_class() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("same.png", "old"), split="PrivateTest", emotion="sad"))

    assert ages(attachment) == {"test/sad/same.png": "old"}


def test_the_name_of_a_table_tells_where_nothing_else_does() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("same.png", "old"), ("train_sad.png", "young"), name="happy_test.csv"))

    assert ages(attachment) == {"test/happy/same.png": "old", "train/sad/train_sad.png": "young"}


def test_a_name_that_several_pictures_have_is_listed_and_not_guessed() -> None:
    attachment = Attachment(KEYS)

    assert attachment.add(table(("same.png", "old"))) == 0
    assert ages(attachment) == {}
    assert codes(attachment) == ["ambiguous_rows"]
    assert attachment.attached().skipped[0].file == "my.csv, row 1: same.png"


def test_names_of_other_pictures_paths_and_urls_match_nothing() -> None:
    attachment = Attachment(KEYS)
    rows = [(name, "old") for name in ("../../../../etc/passwd", "http://169.254.169.254/", "file:///x", "")]

    assert attachment.add(table(*rows)) == 0
    assert codes(attachment) == ["unmatched_rows"]


def test_rows_that_contradict_each_other_are_named_and_the_first_kept() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("test_sad.png", ""), ("test_sad.png", "old"), ("test_sad.png", "young")))

    assert ages(attachment) == {"test/sad/test_sad.png": "old"}
    assert codes(attachment) == ["conflicting_rows", "unlabelled_images"]


def test_pictures_that_are_left_out_need_no_row() -> None:
    attachment = Attachment(KEYS)
    attachment.add(table(("test_sad.png", "old")))

    assert [note.message[:10] for note in attachment.attached(range(len(KEYS) - 3)).notes] == ["2 pictures"]


def test_attributes_never_take_the_place_of_a_datasets_own_columns() -> None:
    attachment = Attachment(KEYS)
    attachment.add(Table("my.csv", (Row(1, "test_sad.png", "", "", {"id": "7", "parent": "x"}),), ()))

    assert set(attachment.attached().columns) == {"id_", "parent_"}


def test_age_and_gender_come_first_and_thousands_of_attributes_are_cut() -> None:
    attachment = Attachment(KEYS)
    many = {**{f"k{number}": "x" for number in range(3000)}, "gender": "male", "age": "old"}
    attachment.add(Table("my.csv", (Row(1, "test_sad.png", "", "", many),), ()))

    assert list(attachment.attached().columns)[:3] == ["age", "gender", "k0"]
    assert len(attachment.attached().columns) == MOST_ATTRIBUTES
    assert "many_attributes" in codes(attachment)
