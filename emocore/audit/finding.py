"""One thing that an audit found: what, how bad, why it matters, what to do, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emocore.arrays import Rows
from emocore.data.dataset import Dataset

SEVERITIES = ("high", "medium", "low")
"""high: scores or labels are wrong because of it; medium: conclusions may be; low: good to know."""


@dataclass(frozen=True)
class Link:
    """The page where one can do something about a finding.

    words: of the link, "" for the page's own name. slice: the filter of faces that shows the images there, or "".
    """

    page: str
    words: str = ""
    slice: str = ""


SETTLE = "Settle them one by one on the Label page"
LINKS: dict[str, Link] = (
    dict.fromkeys(
        (
            "exact_twins_across_splits",
            "near_twins_across_splits",
            "exact_twins_within_split",
            "near_twins_within_split",
            "altered_copies",
            "same_person_across_splits",
        ),
        Link("check"),
    )
    | dict.fromkeys(("constant_images", "stored_copies"), Link("check"))
    | {
        "label_conflict": Link("label", SETTLE, "label_conflict"),
        "attribute_conflict": Link("label", SETTLE),
        "blank_attributes": Link("label", "Fill them in on the Label page", "missing_values"),
        "class_imbalance": Link("explore", "See the distribution"),
        "tiny_cells": Link("explore", "See the distribution"),
        "attribute_association": Link("explore", "See how class and group are associated"),
    }
    | dict.fromkeys(
        ("stopped_on_test", "no_validation_part", "twins_in_training", "start_saw_judged_images", "diverged"),
        Link("train"),
    )
    | dict.fromkeys(
        ("augmented_before_split", "scaler_outside_training", "class_sorted_batches", "upside_down_flip"), Link("train")
    )
    | dict.fromkeys(
        ("best_epoch_not_restored", "stopped_very_early", "not_converged", "batches_passed_twice"), Link("train")
    )
    | {
        "families_apart": Link("check"),
        "several_changes": Link("search", "Vary one setting at a time on the Search page"),
        "answers_fit_no_epoch": Link("evaluate"),
        "zero_division": Link("bias", "Check the table on the Bias page"),
        "kernel_beyond_map": Link("search", "Compare kernel sizes on the Search page"),
    }
    | dict.fromkeys(("never_answered", "below_baseline", "tuned_on_test", "too_few_images"), Link("evaluate"))
    | dict.fromkeys(("weak_class", "calibration_off"), Link("evaluate"))
    | {"unsupported_claim": Link("bias")}
)
"""Code of a finding -> where to go."""


TITLES = {
    "exact_twins_across_splits": "Identical images in different parts",
    "near_twins_across_splits": "Nearly identical images in different parts",
    "exact_twins_within_split": "Identical images in one part",
    "near_twins_within_split": "Nearly identical images in one part",
    "altered_copies": "Altered copies",
    "same_person_across_splits": "One person in different parts",
    "constant_images": "Images of a single gray value",
    "stored_copies": "Stored flipped copies",
    "label_conflict": "One picture with two labels",
    "attribute_conflict": "One picture with two values",
    "blank_attributes": "Unknown values",
    "class_imbalance": "Classes of very different size",
    "tiny_cells": "Groups with few images",
    "attribute_association": "Class and group are associated",
    "stopped_on_test": "Stopped on the test part",
    "no_validation_part": "No validation part",
    "twins_in_training": "Copies of judged images in training",
    "start_saw_judged_images": "The starting weights saw judged images",
    "diverged": "Training diverged",
    "augmented_before_split": "Augmented before the split",
    "scaler_outside_training": "Scaled with images outside training",
    "class_sorted_batches": "Class sorted batches",
    "upside_down_flip": "Upside-down flips",
    "best_epoch_not_restored": "Best epoch not kept",
    "stopped_very_early": "Stopped very early",
    "not_converged": "Not converged",
    "batches_passed_twice": "Batches passed twice",
    "families_apart": "Copies in different parts",
    "several_changes": "Several changes at once",
    "answers_fit_no_epoch": "Predictions fit no epoch",
    "zero_division": "Division by zero",
    "kernel_beyond_map": "Kernel larger than its map",
    "never_answered": "A class is never predicted",
    "below_baseline": "Not better than a baseline",
    "tuned_on_test": "Tuned on the test part",
    "too_few_images": "Too few images",
    "weak_class": "A weak class",
    "calibration_off": "Probabilities are not calibrated",
    "unsupported_claim": "A claim without support",
}
"""Code of a finding -> its name in words."""


def title(code: str) -> str:
    """A finding by its name in words; of a code that an older program wrote, the words in it."""
    return TITLES.get(code, code.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Finding:
    """What an audit found.

    code: a short stable word, a key of a FINDINGS registry. severity: one of SEVERITIES.
    message: a sentence with its number; why: why it matters; fix: what can be done.
    where: ids it concerns, each once, ascending. count: how many of what `message` counts (pairs, images,
    cells). pairs: ids that belong together, where a finding is about pairs.
    """

    code: str
    severity: str
    message: str
    why: str
    fix: str
    where: tuple[str, ...]
    count: int
    pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        assert self.severity in SEVERITIES

    @property
    def link(self) -> Link:
        """Where one can do something about it."""
        return LINKS[self.code]

    @property
    def title(self) -> str:
        """Its name in words."""
        return title(self.code)

    def to_json(self, most: int) -> dict[str, Any]:
        """Plain values for JSON: `ids` for where, at most so many ids and pairs; `count` tells of all."""
        words = {"code": self.code, "severity": self.severity, "count": self.count, "says": self.message}
        return words | {
            "why": self.why,
            "fix": self.fix,
            "ids": list(self.where[:most]),
            "pairs": [list(pair) for pair in self.pairs[:most]],
        }


def of_run(code: str, severity: str, message: str, why: str, fix: str) -> Finding:
    """A finding on the run as a whole."""
    return Finding(code, severity, message, why, fix, (), 1)


def finding_from_json(values: dict[str, Any]) -> Finding:
    """The Finding in what `Finding.to_json` gave, with the ids that were kept. Raises KeyError or TypeError."""
    words = {name: values[name] for name in ("code", "severity", "why", "fix", "count")}
    pairs = tuple((first, second) for first, second in values["pairs"])
    return Finding(**words, message=values["says"], where=tuple(values["ids"]), pairs=pairs)


def ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings, the most severe first, else in the order found."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def ids_of(dataset: Dataset, rows: Rows) -> tuple[str, ...]:
    """The ids of rows as a Finding keeps them: ascending."""
    return tuple(sorted(dataset.table["id"].iloc[rows]))
