"""Counts, association, histograms, mean faces, shortcut and map, each against another route to the same number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import PermutationMethod, chi2_contingency
from scipy.stats.contingency import association as scipy_association

from emocore.data.dataset import Dataset
from emocore.data.exploring import distribution


def people(seed: int, n: int, dependence: float) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    emotion = generator.integers(0, 3, n)
    follows = generator.random(n) < dependence
    group = np.where(follows, emotion, generator.integers(0, 3, n))
    words = {"emotion": np.array(["happy", "neutral", "sad"])[emotion], "age": np.array(["mid", "old", "young"])[group]}
    return pd.DataFrame(words).assign(split="train")


def bergsma(counts: np.ndarray) -> float:
    """Cramér's V, bias corrected, written out from the paper."""
    n, (r, c) = counts.sum(), counts.shape
    phi2 = scipy_association(counts, "cramer") ** 2 * min(r - 1, c - 1)
    corrected = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    return float(np.sqrt(corrected / min(r - 1 - (r - 1) ** 2 / (n - 1), c - 1 - (c - 1) ** 2 / (n - 1))))


def test_the_distribution_is_pandas_cross_table(faces: Dataset):
    made = distribution.distribution(faces.table, ["split"])
    expected = pd.crosstab(faces.table["emotion"], faces.table["split"])
    for cell in made.itertuples():
        assert cell.images == expected.loc[cell[2], cell.group]
        assert cell.share == cell.images / expected[cell.group].sum()
    assert list(dict.fromkeys(made["group"])) == ["train", "test"]


def test_every_combination_of_two_attributes_is_a_cell_and_empty_and_tiny_ones_say_so():
    cells = [
        ("happy", "old", "female", 40),
        ("happy", "old", "male", 30),
        ("happy", "young", "male", 29),
        ("sad", "young", "male", 50),
    ]
    table = pd.DataFrame([row[:3] for row in cells for _ in range(row[3])], columns=["emotion", "age", "gender"])
    made = distribution.distribution(table, ["age", "gender"]).set_index(["class", "group"])
    assert made.loc[("happy", "old · female"), ["images", "note"]].tolist() == [40, ""]
    assert made.loc[("happy", "old · male"), "note"] == ""
    assert made.loc[("happy", "young · male"), ["images", "note"]].tolist() == [29, "tiny"]
    assert made.loc[("sad", "young · female"), ["images", "note"]].tolist() == [0, "empty"]
    assert made["images"].sum() == len(table)


def test_images_that_are_not_split_and_unknown_groups_come_by_name_and_last():
    table = pd.DataFrame({"emotion": ["happy"] * 3, "split": [""] * 3, "age": ["unknown", "young", "old"]})
    assert distribution.groups(table, ["split"])[1] == ["not split"]
    assert distribution.groups(table, ["age"])[1] == ["old", "young", "unknown"]
    assert distribution.groups(table, [])[1] == ["all"]


@pytest.mark.parametrize("dependence", [0.0, 0.2, 0.6, 1.0])
def test_association_is_the_corrected_v_of_the_paper(dependence: float):
    counts, classes, names = distribution.cross_counts(people(3, 600, dependence), ["age"])
    found = distribution.association(counts, classes, names)
    assert found.v == pytest.approx(bergsma(counts), abs=1e-12)
    assert found.interval[0] <= found.v <= found.interval[1]


def test_the_interval_covers_what_is_so_in_nine_of_ten_drawn_datasets_and_more():
    truth = 0.3  # Population V of the mixture: chance `dependence` to follow, else independent
    inside = 0
    for seed in range(100):
        low, high = distribution.association(*distribution.cross_counts(people(seed, 500, truth), ["age"])).interval
        inside += low <= truth <= high
    assert inside >= 88


def test_independent_groups_are_not_called_associated_even_in_many_cells():
    generator = np.random.default_rng(5)
    counts = generator.multinomial(2000, np.full(110, 1 / 110)).reshape(11, 10)
    found = distribution.association(counts, [f"c{row}" for row in range(11)], [f"g{column}" for column in range(10)])
    assert found.interval[0] == 0
    assert found.p > 0.05
    assert "This does not prove that there is none" in found.message


@pytest.mark.parametrize("dependence", [0.0, 0.1, 0.2])
def test_the_p_value_is_that_of_scipys_permutations(dependence: float):
    counts, classes, names = distribution.cross_counts(people(3, 200, dependence), ["age"])
    method = PermutationMethod(n_resamples=4000, rng=np.random.default_rng(0))
    theirs = chi2_contingency(counts, correction=False, method=method).pvalue
    assert distribution.association(counts, classes, names).p == pytest.approx(theirs, abs=0.02)


def test_a_weak_association_that_the_interval_would_hide_is_named():
    """The report's test part by age: V is .06 with an interval that reaches 0, and chance makes it 3 times in 1,000."""
    counts = np.array([[85, 16], [71, 30], [60, 41], [73, 28]])
    found = distribution.association(counts, ["focused", "happy", "neutral", "surprised"], ["young", "old"])
    assert found.p < 0.05
    assert "not explained" not in found.message
    assert "associated" in found.message


def test_copies_of_one_picture_are_counted_once():
    table = pd.DataFrame({"family": [0, 0, 0, 3], "emotion": list("aaab")})
    assert distribution.one_a_picture(table)["family"].tolist() == [0, 3]


def test_the_sentence_names_the_class_whose_share_differs_most():
    counts = np.array([[60, 30], [20, 35], [20, 35]])
    message = distribution.association(counts, ["happy", "neutral", "sad"], ["old", "young"]).message
    assert "60% of old are labeled happy, compared with 30% of young" in message


def test_unknown_groups_are_left_out_and_one_group_is_no_association():
    counts = np.array([[10, 5], [20, 9]])
    found = distribution.association(counts, ["happy", "sad"], ["old", "unknown"])
    assert (found.v, found.interval, found.images) == (0.0, (0.0, 0.0), 30)
