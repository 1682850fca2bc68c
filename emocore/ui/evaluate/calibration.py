"""Whether a confidence of .8 is right in 8 of 10 cases."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import wording
from emocore.figures.scores import bin_counts, reliability, reliability_rows
from emocore.judge.calibration import Calibration, Edges
from emocore.judge.predictions import ONLY_ANSWERS
from emocore.ui.parts import charts, markdown, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged

EDGES: dict[str, Edges] = {"Equal width": "width", "Equal mass": "mass"}


NO_TEMPERATURE = (
    "A temperature is fitted on a validation part and then used on other images. A table of predictions from elsewhere "
    "has one set of images only, so none is fitted."
)


def draw(judged: Judged) -> None:
    """Reliability diagram, bin counts, the two errors, and the temperature."""
    if judged.answers.only_answers:
        st.info(ONLY_ANSWERS, icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bins = st.segmented_control(
            "Bins", list(EDGES), default="Equal width", required=True, key="calibration-bins", wrap=True
        )
        apply = st.toggle(
            "Apply the temperature",
            key="calibration-temperature",
            disabled=bool(judged.run.elsewhere),
            help=NO_TEMPERATURE if judged.run.elsewhere else "Fitted on the validation part.",
        )
    fitted = None if judged.run.elsewhere else evaluation.temperature(judged.run)
    heat = fitted.temperature if fitted and apply else 1.0
    found = evaluation.calibrated(judged, EDGES[bins], heat)
    left, right = st.columns([3, 2], gap="large")
    with left:
        charts.draw(reliability(found), "How often answers are right at each confidence", "reliability")
        charts.draw(bin_counts(found), "How many answers each bin of confidence holds", "bin-counts")
    with right:
        st.write(markdown.sentence(found.message))
        st.caption(
            "Points below the dashed line: more confident than right. Vertical lines are 95% intervals; a bin with "
            "few images says little. Calibrated by chance: the mean error that a perfectly calibrated network would "
            "show with these confidences and this n, and what 95% of such networks stay below."
        )
        st.write(markdown.sentence(fitted.message) if fitted else NO_TEMPERATURE)
        if judged.part == "validation":
            st.caption("Fitted on these very images, so here it looks better than it is on new ones.")
    both = [_row(name, evaluation.calibrated(judged, edges, heat)) for name, edges in EDGES.items()]
    tables.show(both, key="calibration-errors", width="content", alt="Calibration errors")
    tables.draw_numbers(reliability_rows(found), "reliability")


def _row(name: str, found: Calibration) -> dict[str, Any]:
    return {
        "bins": name,
        "calibration error": wording.score(found.error),
        "calibrated by chance": f"{wording.score(found.chance)}, 95% below {wording.score(found.chance_high)}",
        "n": found.n,
    }
