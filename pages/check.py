"""Check: find twins, leaks and contradictions and mend them, choose a subset and the split, and a leakage lab."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.check import audit, flaws, leakage, mend
from emocore.ui.check import findings as check_findings
from emocore.ui.check import split as check_split
from emocore.ui.check import subset as check_subset
from emocore.ui.state import choice

st.title("Check", anchor=False)
about = choice.dataset()
if about is None:
    st.info("The chosen dataset is not here. Choose or import one on the Data page.", icon=":material/photo_library:")
    navigation.go("data", "Choose a dataset", "check-data", primary=True, icon=":material/photo_library:")
    st.stop()

findings, subset, split, lab = st.tabs(
    ["Findings", "Choose a subset", "Split", "Leakage lab"],
    key="check-tab",
    on_change="rerun",
    default="Findings",
    bind="query-params",
)

with findings:
    if findings.open:
        mend.draw_undo(about)
        checked = audit.draw(about)
        if checked is not None:
            check_findings.draw(about, checked)
with subset:
    if subset.open:
        check_subset.draw(about)
with split:
    if split.open:
        check_split.draw(about)
with lab:
    if lab.open:
        leakage.draw(about)
        flaws.draw(about)
