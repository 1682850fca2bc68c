"""Findings on any page: how bad, what, why it matters, how to mend it, and what a leak is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from emocore import wording
from emocore.audit import leak_trial, model_card, run_findings
from emocore.audit.finding import Finding, title
from emocore.audit.leak_trial import Worth
from emocore.engine import jobs
from emocore.judge.intervals import clopper_pearson
from emocore.runs import baselines, openings
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import markdown, progress, tables
from emocore.ui.state.evaluation import BY_ANSWERS, Judged
from emocore.wording import p_value, points, points_between, scored

LEAK_WAYS = ("with the leak", "without the leak", "control")


def draw_leak_offer(found: Sequence[Finding], subject: dict[str, str]) -> None:
    """The offer for findings of a leak, if some are among these. subject: "run", or "dataset" and "fingerprint"."""
    codes = list(dict.fromkeys(finding.code for finding in found if finding.code in leak_trial.CODES))
    if not codes:
        return
    st.subheader("How much does the leak change the score?", anchor=False)
    st.caption(
        "The same images are evaluated three times: with their copies in training, without them, and in a control.",
        help="In the control, as many other images are removed from training instead of the copies. It shows how much "
        "of the difference comes only from having fewer training images.",
    )
    code = codes[0] if len(codes) == 1 else st.selectbox("Finding", codes, format_func=title, key="leak-code")
    asked: dict[str, Any] = subject | {"code": code}
    for trained, label in ((False, "Measure it without a network"), (True, "Measure it with a small network")):
        _draw_offer(asked | {"trained": trained}, label)


def _draw_offer(asked: dict[str, Any], label: str) -> None:
    job = jobs.newest("leak-worth", asked)
    if job is None:
        st.button(
            label,
            icon=":material/balance:",
            key=f"leak-worth-{asked['trained']}",
            on_click=progress.start,
            args=("leak-worth", asked),
        )
    elif job.status.state != "finished":
        progress.draw(job)
    else:
        found = [leak_trial.worth_from_json(one) for one in job.result["worths"]]
        for one in found[-1:] if asked["trained"] else found:
            draw_worth(one)


def draw_worth(found: Worth) -> None:
    """What one model says: a sentence, then its scores in the three ways."""
    st.write(
        f"**{markdown.plain(found.model)}**: the leak adds {points(found.difference)} points "
        f"{points_between(found.interval)}, {p_value(found.p)}. Removing as many other images instead changes the "
        f"score by {points(found.control_difference)} points {points_between(found.control_interval)}."
    )
    rows = [
        {
            "Training": way.capitalize(),
            "All evaluated images": markdown.sentence(_scored(found.right[at], found.n)),
            "Images with a copy in training": markdown.sentence(_scored(found.affected_right[at], found.affected_n))
            or tables.NO_VALUE,
        }
        for at, way in enumerate(LEAK_WAYS)
    ]
    tables.stacked(rows, alt=f"Scores of {found.model}", key=f"worth-{found.model}")


def _scored(right: int, n: int) -> str:
    return scored(right / n, clopper_pearson(right, n), n) if n else ""


BADGES = {
    "high": ("red", ":material/error:"),
    "medium": ("orange", ":material/warning:"),
    "low": ("gray", ":material/info:"),
}
NO_FINDING = "No check found a problem. That does not prove that there is none."
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
    draw_leak_offer(found, {"run": run.id})
    if unknown := [one for one in run_findings.checked_run(run) if one.state == "unknown"]:
        with st.expander(f"{wording.counted(len(unknown), 'check')} with an unknown result"):
            st.write("These checks could not be answered for this run. Unknown does not mean that all is well.")
            for one in unknown:
                st.write(f"**{title(one.code)}**: {markdown.sentence(one.message)}")


def draw_all(run: Run, parts: Sequence[Judged]) -> None:
    """The same list of findings that the report has: on the run, then on each part that may be looked at."""
    judged = [_judged(part, *_stamps(part)) for part in parts]
    found = model_card.all_found(run_findings.run_findings(run), judged)
    st.write(f"**{model_card.found_message(found, [part.part for part in judged])}**")
    st.subheader("On the run", anchor=False)
    draw_run(run)
    for part in judged:
        st.subheader(f"On the predictions for the {part.part} part", anchor=False)
        draw(part.findings, f"findings-{run.id}-{part.part}")
    if not run.elsewhere and not any(part.part == "test" for part in judged):
        st.caption(":material/lock: The test part is not included, because you have not opened it.")


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
            st.caption(f"Images: {named} and {more:,} more" if more > 0 else f"Images: {named}")
        page = navigation.pages()[finding.link.page]
        st.page_link(page, label=f"To {page.title}", icon=":material/arrow_forward:")
