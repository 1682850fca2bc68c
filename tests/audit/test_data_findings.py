"""An audit finds what is wrong with a dataset, names it exactly, and finds nothing where nothing is."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats.contingency import association

from emocore.audit.data_audit import Audit
from emocore.audit.data_findings import cell_counts
from emocore.audit.finding import Finding
from emocore.data.copies.twins import Search
from emocore.data.dataset import Dataset, assemble
from emocore.data.drawn.dataset import PLANTED
from tests.laboratory import audit_json, findings_by_code, noise, only_finding, report_faces

OF_TWINS = {
    "exact_twins_across_splits", "exact_twins_within_split", "near_twins_across_splits", "near_twins_within_split",
    "label_conflict", "attribute_conflict", "stored_copies", "constant_images",
}  # fmt: skip


def test_a_clean_dataset_raises_no_finding_of_twins_conflicts_or_labels(clean: Dataset) -> None:
    raised = {code for code, findings in findings_by_code(clean).items() if findings}

    assert not raised & OF_TWINS
    assert raised <= {"tiny_cells"}


def test_the_planted_twins_are_found_and_no_others(planted: Audit) -> None:
    (across,) = (finding for finding in planted.findings if finding.code in OF_TWINS)

    assert across.code == "exact_twins_across_splits"
    assert set(across.pairs) == {(twin.test, twin.train) for twin in PLANTED.twins}
    assert across.where == tuple(sorted(name for pair in across.pairs for name in pair))
    assert across.message == "6 pairs of identical images (2 mirrored) in different parts of the split."


def test_the_report_s_findings_are_the_known_ones(report: dict[str, list[Finding]]) -> None:
    counts = {code: [finding.count for finding in findings] for code, findings in report.items()}
    assert counts["exact_twins_across_splits"] == [4]
    assert counts["near_twins_across_splits"] == [3]
    assert counts["exact_twins_within_split"] == [5]
    assert counts["label_conflict"] == counts["stored_copies"] == counts["constant_images"] == []
    (two_ages,) = report["attribute_conflict"]
    assert two_ages.where == ("train/neutral/im123.png", "train/neutral/im357.png")
    assert two_ages.message == "1 pair of the same picture with two different values of perceived age, as labeled."


def test_the_report_s_smallest_cells_are_named(report: dict[str, list[Finding]]) -> None:
    both = next(finding for finding in report["tiny_cells"] if "age and gender" in finding.message)

    assert both.severity == "medium"
    assert "The smallest are: test · neutral · old · female (2), test · surprised · old · female (4)" in both.message


def test_stored_flips_of_the_report_are_one_finding_and_no_twins() -> None:
    with_copies = report_faces(keep_copies=True).dataset

    counts = audit_json(with_copies, Search(near=False))["counts"]

    assert counts["stored_copies"] == 1196
    assert counts["exact_twins_across_splits"] == 4
    assert counts["exact_twins_within_split"] == 5


def test_a_blank_is_no_conflict_but_a_gap() -> None:
    images, table = noise(["happy", "sad"] * 4, age=["old", "", "old", "young", "old", "young", "old", "young"])
    images[3] = images[1]

    findings = findings_by_code(assemble("few", images, table))

    assert findings["attribute_conflict"] == []
    (blank,) = findings["blank_attributes"]
    assert (blank.where, blank.count, blank.severity) == (("im001.png",), 1, "medium")
    assert blank.message == "perceived age, as labeled: unknown for 1 image (12.5%)."


def test_images_of_one_grey_value_are_named_and_are_no_twins() -> None:
    images, table = noise(["happy", "sad"] * 4)
    images[[1, 6]] = 0
    images[4] = 200

    findings = findings_by_code(assemble("few", images, table))

    assert findings["constant_images"][0].where == ("im001.png", "im004.png", "im006.png")
    assert findings["exact_twins_within_split"] == findings["label_conflict"] == []


@pytest.mark.parametrize(("many", "severity"), [(19, ""), (20, "low"), (50, "medium"), (100, "high")])
def test_imbalance_is_the_worse_the_larger_the_ratio(many: int, severity: str) -> None:
    findings = findings_by_code(assemble("few", *noise(["happy"] * many + ["sad"] * 10)))["class_imbalance"]

    assert [finding.severity for finding in findings] == [severity] * bool(severity)


def test_cells_are_counted_as_pandas_counts_them(clean: Dataset) -> None:
    table = clean.table.iloc[: 1600 - 37]

    cells = cell_counts(table, ["age", "gender"])

    oracle = pd.crosstab([table["split"], table["emotion"]], [table["age"], table["gender"]])
    assert len(cells) == oracle.size
    for (part, emotion, age, gender), number in cells.items():
        assert number == oracle.loc[(part, emotion), (age, gender)]


def test_an_empty_cell_counts_as_tiny() -> None:
    emotions = ["happy"] * 40 + ["sad"] * 40
    gender = ["female"] * 40 + ["female"] * 5 + ["male"] * 35

    tiny = only_finding(assemble("few", *noise(emotions, gender=gender)), "tiny_cells")

    assert tiny.count == 2
    assert "happy · male (0), sad · female (5)" in tiny.message
    assert tiny.where == tuple(f"im{row:03}.png" for row in range(40, 45))


def test_association_of_class_and_group_is_found_with_an_interval() -> None:
    emotions = ["happy"] * 200 + ["sad"] * 200
    gender = (["female"] * 130 + ["male"] * 70) + (["female"] * 70 + ["male"] * 130)
    glasses = ["yes", "no"] * 200

    findings = findings_by_code(assemble("few", *noise(emotions, gender=gender, glasses=glasses)))[
        "attribute_association"
    ]

    uncorrected = association(pd.crosstab(pd.Series(emotions), pd.Series(gender)).to_numpy())
    (finding,) = findings
    v = float(finding.message.split("Cramér's V ")[1][:5])
    assert v == pytest.approx(uncorrected, abs=0.01)
    assert "perceived gender, as labeled" in finding.message
    low, high = (float(end) for end in finding.message.split("[")[1].split("]")[0].split(", "))
    assert 0.1 <= low < v < high
