"""A score is read with the precision that it was printed with, and reached by what is printed so."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.errors import EmoError
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
