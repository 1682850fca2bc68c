"""Compare: all runs in a table; two to four side by side, with tests whether a difference is due to chance."""

import streamlit as st

from emocore.runs import recently_deleted, store
from emocore.runs.answers import has_answers
from emocore.ui import navigation
from emocore.ui.compare import causes, chance, exchange, run_picker, side_by_side
from emocore.ui.crossval import comparison
from emocore.ui.parts import deletion

st.title("Compare", anchor=False)
for kind in ("run", "crossval", "search", "control"):
    deletion.draw_undo(kind)
deletion.draw_recent(recently_deleted.runs(), "recent-runs")
runs = store.trainings()
if not runs:
    st.info("There are no runs yet. Train a network first.", icon=":material/model_training:")
    navigation.go("train", "Train a network", "compare-train", primary=True, icon=":material/model_training:")
    exchange.draw([], [])
    st.stop()

chosen = run_picker.choose(runs)
answered = [run for run in chosen if has_answers(run)]
if len(chosen) < 2:
    st.info("Choose at least two runs to compare them.", icon=":material/compare_arrows:")
    if len(runs) < 2:
        navigation.go("train", "Train another network", "compare-train", primary=True, icon=":material/model_training:")
    exchange.draw(chosen, runs)
    st.stop()

navigation.tabs(
    "compare",
    {
        "settings-and-curves": ("Settings and curves", lambda: side_by_side.draw_training(chosen)),
        "scores": ("Scores", lambda: side_by_side.draw_scores(answered)),
        "chance-or-not": ("Chance or not", lambda: chance.draw(answered)),
        "seeds": ("Seeds", lambda: chance.draw_seeds(chosen)),
        "why": ("Why", lambda: causes.draw(chosen)),
        "folds": ("Folds", comparison.draw),
    },
)
if len(answered) < len(chosen):
    st.caption(
        ":material/hourglass_empty: Runs that are still training have no predictions yet. Their scores appear when "
        "training has finished."
    )
exchange.draw(chosen, runs)
