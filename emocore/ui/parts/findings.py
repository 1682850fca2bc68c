"""Findings on any page: how bad, what, why it matters, how to mend it, and where to go."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emocore import wording
from emocore.audit import model_card, run_checks, run_findings
from emocore.audit.finding import Finding
from emocore.runs import baselines, openings
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import leak_offer, markdown
from emocore.ui.state.evaluation import BY_ANSWERS, Judged

BADGES = {
    "high": ("red", ":material/error:"),
    "medium": ("orange", ":material/warning:"),
    "low": ("gray", ":material/info:"),
}
NO_FINDING = "No finding. That means that none of the checks found something, not that all is well."
MOST_NAMED = 12


def draw(findings: Sequence[Finding], key: str = "findings") -> None:
    """Every finding in a box, the most severe first as they come; a sentence where there is none."""
    if not findings:
        st.success(NO_FINDING, icon=":material/check:")
    for number, finding in enumerate(findings):
        _draw_one(finding, f"{key}-{number}")


def draw_run(run: Run) -> None:
    """The findings on a run, and what nobody can tell of it."""
    found = run_findings.run_findings(run)
    draw(found, f"findings-{run.id}")
    leak_offer.draw(found, {"run": run.id})
    if unknown := [one for one in run_checks.checked(run) if one.state == "unknown"]:
        with st.expander(f"Unknown: {wording.counted(len(unknown), 'check')} that nobody can answer for this run"):
            st.write(
                "Unknown does not mean that all is well. This run was trained elsewhere, so its recipe is a claim."
            )
            for one in unknown:
                st.write(f"**{leak_offer.called(one.code)}**: {markdown.sentence(one.message)}")


def draw_all(run: Run, parts: Sequence[Judged]) -> None:
    """The same list of findings that the report has: on the run, then on each part that may be looked at."""
    judged = [_judged(part, *_stamps(part)) for part in parts]
    found = model_card.all_found(run_findings.run_findings(run), judged)
    st.write(f"**{model_card.found_message(found, [part.part for part in judged])}**")
    st.subheader("On the run", anchor=False)
    draw_run(run)
    for part in judged:
        st.subheader(f"On its answers for the {part.part} part", anchor=False)
        draw(part.findings, f"findings-{run.id}-{part.part}")
    if not run.elsewhere and not any(part.part == "test" for part in judged):
        st.caption(":material/lock: The test part is not judged here: you have not opened it.")


def _stamps(judged: Judged) -> tuple[int, int]:
    """What makes other findings of the same answers: another look at the test part, and baselines measured since."""
    looks = len(openings.on_test_part_of(judged.run)) if judged.part == "test" else 0
    return looks, baselines.saved_at(judged.run, judged.part)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_ANSWERS)
def _judged(judged: Judged, looks: int, measured: int) -> model_card.JudgedPart:
    assert looks >= 0
    assert measured >= 0
    return model_card.judge(judged.run, judged.part, judged.answers)


def _draw_one(finding: Finding, key: str) -> None:
    color, icon = BADGES[finding.severity]
    with st.container(border=True, key=key):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(finding.severity.capitalize(), color=color, icon=icon)  # type: ignore[arg-type]
        st.write(f"**{markdown.sentence(finding.message)}**")
        st.write(f"Why it matters: {markdown.sentence(finding.why)}")
        st.write(f"What to do: {markdown.sentence(finding.fix)}")
        if finding.where:
            named = ", ".join(markdown.plain(identity) for identity in finding.where[:MOST_NAMED])
            more = len(finding.where) - MOST_NAMED
            st.caption(f"Where: {named}{f' and {more:,} more' if more > 0 else ''}")
        page = navigation.pages()[finding.link.page]
        st.page_link(page, label=f"To {page.title}", icon=":material/arrow_forward:")
