"""Could it be chance: the same gaps at another number of images, and what gaps shuffled names make."""

from __future__ import annotations

import random

import streamlit as st

from emocore.figures import bias as figures
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge.groups.gaps import Gap, redrawn
from emocore.ui.bias import assessed
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import charts, markdown
from emocore.wording import points, points_between

NUMBERS = (10, 20, 30, 50, 75, 100, 115, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000)


def draw(slicing: Assessed) -> None:
    """The dial, then the shuffles."""
    if not slicing.gaps:
        st.info("No two groups have images here, so there is no gap to assess.", icon=":material/group_off:")
        return
    st.subheader("If every group had the same number of images", anchor=False)
    _draw_dial(slicing)
    st.subheader("Gaps that chance alone makes", anchor=False)
    _draw_shuffles(slicing)


def _draw_dial(slicing: Assessed) -> None:
    n = st.select_slider("Images in each group", NUMBERS, value=100, key="dial-n")
    by = slicing.slicings[0] if len(slicing.slicings) == 1 else None
    groups = [group for group in slicing.groups if group.n and (by is None or group.by == by)]
    made = redrawn(groups, slicing.gaps, n)
    left, right = st.columns([2, 3])
    rows = [interval_row(name, share, interval, n) for name, share, interval in made.groups]
    colors = dict.fromkeys((row["name"] for row in rows), palette.PLAIN)
    with left:
        charts.draw(
            interval_bars(rows, "Accuracy, as found", colors),
            "Accuracy of each group at this number of images",
            "dial-groups",
        )
    gaps = [figures.gap_row(f"{one} minus {two}", "gap", *found) for one, two, *found in made.gaps]  # type: ignore[arg-type]
    with right:
        charts.draw(figures.gaps(gaps, {"gap": palette.PLAIN}), "Gaps at this number of images", "dial-gaps")
    clear = [f"{one} minus {two} {points_between(between)}" for one, two, _, between in made.gaps if _excludes(between)]
    st.caption(
        f"The accuracies are the ones measured; only the number of images is hypothetical. With "
        f"{n:,} images in each group "
        + (
            f"the interval would leave 0 out for: {markdown.sentence('; '.join(clear))}."
            if clear
            else "every interval holds 0."
        )
    )


def _draw_shuffles(slicing: Assessed) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            "Gap",
            range(len(slicing.gaps)),
            key=f"shuffle-gap-{'-'.join(slicing.attributes)}",
            format_func=lambda place: f"{slicing.gaps[place].first} minus {slicing.gaps[place].second}",
            width=360,
        )
        st.button("Shuffle again", icon=":material/shuffle:", key="shuffle-again", on_click=_again)
    gap: Gap = slicing.gaps[number]
    seed = int(st.session_state.setdefault("shuffle-seed", 0))
    made = assessed.shuffles(slicing, gap, seed)
    charts.draw(
        figures.shuffles(made), f"Gaps of shuffled groups, {points(gap.difference)} points found", "shuffle-bars"
    )
    st.write(markdown.sentence(made.message))
    st.caption(
        f"Each shuffle deals the {sum(gap.n):,} images anew to two groups of {gap.n[0]:,} and {gap.n[1]:,}, so that "
        f"the group cannot matter. Orange bars: gaps at least as large as the {points(gap.difference)} points found. "
        f"Seed {seed}."
    )


def _excludes(interval: tuple[float, float]) -> bool:
    return not interval[0] <= 0 <= interval[1]


def _again() -> None:
    st.session_state["shuffle-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a demonstration, not a secret
