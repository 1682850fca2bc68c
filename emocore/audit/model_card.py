"""The card of a model: everything that is known of a run, gathered for a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emocore.audit import evaluation_findings, run_findings
from emocore.audit.finding import Finding
from emocore.audit.run_findings import Checked
from emocore.data import library
from emocore.data.dataset import UNKNOWN
from emocore.errors import EmoError
from emocore.judge import calibration, compare, metrics
from emocore.judge.calibration import Calibration
from emocore.judge.compare import Comparison
from emocore.judge.groups import gaps, scores
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.scores import GroupScore
from emocore.judge.metrics import Evaluation
from emocore.judge.predictions import Predictions
from emocore.learn.events import Epoch
from emocore.runs import baselines, status, store
from emocore.runs.answers import has_answers, kept_epoch, validation_answers
from emocore.runs.openings import on_test_part_of
from emocore.runs.run import IMPORTED, Run
from emocore.wording import counted, listing

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 12
"""An attribute of more values describes images, not groups."""

MOST_TOGETHER = 16
"""Groups that attributes may make together."""


LIMITS = (
    "This is a laboratory result about a dataset. It is made for learning how such networks work and fail.",
    "A prediction says which labeled images a picture looks like to this network. It does not say what a person "
    "feels. One face can go with many states, and expressions differ between people, situations and cultures "
    "(Barrett et al. 2019).",
    "Do not use it on people in schools or at work. In the EU, systems that infer emotions there are forbidden, "
    "with exceptions for medical and safety reasons (Regulation (EU) 2024/1689, Art. 5(1)(f)). Elsewhere such "
    "systems are high-risk (Annex III), and people must be told about them (Art. 50(3)). This is not legal "
    "advice.",
    "Do not base a decision about a person on it, and do not keep records of a person from it.",
    ("Classes and attributes such as age and gender are what annotators perceived. Nobody in the pictures was asked."),
    "The scores hold for images like these: 48x48 gray pictures, cropped to a face and labeled by the same rules.",
)
"""Limits of use, for every model alike."""


@dataclass(frozen=True, eq=False)
class JudgedPart:
    """One part of a run, judged. calibration: None for answers without probabilities."""

    part: str
    evaluation: Evaluation
    calibration: Calibration | None
    groups: tuple[GroupScore, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Found:
    """A finding and its subject: the "run" itself, or its answers for a part, such as "validation"."""

    subject: str
    finding: Finding


def all_found(on_run: Sequence[Finding], parts: Sequence[JudgedPart]) -> tuple[Found, ...]:
    """The one list of findings on a run that pages, reports, cards and commands tell: on the run, then part by part."""
    of_parts = [Found(part.part, one) for part in parts for one in part.findings]
    return (*(Found(RUN, one) for one in on_run), *of_parts)


def found_message(found: Sequence[Found], parts: Sequence[str]) -> str:
    """How many findings of which severity there are, and what was judged.

    "2 findings, 1 of them high. Judged: the run and its validation part."
    """
    high = sum(one.finding.severity == "high" for one in found)
    severe = f", {high} of them high" if high and len(found) > 1 else ", high" if high else ""
    number = f"{counted(len(found), 'finding')}{severe}." if found else "No finding."
    judged = f"the run and its {listing(parts)} part" if len(parts) == 1 else f"the run and its parts {listing(parts)}"
    return f"{number} Judged: {judged if parts else 'the run alone'}."


RUN = "run"


@dataclass(frozen=True, eq=False)
class Card:
    """What a report tells.

    made: UTC, ISO 8601. conditions: threads, versions, machine. settings: all that was asked, in words.
    images: part -> class -> number. attributes: name -> value -> number of images. provenance: where the
    dataset is from, "" where it is gone or another one now. parts: validation, and test if it was opened.
    findings: on the run. unknown: checks of the run that nobody can answer, since it was trained elsewhere.
    """

    run: Run
    made: str
    conditions: Mapping[str, Any]
    settings: Mapping[str, str]
    epochs: tuple[Epoch, ...]
    images: Mapping[str, Mapping[str, int]]
    attributes: Mapping[str, Mapping[str, int]]
    provenance: str
    parts: tuple[JudgedPart, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Checked, ...] = ()

    @property
    def found(self) -> tuple[Found, ...]:
        """All findings: on the run, then on each part."""
        return all_found(self.findings, self.parts)

    @property
    def found_message(self) -> str:
        """How many findings there are, and what was judged."""
        return found_message(self.found, [part.part for part in self.parts])

    def audit_json(self, most: int) -> dict[str, Any]:
        """All findings and what nobody can tell, as plain values with at most so many ids a finding."""
        findings = [{"about": one.subject} | one.finding.to_json(most) for one in self.found]
        unknown = [{"code": one.code, "says": one.message} for one in self.unknown]
        judged = {"run": self.run.id, "parts": [part.part for part in self.parts], "says": self.found_message}
        return judged | {"findings": findings, "unknown": unknown}

    @property
    def kept(self) -> Epoch | None:
        """The epoch whose weights the run kept: the best one or the last, as its recipe says."""
        return kept_epoch(self.run, list(self.epochs))


def card(run: Run, test: Predictions | None = None) -> Card:
    """Gather what is known of a run. test: its answers for the test part, if somebody has opened it."""
    table = store.rows(run)
    by = group_attributes(table)
    first = IMPORTED if run.elsewhere else "validation"
    answers = {first: validation_answers(run)} if has_answers(run) else {}
    answers |= {"test": test} if test is not None else {}
    return Card(
        run=run,
        made=status.now(),
        conditions=store.conditions(run),
        settings=run.settings,
        epochs=tuple(store.epochs(run)),
        images={str(part): _counts(some["emotion"]) for part, some in table.groupby("part")},
        attributes={name: _counts(table[name]) for name in by},
        provenance=_provenance(run),
        parts=tuple(judge(run, part, given) for part, given in answers.items() if len(given)),
        findings=run_findings.run_findings(run),
        unknown=tuple(one for one in run_findings.checked_run(run) if one.state == "unknown"),
    )


def group_attributes(table: pd.DataFrame) -> list[str]:
    """Columns of a run's table of images that make two to twelve groups."""
    names = [str(name) for name in table.columns if name not in store.COLUMNS]
    return [name for name in names if 2 <= table.loc[table[name] != UNKNOWN, name].nunique() <= MOST_VALUES]


