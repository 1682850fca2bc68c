"""What a person has chosen (dataset, split, model, run), kept in the address; and who signs, which is in no address.

So a refresh or a link shows the same again. The menu drops the address's query when the page changes;
the session remembers it and writes it back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

import streamlit as st

from emocore.data import library, split
from emocore.data.library import Summary
from emocore.data.split import Split, SplitPlan
from emocore.errors import EmoError
from emocore.runs import store
from emocore.runs.experiments import crossval as crossvals
from emocore.runs.experiments import search as searches
from emocore.runs.experiments.crossval import CrossRun
from emocore.runs.experiments.search import Search
from emocore.runs.run import Run, slug
from emocore.ui.parts import markdown
from emocore.ui.state.datasets import DatasetView, view
from emocore.wording import per_cent

NAMES = ("dataset", "model", "run", "crossval", "search")
DEFAULTS = {"dataset": "drawn-faces", "model": "modern-pretrained", "run": "", "crossval": "", "search": ""}
LONGEST_NICKNAME = 30
SIGNED_AS = "signed-as"
"""Where the session has the nickname, once one was given or taken away in it."""
SIGN_FIRST = "Sign in first: enter a nickname in the sidebar. It signs the change, so that others can ask you why."
"""Why a button is grayed that keeps a signature."""


def restore() -> None:
    """Bring address and session to one state; the address wins. A nickname in an old address is dropped.

    A link is copied: whoever gets it would sign with the nickname of who sent it.
    """
    st.query_params.pop("who", None)
    for name in NAMES:
        if name in st.query_params:
            st.session_state[_key(name)] = st.query_params[name]
        elif chosen(name) != DEFAULTS[name]:
            st.query_params[name] = chosen(name)


def chosen(name: str) -> str:
    """The chosen dataset, model, run, cross-validation or search."""
    return str(st.session_state.get(_key(name), DEFAULTS[name]))


def choose(name: str, value: str) -> None:
    """Choose something; "" goes back to the default."""
    assert name in NAMES
    value = value or DEFAULTS[name]
    st.session_state[_key(name)] = value
    if value != DEFAULTS[name]:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def who() -> str:
    """The nickname that signs what is kept, "" where nobody signed in."""
    return str(st.session_state.get(SIGNED_AS, ""))


def sign_in(name: str) -> None:
    """Sign with a nickname from now on; "" signs out."""
    st.session_state[SIGNED_AS] = name.strip()[:LONGEST_NICKNAME].strip()


def is_others(owner: str) -> bool:
    """Whether something was signed by somebody else."""
    return bool(owner) and owner != who()


def browser() -> str:
    """What tells this browser from others, for whoever has no nickname; in a session without cookies, the session.

    A hash of the token that Streamlit gives each browser, which is masked anew in each of its cookies.
    """
    _, mask, masked, *_ = [*(st.context.cookies.get("_streamlit_xsrf") or "").split("|"), "", "", ""]
    try:
        key, hidden = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        key, hidden = b"", b""
    if not key or not hidden:
        return str(st.session_state.setdefault("browser", secrets.token_hex(8)))
    token = bytes(letter ^ key[place % len(key)] for place, letter in enumerate(hidden))
    return hashlib.sha256(b"openings" + token).hexdigest()[:16]


def dataset() -> Summary | None:
    """The chosen dataset, if it is there and whole."""
    try:
        return library.summary(chosen("dataset"))
    except EmoError:
        return None


def model() -> Run | None:
    """The chosen model, if its run is there and has weights."""
    return found if (found := judged_model()) and found.can_answer else None


def model_of(summary: Summary | None) -> Run | None:
    """The chosen model if it was trained on this dataset, else the newest that was; the chosen one where none was."""
    chosen_one = model()
    if summary is None or (chosen_one and chosen_one.dataset == summary.name):
        return chosen_one
    return store.newest_models().get(summary.name, chosen_one)


def judged_model() -> Run | None:
    """The chosen model, if its run is there and can be judged: predictions from elsewhere have no weights."""
    found = _run(chosen("model"))
    return found if found and found.can_be_judged else None


def run() -> Run | None:
    """The run that is looked at, if any."""
    return _run(chosen("run"))


def crossval() -> CrossRun | None:
    """The cross-validation that is looked at, if any."""
    try:
        return crossvals.read(chosen("crossval"))
    except EmoError:
        return None


def search() -> Search | None:
    """The search that is looked at, if any."""
    try:
        return searches.read(chosen("search"))
    except EmoError:
        return None


def _run(run_id: str) -> Run | None:
    try:
        return store.read(run_id)
    except EmoError:
        return None


def _key(name: str) -> str:
    return f"chosen-{name}"


def bound(name: str, states: Mapping[str, str]) -> Callable[[], None]:
    """Bring the address and a widget of the same name to one state; call it before the widget. What changed last wins.

    states: code -> what the widget's state holds for it, the first being what stands there without an address.
    Gives what the widget calls when somebody changes it. An address with the words of an older program is understood
    and written anew, and one that names nothing is dropped.
    """
    asked, is_known = slug(st.query_params.get(name, "")), st.session_state.get(name) in states.values()
    is_new = asked != st.session_state.get(f"{name}-told")
    if asked in states and (is_new or not is_known):
        st.session_state[name] = states[asked]
    elif not is_known:
        st.session_state[name] = next(iter(states.values()))
    _record(name, states)
    return lambda: _record(name, states)


def _record(name: str, states: Mapping[str, str]) -> None:
    first, *others = states
    code = next((code for code in (*others, first) if states[code] == st.session_state.get(name)), None)
    if code is None:
        return  # A browser whose first drawing was cut short sends no state for what it shows: the address stands
    st.session_state[f"{name}-told"] = code
    if code != first and st.query_params.get(name) != code:
        st.query_params[name] = code
    elif code == first and name in st.query_params:
        del st.query_params[name]


SPLIT_KEY = "plan"
NEW_PARTS = "new"
TOGETHER = "together="
"""What stands in the address before the attribute that is kept together."""
MOST_IMAGES = 50_000
"""Images of a dataset whose split is drawn for the strip of every page; of larger ones only the plan is told."""


def chosen_plan(dataset: Summary) -> SplitPlan:
    """How the dataset is to be split: from the address, else as it was chosen before, else the default."""
    plans: dict[str, SplitPlan] = st.session_state.setdefault("chosen-plans", {})
    asked = st.query_params.get_all(SPLIT_KEY)
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


def drawn_split(dataset: Summary, plan: SplitPlan) -> Split:
    """The parts that a plan gives. Raises EmoError as `split.make` and `library.load` do."""
    return _drawn(replace(view(dataset), split=json.dumps(asdict(plan))))


def split_used_by(dataset: Summary, fingerprint: str) -> list[Run]:
    """The runs that saw the same images, labels and parts, the newest first."""
    return [
        run
        for run in store.trainings()
        if (run.fingerprint, run.split["fingerprint"]) == (dataset.fingerprint, fingerprint)
    ]


def split_in_words(dataset: Summary, plan: SplitPlan) -> str:
    """Where the parts come from, how they are drawn, and the fingerprint of what comes of it, in Markdown."""
    message = f"{shares_in_words(dataset, plan)}, seed {plan.seed}"
    if dataset.images > MOST_IMAGES:
        return message
    try:
        return f"{message}, {drawn_split(dataset, plan).fingerprint}"
    except EmoError:
        return f"{message}: not possible here"


def is_brought_part(dataset: Summary, plan: SplitPlan, part: str) -> bool:
    """Whether a part comes with the dataset and is kept."""
    return plan.own and part in dataset.counts


def shares_in_words(dataset: Summary, plan: SplitPlan) -> str:
    """Where the parts come from, such as "70% training, 15% validation, 15% test, each person in one part"."""
    by = f", by {markdown.plain(' and '.join(plan.stratify))}" if plan.stratify else ""
    whole = f", each {markdown.plain(plan.together)} in one part" if plan.together else ""
    return f"{_shares(dataset, plan)}{by}{whole}"


def _shares(dataset: Summary, plan: SplitPlan) -> str:
    validation = per_cent(plan.validation)
    if is_brought_part(dataset, plan, "validation"):
        return "the parts of the dataset"
    if is_brought_part(dataset, plan, "test"):
        return f"the test part of the dataset, {validation} of training images for validation"
    return f"{per_cent(1 - plan.validation - plan.test)} training, {validation} validation, {per_cent(plan.test)} test"


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(view: DatasetView) -> Split:
    settings = json.loads(view.split)
    return split.make(library.load(view.name), SplitPlan(**settings | {"stratify": tuple(settings["stratify"])}))


def _write(name: str, plan: SplitPlan) -> None:
    if plan == SplitPlan():
        st.query_params.pop(SPLIT_KEY, None)
        return
    words = [
        name,
        str(plan.seed),
        f"{plan.validation:g}",
        f"{plan.test:g}",
        "own" if plan.own else NEW_PARTS,
        *plan.stratify,
    ]
    words += [TOGETHER + plan.together] if plan.together else []
    if st.query_params.get_all(SPLIT_KEY) != words:
        st.query_params[SPLIT_KEY] = words


def _read(words: Sequence[str]) -> SplitPlan:
    """The plan in an address; a damaged one is passed over."""
    try:
        seed, validation, test, own, *others = words
        whole = [word.removeprefix(TOGETHER) for word in others if word.startswith(TOGETHER)]
        stratify = tuple(dict.fromkeys(word for word in others if not word.startswith(TOGETHER)))
        return SplitPlan(
            int(seed),
            float(validation),
            float(test),
            own=own != NEW_PARTS,
            stratify=stratify,
            together="".join(whole[:1]),
        )
    except (ValueError, EmoError):
        return SplitPlan()
