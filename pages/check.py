"""Check: find twins, leaks and contradictions and mend them, choose a subset and the split, and a leakage lab."""

import streamlit as st

from emocore.ui import (
    check_audit,
    check_findings,
    check_flaws,
    check_lesson,
    check_mend,
    check_split,
    check_subset,
    choice,
    navigation,
)

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
        check_mend.draw_undo(about)
        checked = check_audit.draw(about)
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
        check_lesson.draw(about)
        check_flaws.draw(about)
