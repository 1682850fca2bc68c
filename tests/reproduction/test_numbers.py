"""The report's numbers are kept as printed, and its counts follow from them."""

from __future__ import annotations

from collections import Counter

import pytest

from emocore.reproduction import numbers
from emocore.reproduction.numbers import CORNERS, FACTORS, GROUPS, MODES, PLAIN, SOUND, TEN, factors, wanted
from tests.laboratory import code_of, real


def test_the_counts_of_figure_1_1_add_up_to_its_sums() -> None:
    parts = sum(numbers.TRAINING.values()), sum(numbers.TESTING.values())

    assert (*parts, sum(parts)) == numbers.TOTALS == (28709, 7178, 35887)


def test_each_leaked_accuracy_is_a_count_of_1920_images() -> None:
    lines = numbers.table(numbers.LEAKED)

    assert [numbers.right_of(float(line["Accuracy"]), 1920) for line in lines] == [1726, 1525, 1384]


def test_every_fold_is_a_count_of_its_images_and_their_mean_is_printed() -> None:
    *folds, average = (float(line["Accuracy"]) for line in numbers.table(numbers.PUBLISHED_FOLDS))
    rights = [numbers.right_of(fold, n) for fold, n in zip(folds, numbers.FOLD_IMAGES, strict=True)]

    assert None not in rights
    assert sum(numbers.FOLD_IMAGES) == 2 * 1196
    assert sum(folds) / 10 == pytest.approx(average, abs=1e-12)


def test_saved_answers_give_the_accuracies_of_the_files_beside_the_report() -> None:
    answers = numbers.answers()
    right = [sum(line[network] == line["truth"] for line in answers) for network in ("final", "main")]

    assert [number / len(answers) for number in right] == pytest.approx(list(numbers.CORRECTED_FILES.values()))
    assert Counter(line["truth"] for line in answers) == dict.fromkeys(numbers.CLASSES, 101)


def test_no_whole_number_of_right_answers_gives_an_edited_cell() -> None:
    line = numbers.table(numbers.BIAS_FILES["bias.csv, as it is now"])[3]

    assert line["Group"] == "male"
    assert [n for n in range(1, 1200) if numbers.right_of(float(line["Accuracy"]), n) is not None] == []


def test_the_numbers_are_those_of_the_files_they_were_taken_from() -> None:
    folder = real("report_dataset.zip").parent.parent / "reference" / "results"
    kept = {"bias.csv": "bias.csv, as it is now", "bias_before_edit.csv": "bias.csv, as first kept"}

    for name, key in kept.items():
        assert numbers.table(numbers.BIAS_FILES[key]) == numbers.table((folder / name).read_text())
    printed = (folder / "report_kfold_cv.csv").read_text()
    assert all(line["Accuracy"] in printed and line["F1"] in printed for line in numbers.table(numbers.PUBLISHED_FOLDS))


TRAINED = [group for group in GROUPS if group not in PLAIN]


def names(mode: str) -> list[str]:
    return [one.name for group in TRAINED for one in wanted(group, MODES[mode])]


def test_a_larger_mode_holds_all_of_the_smaller_one_and_trains_nothing_twice() -> None:
    assert set(names("usual")) < set(names("full"))
    assert not set(names("quick")) & set(names("usual"))
    assert all("2-epochs" in name for name in names("quick"))


def test_the_eight_corners_lie_between_corrected_folds_and_the_reports() -> None:
    sets = [factors(name) for name in CORNERS]

    assert len(set(sets)) == 8
    assert (factors(SOUND), factors(TEN)) == (frozenset(), frozenset(FACTORS))


def test_causes_share_their_ends_with_the_folds() -> None:
    causes = {one.name for one in wanted("causes", MODES["usual"])}

    assert causes & {one.name for one in wanted("folds", MODES["usual"])}
    assert causes & {one.name for one in wanted("sound-folds", MODES["usual"])}


def test_another_group_is_refused() -> None:
    assert code_of(wanted, "everything", MODES["usual"]) == "no_group"
