"""Folders tell split and class, whatever wraps them and however they are spelt."""

from __future__ import annotations

import io

import pytest

from emocore.data.layouts.listing import sort_out
from emocore.data.layouts.vocabulary import split_of
from emocore.data.reading.layout import Layout, arrange
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError


def laid_out(*names: str, folders: tuple[str, ...] = ()) -> Layout:
    found = Members(tuple(Member(name, 1, io.BytesIO) for name in names), folders)
    return arrange(found, sort_out(found, "my.zip"))


def ids(layout: Layout) -> list[str]:
    return [placed.id for placed in layout.pictures]


def codes(layout: Layout) -> list[str]:
    return [note.code for note in layout.notes]


def test_class_folders_alone_give_no_split() -> None:
    layout = laid_out("happy/1.png", "sad/1.PNG")

    assert ids(layout) == ["happy/1.png", "sad/1.PNG"]
    assert [(placed.split, placed.emotion) for placed in layout.pictures] == [("", "happy"), ("", "sad")]
    assert layout.notes == ()


@pytest.mark.parametrize(
    ("word", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("val", "validation"),
        ("valid", "validation"),
        ("PublicTest", "validation"),
        ("PrivateTest", "test"),
        ("TEST", "test"),
        ("testing", "test"),
        ("test_set", "test"),
        ("happy", ""),
        ("", ""),
    ],
)
def test_splits_go_by_many_names(word: str, split: str) -> None:
    assert split_of(word) == split


def test_wrapping_folders_are_passed_over() -> None:
    layout = laid_out("my data/v2/Training/happy/1.png", "my data/v2/PrivateTest/sad/2.png", "my data/readme.png")

    assert ids(layout) == ["train/happy/1.png", "test/sad/2.png"]
    assert [row.file for row in layout.skipped] == ["my data/readme.png"]
    assert codes(layout) == ["skipped_files"]


def test_one_class_in_one_folder_is_not_taken_for_wrapping() -> None:
    assert ids(laid_out("happy/1.png", "happy/2.png")) == ["happy/1.png", "happy/2.png"]


def test_folders_inside_a_class_belong_to_it_with_a_note() -> None:
    layout = laid_out("happy/1.png", "happy/smile/1.png", "sad/1.png")

    assert ids(layout) == ["happy/1.png", "happy/smile_1.png", "sad/1.png"]
    assert codes(layout) == ["nested_class"]


def test_class_names_that_look_the_same_are_one_class_with_a_note() -> None:
    layout = laid_out("Happy/1.png", "happy/1.png", "happy/2.png", "cafe\u0301/1.png", "caf\u00e9/1.png")

    assert {placed.emotion for placed in layout.pictures} == {"happy", "caf\u00e9"}
    assert len(set(ids(layout))) == 5
    assert codes(layout) == ["similar_class_names", "similar_class_names"]


def test_hostile_class_names_stay_words_and_never_become_paths() -> None:
    names = ["<img src=x onerror=alert(1)>", "...", "a\nb", "\u202egnp", "CON"]
    layout = laid_out(*(f"{name}/1.png" for name in names))

    assert [placed.emotion for placed in layout.pictures] == [
        "<img src=x onerror=alert(1)>",
        "...",
        "a b",
        "gnp",
        "CON",
    ]
    assert ids(layout)[1:] == ["unnamed/1.png", "a b/1.png", "gnp/1.png", "_CON/1.png"]
    assert codes(layout) == ["odd_class_name"]


def test_ids_stay_unique_when_safe_names_meet() -> None:
    assert ids(laid_out("a/1?.png", "a/1*.png", "b/1.png")) == ["a/1_.png", "a/1_-2.png", "b/1.png"]


def test_what_is_no_picture_is_named_with_what_people_put_there_first() -> None:
    layout = laid_out("__MACOSX/happy/._1.png", "happy/1.png", "sad/1.png", "happy/Thumbs.db", "happy/run.py")

    assert codes(layout) == ["ignored_files"]
    assert layout.notes[0].message.startswith("3 files ignored because they are not pictures: happy/run.py")
    assert len(layout.skipped) == 3


def test_tables_are_kept_with_the_folders_that_they_lie_in() -> None:
    layout = laid_out("x/train/happy/1.png", "x/train/sad/1.png", "x/train/happy/metadata.csv")

    assert [(member.name, folders) for member, folders in layout.tables] == [
        ("x/train/happy/metadata.csv", ("train", "happy"))
    ]


def test_an_empty_class_folder_is_noted() -> None:
    layout = laid_out("happy/1.png", "sad/1.png", folders=("happy", "sad", "angry"))

    assert codes(layout) == ["empty_class"]
    assert "angry" in layout.notes[0].message


def test_pictures_without_class_folders_are_refused_with_the_layout_wanted() -> None:
    for names in (("1.png", "2.png"), ("train/1.png", "test/2.png")):
        with pytest.raises(EmoError, match="one folder for each class") as caught:
            laid_out(*names)
        assert caught.value.code == "no_class_folders"


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(EmoError) as caught:
        laid_out("readme.txt")
    assert caught.value.code == "no_images"
