"""The split that a person has chosen for a dataset, kept in the address like everything that is chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import streamlit as st

from emocore.data import library, split
from emocore.data.library import Summary
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui.parts import markdown
from emocore.ui.state.datasets import DatasetView, view
from emocore.wording import per_cent

KEY = "plan"
NEW = "new"
TOGETHER = "together="
"""What stands in the address before the attribute that is kept together."""
MOST = 50_000
"""Images of a dataset whose split is drawn for the strip of every page; of larger ones only the plan is told."""


def chosen_plan(dataset: Summary) -> SplitPlan:
    """How the dataset is to be split: from the address, else as it was chosen before, else the default."""
    plans: dict[str, SplitPlan] = st.session_state.setdefault("chosen-plans", {})
    asked = st.query_params.get_all(KEY)
    if asked and asked[0] == dataset.name:
        plans[dataset.name] = _read(asked[1:])
    plan = plans.get(dataset.name, SplitPlan())
    plan = replace(plan, stratify=tuple(name for name in plan.stratify if name in dataset.attributes))
    if plan.together not in dataset.attributes:
        plan = replace(plan, together="")
    _write(dataset.name, plan)
    return plan


def choose_plan(dataset: Summary, plan: SplitPlan) -> None:
    """Choose how a dataset is split from now on, in this session and its address."""
    st.session_state.setdefault("chosen-plans", {})[dataset.name] = plan
    _write(dataset.name, plan)


def drawn(dataset: Summary, plan: SplitPlan) -> Split:
    """The parts that a plan gives. Raises EmoError as `split.make` and `library.load` do."""
    return _drawn(replace(view(dataset), split=json.dumps(asdict(plan))))


def used_by(dataset: Summary, fingerprint: str) -> list[Run]:
    """The runs that saw the same images, labels and parts, the newest first."""
    return [
        run
        for run in store.trainings()
        if (run.fingerprint, run.split["fingerprint"]) == (dataset.fingerprint, fingerprint)
    ]


def in_words(dataset: Summary, plan: SplitPlan) -> str:
    """Where the parts come from, such as "its own; 15% of the training images used for validation", in Markdown."""
    by = f", by {markdown.plain(' and '.join(plan.stratify))}" if plan.stratify else ""
    whole = f", each {markdown.plain(plan.together)} on one side" if plan.together else ""
    message = f"{_shares(dataset, plan)}{by}{whole}, seed {plan.seed}"
    if dataset.images > MOST:
        return message
    try:
        return f"{message}, {drawn(dataset, plan).fingerprint}"
    except EmoError:
        return f"{message}: not possible here"


def is_brought(dataset: Summary, plan: SplitPlan, part: str) -> bool:
    """Whether a part comes with the dataset and is kept."""
    return plan.own and part in dataset.counts


def _shares(dataset: Summary, plan: SplitPlan) -> str:
    if is_brought(dataset, plan, "validation"):
        return "its own"
    if is_brought(dataset, plan, "test"):
        return f"its own; {per_cent(plan.validation)} of the training images used for validation"
    return f"{per_cent(1 - plan.validation - plan.test)} / {per_cent(plan.validation)} / {per_cent(plan.test)}"


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(view: DatasetView) -> Split:
    settings = json.loads(view.split)
    return split.make(library.load(view.name), SplitPlan(**settings | {"stratify": tuple(settings["stratify"])}))


def _write(name: str, plan: SplitPlan) -> None:
    if plan == SplitPlan():
        st.query_params.pop(KEY, None)
        return
    words = [name, str(plan.seed), f"{plan.validation:g}", f"{plan.test:g}", "own" if plan.own else NEW, *plan.stratify]
    words += [TOGETHER + plan.together] if plan.together else []
    if st.query_params.get_all(KEY) != words:
        st.query_params[KEY] = words


def _read(words: Sequence[str]) -> SplitPlan:
    """The plan in an address; a damaged one is passed over."""
    try:
        seed, validation, test, own, *others = words
        whole = [word.removeprefix(TOGETHER) for word in others if word.startswith(TOGETHER)]
        stratify = tuple(dict.fromkeys(word for word in others if not word.startswith(TOGETHER)))
        return SplitPlan(
            int(seed), float(validation), float(test), own=own != NEW, stratify=stratify, together="".join(whole[:1])
        )
    except (ValueError, EmoError):
        return SplitPlan()
