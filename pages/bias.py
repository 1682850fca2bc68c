"""Bias: group sizes first, scores by group, gaps with verdicts, what chance makes, and whether a measure helped."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.bias import assessed, gaps, groups, mitigate
from emocore.ui.parts import model_picker

st.title("Bias", anchor=False)
st.caption(
    "Is the model better on one group of images than on another, and could that be chance? All groups are "
    "evaluated with the same predictions. Age and gender are what annotators perceived."
)
model_picker.choose_model(judged=True)
run = model_picker.answered_or_stop("bias", otherwise=groups.draw_check)
judged = model_picker.choose_or_stop(run, otherwise=groups.draw_check)
chosen = assessed.choose_or_stop(judged, otherwise=groups.draw_check)
navigation.tabs(
    "bias",
    {
        "groups": ("Groups", lambda: groups.draw(chosen)),
        "gaps": ("Gaps", lambda: gaps.draw(chosen)),
        "chance": ("Chance", lambda: gaps.draw_chance(chosen)),
        "table": ("Table", lambda: groups.draw_table(chosen)),
        "mitigate": ("Mitigate", lambda: mitigate.draw(chosen)),
    },
)
