"""The arithmetic of the bias table, and gaps with their intervals."""

from __future__ import annotations

import pytest
from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.proportion import confint_proportions_2indep

from emocore.reproduction import bias_items, document, numbers
from emocore.reproduction.results import Results

PRINTED = bias_items.printed_counts(numbers.BIAS)


def test_the_table_counts_285_by_age_and_281_by_gender() -> None:
    assert PRINTED == {"young": [208, 289], "old": [77, 115], "male": [157, 215], "female": [124, 189]}
    assert document.row(document.named("Table 8.1")[0], Results()).verdict == "cannot be true"


def test_saved_answers_count_284_however_they_are_sliced() -> None:
    saved = bias_items.saved_counts()

    assert saved == {"young": [205, 289], "old": [79, 115], "male": [160, 215], "female": [124, 189]}


def test_the_cells_of_the_later_file_are_named_as_impossible() -> None:
    row = document.row(document.named("Figure 8.1")[0], Results())
    verdicts = {one.what: one.its for one in row.numbers}

    assert "no whole number of right answers gives" in verdicts["bias.csv, as it is now"]
    assert "male" in verdicts["bias.csv, as it is now"]
    assert "every accuracy is a count" in verdicts["bias.csv, as first kept"]


def test_precision_recall_and_f1_of_each_group_stand_beside_those_of_the_saved_answers() -> None:
    row = document.row(document.named("Figure 8.1")[0], Results())
    scores = {one.what: (one.report, one.corrected) for one in row.numbers}
    lines = [line for line in numbers.answers() if line["gender"] == "female"]
    truth, said = [line["truth"] for line in lines], [line["final"] for line in lines]
    mine = precision_recall_fscore_support(truth, said, average="macro", zero_division=0)[:3]

    assert scores["female, macro precision, recall and F1"] == (
        "0.657, 0.670, 0.645",
        ", ".join(f"{one:.3f}" for one in mine) + ", by the saved predictions",
    )
    assert scores["Average of all"][0] == "accuracy 0.694, macro precision, recall and F1 0.690, 0.680, 0.676"


@pytest.mark.parametrize(("attribute", "pair"), bias_items.PAIRS.items())
def test_a_gap_has_the_interval_of_statsmodels(attribute: str, pair: tuple[str, str]) -> None:
    (a, n), (b, m) = (PRINTED[name] for name in pair)
    low, high = confint_proportions_2indep(a, n, b, m, method="newcomb")

    gap = bias_items.gap(PRINTED, attribute)

    assert gap.startswith(f"{100 * (a / n - b / m):+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]")
    assert gap.endswith(", could be chance")
