"""What is assessed on the Bias page: a run's part by some attributes, and what of a trial of a measure is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from emocore import wording
from emocore.audit.model_card import MOST_TOGETHER, group_attributes, group_scores, ungrouped_attributes
from emocore.data import library
from emocore.engine import client
from emocore.errors import EmoError
from emocore.judge.groups import chance, gaps, mitigation
from emocore.judge.groups.chance import Shuffles
from emocore.judge.groups.gaps import Gap
from emocore.judge.groups.mitigation import Mitigation, Pair
from emocore.judge.groups.scores import GroupScore
from emocore.judge.metrics import Evaluation
from emocore.learn.recipe import Recipe
from emocore.runs import estimate, status, store
from emocore.runs.experiments import comparison, mitigation_trial
from emocore.runs.experiments.mitigation_trial import Trial
from emocore.runs.run import Run
from emocore.ui.parts import markdown, progress, slice_picker, tables
from emocore.ui.state import choice, datasets
from emocore.ui.state.evaluation import BY_ANSWERS, Judged, scores, table
from emocore.ui.train import others
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
            f"These attributes are not offered because they have too many values to form groups: {named}. Ages "
            "and other numbers can be put into bins on the Label page, tab Bins. Networks that you train after "
            "that can be compared by these bins."
        )
    if not attributes:
        st.info(
            "The images of this run have no attribute such as age or gender, so there are no groups to compare. "
            "Add attributes to the dataset on the Data page and train again.",
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
        help=(
            "Two or more attributes are compared one by one and in combination. All gaps count as one family for "
            "the correction of p values."
        ),
        wrap=True,
    )
    by = tuple(name for name in attributes if name in chosen)
    if not by:
        st.info("Choose an attribute above.", icon=":material/group:")
        return None
    found = assessed(judged, by)
    if len(by) > 1 and by not in found.slicings:
        st.caption(
            f"The combinations make more than {MOST_TOGETHER} groups, most of them tiny. Each attribute is "
            "therefore compared alone."
        )
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


def draw(asked: Trial) -> None:
    """What is trained and what is not; the button that trains the rest, or how far it is."""
    if asked.live:
        others.follow(False, _draw_progress, asked, "trial")
    elif asked.missing:
        _draw_start(asked)


def _draw_start(asked: Trial) -> None:
    trained, wanted = 2 * len(asked.pairs) - len(asked.missing), 2 * len(asked.pairs)
    problem = st.session_state.pop("trial-problem", "") or _refusal(asked.like, asked.missing, _today(asked.like))
    st.write(
        f"{trained} of {wanted} trainings are finished (seeds {asked.pairs[0].seed} to {asked.pairs[-1].seed}). "
        "All of them use the images and the split of the chosen model."
    )
    for run in mitigation_trial.lost(asked):
        st.caption(f"{markdown.plain(run.label)} is {run.status.state}: {markdown.sentence(run.status.message)}")
    st.button(
        f"Train the missing {len(asked.missing)}",
        type="primary",
        icon=":material/play_arrow:",
        key="start-trial",
        disabled=bool(problem),
        on_click=_start,
        args=(asked,),
    )
    if problem:
        st.caption(f"These trainings cannot start: {markdown.sentence(problem)}")
    else:
        seconds = _seconds(asked)
        estimate = (
            "It is not known how long this takes." if seconds is None else ABOUT.format(wording.duration(seconds))
        )
        st.caption(f"{estimate} You can leave this page during the training.")


ABOUT = "This takes about {} if nobody else trains."


def _today(run: Run) -> str:
    """Changes when the dataset of a run does."""
    try:
        return repr(datasets.view(library.summary(run.dataset)))
    except EmoError as error:
        return error.message


@st.cache_data(max_entries=32, show_spinner="Looking for the training images of the run", hash_funcs=BY_ANSWERS)
def _refusal(like: Run, missing: tuple[Recipe, ...], today: str) -> str:
    """Why the missing trainings cannot start, "" where they can; `today` changes with the dataset."""
    assert today
    try:
        mitigation_trial.images_for(like, missing)
    except EmoError as error:
        return error.message
    return ""


def _start(asked: Trial) -> None:
    try:
        made = mitigation_trial.start(asked, choice.who())
    except EmoError as error:
        st.session_state["trial-problem"] = error.message
        return
    for run in made:
        client.submit_run(run)


def _seconds(asked: Trial) -> float | None:
    summary = library.summary(asked.like.dataset)
    epochs = len(store.epochs(asked.like)) or asked.like.recipe.epochs
    each = estimate.seconds_an_epoch(asked.after, summary, store.plan(asked.like)).seconds
    return None if each is None else each * epochs * len(asked.missing)


def _draw_progress(asked: Trial, _: bool) -> None:
    runs = [store.read(run.id) for run in asked.live]
    left = [run for run in runs if not run.status.is_over]
    if not left:
        st.rerun()
    total = 2 * len(asked.pairs)
    over = total - len(left)
    message = f"{over} of {total} trainings finished" if client.ensure_up() else wording.STARTING
    share = (over + sum(map(_share, left))) / total
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=message)
        owner = next((run.owner for run in left if choice.is_others(run.owner)), "")
        progress.draw_stop("stop-trial", owner, _stop, left)
    tables.show(
        [_run_row(run) for run in runs],
        height="content",
        key="trial-runs",
        alt="Trainings in progress",
    )


def _share(run: Run) -> float:
    """How much of an unfinished training is done."""
    return min(1.0, len(store.epochs(run)) / run.recipe.epochs)


def _run_row(run: Run) -> dict[str, object]:
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    return {
        "run": run.label,
        "seed": run.recipe.seed,
        "state": run.status.state,
        "epochs": f"{len(passed)} of at most {run.recipe.epochs}",
        "best validation accuracy": wording.score(best.validation_accuracy) if best else "",
    }


def _stop(runs: list[Run]) -> None:
    for run in runs:
        status.request_stop(run.folder)
