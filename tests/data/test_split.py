"""A split keeps what a dataset brings, cuts what it lacks, and never lets one picture be on two sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import StratifiedShuffleSplit

from emocore.data import split
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError

NO_ROWS = np.zeros(0, np.int64)


def noise(counts: dict[str, int], splits: dict[str, int] | None = None, copies: int = 0) -> Dataset:
    """Noise: so many images a class, or a class and split; the first `copies` images repeat the last ones."""
    keys = [(part, emotion) for part in (splits or {"": 1}) for emotion in counts]
    rows = [key for key in keys for _ in range(counts[key[1]] * (splits or {"": 1})[key[0]])]
    images = np.random.default_rng(1).integers(0, 256, (len(rows), 48, 48), dtype=np.uint8)
    if copies:
        images[:copies] = images[-copies:]
    ids = [f"{part or 'all'}/{emotion}/{row:04}.png" for row, (part, emotion) in enumerate(rows)]
    table = pd.DataFrame(rows, columns=["split", "emotion"]).assign(id=ids)
    return assemble("noise", images, table)


def parts(drawn: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return drawn.train, drawn.validation, drawn.test


def test_a_dataset_without_parts_is_split_70_15_15_in_every_class() -> None:
    dataset = noise({"happy": 200, "sad": 100, "neutral": 40})

    drawn = split.make(dataset, SplitPlan())

    counts = [np.bincount(dataset.labels[rows]).tolist() for rows in parts(drawn)]
    assert counts == [[140, 28, 70], [30, 6, 15], [30, 6, 15]]


def test_the_shares_of_classes_are_those_of_scikit_learn() -> None:
    dataset = noise({"happy": 90, "sad": 60, "neutral": 30}, {"train": 1, "test": 1})
    train = np.flatnonzero(dataset.table["split"] == "train")
    peer = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    _, theirs = next(peer.split(train, dataset.labels[train]))

    ours = split.make(dataset, SplitPlan(validation=0.2)).validation

    assert np.bincount(dataset.labels[ours]).tolist() == np.bincount(dataset.labels[train[theirs]]).tolist()


def test_every_original_image_is_in_exactly_one_part() -> None:
    dataset = noise({"happy": 60, "sad": 60}, {"train": 2, "test": 1}, copies=5)

    drawn = split.make(dataset, SplitPlan())

    rows = np.concatenate([*parts(drawn), drawn.left_out])
    assert sorted(rows) == list(range(len(dataset)))


def test_a_brought_test_part_is_kept_as_it_is() -> None:
    dataset = noise({"happy": 30, "sad": 30}, {"train": 2, "test": 1}, copies=4)

    drawn = split.make(dataset, SplitPlan())

    assert list(drawn.test) == list(np.flatnonzero(dataset.table["split"] == "test"))


def test_a_brought_validation_part_is_kept_and_nothing_is_cut() -> None:
    dataset = noise({"happy": 20, "sad": 20}, {"train": 2, "validation": 1, "test": 1})

    drawn = split.make(dataset, SplitPlan())

    assert list(drawn.validation) == list(np.flatnonzero(dataset.table["split"] == "validation"))
    assert list(drawn.train) == list(np.flatnonzero(dataset.table["split"] == "train"))


def test_training_images_with_a_copy_in_the_test_part_are_left_out_and_named() -> None:
    dataset = noise({"happy": 30, "sad": 30}, {"test": 1, "train": 1}, copies=6)

    drawn = split.make(dataset, SplitPlan())

    copied = dataset.table["family"].duplicated(keep=False) & (dataset.table["split"] == "train")
    assert list(drawn.left_out) == list(np.flatnonzero(copied))
    assert len(drawn.left_out) == 6


@pytest.mark.parametrize("seed", range(5))
def test_copies_of_one_picture_are_never_on_two_sides(seed: int) -> None:
    dataset = noise({"happy": 40, "sad": 40}, copies=20)

    drawn = split.make(dataset, SplitPlan(seed=seed))

    families = [set(dataset.table["family"].iloc[rows]) for rows in parts(drawn)]
    assert not families[0] & families[1]
    assert not families[0] & families[2]
    assert not families[1] & families[2]
    assert sum(map(len, families)) == 60


def test_a_validation_image_with_a_twin_in_the_test_part_steers_nothing() -> None:
    dataset = noise({"happy": 20, "sad": 20}, {"validation": 1, "test": 1, "train": 1})
    images = np.array(dataset.images)
    seen = np.flatnonzero(dataset.table["split"] == "validation")[0]
    images[seen] = images[np.flatnonzero(dataset.table["split"] == "test")[0]]

    drawn = split.make(assemble("twin", images, dataset.table.drop(columns="family")), SplitPlan())

    assert seen not in np.concatenate(parts(drawn))


def test_stored_copies_are_in_no_part() -> None:
    dataset = noise({"happy": 30, "sad": 30})
    table = dataset.table.drop(columns="family")
    table.loc[3, "parent"] = table.loc[4, "id"]

    drawn = split.make(assemble("copies", np.array(dataset.images), table), SplitPlan())

    assert 3 not in np.concatenate([*parts(drawn), drawn.left_out])


def test_the_same_seed_draws_the_same_parts_and_another_seed_others() -> None:
    dataset = noise({"happy": 50, "sad": 50})

    first, again, other = (split.make(dataset, SplitPlan(seed=seed)).fingerprint for seed in (1, 1, 2))

    assert first == again != other


def test_another_seed_leaves_a_brought_test_part_alone() -> None:
    dataset = noise({"happy": 30, "sad": 30}, {"train": 2, "test": 1})

    first, other = (split.make(dataset, SplitPlan(seed=seed)) for seed in (1, 2))

    assert list(first.test) == list(other.test)
    assert list(first.validation) != list(other.validation)


def test_a_split_with_one_image_in_two_parts_cannot_be_made() -> None:
    with pytest.raises(EmoError) as caught:
        Split(np.array([0, 1]), np.array([1]), NO_ROWS, NO_ROWS)

    assert caught.value.code == "shared_row"


def test_a_fingerprint_changes_when_a_row_changes_its_part() -> None:
    first = Split(np.array([0, 1]), np.array([2]), np.array([3]), NO_ROWS)
    other = Split(np.array([0, 1]), np.array([3]), np.array([2]), NO_ROWS)

    assert first.fingerprint != other.fingerprint


@pytest.mark.parametrize("share", [0, -0.1, 0.51, 1, float("nan"), float("inf")])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_an_impossible_share_is_refused_with_its_value(part: str, share: float) -> None:
    with pytest.raises(EmoError, match=f"{part} share of {share} is not possible"):
        SplitPlan(**{part: share})


def with_groups(dataset: Dataset, attribute: str, words: list[str]) -> Dataset:
    """The dataset with an attribute whose values take turns."""
    table = dataset.table.drop(columns="family").assign(**{attribute: np.resize(np.array(words), len(dataset))})
    return assemble(dataset.name, np.array(dataset.images), table)


def test_a_new_split_takes_no_notice_of_the_one_that_is_brought() -> None:
    brought = noise({"happy": 60, "sad": 60}, {"train": 2, "test": 1})
    plain = assemble("noise", np.array(brought.images), brought.table.drop(columns="family").assign(split=""))

    new = split.make(brought, SplitPlan(own=False))

    assert new.fingerprint == split.make(plain, SplitPlan()).fingerprint
    assert len(new.left_out) == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_new_split_keeps_copies_on_one_side_although_the_brought_one_does_not(seed: int) -> None:
    dataset = noise({"happy": 40, "sad": 40}, {"train": 1, "test": 1}, copies=20)

    drawn = split.make(dataset, SplitPlan(seed=seed, own=False, stratify=()))

    families = [set(dataset.table["family"].iloc[rows]) for rows in parts(drawn)]
    assert sum(map(len, families)) == len(set.union(*families))


def test_groups_keep_their_shares_in_every_class_as_scikit_learn_has_them() -> None:
    dataset = with_groups(noise({"happy": 200, "sad": 120}), "age", ["young", "young", "young", "old"])
    both = dataset.table["emotion"] + dataset.table["age"]
    peer = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    _, theirs = next(peer.split(both, both))

    ours = split.make(dataset, SplitPlan(test=0.2, stratify=("age",))).test

    assert both.iloc[ours].value_counts().to_dict() == both.iloc[theirs].value_counts().to_dict()


def test_tiny_groups_do_not_change_the_share_of_their_class() -> None:
    dataset = with_groups(noise({"happy": 100, "sad": 100}), "place", [f"place {number}" for number in range(40)])

    drawn = split.make(dataset, SplitPlan(stratify=("place",)))

    assert [np.bincount(dataset.labels[rows]).tolist() for rows in parts(drawn)] == [[70, 70], [15, 15], [15, 15]]


@pytest.mark.parametrize("seed", range(5))
def test_families_of_several_groups_are_never_cut(seed: int) -> None:
    dataset = with_groups(noise({"happy": 40, "sad": 40}, copies=20), "age", ["young", "old", "unknown"])

    drawn = split.make(dataset, SplitPlan(seed=seed, stratify=("age",)))

    families = [set(dataset.table["family"].iloc[rows]) for rows in parts(drawn)]
    assert sum(map(len, families)) == 60 == len(set.union(*families))


def test_the_default_plan_draws_what_it_always_drew() -> None:
    dataset = noise({"happy": 50, "sad": 50}, {"train": 2, "test": 1}, copies=7)

    assert split.make(dataset, SplitPlan()).fingerprint == "b7f13b9c"


def test_an_attribute_that_is_not_there_is_named() -> None:
    with pytest.raises(EmoError, match=r"no attribute age to stratify by\. It has: none") as caught:
        split.make(noise({"happy": 40, "sad": 40}), SplitPlan(stratify=("age",)))

    assert caught.value.code == "no_attribute"


def people(persons: int, each: int = 6, seed: int = 1) -> Dataset:
    """Noise of persons who show three emotions each, two persons of whom share one picture."""
    dataset = noise({"happy": persons * each // 3, "neutral": persons * each // 3, "sad": persons * each // 3})
    images = dataset.images.copy()
    person = np.arange(len(dataset)) % persons
    first, second = np.flatnonzero(person == 0)[0], np.flatnonzero(person == 1)[0]
    images[second] = images[first]
    words = [f"p{number:03}" for number in np.random.default_rng(seed).permutation(persons)[person]]
    return assemble("people", images, dataset.table.assign(person=words))


@pytest.mark.parametrize("seed", range(5))
def test_no_person_is_on_two_sides_and_the_shares_are_near_those_wanted(seed: int) -> None:
    dataset = people(60, seed=seed)

    drawn = split.make(dataset, SplitPlan(seed=seed, together="person"))

    seen = [set(dataset.table["person"].iloc[rows]) for rows in parts(drawn)]
    assert sum(map(len, seen)) == 60
    assert [len(rows) / len(dataset) for rows in parts(drawn)] == pytest.approx([0.7, 0.15, 0.15], abs=0.03)
    assert set().union(*seen) == set(dataset.table["person"])


def test_persons_who_share_a_picture_stay_together_and_unknown_ones_stay_alone() -> None:
    dataset = people(30)
    table = dataset.table.assign(person=dataset.table["person"].where(np.arange(len(dataset)) > 20, "unknown"))
    family = split.kept_together(dataset, "person").table["family"].to_numpy()
    of_unknown = split.kept_together(assemble("people", dataset.images, table), "person").table["family"].to_numpy()

    shared = dataset.table.groupby("family")["person"].agg(set).map(len).idxmax()
    two = set(dataset.table.loc[dataset.table["family"] == shared, "person"])
    assert len(np.unique(family)) == 29
    assert len(set(family[dataset.table["person"].isin(two)])) == 1
    assert len(np.unique(of_unknown[:21])) >= 20


def test_folds_hold_out_whole_persons_however_many_there_are() -> None:
    dataset = people(60)
    held = [split.make(dataset, SplitPlan(folds=5, fold=fold, together="person", pool="all")) for fold in range(1, 6)]

    persons = [set(dataset.table["person"].iloc[drawn.test]) for drawn in held]
    assert set().union(*persons) == set(dataset.table["person"])
    assert sum(map(len, persons)) == 60
    for drawn, out in zip(held, persons, strict=True):
        assert not out & set(dataset.table["person"].iloc[np.concatenate([drawn.train, drawn.validation])])


def test_of_a_brought_split_training_images_of_a_judged_person_are_left_out() -> None:
    dataset = people(40)
    test = dataset.table["person"].isin(["p003", "p004"]) & (np.arange(len(dataset)) < 120)
    dataset = assemble("people", dataset.images, dataset.table.assign(split=np.where(test, "test", "train")))

    drawn = split.make(dataset, SplitPlan(together="person"))

    left_out = set(dataset.table["person"].iloc[drawn.left_out])
    assert {"p003", "p004"} <= left_out
    assert not {"p003", "p004"} & set(dataset.table["person"].iloc[drawn.train])
    assert drawn.test.tolist() == np.flatnonzero(dataset.table["split"] == "test").tolist()


def test_more_folds_than_persons_and_unknown_attributes_are_refused() -> None:
    with pytest.raises(EmoError, match="only 3 groups are kept together"):
        split.make(people(4, 30), SplitPlan(folds=5, fold=1, together="person", pool="all"))
    with pytest.raises(EmoError, match="no attribute 'film', so its values cannot be kept together"):
        split.make(people(4), SplitPlan(together="film"))
