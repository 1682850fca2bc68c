"""Choose which images are for training, validation and testing, and see how many of each class and group that gives."""

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
PER_CENT = {"test": "Test set (% of all images)", "validation": "Validation set (% of all images)"}
PER_CENT_OF_TRAINING = "Validation set (% of training images)"
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
    st.info(
        f"This split is locked, because it was used by {named}. Scores from different splits cannot be compared.",
        icon=":material/lock:",
    )
    st.button(
        "Change the split anyway",
        icon=":material/lock_open:",
        key="check-unlock",
        on_click=lambda: st.session_state.update({key: True}),
        help="Existing runs keep their own split.",
    )
    return True


def _draw_settings(summary: Summary, plan: SplitPlan, *, locked: bool) -> None:
    brought = [part for part in SPLITS if part in summary.counts]
    why = "This split is locked, because a run used it." if locked else ""
    changed: dict[str, Any] = {"on_change": _changed, "args": (summary, plan)}
    _keep("parts", OWN if plan.own and brought else NEW)
    message = why or (
        "The dataset's own split comes from the import. A new split is random."
        if brought
        else "This dataset has no split of its own."
    )
    fixed = locked or not brought
    st.segmented_control("Split", [OWN, NEW], key="split-parts", required=True, disabled=fixed, help=message, **changed)
    for part, share in (("test", plan.test), ("validation", plan.validation)):
        fixed = _is_fixed(summary, plan, part)
        label = PER_CENT_OF_TRAINING if _of_train(summary, plan, part) else PER_CENT[part]
        message = why or ("This part comes with the dataset." if fixed else "")
        _keep(part, round(100 * share))
        if fixed:
            own = round(100 * sum(summary.counts.get(part, {}).values()) / summary.images)
            st.number_input(PER_CENT[part], 0, 100, own, key=f"split-{part}-{own}", disabled=True, help=message)
        else:
            st.number_input(label, 1, 50, key=f"split-{part}", disabled=locked, help=message or None, **changed)
    _keep("seed", plan.seed)
    st.number_input("Seed", 0, 2**31 - 1, key="split-seed", disabled=locked, help=why or None, **changed)
    if summary.attributes:
        _keep("stratify", list(plan.stratify))
        message = (
            "Each part gets the same mix of these groups. The shares of the classes are always the same in each part."
        )
        st.pills(
            "Stratify by", summary.attributes, selection_mode="multi", key="split-stratify", wrap=True,
            format_func=slice_picker.attribute_words, disabled=locked, help=why or message, **changed,
        )  # fmt: skip
        _keep("together", plan.together)
        message = (
            "Choose the attribute that names the person or film. All images of one person then go to the same part. "
            "Otherwise the network may recognize the person."
        )
        st.selectbox(
            "Keep together (person or film)", ["", *summary.attributes], key="split-together", disabled=locked,
            format_func=lambda name: slice_picker.attribute_words(name) if name else "Nothing", help=why or message,
            **changed,
        )  # fmt: skip
    st.caption(
        "Copies of one picture are always in the same part. The validation set decides when training stops. "
        "The test set stays sealed until you open it."
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
        st.metric(
            "Fingerprint",
            drawn.fingerprint,
            width="content",
            help="The fingerprint identifies this split. It changes when an image moves to another part.",
        )
    if len(drawn.left_out):
        ids = ", ".join(dataset.table["id"].iloc[drawn.left_out[:MOST_NAMED]])
        more = " …" if len(drawn.left_out) > MOST_NAMED else ""
        st.caption(
            f"{wording.counted(len(drawn.left_out), 'training image')} skipped, because a copy is in another part: "
            f"{markdown.sentence(ids)}{more}"
        )
    spread = distribution.distribution(table.rename(columns={"part": "split"}), ["split"])
    figure = figures.distribution(spread, "Part", class_colors(dataset.classes))
    tables.draw_figure(figure, "Images of each class in each part", "split-bars")
    by = st.pills(
        "Also count by",
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
    table = table.astype(dict.fromkeys(keys, str))  # Categories of one column cannot be looked up in `every`
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
            st.warning(f"There is no {part} set. Choose a new split to create one.", icon=":material/warning:")
            empty = empty[empty["part"] != part]
    if len(empty):
        named = ", ".join(" · ".join(map(str, cell)) for cell in empty[["part", *keys]].head(MOST_NAMED).to_numpy())
        st.warning(
            f"{wording.counted(len(empty), 'cell')} without images: {markdown.sentence(named)}. "
            "These cells will have no score.",
            icon=":material/warning:",
        )
    if len(few):
        st.caption(
            f"{len(few)} of {wording.counted(len(long), 'cell')} have fewer than {FEW} images. The smallest has "
            f"{int(few['images'].min())}. Scores of so few images are not precise."
        )
    elif not len(empty):
        st.caption(f"Every cell has at least {FEW} images.")
