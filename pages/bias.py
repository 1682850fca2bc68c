"""Bias: group sizes first, scores by group, gaps with verdicts, what chance makes, and whether a measure helped."""

import streamlit as st

from emocore.runs import store
from emocore.ui import navigation
from emocore.ui.bias import assessed
from emocore.ui.bias import chance as bias_chance
from emocore.ui.bias import gaps as bias_gaps
from emocore.ui.bias import groups as bias_groups
from emocore.ui.bias import mitigate as bias_mitigate
from emocore.ui.bias import table as bias_table
from emocore.ui.parts import markdown, model_picker, part_picker
from emocore.ui.state import choice

st.title("Bias", anchor=False)
st.caption(
    "Is one group of images answered better than another, and could that be chance? One vector of answers is sliced; "
    "nothing is fitted to a group. Age and gender are what annotators perceived, not what is so."
)
model_picker.choose_model()
run = choice.model()
if run is None:
    st.info("The chosen model is not here. Choose another one above, or train one.", icon=":material/info:")
    navigation.go("train", "Train a network", "bias-train", primary=True, icon=":material/model_training:")
    bias_table.draw_check()
    st.stop()
if not store.has_predictions(run):
    st.info(
        f"This run has no answers to assess: it is {markdown.plain(run.status.state)}. "
        "Answers are saved when a run is over.",
        icon=":material/hourglass_empty:",
    )
    navigation.go("train", "Look at the runs", "bias-runs", primary=True, icon=":material/model_training:")
    bias_table.draw_check()
    st.stop()

judged = part_picker.choose(run)
found = assessed.choose(judged) if judged is not None else None
if found is None:
    bias_table.draw_check()
    st.stop()

names = ["Groups", "Gaps", "Chance", "Table", "Mitigate"]
groups, gaps, chance, table, mitigate = st.tabs(
    names, key="bias-tab", on_change="rerun", default="Groups", bind="query-params"
)
with groups:
    if groups.open:
        bias_groups.draw(found)
with gaps:
    if gaps.open:
        bias_gaps.draw(found)
with chance:
    if chance.open:
        bias_chance.draw(found)
with table:
    if table.open:
        bias_table.draw(found)
        bias_table.draw_check()
with mitigate:
    if mitigate.open:
        bias_mitigate.draw(found)
