"""Evaluate: scores with intervals, confusion and its faces, calibration, robustness, and the sealed test part."""

import streamlit as st

from emocore.runs import store
from emocore.ui import (
    choice,
    evaluate_calibration,
    evaluate_confusion,
    evaluate_faces,
    evaluate_part,
    evaluate_robustness,
    evaluate_runs,
    evaluate_scores,
    findings_panel,
    models,
    navigation,
    report_view,
    words,
)

st.title("Evaluate", anchor=False)
models.choose_model()
run = choice.model()
if run is None:
    st.info("The chosen model is not here. Choose another one above, or train one.", icon=":material/info:")
    navigation.go("train", "Train a network", "evaluate-train", primary=True, icon=":material/model_training:")
    st.stop()
if not store.has_predictions(run):
    st.info(
        f"This run has no answers to judge: it is {words.plain(run.status.state)}. Answers are "
        "saved when a run is over.",
        icon=":material/hourglass_empty:",
    )
    navigation.go("train", "Look at the runs", "evaluate-runs", primary=True, icon=":material/model_training:")
    st.stop()

judged = evaluate_part.choose(run)
if judged is None:
    with st.expander("Who opened it", icon=":material/history:"):
        evaluate_part.draw_log(run)
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
        evaluate_faces.draw(judged)
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
        evaluate_runs.draw(judged)
with log:
    if log.open:
        evaluate_part.draw_log(run)
