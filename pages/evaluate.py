"""Evaluate: scores with intervals, confusion and its faces, calibration, robustness, and the sealed test part."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.evaluate import calibration, confusion, control, report, scores
from emocore.ui.parts import findings, judged_faces, model_picker

st.title("Evaluate", anchor=False)
model_picker.choose_model(judged=True)
run = model_picker.answered_or_stop("evaluate")
judged = model_picker.choose_or_stop(run, otherwise=lambda: model_picker.draw_closed_log(run))
navigation.tabs(
    "evaluate",
    {
        "scores": ("Scores", lambda: scores.draw(judged)),
        "confusion": ("Confusion", lambda: confusion.draw(judged)),
        "faces": ("Faces", lambda: judged_faces.draw(judged)),
        "calibration": ("Calibration", lambda: calibration.draw(judged)),
        "robustness": ("Robustness", lambda: calibration.draw_robustness(judged)),
        "findings": ("Findings", lambda: findings.draw_all(run, model_picker.visible_parts(run))),
        "control": ("Control", lambda: control.draw(run)),
        "report": ("Report", lambda: report.draw(run)),
        "table-of-runs": ("Table of runs", lambda: report.draw_runs(judged)),
        "test-log": ("Test log", lambda: model_picker.draw_log(run)),
    },
)
