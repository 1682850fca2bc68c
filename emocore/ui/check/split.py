"""Choose which images train, steer and test, see how many of each class and group that gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from emocore import wording
from emocore.data.dataset import SPLITS, UNKNOWN, Dataset
from emocore.data.exploring import distribution
from emocore.data.library import Summary
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.figures import dataset as figures
from emocore.figures.palette import class_colors
from emocore.ui import navigation
from emocore.ui.parts import markdown, remedies, slice_picker, tables
from emocore.ui.state import choice, datasets

OWN, NEW = "The dataset's own", "A new split"
FEW = 30
MOST_NAMED = 8


def draw(summary: Summary) -> None:
    """The settings on the left, what they give on the right."""
    plan = choice.chosen_plan(summary)
    settings, shown = st.columns([2, 3], gap="large")
    try:
        drawn = choice.drawn_split(summary, plan)
    except EmoError as error:
        with settings:
            _draw_settings(summary, plan, locked=False)
        with shown:
            remedies.keep(error, "split-problem")
            remedies.draw(summary, "split-problem")
        return
    with settings:
        _draw_settings(summary, plan, locked=_is_locked(summary, drawn))
    with shown:
        remedies.draw(summary, "split-problem")
        _draw_parts(summary, drawn)


def _is_locked(summary: Summary, drawn: Split) -> bool:
    """A split that a run used is changed on purpose only; says by whom it was used."""
    runs = choice.split_used_by(summary, drawn.fingerprint)
    if not runs:
        return False
    key = f"check-unlocked-{summary.name}-{drawn.fingerprint}"
    if st.session_state.get(key):
        return False
    named = ", ".join(markdown.plain(run.label) for run in runs[:3]) + (
        f" and {len(runs) - 3} more" if len(runs) > 3 else ""
    )
    st.info(f"Locked: used by {named}. Scores of two splits cannot be compared.", icon=":material/lock:")
    st.button(
        "Choose another split all the same",
        icon=":material/lock_open:",
        key="check-unlock",
        on_click=lambda: st.session_state.update({key: True}),
        help="Runs that are there keep theirs.",
    )
    return True


def _draw_settings(summary: Summary, plan: SplitPlan, *, locked: bool) -> None:
    brought = [part for part in SPLITS if part in summary.counts]
    why = "Locked: a run used this split." if locked else ""
    changed: dict[str, Any] = {"on_change": _changed, "args": (summary, plan)}
    _keep("parts", OWN if plan.own and brought else NEW)
    message = why or ("Own: what the dataset brings stays." if brought else "This dataset brings no split.")
    fixed = locked or not brought
    st.segmented_control("Parts", [OWN, NEW], key="split-parts", required=True, disabled=fixed, help=message, **changed)
    for part, share in (("test", plan.test), ("validation", plan.validation)):
        fixed = _is_fixed(summary, plan, part)
        label = f"{part.capitalize()}, per cent of {'train' if _of_train(summary, plan, part) else 'all images'}"
        message = why or ("The dataset brings its parts." if fixed else "")
        _keep(part, round(100 * share))
        if fixed:
            own = round(100 * sum(summary.counts.get(part, {}).values()) / summary.images)
            label = f"{part.capitalize()}, per cent of all images"
            st.number_input(label, 0, 100, own, key=f"split-{part}-{own}", disabled=True, help=message)
        else:
            st.number_input(label, 1, 50, key=f"split-{part}", disabled=locked, help=message or None, **changed)
    _keep("seed", plan.seed)
    st.number_input("Seed", 0, 2**31 - 1, key="split-seed", disabled=locked, help=why or None, **changed)
    if summary.attributes:
        _keep("stratify", list(plan.stratify))
        message = "Each part gets the same mix of these groups, within each class. Shares of classes are always kept."
        st.pills(
            "Keep the shares of", summary.attributes, selection_mode="multi", key="split-stratify", wrap=True,
            format_func=slice_picker.attribute_words, disabled=locked, help=why or message, **changed,
        )  # fmt: skip
        _keep("together", plan.together)
        message = "All images of one person or one film go to one part. Otherwise the network may know the person."
        st.selectbox(
            "Keep each value on one side", ["", *summary.attributes], key="split-together", disabled=locked,
            format_func=lambda name: slice_picker.attribute_words(name) if name else "Of none", help=why or message,
            **changed,
        )  # fmt: skip
    st.caption(
        "Copies of one picture stay on one side. The validation part decides when training stops; "
        "the test part stays sealed."
    )


def _is_fixed(summary: Summary, plan: SplitPlan, part: str) -> bool:
    """Whether the share of a part is not asked for, as the dataset brings it, or brings validation and no test."""
    brought = [name for name in SPLITS if choice.is_brought_part(summary, plan, name)]
    return part in brought or (part == "test" and "validation" in brought)


def _of_train(summary: Summary, plan: SplitPlan, part: str) -> bool:
    return part == "validation" and choice.is_brought_part(summary, plan, "test")


def _keep(name: str, value: object) -> None:
    st.session_state[f"split-{name}"] = value


def _changed(summary: Summary, plan: SplitPlan) -> None:
    said = {name: st.session_state[f"split-{name}"] for name in ("parts", "test", "validation", "seed")}
    brought = any(part in summary.counts for part in SPLITS)
    wanted = replace(
        plan,
        own=said["parts"] == OWN or not brought,
        test=said["test"] / 100,
        validation=said["validation"] / 100,
        seed=int(said["seed"]),
        stratify=tuple(st.session_state.get("split-stratify") or ()),
        together=st.session_state.get("split-together") or "",
    )
    choice.choose_plan(summary, wanted)


def _draw_parts(summary: Summary, drawn: Split) -> None:
    dataset = datasets.opened(datasets.view(summary))
    table = _with_parts(dataset, drawn)
    with st.container(horizontal=True):
        for part in SPLITS:
            st.metric(part.capitalize(), f"{len(getattr(drawn, part)):,}", width="content")
        st.metric("Fingerprint", drawn.fingerprint, width="content", help="Changes when an image changes its part.")
    if len(drawn.left_out):
        ids = ", ".join(dataset.table["id"].iloc[drawn.left_out[:MOST_NAMED]])
        st.caption(
            f"{wording.counted(len(drawn.left_out), 'training image')} left out, since a copy lies in another part: "
            f"{markdown.sentence(ids)}{' …' if len(drawn.left_out) > MOST_NAMED else ''}"
        )
    spread = distribution.distribution(table.rename(columns={"part": "split"}), ["split"])
    figure = figures.distribution(spread, "Part", class_colors(dataset.classes))
    tables.draw_figure(figure, "Images of each class in each part", "split-bars")
    by = st.pills(
        "Count groups of",
        summary.attributes,
        selection_mode="multi",
        default=list(summary.attributes[:1]),
        key="split-by",
        format_func=slice_picker.attribute_words,
        wrap=True,
    ) if summary.attributes else []  # fmt: skip
    cells = counts(table, tuple(by))
    _draw_warnings(cells, tuple(by))
    tables.draw_numbers(cells, "split-counts", title="Images of each class, group and part")
    navigation.go("train", "Train on this split", "split-train", icon=":material/model_training:")


def counts(table: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """A row for each class and group, a column for each part; empty cells are there as 0.

    table: columns emotion, part and attributes, of the images that are in a part.
    """
    keys = ["emotion", *by]
    every = pd.MultiIndex.from_product([sorted(table[key].unique()) for key in keys], names=keys)
    wide = table.groupby([*keys, "part"]).size().unstack("part", fill_value=0)
    return pd.DataFrame(
        wide.reindex(index=every, columns=list(SPLITS), fill_value=0).reset_index().rename(columns={"emotion": "class"})
    )


def _with_parts(dataset: Dataset, drawn: Split) -> pd.DataFrame:
    columns = dataset.table[["emotion", *dataset.attributes]]
    return pd.DataFrame(pd.concat([columns.iloc[getattr(drawn, part)].assign(part=part) for part in SPLITS]))


def _draw_warnings(cells: pd.DataFrame, by: tuple[str, ...]) -> None:
    """Cells without an image, and those of few, of groups that are known."""
    keys = ["class", *by]
    labeled = cells[~(cells[keys] == UNKNOWN).any(axis=1)]
    long = labeled.melt(keys, list(SPLITS), var_name="part", value_name="images")
    empty, few = long[long["images"] == 0], long[(long["images"] > 0) & (long["images"] < FEW)]
    for part in SPLITS:
        if (long[long["part"] == part]["images"] == 0).all():
            st.warning(f"There is no {part} part. A new split makes one.", icon=":material/warning:")
            empty = empty[empty["part"] != part]
    if len(empty):
        named = ", ".join(" · ".join(map(str, cell)) for cell in empty[["part", *keys]].head(MOST_NAMED).to_numpy())
        st.warning(
            f"{wording.counted(len(empty), 'cell')} without any image: {markdown.sentence(named)}. "
            "Nothing can be said of these.",
            icon=":material/warning:",
        )
    if len(few):
        st.caption(
            f"{wording.counted(len(few), 'cell')} of {len(long)} with fewer than {FEW} images; the smallest has "
            f"{int(few['images'].min())}. A score of so few moves by points when one answer changes."
        )
    elif not len(empty):
        st.caption(f"Every cell has {FEW} images or more.")
