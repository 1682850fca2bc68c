"""Check: find twins, leaks and contradictions and mend them, choose a subset and the split, and a leakage lab."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.check import findings, leakage, split, subset

st.title("Check", anchor=False)
dataset = navigation.dataset_or_stop("check")
navigation.tabs(
    "check",
    {
        "findings": ("Findings", lambda: findings.draw(dataset)),
        "choose-a-subset": ("Choose a subset", lambda: subset.draw(dataset)),
        "split": ("Split", lambda: split.draw(dataset)),
        "leakage-lab": ("Leakage lab", lambda: leakage.draw(dataset)),
    },
)
