"""How runs were trained: what was set otherwise, and their curves."""

from __future__ import annotations

import streamlit as st

from emocore.audit import experiment_findings
from emocore.figures.training import MEASURES, common_ends, run_curves, run_rows
from emocore.runs import store
from emocore.runs.run import Run, differing_settings
from emocore.ui.compare import run_picker
from emocore.ui.parts import charts, findings, tables


def draw(runs: list[Run]) -> None:
    """Settings that differ, then curves, over each other or side by side."""
    known = [run for run in runs if not run.elsewhere]
    if len(known) < len(runs):
        st.info("Nothing is known of the training behind predictions from elsewhere.", icon=":material/info:")
    if not known:
        return
    _draw_settings(known)
    st.subheader("Curves", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.segmented_control(
            "Measure", list(MEASURES), default="loss", required=True, key="compare-measure", wrap=True
        )
        apart = st.toggle("Side by side", key="compare-apart", help="One chart a run, on the same axes.")
    passed = dict(zip(run_picker.names(known), map(store.epochs, known), strict=True))
    rows = run_rows(passed, measure)
    ends, colors = common_ends(rows, measure), run_picker.colors(runs)
    if apart:
        for column, (name, color) in zip(st.columns(len(runs)), colors.items(), strict=True):
            own = [row for row in rows if row["run"] == name]
            spec = run_curves(own, measure, {name: color}, ends)
            with column:
                charts.draw(spec, f"{measure.capitalize()} of {name}", f"curve-{measure}-{name}")
    else:
        charts.draw(run_curves(rows, measure, colors, ends), f"{measure.capitalize()} of the runs", f"curves-{measure}")
    st.caption(
        "Solid is validation, dashed is training. The loss of runs with other label smoothing or mixup is not alike."
    )
    tables.draw_numbers(rows, "curves")


def _draw_settings(runs: list[Run]) -> None:
    st.subheader("Settings that differ", anchor=False)
    differ = differing_settings(runs)
    if len(runs) < 2:
        st.write("There is one training only, so there is nothing to set beside it.")
        return
    if not differ:
        st.write("Nothing: these runs were asked for in the same way. What differs is chance.")
        return
    names = run_picker.names(runs)
    table = [{"setting": name, **dict(zip(names, values, strict=True))} for name, values in differ.items()]
    tables.show(table, key="differences", width="content", alt="Settings that differ")
    if found := experiment_findings.comparison_findings(runs):
        findings.draw(found, "several-changes")
