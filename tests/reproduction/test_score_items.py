"""Scores of the report beside ours, with a verdict from the interval of ours under its protocol."""

from __future__ import annotations

from emocore.reproduction import document
from emocore.reproduction.numbers import FIRST, FIXED, SOUND, TEN, VARIANTS
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Row
from tests.reproduction.test_results import kept, made

SQUARE = [[20, 5, 0, 0], [9, 16, 0, 0], [0, 0, 25, 0], [0, 0, 1, 24]]


def row(name: str, results: Results) -> Row:
    return document.row(document.named(name)[0], results)


def test_a_printed_score_within_our_interval_is_within_chance_and_one_outside_differs() -> None:
    near = [made(FIRST, name, right, confusion=SQUARE) for name, right in zip(VARIANTS, (90, 79, 72), strict=True)]
    far = [near[0] | {"right": 60}, *near[1:]]

    assert row("Table 6.2", kept(*near)).verdict == "within chance"
    assert row("Table 6.2", kept(*far)).verdict == "differs"
    assert row("Table 6.2", kept(*near[:2])).verdict == "not run yet"


def test_the_classes_confused_most_are_named_for_both_protocols() -> None:
    found = row("Section 6.1.1", kept(*(made(way, "report-main", 85, confusion=SQUARE) for way in (FIRST, SOUND))))

    assert found.numbers[0].its == found.numbers[0].corrected == "focused and happy: 14 of 100 images"


def test_folds_stand_beside_their_printed_counts_and_averages_beside_two_other_files() -> None:
    found = row("Figure 6.4", kept(*(made(TEN, right=48, fold=fold) for fold in (1, 2, 3))))

    assert [(one.report, one.its) for one in found.numbers[:1]] == [("0.542: 130 of 240", "0.480: 48 of 100")]
    assert found.verdict == "within chance"
    others = {one.what: one.report for one in found.numbers if "kfold_cv.csv" in one.what}
    assert [others[f"Average accuracy in CnnA{at}_kfold_cv.csv"] for at in (3, 2)] == ["0.474", "0.485"]
    assert others["Folds 1 to 10 in CnnA2_kfold_cv.csv, macro F1"].endswith("0.484, 0.505; average 0.446")
    assert found.numbers[1].report == "0.633, 0.542, 0.512", "macro precision, recall and F1 of fold 1"


def test_the_corrected_score_is_281_of_404_and_the_files_beside_it_hold_others() -> None:
    found = row("Figure 7.2", kept(made(FIXED, "report-main", 69), made(FIXED, "report-final", 70)))

    assert "281 right" in found.numbers[0].report
    files = {one.what: (one.report, one.its) for one in found.numbers if "metrics.csv" in one.what}
    assert [files[f"Accuracy in CnnA{at}_metrics.csv"][1] for at in (3, 2)] == [
        "284 of 404, counted from its saved predictions",
        "273 of 404, counted from its saved predictions",
    ]
    printed, again = files["Macro precision, recall and F1 in CnnA3_metrics.csv"]
    assert again == f"{printed}, from the same predictions"
    assert found.verdict == "within chance"
