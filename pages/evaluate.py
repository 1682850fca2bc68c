"""Evaluate: scores with intervals, confusion and its faces, calibration, robustness, and the sealed test part."""

import streamlit as st

from emocore.runs import store
from emocore.ui import navigation
from emocore.ui.evaluate import calibration as evaluate_calibration
from emocore.ui.evaluate import confusion as evaluate_confusion
from emocore.ui.evaluate import report as report_view
from emocore.ui.evaluate import robustness as evaluate_robustness
from emocore.ui.evaluate import runs
from emocore.ui.evaluate import scores as evaluate_scores
from emocore.ui.parts import findings as findings_panel
from emocore.ui.parts import judged_faces, markdown, model_picker, part_picker
from emocore.ui.state import choice

st.title("Evaluate", anchor=False)
model_picker.choose_model()
run = choice.model()
if run is None:
    st.info("The chosen model is not here. Choose another one above, or train one.", icon=":material/info:")
    navigation.go("train", "Train a network", "evaluate-train", primary=True, icon=":material/model_training:")
    st.stop()
if not store.has_predictions(run):
    st.info(
        f"This run has no answers to judge: it is {markdown.plain(run.status.state)}. Answers are "
        "saved when a run is over.",
        icon=":material/hourglass_empty:",
    )
    navigation.go("train", "Look at the runs", "evaluate-runs", primary=True, icon=":material/model_training:")
    st.stop()

judged = part_picker.choose(run)
if judged is None:
    with st.expander("Who opened it", icon=":material/history:"):
        part_picker.draw_log(run)
    st.stop()

names = ["Scores", "Confusion", "Faces", "Calibration", "Robustness", "Findings", "Report", "Table of runs", "Test log"]
scores, confusion, faces, calibration, robustness, findings, report, table, log = st.tabs(
    names, key="evaluate-tab", on_change="rerun", default="Scores", bind="query-params"
)
with scores:
    if scores.open:
        evaluate_scores.draw(judged)
with confusion:
    if confusion.open:
        evaluate_confusion.draw(judged)
with faces:
    if faces.open:
        judged_faces.draw(judged)
with calibration:
    if calibration.open:
        evaluate_calibration.draw(judged)
with robustness:
    if robustness.open:
        evaluate_robustness.draw(judged)
with findings:
    if findings.open:
        findings_panel.draw_part(judged)
with report:
    if report.open:
        report_view.draw(run)
with table:
    if table.open:
        runs.draw(judged)
with log:
    if log.open:
        part_picker.draw_log(run)
