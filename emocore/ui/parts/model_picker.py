"""Choose the network that answers."""

from __future__ import annotations

import streamlit as st

from emocore.runs import store
from emocore.ui.parts import run_name
from emocore.ui.state import choice


def choose_model() -> None:
    """A list of all runs that have weights, the shipped ones included; of folds and trials only the chosen one."""
    known = {run.id: run for run in store.trainings() if run.can_answer}
    if run := choice.model():
        known |= {run.id: run}
    ids, current = list(known), choice.chosen("model")
    st.selectbox(
        "Model",
        ids,
        index=ids.index(current) if current in ids else None,
        format_func=lambda run_id: f"{run_name.plain_model_name(known[run_id])}, trained on {known[run_id].dataset}",
        key=f"model-of-{current}",
        placeholder="Choose a model",
        on_change=lambda: choice.choose("model", st.session_state[f"model-of-{current}"]),
    )
