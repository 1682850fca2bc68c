"""Compare: all runs in a table; two to four side by side, with tests that tell difference from chance."""

import streamlit as st

from emocore.runs import store
from emocore.ui import navigation
from emocore.ui.compare import chance, exchange, table
from emocore.ui.compare import scores as compare_scores
from emocore.ui.compare import seeds as compare_seeds
from emocore.ui.compare import training as compare_training
from emocore.ui.crossval import comparison

st.title("Compare", anchor=False)
runs = store.trainings()
if not runs:
    st.info("There is no run yet. Train a network first.", icon=":material/model_training:")
    navigation.go("train", "Train a network", "compare-train", primary=True, icon=":material/model_training:")
    exchange.draw([], [])
    st.stop()

chosen = table.choose(runs)
exchange.draw(chosen, runs)
answered = [run for run in chosen if store.has_predictions(run)]
if len(chosen) < 2:
    st.info("Choose two runs or more to compare them.", icon=":material/compare_arrows:")
    if len(runs) < 2:
        navigation.go("train", "Train another network", "compare-train", primary=True, icon=":material/model_training:")
    st.stop()

training, scores, test, seeds, folds = st.tabs(
    ["Settings and curves", "Scores", "Chance or not", "Seeds", "Folds"],
    key="compare-tab",
    on_change="rerun",
    default="Settings and curves",
    bind="query-params",
)
with training:
    if training.open:
        compare_training.draw(chosen)
if len(answered) < len(chosen):
    st.caption(":material/hourglass_empty: Runs that are not over have no answers yet and are judged later.")
with scores:
    if scores.open and answered:
        compare_scores.draw(answered)
with test:
    if test.open and len(answered) > 1:
        chance.draw(answered)
with seeds:
    if seeds.open:
        compare_seeds.draw(chosen)
with folds:
    if folds.open:
        comparison.draw()
