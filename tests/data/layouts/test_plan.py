"""A plan is corrected by what a person says, and what a person says is read strictly."""

from __future__ import annotations

import pytest

from emocore.data.layouts.plan import Part, Plan, Wishes, in_words, part, places_in_words, wishes, with_meaning

PARTS = (Part("folder:1", "split"), Part("folder:2", "class"))


def test_what_a_person_says_takes_the_place_of_what_was_found() -> None:
    said = with_meaning(PARTS, "folder:1", "class")

    assert [(each.source, each.meaning) for each in said] == [("folder:1", "class"), ("folder:2", "ignored")]
    assert [each.meaning for each in with_meaning(PARTS, "none", "split")] == ["ignored", "class"]
    assert with_meaning(PARTS, "name:2", "person")[-1].source == "name:2"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("folder:2", "folder level 2"),
        ("name:1", "part 1 of the file names"),
        ("file names:age", "age in the file names"),
        ("file names", "file names"),
        ("labels.csv:label", "column label of labels.csv"),
        ("*:label", "column label of every table"),
        ("tables", "names of the tables"),
        ("emotion", "emotion"),
    ],
)
def test_a_place_is_said_in_words(source: str, words: str) -> None:
    assert in_words(source) == words


def test_a_hyphen_is_a_level_without_meaning() -> None:
    assert wishes("-/split/class").levels == ("ignored", "split", "class")
    assert wishes() == Wishes()


def test_a_plan_tells_where_each_meaning_stands() -> None:
    plan = Plan("class folders", (*PARTS, Part("name:1", "person")))

    assert plan.class_folder() == "folder:2"
    assert plan.attributes() == {"person": "name:1"}
    assert Wishes(**plan_wishes()) == Wishes(levels=("split", "class"))


def plan_wishes() -> dict[str, object]:
    said = wishes("split/class").to_json()
    return {**said, "levels": tuple(said["levels"])}


def test_a_part_shows_a_few_different_examples() -> None:
    assert part("folder:1", "class", ["a", "b", "a", "", "c"], "").values == 3


def test_a_column_of_several_tables_is_one_place() -> None:
    assert places_in_words(["folder:1"]) == "folder level 1"
    assert places_in_words(["file names:age"]) == "age in the file names"
    assert places_in_words(["file names", "file names"]) == "file names"
    assert places_in_words(["a.csv:age", "b.csv:age", "a.csv:age"]) == "column age of 3 tables"
    assert places_in_words(["a.csv:age", "a.csv:sex"]) == "column age of a.csv, column sex of a.csv"
    assert places_in_words([]) == ""
