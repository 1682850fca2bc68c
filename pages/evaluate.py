"""Evaluate: scores with intervals, confusion and its faces, calibration, robustness, and the sealed test part."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.evaluate import calibration, confusion, control, report, robustness, runs, scores
from emocore.ui.parts import findings, judged_faces, model_picker

st.title("Evaluate", anchor=False)
model_picker.choose_model(judged=True)
run = navigation.answered_or_stop("evaluate")
judged = model_picker.choose_or_stop(run, otherwise=lambda: model_picker.draw_closed_log(run))
navigation.tabs(
    "evaluate",
    {
        "Scores": lambda: scores.draw(judged),
        "Confusion": lambda: confusion.draw(judged),
        "Faces": lambda: judged_faces.draw(judged),
        "Calibration": lambda: calibration.draw(judged),
        "Robustness": lambda: robustness.draw(judged),
        "Findings": lambda: findings.draw_all(run, model_picker.visible_parts(run)),
        "Control": lambda: control.draw(run),
        "Report": lambda: report.draw(run),
        "Table of runs": lambda: runs.draw(judged),
        "Test log": lambda: model_picker.draw_log(run),
    },
)
