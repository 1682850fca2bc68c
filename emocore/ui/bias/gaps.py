"""Gaps between groups: one careful verdict each, how many images would settle them, and what chance alone makes."""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from emocore import wording
from emocore.figures import bias as figures
from emocore.figures import palette
from emocore.figures.scores import interval_bars, interval_row
from emocore.judge.groups import chance
from emocore.judge.groups.gaps import USABLE, Gap, redrawn
from emocore.ui.bias import assessed
from emocore.ui.bias.assessed import Assessed
from emocore.ui.parts import markdown, tables
from emocore.wording import counted, listing, points, points_between

COLORS = {
    "clear gap": "orange",
    "explained by class mix": "blue",
    "class mix not excluded": "violet",
    "no clear gap": "blue",
    "too few": "gray",
}
ICONS = {
    "clear gap": ":material/priority_high:",
    "explained by class mix": ":material/bar_chart:",
    "class mix not excluded": ":material/help:",
    "no clear gap": ":material/balance:",
    "too few": ":material/group_off:",
}
RAW, MIXED = "all images", "same class mix"
KINDS = {RAW: palette.PLAIN, MIXED: palette.OTHERS[0]}


def draw(slicing: Assessed) -> None:
    """Verdicts in words, the gaps as a chart and a table, and the slider."""
    if not slicing.gaps:
        st.info("No two groups have images here, so there is no gap to assess.", icon=":material/group_off:")
        return
    first = [gap for gap in slicing.gaps if gap.verdict == "clear gap" or len(gap.by) == 1]
    for gap in first:
        _draw_verdict(gap)
    if rest := [gap for gap in slicing.gaps if gap not in first]:
        _draw_rest(rest)
    st.subheader("The gaps with their intervals", anchor=False)
    rows = [row for gap in slicing.gaps for row in _rows(gap)]
    tables.draw_chart(figures.gaps(rows, KINDS), "Gaps between groups", "gap-points")
    st.caption(
        "A line that crosses 0 means that either group could be the better one. Diamonds show the gap if both groups "
        "had the class mix of all images.",
        help=f"The class mix uses the classes with at least {USABLE} images in both groups. A gap is called clear if "
        "this interval and a test that shuffles the groups within each class agree, after Holm's correction. \"No "
        'clear gap" does not mean that there is no gap: the line shows which gaps are still possible.',
    )
    tables.draw_numbers([_table_row(gap) for gap in slicing.gaps], "gaps")
    st.subheader("How many images are needed", anchor=False)
    _draw_power(slicing)


def _draw_verdict(gap: Gap) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(gap.verdict.capitalize(), color=COLORS[gap.verdict], icon=ICONS[gap.verdict])  # type: ignore[arg-type]
            st.write(f"**{markdown.plain(gap.first)}** against **{markdown.plain(gap.second)}**, perceived, as labeled")
        st.write(markdown.sentence(gap.message))
        if left := gap.standardized.left_out:
            cells = [f"{markdown.plain(emotion)} ({n} and {m} images)" for emotion, n, m in left]
            st.caption(
                f"The same class mix leaves out {listing(cells)}, because one of the groups has fewer than "
                f"{USABLE} images."
            )


def _draw_rest(gaps: list[Gap]) -> None:
    few = sum(gap.verdict == "too few" for gap in gaps)
    title = f"{wording.counted(len(gaps), 'more pair')} of groups without a clear gap, {few} with too few images"
    with st.expander(title, icon=":material/group:"):
        for gap in gaps:
            st.write(markdown.sentence(gap.message))


def _draw_power(slicing: Assessed) -> None:
    gap = st.slider("Size of the true gap", 1, 20, 5, key="power-gap", help="Percentage points of accuracy.") / 100
    st.write(markdown.sentence(chance.images_needed_words(gap, slicing.whole.accuracy, family=_family(slicing))))
    rows = [
        {"gap": _name(one), "found": f"{round(100 * _power(gap, one, slicing))} in 100"}
        | {"images": f"{one.n[0]:,} and {one.n[1]:,}"}
        for one in slicing.gaps
    ]
    tables.show(rows, key="power-table", alt="How often a gap would be found")
    st.caption(
        f"If the true gap were {points(gap).lstrip('+')} points, at least so many of 100 studies of this size would "
        f"find it (two-sided tests at 5% for {counted(_family(slicing), 'gap')} together). Cross-validation "
        "evaluates every image of the dataset, so its groups are larger."
    )


