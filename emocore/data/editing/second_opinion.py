"""A second opinion: others label a sample without seeing its labels; then how far they agree, and what is settled.

`studies/<id>/` in the dataset's folder: study.json says which images in which order, each person's answers are a file
of their own, one line an answer, the last one counts. Agreement is raw, and as Cohen's kappa (1960) for two people or
Fleiss' (1971) for more; tests compare them with scikit-learn and statsmodels.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from emocore import files, records
from emocore.data import library
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import drafts, journal, versions
from emocore.data.editing.edits import Edit
from emocore.data.editing.versions import Version
from emocore.data.names import plain, shown_path
from emocore.errors import EmoError
from emocore.records import Damaged
from emocore.wording import between, counted, per_cent, score

FIRST = "the dataset"
"""Who gave the labels that were there before."""

FEWEST, MOST = 10, 1000


@dataclass(frozen=True)
class Study:
    """Images to be labeled again. values: what can be chosen; first: the label that each image had."""

    id: str
    dataset: str
    column: str
    values: tuple[str, ...]
    ids: tuple[str, ...]
    first: tuple[str, ...]
    seed: int
    by: str
    time: str

    @property
    def title(self) -> str:
        """How a list calls it."""
        what = "labels" if self.column == drafts.LABEL else shown_path(self.column)
        return f"{what} of {counted(len(self.ids), 'image')}, seed {self.seed}, drawn by {self.by} on {self.time[:10]}"


@dataclass(frozen=True)
class _Answer:
    """A line of a person's file: the label of the image at a place."""

    who: str
    place: int
    value: str


@dataclass(frozen=True)
class Plan:
    """What to draw: a column, how many images, from which values (none: all), with which seed."""

    column: str = drafts.LABEL
    size: int = 100
    values: tuple[str, ...] = ()
    seed: int = 42


def draw(dataset: Dataset, who: str, plan: Plan) -> Study:
    """Draw a sample for a second opinion, as many images of each value as of any other, in random order.

    Stored copies and images without a value are not drawn. Raises EmoError "no_name", "bad_value" or
    "too_few_images".
    """
    if not FEWEST <= plan.size <= MOST:
        raise EmoError(f"A sample of {plan.size} images is not possible. Choose {FEWEST} to {MOST}.", "bad_value")
    column = dataset.table[plan.column]
    values = plan.values or tuple(sorted(set(column) - {UNKNOWN}))
    random = np.random.default_rng(plan.seed)
    original = (dataset.table["parent"] == "").to_numpy()
    pools = [random.permutation(np.flatnonzero((column == value).to_numpy() & original)) for value in values]
    turns = [row for pool in pools for row in enumerate(pool)]
    rows = [row for _, row in sorted(turns, key=lambda turn: turn[0])[: plan.size]]
    if len(values) < 2 or len(rows) < FEWEST:
        message = f"Only {counted(len(rows), 'image')} with {counted(len(values), 'value')} can be drawn."
        raise EmoError(f"{message} A comparison needs at least {FEWEST} images and 2 values.", "too_few_images")
    rows = list(random.permutation(rows))
    ids, first = (tuple(str(column_words.iloc[row]) for row in rows) for column_words in (dataset.table["id"], column))
    details = (plan.column, values, ids, first, plan.seed, journal.signed(who), journal.now())
    study = Study(secrets.token_hex(4), dataset.name, *details)
    folder = _folder(dataset.name, study.id)
    unfinished = folder.with_name(f".{folder.name}")
    unfinished.mkdir(parents=True)
    files.write_json(unfinished / "study.json", asdict(study))
    files.move(unfinished, folder)
    return study


def studies(name: str) -> list[Study]:
    """The studies of a dataset that can be read, the newest first."""
    return sorted(_listed(name)[0], key=lambda study: (study.time, study.id), reverse=True)


def damaged(name: str) -> list[Damaged]:
    """Those that cannot be read."""
    return _listed(name)[1]


