"""Is one recipe better than another over the same folds, or could it be chance?"""

from __future__ import annotations

import streamlit as st

from emocore.judge.compare import FoldComparison
from emocore.runs.experiments import comparison, crossval
from emocore.runs.experiments.crossval import CrossRun
from emocore.ui import navigation
from emocore.ui.crossval import view
from emocore.ui.parts import example, markdown, tables
from emocore.wording import minute, points, points_between


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


def named(made: CrossRun) -> str:
    """How a cross-validation is called in a list."""
    cut = f"groups of {made.plan.by}" if made.plan.by else f"{made.plan.folds} folds"
    return f"{made.recipe.name} on {made.dataset}, {cut}, {minute(made.created)}"


@st.cache_data(max_entries=32, show_spinner=False)
def _against(first: str, second: str) -> FoldComparison:
    return comparison.folds_against(crossval.read(first), crossval.read(second))


def _by_fold(first: CrossRun, second: CrossRun) -> list[tuple[int, float, float]]:
    both = [view.result(made).folds for made in (first, second)]
    return [(one.fold, one.scores["accuracy"], other.scores["accuracy"]) for one, other in zip(*both, strict=True)]