def _family(slicing: Assessed) -> int:
    return max(1, slicing.gaps[0].family)


def _power(true_gap: float, gap: Gap, slicing: Assessed) -> float:
    return chance.power(true_gap, gap.n, slicing.whole.accuracy, gap.family)


def _rows(gap: Gap) -> list[dict[str, Any]]:
    rows = [figures.gap_row(_name(gap), RAW, gap.difference, gap.interval)]
    if gap.standardized.difference is not None:
        rows.append(figures.gap_row(_name(gap), MIXED, gap.standardized.difference, gap.standardized.interval))
    return rows


def _table_row(gap: Gap) -> dict[str, Any]:
    mixed = gap.standardized
    return {
        "gap": _name(gap),
        "images": f"{gap.n[0]:,} and {gap.n[1]:,}",
        "points": points(gap.difference),
        "interval": points_between(gap.interval),
        "p": round(gap.p, 3),
        "same class mix": "" if mixed.difference is None else points(mixed.difference),
        "its interval": "" if mixed.difference is None else points_between(mixed.interval),
        "its p": None if mixed.difference is None else round(mixed.p, 3),
        "p of the verdict": None if gap.p_adjusted is None else round(gap.p_adjusted, 3),
        "verdict": gap.verdict,
    }


def _name(gap: Gap) -> str:
    return f"{gap.first} minus {gap.second}"


NUMBERS = (10, 20, 30, 50, 75, 100, 115, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000)


def draw_chance(slicing: Assessed) -> None:
    """The dial, then the shuffles."""
    if not slicing.gaps:
        st.info("No two groups have images here, so there is no gap to assess.", icon=":material/group_off:")
        return
    st.subheader("If every group had the same number of images", anchor=False)
    _draw_dial(slicing)
    st.subheader("Gaps by chance alone", anchor=False)
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
        tables.draw_chart(
            interval_bars(rows, "Measured accuracy", colors),
            "Accuracy of each group at this number of images",
            "dial-groups",
        )
    gaps = [figures.gap_row(f"{one} minus {two}", "gap", *found) for one, two, *found in made.gaps]  # type: ignore[arg-type]
    with right:
        tables.draw_chart(figures.gaps(gaps, {"gap": palette.PLAIN}), "Gaps at this number of images", "dial-gaps")
    clear = [f"{one} minus {two} {points_between(between)}" for one, two, _, between in made.gaps if _excludes(between)]
    st.caption(
        f"The accuracies are the measured ones. Only the number of images is hypothetical. {_dial_words(n, clear)}"
    )


def _dial_words(n: int, clear: list[str]) -> str:
    if not clear:
        return f"With {n:,} images in each group, every interval includes 0."
    return f"With {n:,} images in each group, these intervals do not include 0: {markdown.sentence('; '.join(clear))}."


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
    tables.draw_chart(
        figures.shuffles(made),
        f"Gaps of shuffled groups, compared with the measured {points(gap.difference)} points",
        "shuffle-bars",
    )
    st.write(markdown.sentence(made.message))
    st.caption(
        f"Each shuffle divides the {sum(gap.n):,} images at random into groups of {gap.n[0]:,} and {gap.n[1]:,}, "
        "so the real group has no effect. Orange bars are gaps at least as large as the measured "
        f"{points(gap.difference)} points. Seed {seed}."
    )


def _excludes(interval: tuple[float, float]) -> bool:
    return not interval[0] <= 0 <= interval[1]


def _again() -> None:
    st.session_state["shuffle-seed"] = random.randrange(1, 10_000)  # noqa: S311 - a demonstration, not a secret
