"""Is one recipe better than another over the same folds, or could it be chance?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from emocore.judge.compare import FoldComparison
from emocore.runs.experiments import comparison, crossval
from emocore.runs.experiments.crossval import CrossRun
from emocore.ui import navigation
from emocore.ui.crossval import view
from emocore.ui.parts import example, markdown, tables
from emocore.wording import between, minute, points, points_between, score


def draw() -> None:
    """Two finished cross-validations on the same folds, chosen from all; prepared ones as long as there are none."""
    by_id = _finished(crossval.crossvals())
    if len(by_id) < 2:
        st.info(
            "You need two finished cross-validations with the same folds. Change one setting and cross-validate again.",
            icon=":material/stacks:",
        )
        navigation.go("crossval", "Cross-validate", "folds-crossval", primary=True, icon=":material/stacks:")
        if not (by_id := _finished(_prepared())):
            return
        example.draw_mark("Two recipes with the same ten folds.")
    first = st.selectbox("Cross-validation", list(by_id), key="folds-first", format_func=lambda key: named(by_id[key]))
    draw_against(by_id[first])


def _prepared() -> list[CrossRun]:
    found = example.results()
    return [crossval.read(crossval_id) for crossval_id in found.crossvals] if found else []


def _finished(several: list[CrossRun]) -> dict[str, CrossRun]:
    return {made.id: made for made in several if not made.groups and view.is_finished(made)}


def draw_against(first: CrossRun) -> None:
    """One cross-validation against another on the same folds."""
    several = [*crossval.crossvals(), *_prepared()]
    others = {
        made.id: made
        for made in several
        if made.id != first.id and view.is_finished(made) and comparison.have_the_same_folds(first, made)
    }
    if not others:
        st.caption(
            "There is no other finished cross-validation with the same folds. To compare two recipes fold by fold, "
            "cross-validate both with the same dataset, number of folds and seed for the folds."
        )
        return
    second = others[
        st.selectbox(
            "Compare with", list(others), key=f"against-{first.id}", format_func=lambda key: named(others[key])
        )
    ]
    found = _against(first.id, second.id)
    st.write(f"**{markdown.sentence(found.message)}**")
    st.caption(
        f"The difference is the accuracy of {markdown.sentence(named(first))} minus the accuracy of "
        f"{markdown.sentence(named(second))}, for each fold on the same images. The test is the corrected resampled "
        "t-test (Nadeau and Bengio 2003). An ordinary t-test would find differences too often, because the folds share "
        "training images. Each fold was trained with one seed. Another seed can give another result."
    )
    rows = [
        {"fold": str(number), "first": round(one, 3), "second": round(other, 3), "points": points(one - other)}
        for number, one, other in _by_fold(first, second)
    ]
    mean = {"fold": "mean", "points": points(found.difference), "interval": points_between(found.interval)}
    tables.draw_numbers([*rows, mean], f"folds-{first.id}")


def draw_other_folds(first: CrossRun) -> None:
    """The same recipe judged with other images kept in one fold: what persons or films on both sides are worth."""
    cuts = {first.plan.together: first}
    for made in crossval.crossvals():
        if _differs_in_what_stays_together(first, made) and view.is_finished(made):
            cuts.setdefault(made.plan.together, made)
    if len(cuts) < 2:
        return
    st.subheader("With other images kept in one fold", anchor=False)
    rows = []
    for together, made in sorted(cuts.items()):
        found = view.result(made)
        low, high = found.intervals["accuracy"]
        kept = f"images with the same {together}" if together else "copies of a picture only"
        rows.append({"in one fold": kept, "accuracy": score(found.mean["accuracy"]), "interval": between((low, high))})
    tables.show(rows, alt="Accuracy by what stays in one fold")
    st.caption(
        "The recipe and the images are the same. If pictures of one person or film are in several folds, the network "
        "may recognize them, and its accuracy is too high for new people. The accuracy with persons in one fold says "
        "more about a new face. The interval covers other folds and their images (Nadeau and Bengio 2003)."
    )


def _differs_in_what_stays_together(first: CrossRun, other: CrossRun) -> bool:
    """Whether two cross-validations train the same on the same images but for what stays in one fold."""
    same = (first.dataset, first.recipe, replace(first.plan, together="")) == (
        other.dataset,
        other.recipe,
        replace(other.plan, together=""),
    )
    if not same or first.plan.together == other.plan.together:
        return False
    versions = {run.fingerprint for made in (first, other) for run in crossval.runs(made)}
    return len(versions) == 1


def named(made: CrossRun) -> str:
    """How a cross-validation is called in a list."""
    cut = f"groups of {made.plan.by}" if made.plan.by else f"{made.plan.folds} folds"
    cut += f" that keep each {made.plan.together} together" if made.plan.together else ""
    return f"{made.recipe.name} on {made.dataset}, {cut}, {minute(made.created)}"


@st.cache_data(max_entries=32, show_spinner=False)
def _against(first: str, second: str) -> FoldComparison:
    return comparison.folds_against(crossval.read(first), crossval.read(second))


def _by_fold(first: CrossRun, second: CrossRun) -> list[tuple[int, float, float]]:
    both = [view.result(made).folds for made in (first, second)]
    return [(one.fold, one.scores["accuracy"], other.scores["accuracy"]) for one, other in zip(*both, strict=True)]
