"""A score is read with the precision that it was printed with, and reached by what is printed so."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.errors import EmoError
from emocore.judge.tables import cells
from emocore.judge.tables.cells import Printed, Reading, fits, printed, right_answers


def test_scores_are_read_with_the_precision_they_were_printed_with() -> None:
    assert printed(".703") == Printed(0.703, 3)
    assert printed("70.3 %") == Printed(pytest.approx(0.703), 3)
    assert printed("70,3%").decimals == 3
    assert printed("1") == Printed(1.0, 0)
    assert printed("7.03e-1") == Printed(0.703, 3)
    assert printed("70.3", percent=True) == Printed(pytest.approx(0.703), 3)
    assert printed(r"\textbf{0.703}") == printed("**0.703**") == Printed(0.703, 3)


def test_a_deviation_an_interval_and_counts_are_read_beside_a_score() -> None:
    assert printed("0.712 ± 0.025") == Printed(0.712, 3, is_mean=True)
    assert printed("0.712 (0.025)") == Printed(0.712, 3, is_mean=True)
    assert printed(".703 [.657, .745]") == Printed(0.703, 3)
    assert printed("284/404").counts == (284, 404)
    assert printed(".703 (284/404)") == Printed(0.703, 3, counts=(284, 404))


@pytest.mark.parametrize("text", ["", "abc", "nan", "1.2", "-0.1", "170 %", "1e999", "5/4", "0/0"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(EmoError) as caught:
        printed(text)
    assert caught.value.code == "bad_number"


def test_every_share_of_few_images_is_reachable_and_nothing_between() -> None:
    for n in range(1, 60):
        for right in range(n + 1):
            assert right in right_answers(printed(f"{right / n:.4f}"), n)
        assert not right_answers(Printed(0.5 / n + 1e-6, 12), n)


def test_a_rounded_score_is_reachable_by_what_rounds_to_it() -> None:
    assert list(right_answers(printed(".703"), 404)) == [284]
    assert list(right_answers(printed(".70"), 404)) == [281, 282, 283, 284]
    assert np.flatnonzero(fits(printed("0.50"), 4)).tolist() == [2, 4]


def test_decimals_that_are_cut_off_and_means_over_networks_reach_others() -> None:
    assert not right_answers(printed(".712"), 404)
    assert list(right_answers(printed(".712"), 404, Reading(cut=True))) == [288]
    assert list(right_answers(printed(".712"), 404, Reading(seeds=5))) == [1438, 1439]


def test_a_share_that_torch_computed_in_single_precision_is_one() -> None:
    single = float(np.float32(157 / 215))
    assert single != 157 / 215
    assert list(right_answers(printed(repr(single)), 215)) == [157]


def test_full_precision_fits_multiples_of_one_number_of_images() -> None:
    fit = np.flatnonzero(fits(printed(repr(201 / 289)), 3000))
    assert fit.tolist() == [289 * times for times in range(1, 11)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Group: male, Number of samples: 235", {"male": 235}),
        ("235/169 (male/female)", {"male": 235, "female": 169}),
        ("235 male and 169 female faces", {"male": 235, "female": 169}),
        ("of 404 images, 235 are male and 169 female", {"male": 235, "female": 169}),
        ("Male 1,235, female 1,169", {"male": 1235, "female": 1169}),
        ("male scores .7302", {}),
        ("male, female: 404", {}),
        ("a table of 2 models", {}),
    ],
)
def test_sizes_of_groups_are_read_in_words(sentence: str, expected: dict[str, int]) -> None:
    assert cells.sizes_in_words([sentence], ["male", "female"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test accuracy, mean of five seeds", 5),
        ("averaged over 3 random seeds", 3),
        ("mean over several runs", cells.UNTOLD),
        ("accuracy ± sd", cells.UNTOLD),
        ("of a single run", 1),
        ("mean of ten folds", None),
        ("Accuracy", None),
    ],
)
def test_seeds_are_read_in_words(text: str, expected: int | None) -> None:
    assert cells.seeds_in_words(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("male (n = 215)", ("male", 215)),
        ("male (215)", ("male", 215)),
        ("male, n=1,215", ("male", 1215)),
        ("male (215 images)", ("male", 215)),
        ("age 20-29", ("age 20-29", None)),
        ("ResNet-18", ("ResNet-18", None)),
    ],
)
def test_a_size_behind_a_name_is_told_from_the_name(name: str, expected: tuple[str, int | None]) -> None:
    assert cells.size_in_name(name) == expected


def test_the_number_of_test_images_is_read() -> None:
    assert cells.total_in_words("on 404 test images") == cells.total_in_words("n = 404") == 404
    assert cells.total_in_words("1,600 images") is None
