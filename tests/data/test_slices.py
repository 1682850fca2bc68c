"""One definition of a slice for all pages, that an address can carry."""

from __future__ import annotations

import pandas as pd
import pytest

from emocore.data import slices
from emocore.data.slices import FLAGS, Slice
from emocore.errors import EmoError


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [
                f"{split}/im{row}.png" for row, split in enumerate(["train", "train", "test", "test", "train", "test"])
            ],
            "emotion": ["happy", "neutral", "happy", "neutral", "happy", "happy"],
            "split": ["train", "train", "test", "test", "train", "test"],
            "family": [0, 1, 0, 3, 1, 5],
            "parent": ["", "", "", "", "train/im1.png", ""],
            "source": [""] * 6,
            "age": ["old", "young", "old", "unknown", "old", "young"],
            "gender": ["female", "male", "male", "female", "female", "male"],
        }
    )


FULL = Slice(("happy",), ("test", ""), {"age": ("old", "young"), "gender": ("male",)}, "im", "copies")


def test_an_empty_slice_is_everything(table: pd.DataFrame):
    assert Slice().rows(table).tolist() == [0, 1, 2, 3, 4, 5]
    assert Slice().words() == "All images."
    assert Slice().to_query() == {}


def test_values_of_one_column_are_alternatives_and_columns_must_all_fit(table: pd.DataFrame):
    chosen = Slice(emotions=("happy",), attributes={"age": ("old", "young"), "gender": ("male",)})
    asked = table.query("emotion == 'happy' and age in ['old', 'young'] and gender == 'male'")
    assert chosen.rows(table).tolist() == asked.index.tolist() == [2, 5]


def test_categories_select_as_words_do(table: pd.DataFrame):
    coded = table.astype({"emotion": "category", "split": "category", "age": "category"})
    chosen = Slice(("neutral",), ("test",), {"age": ("unknown",)})
    assert chosen.rows(coded).tolist() == chosen.rows(table).tolist() == [3]


def test_text_is_looked_for_in_the_id_upper_or_lower_case_alike_and_not_as_a_pattern(table: pd.DataFrame):
    assert Slice(text="TRAIN/").rows(table).tolist() == [0, 1, 4]
    assert Slice(text=".*").rows(table).tolist() == []


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("train_test_leak", [2]),  # Family 0 is in train and test; family 1 is in train only
        ("label_conflict", [1, 4]),
        ("copies", [0, 1, 2, 4]),
        ("stored_copy", [4]),
        ("missing_values", [3]),
    ],
)
def test_a_finding_selects_the_rows_counted_by_hand(table: pd.DataFrame, code: str, rows: list[int]):
    assert Slice(finding=code).rows(table).tolist() == rows
    assert all(FLAGS[code].title in slices.findings_of(table, row) for row in rows)


def test_an_address_reproduces_the_slice():
    assert slices.from_query(FULL.to_query()) == FULL
    assert slices.from_query({"dataset": ["report"], "who": ["x"]}) == Slice()
    assert all(map(slices.is_of_slice, FULL.to_query()))
    assert not slices.is_of_slice("dataset")


def test_a_chip_takes_one_value_away():
    assert FULL.without("with-age", "old").attributes == {"age": ("young",), "gender": ("male",)}
    assert FULL.without("with-gender", "male").attributes == {"age": ("old", "young")}
    assert FULL.without("finding", "copies").finding == ""


def test_the_sentence_names_every_part():
    said = "Images labeled happy, in test or no split, of perceived age old or young, "
    assert FULL.words() == f'{said}of perceived gender male, with "im" in their name, that have a copy.'


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        (Slice(emotions=("angry",)), "happy, neutral"),
        (Slice(splits=("validation",)), "test, train"),
        (Slice(attributes={"hat": ("yes",)}), "age, gender"),
        (Slice(attributes={"age": ("ancient",)}), "old, young, unknown"),
        (Slice(attributes={"id": ("train/im0.png",)}), "age, gender"),
        (Slice(finding="nonsense"), "train_test_leak"),
    ],
)
def test_an_unknown_name_is_refused_with_what_there_is(table: pd.DataFrame, chosen: Slice, named: str):
    with pytest.raises(EmoError) as caught:
        chosen.rows(table)
    assert caught.value.code == "unknown_slice"
    assert named in caught.value.message


@pytest.mark.parametrize("query", [{"finding": ["nonsense"]}, {"text": ["x" * 101]}])
def test_an_address_nobody_can_mean_is_refused(query: dict[str, list[str]]):
    with pytest.raises(EmoError) as caught:
        slices.from_query(query)
    assert caught.value.code == "unknown_slice"
