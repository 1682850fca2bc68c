"""Compare: all runs in a table; two to four side by side, with tests that tell difference from chance."""

import streamlit as st

from emocore.runs import store
from emocore.runs.answers import has_answers
from emocore.ui import navigation
from emocore.ui.compare import causes, chance, exchange, run_picker, scores, seeds, training
from emocore.ui.crossval import comparison

st.title("Compare", anchor=False)
runs = store.trainings()
if not runs:
    st.info("There is no run yet. Train a network first.", icon=":material/model_training:")
    navigation.go("train", "Train a network", "compare-train", primary=True, icon=":material/model_training:")
    exchange.draw([], [])
    st.stop()

chosen = run_picker.choose(runs)
exchange.draw(chosen, runs)
answered = [run for run in chosen if has_answers(run)]
if len(chosen) < 2:
    st.info("Choose two runs or more to compare them.", icon=":material/compare_arrows:")
    if len(runs) < 2:
        navigation.go("train", "Train another network", "compare-train", primary=True, icon=":material/model_training:")
    st.stop()

navigation.tabs(
    "compare",
    {
        "Settings and curves": lambda: training.draw(chosen),
        "Scores": lambda: scores.draw(answered),
        "Chance or not": lambda: chance.draw(answered),
        "Seeds": lambda: seeds.draw(chosen),
        "Why": lambda: causes.draw(chosen),
        "Folds": comparison.draw,
    },
)
if len(answered) < len(chosen):
    st.caption(":material/hourglass_empty: Runs that are not over have no answers yet and are judged later.")
