"""Controls that make a recipe: a preset or an earlier run, every setting, why one is not possible, flaws on purpose."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emocore import settings
from emocore.errors import EmoError
from emocore.learn.flaws import FLAWS, PROTOCOLS, flawed, following_protocol
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import CHOICES, Block
from emocore.runs import kept_recipes, parents, store
from emocore.ui.parts import deletion, markdown
from emocore.wording import AUGMENTATION, LAYERS, MAIN, SHAPE, TRAINING, WORDS


def setting_words(name: str) -> str:
    """How a setting of a recipe is called on the screen: as at its control."""
    said = {**MAIN, **LAYERS, **AUGMENTATION, **TRAINING}
    return said[name][0] if name in said else SHAPE.get(name, name.replace("_", " ").capitalize())


def value_words(value: object) -> str:
    """A value of a setting as it stands on the screen: a run by its name."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if value in WORDS:
        return WORDS[value]
    try:
        return store.read(value).label
    except EmoError:
        return value


FOLDS = {"Augmentation": AUGMENTATION, "Optimizer and regularization": TRAINING}
"""What is drawn only while it is open: two thirds of the controls, which would cost every click a third of its time."""


def started_from() -> tuple[str, Recipe]:
    """Name and recipe of what the controls began with, to tell what was changed; call it after them."""
    return _starts()[st.session_state["preset"]]


def retrain_from(run_id: str) -> None:
    """Let the controls start from an earlier run's recipe."""
    st.session_state["retrain-from"] = run_id
    st.session_state["preset"] = run_id


def choose_recipe(attributes: Sequence[str], classes: tuple[str, ...]) -> Recipe | None:
    """The recipe that the controls describe, or None with the reason shown at the control.

    attributes, classes: of the dataset, for balancing groups and for teachers.
    """
    preset, label, start = _choose_start("Recipe")
    runs = store.trainings()
    st.session_state["recipe-choices"] = {
        "balance_by": ["", *attributes, *([",".join(attributes)] if attributes[1:] else [])],
        "start_from": ["", *(run.id for run in runs if parents.fits(run, start) and run.weights.exists())],
        "teacher": ["", *(run.id for run in runs if parents.can_teach(run, classes))],
    }
    st.caption(
        kept_recipes.description(label) or f"These are the settings of {label}. You can change them before you start."
    )
    deletion.draw_forget(preset)
    places: dict[str, DeltaGenerator] = {}
    values = _fields(st.container(), start, MAIN, preset, places)
    with st.expander("Layers", key=f"{preset}-Layers"):
        places["blocks"] = st.container()
        blocks = _blocks(start, preset)
        values |= _fields(st.container(), start, LAYERS, preset, places)
    for title, fields in FOLDS.items():
        values |= _fold(title, start, fields, preset, places)
    try:
        return dataclasses.replace(start, **values, blocks=tuple(Block(**_typed(block)) for block in blocks))
    except EmoError as error:
        places.get(error.field, places["blocks"]).error(error.message, icon=":material/error:")
        return None


OWN = "My own choice of flaws"
CORRECT = "Correct (no flaw)"


def choose_flaws(recipe: Recipe | None, folds: bool) -> Recipe | None:
    """The recipe as it is, or under the protocol or with the flaws that are chosen; None with the reason shown.

    folds: whether a cross-validation is asked for.
    """
    if recipe is None:
        return None
    key = "folds" if folds else "split"
    with st.expander("Train with a flaw on purpose", icon=":material/science:", key=f"wrong-way-{key}"):
        st.caption(
            "Train as the report did, or with flaws that you choose, to see how they change a score. These runs are "
            "marked FLAWED in every list."
        )
        names = ["", *(name for name, one in PROTOCOLS.items() if one.flaws and (folds or not one.folds)), OWN]
        name = st.selectbox("Protocol", names, format_func=_protocol_words, key=f"protocol-{key}")
        chosen: list[str] = []
        if name == OWN:
            offered = [flaw for flaw in FLAWS if folds or not FLAWS[flaw].only_folds]
            chosen = st.multiselect("Flaws", offered, format_func=lambda one: FLAWS[one].words, key=f"flaws-{key}")
        try:
            made = following_protocol(recipe, name) if name in PROTOCOLS else flawed(recipe, chosen)
        except EmoError as error:
            st.error(markdown.sentence(error.message), icon=":material/error:")
            return None
        st.write(markdown.sentence(PROTOCOLS[name or "corrected"].message) if name != OWN else "")
        for flaw in made.flaws:
            st.write(f"- **{FLAWS[flaw].words}**: {markdown.sentence(FLAWS[flaw].message)}")
    return made


def _protocol_words(name: str) -> str:
    """A protocol as the list shows it: its code in words."""
    return name.replace("-", " ").capitalize() if name in PROTOCOLS else name or CORRECT


def choose_augmentation() -> Recipe | None:
    """The recipe that Train starts from with its augmentation: the very controls of that page, by the same keys.

    None with the reason shown at the control when a value is not possible.
    """
    preset, _, start = _choose_start("Recipe")
    places = {"blocks": st.container()}
    values = _fields(st.container(), start, AUGMENTATION, preset, places, columns=3)
    try:
        return dataclasses.replace(start, **values)
    except EmoError as error:
        places.get(error.field, places["blocks"]).error(error.message, icon=":material/error:")
        return None


