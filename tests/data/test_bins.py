"""Numbers such as ages become groups that a person bounds; the numbers stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emocore.data import bins, library
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import versions
from emocore.data.slices import counts_of
from emocore.errors import EmoError

AGES = [str(age) for age in np.random.default_rng(3).integers(1, 90, 200)]


def test_every_number_is_counted_and_what_is_none_is_unknown() -> None:
    found = bins.numbers("age", [*AGES, "", "nan", UNKNOWN])

    assert found is not None
    expected = pd.Series(AGES).astype(int).value_counts()
    assert dict(found.counts) == expected.to_dict()
    assert found.unknown == 3
    assert f"from {expected.index.min()} to {expected.index.max()}" in found.words()


@pytest.mark.parametrize(
    "values", [["young", "old"] * 20, [str(n % 12) for n in range(60)], [*AGES[:40], *["old"] * 9]]
)
def test_words_and_few_different_numbers_need_no_bins(values: list[str]) -> None:
    assert bins.numbers("age", values) is None


def test_bins_are_those_of_pandas_cut() -> None:
    groups = bins.grouped({"age": AGES}, "age", "13, 20, 40, 60")
    names = ["under 13", "13 to 19", "20 to 39", "40 to 59", "60 and over"]
    cut = pd.cut(pd.Series(AGES).astype(int), [-1, 13, 20, 40, 60, 999], right=False, labels=names)

    assert groups == list(cut)
    found = bins.numbers("age", AGES)
    assert found is not None
    assert found.sizes((13, 20, 40, 60)) == cut.value_counts().reindex(names).to_dict()


def test_broken_numbers_have_bins_without_a_gap_between_them() -> None:
    assert bins.grouped({"pose": ["0.5", "2.25", "x", "7"]}, "pose", "1;2.5") == [
        "under 1", "1 to below 2.5", "", "2.5 and over",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "old", "20, 13", "13, 13", "nan", ",".join(map(str, range(40)))])
def test_bounds_that_are_none_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(EmoError, match="13, 20, 40, 60"):
        bins.bounds_of(text)


def test_an_attribute_that_is_not_there_or_has_no_number_is_refused_by_name() -> None:
    with pytest.raises(EmoError, match="There are: gender"):
        bins.grouped({"gender": ["male"]}, "age", "13")
    with pytest.raises(EmoError, match="No value of gender is a number"):
        bins.grouped({"gender": ["male"]}, "gender", "13")


def test_quarters_of_the_images_are_suggested_where_numbers_are_no_ages() -> None:
    found = bins.numbers("lux", [str(n) for n in range(100)])

    assert found is not None
    assert found.suggested() == "25, 50, 75"


def test_bins_are_a_version_of_their_own_and_can_be_set_anew(faces: Dataset) -> None:
    ages = [str(number % 70) for number in range(len(faces))]
    library.save(replace(faces, name="aged", table=faces.table.assign(years=ages)))
    for bounds in ("18", "18, 65"):
        versions.commit("aged", bins.edits(library.load("aged"), "years", bounds), "Ada")

    table = library.load("aged").table
    assert list(table["years"]) == ages
    assert list(counts_of(table, "years group")) == ["under 18", "18 to 64", "65 and over"]
    assert bins.edits(library.load("aged"), "years", "18, 65") == []