def ungrouped_attributes(table: pd.DataFrame) -> list[str]:
    """Columns of a run's table of images that have too many values to be groups."""
    names = [str(name) for name in table.columns if name not in store.COLUMNS]
    return [name for name in names if table.loc[table[name] != UNKNOWN, name].nunique() > MOST_VALUES]


def refuse_attributes(table: pd.DataFrame, by: Sequence[str]) -> None:
    """Raise EmoError "no_attribute" where a run's images cannot be sliced so, before any answer is looked at."""
    names = [str(name) for name in table.columns if name not in store.COLUMNS]
    if unknown := [name for name in by if name not in names]:
        there = f"They have: {', '.join(names)}." if names else "They have none."
        raise EmoError(f"The images of this run have no attribute {listing(unknown)}. {there}", "no_attribute")
    if not by:
        raise EmoError("The images of this run have no attributes, so there are no groups to assess.", "no_attribute")


def group_scores(
    answers: Predictions, table: pd.DataFrame, by: Sequence[str], classes: tuple[str, ...]
) -> tuple[GroupScore, ...]:
    """Scores for each attribute alone, and for all together where that makes at most 16 groups.

    Of more groups most are tiny, and their pairs, the family of gaps, run into the hundreds.
    """
    if math.prod(int(table[name].nunique()) for name in by) <= MOST_TOGETHER:
        return scores.all_scores(answers, table, by, classes)
    return tuple(score for name in by for score in scores.scores(answers, table, (name,), classes))


def judge(run: Run, part: str, answers: Predictions) -> JudgedPart:
    """Scores, groups, gaps and findings of one part. Raises EmoError "no_images" for a part without any."""
    table = store.rows(run)
    by = group_attributes(table)
    evaluation = metrics.evaluate(answers, run.classes)
    calibrated = None if answers.only_answers else calibration.calibration(answers)
    found = group_scores(answers, table, by, run.classes)
    looks = on_test_part_of(run) if part == "test" else ()
    judged = evaluation_findings.Judged(
        evaluation, calibrated, gaps.gaps(found), openings=looks, baselines=_baselines(run, table, part, answers)
    )
    return JudgedPart(part, evaluation, calibrated, found, judged.gaps, evaluation_findings.evaluation_findings(judged))


def _baselines(run: Run, table: pd.DataFrame, part: str, answers: Predictions) -> dict[str, Comparison]:
    """The run against the commonest training class, and against what a worker has measured."""
    others = baselines.saved(run, answers, part)
    commonest = table.loc[table["part"] == "train", "emotion"].value_counts()
    if len(commonest) and commonest.index[0] in run.classes:
        always = np.zeros_like(answers.probabilities)
        always[:, run.classes.index(commonest.index[0])] = 1
        others = {"Majority class": replace(answers, probabilities=always)} | others
    return {name: compare.two(answers, one) for name, one in others.items()}


def _counts(words: pd.Series) -> dict[str, int]:
    return {str(word): int(number) for word, number in words.value_counts().sort_index().items()}


def _provenance(run: Run) -> str:
    try:
        summary = library.summary(run.dataset)
    except EmoError:
        return ""
    return summary.provenance if summary.fingerprint == run.fingerprint else ""