def _choose_start(words: str) -> tuple[str, str, Recipe]:
    """Key, name and recipe of the preset or earlier run that is started from."""
    deletion.draw_damaged(kept_recipes.damaged(), "recipe", settings.data_dir() / "recipes")
    starts = _starts()
    preset = st.selectbox(
        words, list(starts), format_func=lambda key: starts[key][0], key="preset", persist_state="session"
    )
    return preset, *starts[preset]


def _starts() -> dict[str, tuple[str, Recipe]]:
    """Presets, and the run that somebody wants to train again."""
    starts = {name: (name, recipe) for name, recipe in kept_recipes.all_recipes().items()}
    run_id = st.session_state.get("retrain-from", "")
    try:
        run = store.read(run_id)
    except EmoError:
        return starts
    return {run.id: (run.label, run.recipe)} | starts


def _fold(
    title: str, start: Recipe, fields: dict[str, tuple[str, str]], preset: str, places: dict[str, DeltaGenerator]
) -> dict[str, Any]:
    """Controls that are there while they are open; closed, they keep what was set, and say below what is wrong."""
    fold = st.expander(title, key=f"{preset}-{title}", on_change="rerun")
    if fold.open:
        with fold:
            return _fields(st.container(), start, fields, preset, places)
    places |= dict.fromkeys(fields, st.container())
    values = {name: _kept(name, getattr(start, name), f"{preset}-{name}") for name in fields}
    changed = [name for name, value in values.items() if value != getattr(start, name)]
    if changed:
        named = ", ".join(f"{setting_words(name)} {value_words(values[name])}" for name in changed)
        st.caption(f"{title}, changed settings: {markdown.plain(named)}.")
    return values


def _kept(name: str, value: Any, key: str) -> Any:
    """What was set in a closed fold, if it can still be chosen."""
    kept = st.session_state.get(key, value)
    return kept if not isinstance(value, str) or kept in _choices(name, value) else value


def _fields(
    where: DeltaGenerator,
    start: Recipe,
    fields: dict[str, tuple[str, str]],
    preset: str,
    places: dict[str, DeltaGenerator],
    columns: int = 2,
) -> dict[str, Any]:
    """Columns of controls; `places` learns where each one stands."""
    values: dict[str, Any] = {}
    for number, (name, (label, explanation)) in enumerate(fields.items()):
        if number % columns == 0:
            beside = where.columns(columns, vertical_alignment="bottom")  # Row by row, so a phone keeps the order
        places[name] = beside[number % columns].container()
        values[name] = _field(places[name], getattr(start, name), label, name, f"{preset}-{name}", explanation)
    return values


def _field(place: DeltaGenerator, value: Any, label: str, name: str, key: str, explanation: str) -> Any:
    """One control of the kind that the value needs; what is possible is checked by Recipe, which can say why not."""
    if isinstance(value, bool):
        return place.toggle(label, value, key=key, help=explanation, persist_state="session")
    if isinstance(value, str):
        choices = _choices(name, value)
        return place.selectbox(
            label,
            choices,
            index=choices.index(value),
            key=key,
            help=explanation,
            format_func=value_words,
            persist_state="session",
        )
    whole = isinstance(value, int)
    step, form = (1, "%d") if whole else (_step(value), "%g")
    return place.number_input(
        label,
        value=value if whole else float(value),
        step=step,
        format=form,
        key=key,
        help=explanation,
        persist_state="session",
    )


def _choices(name: str, value: str) -> tuple[str, ...]:
    """What can be chosen, whatever the preset has included."""
    return CHOICES.get(name) or tuple(dict.fromkeys([*st.session_state["recipe-choices"][name], value]))


def _step(value: float) -> float:
    return value / 2 if 0 < value < 0.01 else 1.0 if value > 2 else 0.05


def _blocks(start: Recipe, preset: str) -> Sequence[dict[str, Any]]:
    """The convolution blocks as a table that can be edited, shortened and extended."""
    edited: Sequence[dict[str, Any]] = st.data_editor(
        [asdict(block) for block in start.blocks],
        num_rows="dynamic",
        key=f"{preset}-blocks",
        hide_index=True,
        column_config={
            "filters": st.column_config.NumberColumn(
                "Filters", width=68, default=32, required=True, help="The number of output channels."
            ),
            "kernel": st.column_config.NumberColumn(
                "Kernel", width=68, default=3, required=True, help="The side length of the kernel, an odd number."
            ),
            "pool": st.column_config.NumberColumn(
                "Pool", width=60, default=1, required=True, help="The side length of max-pooling. 1 means no pooling."
            ),
            "dropout": st.column_config.NumberColumn("Dropout", width=76, default=0.0, required=True, format="%g"),
            "residual": st.column_config.CheckboxColumn(
                "Residual",
                width=76,
                default=False,
                help="Two convolutions. Their result is added to the input of the block.",
            ),
        },
        alt="Blocks of the network",
    )
    return edited


def _typed(block: dict[str, Any]) -> dict[str, Any]:
    """The editor gives numbers of either kind; a new row may still lack some."""
    block = {name: value for name, value in block.items() if value is not None}
    for name in ("filters", "kernel", "pool"):
        if float(block.get(name, 0)).is_integer():
            block[name] = int(block.get(name, 0))
    return {"filters": 0, "kernel": 0, "pool": 0} | block