def _listed(name: str) -> tuple[list[Study], list[Damaged]]:
    folders = sorted((library.home(name) / "studies").glob("[!.]*/"))
    return records.listed(folders, lambda folder: records.read(Study, folder / "study.json", dataset=name))


def answer(study: Study, who: str, place: int, value: str) -> None:
    """Keep a person's label of the image at a place. Raises EmoError "no_name" or "bad_value"."""
    if value not in study.values or not 0 <= place < len(study.ids):
        raise EmoError(f'"{shown_path(value)}" cannot be chosen here. Use: {", ".join(study.values)}.', "bad_value")
    name = journal.signed(who)
    key = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    files.append_line(_folder(study.dataset, study.id) / f"{key}.jsonl", {"who": name, "place": place, "value": value})


def answers_of(study: Study, who: str) -> dict[int, str]:
    """Place -> label, as one person gave them so far."""
    return all_answers(study).get(journal.signed(who), {})


def all_answers(study: Study) -> dict[str, dict[int, str]]:
    """Person -> place -> label, without the dataset's own labels."""
    found: dict[str, dict[int, str]] = {}
    for path in sorted(_folder(study.dataset, study.id).glob("*.jsonl")):
        for line in records.lines(_Answer, path):
            if 0 <= line.place < len(study.ids) and line.value in study.values:
                found.setdefault(line.who, {})[line.place] = line.value
    return dict(sorted(found.items()))


def compared(study: Study, people: Sequence[str] = ()) -> tuple[tuple[int, ...], dict[str, list[str]]]:
    """The places that everybody labeled, and everybody's labels there, the dataset's own first.

    people: whom to compare, those who labeled anything when not given.
    """
    given = all_answers(study)
    chosen = {who: given[who] for who in people or given if who in given}
    places = tuple(place for place in range(len(study.ids)) if all(place in labels for labels in chosen.values()))
    table = {FIRST: [study.first[place] for place in places]} if chosen else {}
    return places, table | {who: [labels[place] for place in places] for who, labels in chosen.items()}


def measure(study: Study, people: Sequence[str] = ()) -> Agreement:
    """How far the dataset and the people who labeled again agree. Raises as `agreement.measure` does."""
    return agreement_of(compared(study, people)[1])


def to_settle(study: Study) -> dict[str, dict[str, str]]:
    """Id -> person -> label, of the images on which they differ and which nobody settled yet."""
    places, table = compared(study)
    decided = [entry.edit for entry in journal.entries(study.dataset) if _is_of(study, entry.edit)]
    settled = {key for edit in decided for key in edit.ids}
    found = {}
    for at in disagreements(table) if table else []:
        key = study.ids[places[at]]
        if key not in settled:
            found[key] = {who: given[at] for who, given in table.items()}
    return found


def settle(study: Study, who: str, decided: Mapping[str, str], reason: str = "") -> Version:
    """Make decisions on disputed images count: id -> label. A kept label is recorded as well.

    Raises as `versions.commit` does.
    """
    first = dict(zip(study.ids, study.first, strict=True))
    now = library.load(study.dataset).table.set_index("id")[study.column]
    ids = tuple(key for key in decided if key in first and key in now.index)
    old, new = tuple(str(now[key]) for key in ids), tuple(decided[key] for key in ids)
    reason_words = f"study {study.id}. {plain(reason)}".strip()
    return versions.commit(study.dataset, [Edit("settle", study.column, ids, old, new, reason_words)], who, reason)


def record_outcome(study: Study, who: str) -> str:
    """Put how far people agree into the dataset's history; returns the sentence."""
    message = f"Second opinion on {study.title} (study {study.id}): {measure(study).words()}"
    journal.append_note(study.dataset, who, message)
    return message


def _is_of(study: Study, edit: Edit) -> bool:
    return edit.what == "settle" and edit.reason.startswith(f"study {study.id}.")


def _folder(name: str, study: str) -> Path:
    return library.home(name) / "studies" / study


