"""What is my leak worth: offered beside every finding of a leak, in seconds or by a short training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from emocore.audit import leak_trial
from emocore.audit.finding import Finding
from emocore.audit.leak_trial import Worth
from emocore.engine import jobs
from emocore.judge.intervals import clopper_pearson
from emocore.ui.parts import markdown, progress, tables
from emocore.wording import p_value, points, points_between, scored

WAYS = ("with the leak", "without it", "control")


def draw(found: Sequence[Finding], of: dict[str, str]) -> None:
    """The offer for findings of a leak, if some are among these. of: "run", or "dataset" and "fingerprint"."""
    codes = list(dict.fromkeys(finding.code for finding in found if finding.code in leak_trial.CODES))
    if not codes:
        return
    st.subheader("What is my leak worth?", anchor=False)
    st.caption(
        "The same images are judged three times: with copies of them in training, without, and in a control, with as "
        "many unrelated pictures removed instead, since fewer images teach less in any case."
    )
    code = codes[0] if len(codes) == 1 else st.selectbox("Finding", codes, format_func=called, key="leak-code")
    asked: dict[str, Any] = of | {"code": code}
    for trained, label in ((False, "Measure it in seconds"), (True, "Train a small network, too")):
        _draw_one(asked | {"trained": trained}, label)


def called(code: str) -> str:
    """A finding by the words of its code: "Augmented before split"."""
    return code.replace("_", " ").capitalize()


def _draw_one(asked: dict[str, Any], label: str) -> None:
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
        f"**{markdown.plain(found.model)}**: the leak is worth {points(found.difference)} points "
        f"{points_between(found.interval)}, {p_value(found.p)}; removing as many other pictures costs "
        f"{points(found.control_difference)} points {points_between(found.control_interval)}."
    )
    rows = [
        {
            "training": way,
            "all judged images": _scored(found.right[at], found.n),
            "images with a copy in training": _scored(found.affected_right[at], found.affected_n),
        }
        for at, way in enumerate(WAYS)
    ]
    tables.show(rows, alt=f"Scores of {found.model}", height="content", key=f"worth-{found.model}")


def _scored(right: int, n: int) -> str:
    return scored(right / n, clopper_pearson(right, n), n) if n else "-"
