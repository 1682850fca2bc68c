"""What is assessed on the Bias page: a run's part by some attributes, kept by the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from emocore.audit.model_card import MOST_TOGETHER, group_attributes, group_scores, ungrouped_attributes
from emocore.judge.groups import chance, gaps, mitigation
from emocore.judge.groups.chance import Shuffles
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.mitigation import Mitigation, Pair
from emocore.judge.groups.scores import GroupScore
from emocore.judge.metrics import Evaluation
from emocore.runs import store
from emocore.runs.experiments import comparison
from emocore.ui.parts import markdown, slice_picker
from emocore.ui.state.evaluation import BY_ANSWERS, Judged, scores, table
from emocore.wording import listing


@dataclass(frozen=True, eq=False)
class Assessed:
    """A part of a run, sliced. groups: each attribute alone, then all together; gaps: one family."""

    judged: Judged
    attributes: tuple[str, ...]
    groups: tuple[GroupScore, ...]
    gaps: tuple[Gap, ...]

    @property
    def whole(self) -> Evaluation:
        """Scores of all images of the part."""
        return scores(self.judged)

    @property
    def slicings(self) -> list[tuple[str, ...]]:
        """Attributes alone, then all together."""
        return list(dict.fromkeys(group.by for group in self.groups))


def choose(judged: Judged) -> Assessed | None:
    """Which attributes to assess by; None, with a sentence, where there is none."""
    attributes = group_attributes(table(judged.run))
    if many := ungrouped_attributes(table(judged.run)):
        named = markdown.sentence(listing([slice_picker.attribute_words(name) for name in many]))
        st.caption(
            f"Not offered, since they have too many values to be groups: {named}. Ages and other numbers can be put "
            "in bins on Label, tab Bins; networks that are trained after that can be assessed by them."
        )
    if not attributes:
        st.info(
            "The images of this run have no attribute such as age or gender, so there is no group to assess. "
            "Bring annotations to the dataset on the Data page and train again.",
            icon=":material/group_off:",
        )
        return None
    chosen = st.pills(
        "Compare groups of",
        attributes,
        selection_mode="multi",
        default=attributes[:2],
        key=f"assess-by-{judged.run.id}",
        format_func=slice_picker.attribute_words,
        help="Two or more are assessed one by one and together. All gaps that are looked at count as one family.",
        wrap=True,
    )
    by = tuple(name for name in attributes if name in chosen)
    if not by:
        st.info("Choose an attribute above.", icon=":material/group:")
        return None
    found = assessed(judged, by)
    if len(by) > 1 and by not in found.slicings:
        st.caption(f"Together they make more than {MOST_TOGETHER} groups, most of them tiny: assessed one by one only.")
    return found


def choose_or_stop(judged: Judged, otherwise: Callable[[], None]) -> Assessed:
    """What is assessed; where there is nothing, the page ends with `otherwise`."""
    if (chosen := choose(judged)) is None:
        otherwise()
        st.stop()
    return chosen


def assessed(judged: Judged, by: tuple[str, ...]) -> Assessed:
    """The part sliced by some attributes."""
    return Assessed(judged, by, _groups(judged, by), _gaps(judged, by))


def name_of(by: tuple[str, ...]) -> str:
    """How a slicing is called on the screen."""
    several = [slice_picker.attribute_words(name) for name in by]
    if all(name.startswith("Perceived ") for name in several):
        return f"Perceived {listing([markdown.plain(name) for name in by])}, as labeled"
    return listing(several)


def choose_slicing(slicing: Assessed, key: str) -> tuple[str, ...]:
    """One of the slicings: an attribute, or all together."""
    named = {name_of(by): by for by in slicing.slicings}
    if len(named) == 1:
        return slicing.slicings[0]
    first = next(iter(named))
    return named[st.segmented_control("Groups by", list(named), default=first, required=True, key=key, wrap=True)]


def shuffles(slicing: Assessed, gap: Gap, seed: int) -> Shuffles:
    """A thousand gaps that chance makes of the same images."""
    both = {group.name: group for group in slicing.groups if group.by == gap.by}
    return chance.shuffles(gaps.cells_of(both[gap.first], both[gap.second]), seed=seed)


def pairs(first: str, second: str) -> list[tuple[int, str, str]]:
    """Seed and ids of the runs that differ from two runs in the seed only, where both have a run of that seed."""
    kinds = [
        {run.recipe.seed: run.id for run in comparison.with_other_seeds(store.read(each))} for each in (first, second)
    ]
    return [(seed, kinds[0][seed], kinds[1][seed]) for seed in sorted(kinds[0].keys() & kinds[1].keys())]


@st.cache_data(max_entries=16, show_spinner="Measuring before and after")
def mitigated(found: tuple[tuple[str, str], ...], stamps: tuple[str, ...], by: tuple[str, ...]) -> Mitigation:
    """Before and after on the validation part of pairs of runs. Raises EmoError where they cannot be compared."""
    assert stamps
    runs = [store.read(run_id) for pair in found for run_id in pair]
    answers = comparison.common_answers(runs)
    both = [Pair(before, after) for before, after in zip(answers[::2], answers[1::2], strict=True)]
    return mitigation.measure(both, store.rows(runs[0]), by, runs[0].classes)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def _groups(judged: Judged, by: tuple[str, ...]) -> tuple[GroupScore, ...]:
    return group_scores(judged.answers, table(judged.run), by, judged.run.classes)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def _gaps(judged: Judged, by: tuple[str, ...]) -> tuple[Gap, ...]:
    return gaps.gaps(_groups(judged, by))
