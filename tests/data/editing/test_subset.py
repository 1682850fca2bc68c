"""Subsets take what was chosen, in fair shares, and remember where it came from."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.drawn.dataset import PLANTED
from emocore.data.editing import mend, subset
from emocore.data.editing.subset import Choice
from emocore.errors import EmoError
from tests.laboratory import drawn_once


@pytest.fixture(scope="module")
def drawn() -> Dataset:
    return drawn_once()


def noise(emotions: list[str], **columns: list[str]) -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (len(emotions), 48, 48), dtype=np.uint8)
    ids = [f"im{row:03}.png" for row in range(len(emotions))]
    return assemble("noise", images, pd.DataFrame({"id": ids, "emotion": emotions, **columns}))


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def code_of(dataset: Dataset, choice: Choice) -> str:
    with pytest.raises(EmoError) as caught:
        subset.make(dataset, "part", choice)
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_chosen_classes_keep_all_their_images_and_words(drawn: Dataset) -> None:
    part = subset.make(drawn, "two", Choice(same("happy", "neutral")))

    expected = drawn.table[drawn.table["emotion"].isin(["happy", "neutral"])].reset_index()
    assert part.name == "two"
    assert part.classes == ("happy", "neutral")
    assert (part.images == drawn.images[expected["index"]]).all()
    columns = ["id", "emotion", "split", "parent", "age", "gender"]
    pd.testing.assert_frame_equal(part.table[columns], expected[columns])


def test_classes_can_be_renamed_and_merged(drawn: Dataset) -> None:
    part = subset.make(drawn, "two", Choice({"happy": "joyful", "surprised": "other", "neutral": "other"}))

    assert Counter(part.table["emotion"]) == {"joyful": 400, "other": 800}
    assert part.classes == ("joyful", "other")
    assert np.array(part.classes)[part.labels].tolist() == part.table["emotion"].tolist()


def test_commoner_names_are_offered() -> None:
    offered = subset.aliases(("Surprise", "fear", "disgust", "neutral", "surprised"))

    assert offered == {"Surprise": "surprised", "fear": "fearful", "disgust": "disgusted"}


def test_a_cap_draws_so_many_of_each_class_with_the_shares_of_split_and_attributes(drawn: Dataset) -> None:
    part = subset.make(drawn, "capped", Choice(same(*drawn.classes), most=200, stratify=("age", "gender")))

    keys = ["emotion", "split", "age", "gender"]
    before, after = drawn.table.groupby(keys).size(), part.table.groupby(keys).size()
    assert Counter(part.table["emotion"]) == dict.fromkeys(drawn.classes, 200)
    assert ((after - before / 2).abs() < 1).all()


def test_shares_are_those_of_largest_remainders() -> None:
    strata = np.repeat([0, 1, 2], [50, 30, 21])

    rows = subset.sample(np.arange(101), strata, 10, np.random.default_rng(0))

    assert np.bincount(strata[rows]).tolist() == [5, 3, 2]  # 4.95, 2.97, 2.08
    assert len(set(rows)) == 10


def test_a_cap_above_a_class_takes_all_of_it(drawn: Dataset) -> None:
    assert len(subset.make(drawn, "all", Choice(same(*drawn.classes), most=1000))) == 1600


def test_a_seed_draws_the_same_again_and_another_seed_others(drawn: Dataset) -> None:
    one, again, other = (
        set(subset.make(drawn, "part", Choice(same("happy", "neutral"), most=100, seed=seed)).table["id"])
        for seed in (1, 1, 2)
    )

    assert one == again
    assert len(one & other) < 150


def test_a_class_is_drawn_the_same_whatever_else_is_chosen(drawn: Dataset) -> None:
    few = subset.make(drawn, "few", Choice(same("happy", "neutral"), most=50)).table
    more = subset.make(drawn, "more", Choice(same(*drawn.classes), most=50)).table

    assert set(few["id"]) <= set(more["id"])


def test_rows_can_be_kept_and_dropped(drawn: Dataset) -> None:
    choice = Choice(same(*drawn.classes), keep=range(0, 1600, 2), drop=[0, 4])

    part = subset.make(drawn, "part", choice)

    assert part.table["id"].tolist() == drawn.table["id"].iloc[[2, *range(6, 1600, 2)]].tolist()


def test_stored_copies_come_along_with_their_picture_and_do_not_count() -> None:
    emotions = ["happy", "sad"] * 20
    parents = ["" if row < 20 else f"im{row - 20:03}.png" for row in range(40)]

    part = subset.make(noise(emotions, parent=parents), "part", Choice(same("happy", "sad"), most=5))

    originals, copies = part.table[part.table["parent"] == ""], part.table[part.table["parent"] != ""]
    assert Counter(originals["emotion"]) == {"happy": 5, "sad": 5}
    assert set(copies["parent"]) == set(originals["id"])


def test_every_image_remembers_where_it_was_drawn_from(drawn: Dataset) -> None:
    part = subset.make(drawn, "part", Choice(same("happy", "neutral"), most=50))
    again = subset.make(part, "part-of-part", Choice(same("happy", "neutral"), most=20))

    for dataset in (part, again):
        origins = [subset.origin(source) for source in dataset.table["source"]]
        assert {(origin.dataset, origin.fingerprint) for origin in origins if origin} == {
            ("drawn-faces", drawn.fingerprint)
        }
        assert [origin.id for origin in origins if origin] == dataset.table["id"].tolist()
    assert subset.origin("faces.zip, row 3") is None


def test_families_come_along() -> None:
    joined = mend.keep_together(noise(["happy", "sad"] * 10), np.array([[0, 4], [4, 9], [3, 6]])).dataset

    part = subset.make(joined, "part", Choice(same("happy", "sad"), drop=[0, 1]))

    family = dict(zip(part.table["id"], part.table["family"], strict=True))
    assert family["im004.png"] == family["im009.png"]
    assert family["im003.png"] == family["im006.png"]
    assert part.table["family"].nunique() == 18 - 2


def test_two_subsets_cannot_hide_a_twin(drawn: Dataset) -> None:
    """Neither by equal pixels, nor by a family that somebody joined."""
    near = mend.keep_together(drawn, np.array([[2, 3]])).dataset
    split = drawn.table["split"]
    test = subset.make(near, "one", Choice(same(*drawn.classes), keep=np.flatnonzero(split == "test"), drop=[3]))
    train = subset.make(near, "other", Choice(same(*drawn.classes), keep=[3, *np.flatnonzero(split == "train")]))

    common = set(test.table["id"].iloc[subset.shared(test, train)])

    assert common == {twin.test for twin in PLANTED.twins} | {near.table["id"][2]}


def test_a_subset_can_be_saved_and_loaded(drawn: Dataset) -> None:
    part = subset.make(drawn, "part", Choice(same("happy", "neutral"), most=50))

    library.save(part, provenance=subset.description(drawn, Choice(same("happy", "neutral"), most=50)))

    pd.testing.assert_frame_equal(library.load("part").table, part.table)
    assert library.load("part").fingerprint == part.fingerprint


def test_a_line_says_where_a_subset_comes_from(drawn: Dataset) -> None:
    choice = Choice({"happy": "happy", "surprised": "startled"}, most=100, seed=7, stratify=("age",))

    assert subset.description(drawn, choice) == (
        f"Subset of drawn-faces ({drawn.fingerprint}): happy, surprised as startled, "
        "at most 100 images of each class, drawn with seed 7, stratified by age."
    )


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (Choice({"happy": "happy", "joy": "joy"}), "no_class"),
        (Choice(same("happy", "sad"), stratify=("shoe size",)), "no_attribute"),
        (Choice(same("happy", "sad"), most=1), "bad_value"),
        (Choice(same("happy", "sad"), most=-3), "bad_value"),
        (Choice({"happy": " ", "sad": "sad"}), "bad_value"),
        (Choice(same("happy")), "too_few_classes"),
        (Choice(same("happy", "sad"), keep=[0, 1, 3]), "too_few_images"),
        (Choice({}), "no_images"),
        (Choice(same("happy", "sad"), keep=[]), "no_images"),
    ],
)
def test_what_cannot_be_a_subset_is_said(choice: Choice, code: str) -> None:
    assert code_of(noise(["happy", "sad"] * 5), choice) == code


def test_the_exported_arrays_are_the_report_s(drawn: Dataset) -> None:
    file = io.BytesIO()
    subset.export_npz(drawn, file)
    again = io.BytesIO()
    subset.export_npz(drawn, again)

    with np.load(io.BytesIO(file.getvalue()), allow_pickle=False) as saved:
        assert sorted(saved.files) == ["X", "attribute_age", "attribute_gender", "ids", "names", "split", "y"]
        assert saved["X"].shape == (1600, 2304)
        assert saved["X"].dtype == np.uint8
        assert (saved["X"].reshape(-1, 48, 48) == drawn.images).all()
        assert saved["names"][saved["y"]].tolist() == drawn.table["emotion"].tolist()
        assert saved["ids"].tolist() == drawn.table["id"].tolist()
    assert file.getvalue() == again.getvalue()


def test_a_class_of_another_dataset_comes_in_under_a_name_of_this_one(drawn: Dataset) -> None:
    other = replace(drawn_once(planted=False), name="others")
    mine = Choice(same("happy", "neutral"), most=50)
    theirs = Choice({"surprised": "happy", "focused": "calm"}, most=30)

    both = subset.make(drawn, "both", mine, (other, theirs))

    assert Counter(both.table["emotion"]) == {"happy": 80, "neutral": 50, "calm": 30}
    whole = {drawn.name: drawn, other.name: other}
    for row, source in enumerate(both.table["source"]):
        came = subset.origin(source)
        assert came
        at = int(np.flatnonzero(whole[came.dataset].table["id"] == came.id)[0])
        assert np.array_equal(both.images[row], whole[came.dataset].images[at])
        assert both.table["age"].iloc[row] == whole[came.dataset].table["age"].iloc[at]
    assert set(both.table["split"]) == {"train", "test"}
    assert subset.description(drawn, mine, (other, theirs)).endswith(
        f"drawn with seed 42. Subset of others ({other.fingerprint}): surprised as happy, focused as calm, at most 30 "
        "images of each class, drawn with seed 42."
    )
    listed = subset.counts([(drawn, mine.classes), (other, theirs.classes)], both).set_index("class")
    assert listed.loc["happy", ["from", "available", "used"]].tolist() == ["happy, surprised of others", 800, 80]


def test_a_picture_of_both_datasets_becomes_one_family_with_two_ids(drawn: Dataset) -> None:
    again = replace(drawn, name="again")

    both = subset.make(drawn, "both", Choice(same("happy", "neutral")), (again, Choice({"happy": "glad"})))

    families = {name: set(both.table.loc[both.table["emotion"] == name, "family"]) for name in both.classes}
    assert families["glad"] == families["happy"]
    assert both.table["id"].is_unique
    assert set(both.table["parent"]) <= {*both.table["id"], ""}


def test_what_only_one_dataset_knows_is_unknown_in_the_other(drawn: Dataset) -> None:
    bare = noise(["odd"] * 12)

    both = subset.make(drawn, "both", Choice(same("happy", "neutral")), (bare, Choice(same("odd"))))

    odd = both.table["emotion"] == "odd"
    assert set(both.table["age"][odd]) == {"unknown"}
    assert "unknown" not in set(both.table["age"][~odd])
    assert set(both.table["split"]) == {""}  # The noise is in no part