Interval = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """How far people agree on images that all of them labeled.

    images: how many those are. raw: share of pairs of people that gave an image the same label, on the
    mean over images. kappa: agreement beyond chance, None where everybody always gave one and the same
    label, since chance alone explains that. method: "Cohen's kappa" or "Fleiss' kappa". Intervals: 95%, exact
    (Clopper & Pearson 1934) for the raw agreement; its limits, taken beyond the same chance, are those of kappa. A
    bootstrap of kappa holds the truth in as few as 28 of 100 cases where people nearly always agree.
    """

    people: tuple[str, ...]
    images: int
    raw: float
    raw_interval: Interval
    kappa: float | None
    kappa_interval: Interval | None
    method: str

    def words(self) -> str:
        """The numbers in a sentence, with what they stand on."""
        low, high = self.raw_interval
        who = " and ".join((", ".join(self.people[:-1]), self.people[-1]))
        share = f"{per_cent(self.raw, 1)} [{per_cent(low, 1)}, {per_cent(high, 1)}] of {counted(self.images, 'image')}"
        message = f"{who[:1].upper()}{who[1:]} gave the same label to {share}"
        if self.people[2:]:
            message = f"Any two of {who} gave, on average, the same label to {share}"
        if self.kappa is None or self.kappa_interval is None:
            return f"{message}. Only one label was used, so {self.method} is not defined."
        return f"{message}; {self.method} {score(self.kappa)} {between(self.kappa_interval)}."


def agreement_of(answers: Mapping[str, Sequence[str]]) -> Agreement:
    """Agreement of two or more people. answers: person -> one label an image, all in the same order.

    Raises EmoError "too_few_people" or "no_images".
    """
    people = tuple(answers)
    if len(people) < 2:
        raise EmoError(
            "Agreement needs the labels of at least two people. Ask somebody else to label the same images.",
            "too_few_people",
        )
    values = sorted({label for labels in answers.values() for label in labels})
    if not values:
        raise EmoError("No image was labeled by all of them, so there is nothing to compare yet.", "no_images")
    number = {value: place for place, value in enumerate(values)}
    coded = np.array([[number[label] for label in labels] for labels in answers.values()]).T
    raw, chance = _two(coded) if len(people) == 2 else _several(coded)
    agreed, images = raw * len(coded), len(coded)
    # Of more than two people an image may be agreed on in part: rounded outwards.
    limits = [binomtest(end(round(agreed, 6)), images).proportion_ci() for end in (math.floor, math.ceil)]
    raw_interval = float(limits[0].low), float(limits[1].high)
    undefined = bool(np.isclose(chance, 1))

    def beyond(share: float) -> float:
        return (share - chance) / (1 - chance)

    return Agreement(
        people,
        images,
        raw,
        raw_interval,
        None if undefined else beyond(raw),
        None if undefined else (max(-1.0, beyond(raw_interval[0])), beyond(raw_interval[1])),
        "Cohen's kappa" if len(people) == 2 else "Fleiss' kappa",
    )


def disagreements(answers: Mapping[str, Sequence[str]]) -> list[int]:
    """Places of the images that did not get the same label from everybody."""
    return [place for place, labels in enumerate(zip(*answers.values(), strict=True)) if len(set(labels)) > 1]


def _two(coded: NDArray[np.int64]) -> tuple[float, float]:
    """Raw agreement of (K, 2) labels, and that by chance from how often each person gives each label."""
    shares = [np.bincount(labels, minlength=coded.max() + 1) / len(coded) for labels in coded.T]
    return float((coded[:, 0] == coded[:, 1]).mean()), float(shares[0] @ shares[1])


def _several(coded: NDArray[np.int64]) -> tuple[float, float]:
    """Raw agreement of (K, people) labels over pairs of people, and that by chance from how often a label is given."""
    people = coded.shape[1]
    given = np.stack([(coded == value).sum(1) for value in range(coded.max() + 1)], axis=1)
    raw = (given * (given - 1)).sum(1) / (people * (people - 1))
    return float(raw.mean()), float(((given / people).mean(0) ** 2).sum())
