"""The report's numbers are kept as printed, and its counts follow from them."""

from __future__ import annotations

from collections import Counter

import pytest

from emocore.reproduction import published
from tests.laboratory import real


def test_the_counts_of_figure_1_1_add_up_to_its_sums() -> None:
    parts = sum(published.TRAINING.values()), sum(published.TESTING.values())

    assert (*parts, sum(parts)) == published.TOTALS == (28709, 7178, 35887)


def test_each_leaked_accuracy_is_a_count_of_1920_images() -> None:
    lines = published.table(published.LEAKED)

    assert [published.right_of(float(line["Accuracy"]), 1920) for line in lines] == [1726, 1525, 1384]


def test_every_fold_is_a_count_of_its_images_and_their_mean_is_printed() -> None:
    *folds, average = (float(line["Accuracy"]) for line in published.table(published.FOLDS))
    rights = [published.right_of(fold, n) for fold, n in zip(folds, published.FOLD_IMAGES, strict=True)]

    assert None not in rights
    assert sum(published.FOLD_IMAGES) == 2 * 1196
    assert sum(folds) / 10 == pytest.approx(average, abs=1e-12)


def test_saved_answers_give_the_accuracies_of_the_files_beside_the_report() -> None:
    answers = published.answers()
    right = [sum(line[network] == line["truth"] for line in answers) for network in ("final", "main")]

    assert [number / len(answers) for number in right] == pytest.approx(list(published.CORRECTED_FILES.values()))
    assert Counter(line["truth"] for line in answers) == dict.fromkeys(published.CLASSES, 101)


def test_no_whole_number_of_right_answers_gives_an_edited_cell() -> None:
    line = published.table(published.BIAS_FILES["bias.csv, as it is now"])[3]

    assert line["Group"] == "male"
    assert [n for n in range(1, 1200) if published.right_of(float(line["Accuracy"]), n) is not None] == []


def test_the_numbers_are_those_of_the_files_they_were_taken_from() -> None:
    folder = real("report_dataset.zip").parent.parent / "reference" / "results"
    kept = {"bias.csv": "bias.csv, as it is now", "bias_before_edit.csv": "bias.csv, as first kept"}

    for name, key in kept.items():
        assert published.table(published.BIAS_FILES[key]) == published.table((folder / name).read_text())
    printed = (folder / "report_kfold_cv.csv").read_text()
    assert all(line["Accuracy"] in printed and line["F1"] in printed for line in published.table(published.FOLDS))
