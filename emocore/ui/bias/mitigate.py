"""Did a measure against gaps help? Before and after on the same images, and training the missing pairs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore.errors import EmoError
from emocore.figures import palette
from emocore.figures.scores import interval_points, interval_row
from emocore.judge.groups.changes import Change
from emocore.judge.groups.mitigation import GapChange, Mitigation
from emocore.judge.seeds import FEWEST
from emocore.runs import store
from emocore.runs.answers import has_answers, stamp
from emocore.runs.experiments import comparison, mitigation_trial
from emocore.runs.experiments.mitigation_trial import MEASURES, Trial
from emocore.runs.run import Run, differing_settings
from emocore.ui import navigation
from emocore.ui.bias import assessed
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import example, markdown, tables
from emocore.wording import counted, listing, points, points_between

USUAL_SEEDS = 5


def choose(slicing: Assessed, measure: str) -> tuple[Trial, tuple[str, ...]] | None:
    """The trial that is asked for and its attributes; None, with a sentence, where none is possible."""
    st.caption(MEASURES[measure].explanation)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = assessed.choose_slicing(slicing, "mitigate-by")
        seeds = st.number_input(
            "Seeds",
            mitigation_trial.FEWEST,
            mitigation_trial.MOST,
            USUAL_SEEDS,
            key="mitigate-seeds",
            width=140,
            help="The number of pairs of trainings. Both networks of a pair have the same seed. One is trained "
            "without the measure, the other with it.",
        )
    try:
        return mitigation_trial.trial(slicing.judged.run, measure, by, int(seeds)), by
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/info:")
        return None


BEFORE, AFTER = "before", "after"
OTHER = "other"
COLORS = {BEFORE: palette.PLAIN, AFTER: palette.OTHERS[0]}
ABOUT = (
    "Does a measure make the gap smaller? Networks are trained without and with it, on the same split and with "
    "the same seeds. Both predict every validation image. The test part is not used."
)
BADGES = {
    "smaller gap": ("blue", ":material/south:"),
    "larger gap": ("orange", ":material/north:"),
    "within noise": ("gray", ":material/balance:"),
    "too few": ("gray", ":material/group_off:"),
    "too few seeds": ("gray", ":material/repeat:"),
}


def draw(slicing: Assessed) -> None:
    """Choose a measure, or two sets of runs; what changed, and what it cost."""
    st.write(ABOUT)
    if slicing.judged.run.elsewhere:
        st.info(
            "A measure is tested by training again, but the training behind these predictions is not known. "
            "Import the predictions made with the measure too, and compare both on the Compare page.",
            icon=":material/info:",
        )
        return
    named = {name: measure.words for name, measure in MEASURES.items()} | {OTHER: "Other runs"}
    measure = st.segmented_control(
        "Measure",
        list(named),
        default="reweigh",
        required=True,
        key="measure",
        format_func=named.__getitem__,
        wrap=True,
    )
    assert measure is not None, "one is always chosen"
    if measure == OTHER:
        _draw_other_runs(slicing)
        return
    asked = choose(slicing, measure)
    if asked is not None:
        made, by = asked
        assessed.draw(made)
        if made.answered and not made.live:
            _draw_found(made.answered, by)
            return
    _draw_example()


def _draw_example() -> None:
    """What a trial looks like once it is over."""
    if (found := example.results()) and len(found.pairs) >= FEWEST:
        words = f"{MEASURES[found.measure].words} by {listing(found.by)}, {counted(len(found.pairs), 'seed')}."
        example.draw(words, lambda: _draw_found(list(found.pairs), found.by))


def _draw_other_runs(slicing: Assessed) -> None:
    first = slicing.judged.run
    others = [run for run in _on_the_same_images(first) if run.id not in _ids_with_other_seeds(first)]
    if not others:
        st.info(
            "There is no other run on the same images to compare with. Train this recipe again with the same "
            "seed and one setting changed.",
            icon=":material/model_training:",
        )
        navigation.go("train", "Train another", "mitigate-train", icon=":material/model_training:")
        return
    left, right = st.columns(2)
    left.text_input("Before: runs like the chosen model", first.label, disabled=True, key=f"before-{first.id}")
    runs_by_id = {run.id: run for run in others}
    second = right.selectbox(
        "After: runs like",
        list(runs_by_id),
        key=f"after-{first.id}",
        format_func=lambda run_id: runs_by_id[run_id].label,
    )
    pairs = assessed.pairs(first.id, second)
    _draw_what_differs(first, runs_by_id[second], len(pairs))
    if pairs:
        _draw_found(pairs, assessed.choose_slicing(slicing, "mitigate-by"))


def _draw_what_differs(first: Run, second: Run, seeds: int) -> None:
    changed = {
        name: both for name, both in differing_settings([first, second]).items() if name not in ("recipe", "seed")
    }
    differences = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in changed.items()) or "none"
    st.caption(f"Settings that differ: {markdown.sentence(differences)}.")
    st.caption(f"The comparison uses {counted(seeds, 'seed')} with which both were trained.")
    if not seeds:
        st.info(
            f"These runs have no seed in common: {markdown.plain(second.recipe.name)} was trained with seed "
            f"{second.recipe.seed}, the chosen model with seed {first.recipe.seed}. Train one of them with the "
            "seed of the other.",
            icon=":material/casino:",
        )


def _draw_found(pairs: list[tuple[int, str, str]], by: tuple[str, ...]) -> None:
    ids = tuple((before, after) for _, before, after in pairs)
    stamps = tuple(stamp(store.read(run_id)) for pair in ids for run_id in pair)
    try:
        found = assessed.mitigated(ids, stamps, by)
    except EmoError as error:
        st.warning(markdown.sentence(error.message), icon=":material/warning:")
        return
    st.write(f"**Effect on the accuracy.** {markdown.sentence(found.message)}")
    for gap in found.gaps:
        _draw_gap(gap)
    st.subheader("Before and after", anchor=False)
    _draw_chart(found)
    st.caption(
        "Each point is the mean over seeds, with the 95% interval over images. The table gives the paired changes."
    )
    rows = [_row(one, seeds=found.seeds) for one in _changes(found)]
    tables.draw_numbers(rows, "before-after", title="All numbers, also class by class")


def _draw_gap(gap: GapChange) -> None:
    color, icon = BADGES[gap.verdict]
    with st.container(border=True):
        st.badge(gap.verdict.capitalize(), color=color, icon=icon)  # type: ignore[arg-type]
        st.write(markdown.sentence(gap.message))


def _draw_chart(found: Mitigation) -> None:
    shown = [found.accuracy, found.macro_f1, *found.groups]
    names = ["All images: accuracy", "All images: macro F1", *(group.name for group in found.groups)]
    if found.worst:
        shown.append(found.worst)
        names.append("Lowest group")
    rows = [
        interval_row(name, *values, one.n) | {"when": when}
        for name, one in zip(names, shown, strict=True)
        for when, values in ((BEFORE, (one.before, one.before_interval)), (AFTER, (one.after, one.after_interval)))
    ]
    tables.draw_chart(
        interval_points(rows, "Score", "when", COLORS), "Scores before and after the measure", "before-after"
    )


def _changes(found: Mitigation) -> list[Change]:
    return [found.accuracy, found.macro_f1, *found.groups, *([found.worst] if found.worst else []), *found.cells]


def _row(one: Change, seeds: int) -> dict[str, Any]:
    shown = {"group": one.name, "class": one.emotion or "all", "images": one.n}
    if one.is_grey:
        return shown | {"note": "too few images"}
    shown |= {"before": round(one.before, 3), "after": round(one.after, 3), "points": points(one.difference)}
    shown |= {"interval": points_between(one.interval)}
    return shown | {"by seed": ", ".join(map(points, one.by_seed)) if len(one.by_seed) == seeds else "", "note": ""}


def _on_the_same_images(run: Run) -> list[Run]:
    return [
        other
        for other in store.runs()
        if isinstance(other, Run)
        and other.fingerprint == run.fingerprint
        and other.split["fingerprint"] == run.split["fingerprint"]
        and has_answers(other)
    ]


def _ids_with_other_seeds(run: Run) -> set[str]:
    return {run.id, *(other.id for other in comparison.with_other_seeds(run))}
