"""A second opinion: other people label a sample without seeing the labels; then compare and settle.

`studies/<id>/` in the dataset's folder: study.json says which images in which order, each person's
answers are a file of their own, one line an answer, the last one counts.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from emocore import files
from emocore.data import library
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.editing import agreement, drafts, journal, versions
from emocore.data.editing.agreement import Agreement
from emocore.data.editing.edits import Edit
from emocore.data.editing.versions import Version
from emocore.data.names import plain, shown_path
from emocore.errors import EmoError
from emocore.wording import counted

FIRST = "the dataset"
"""Who gave the labels that were there before."""

FEWEST, MOST = 10, 1000


@dataclass(frozen=True)
class Study:
    """Images to be labelled again. values: what can be chosen; first: the label that each image had."""

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
        raise EmoError(f"{plan.size} images are not possible. Use {FEWEST} to {MOST}.", "bad_value")
    column = dataset.table[plan.column]
    values = plan.values or tuple(sorted(set(column) - {UNKNOWN}))
    random = np.random.default_rng(plan.seed)
    original = (dataset.table["parent"] == "").to_numpy()
    pools = [random.permutation(np.flatnonzero((column == value).to_numpy() & original)) for value in values]
    turns = [row for pool in pools for row in enumerate(pool)]
    rows = [row for _, row in sorted(turns, key=lambda turn: turn[0])[: plan.size]]
    if len(values) < 2 or len(rows) < FEWEST:
        message = f"{counted(len(rows), 'image')} of {counted(len(values), 'value')} can be drawn"
        raise EmoError(f"{message}; a comparison needs {FEWEST} images and 2 values.", "too_few_images")
    rows = list(random.permutation(rows))
    ids, first = (tuple(str(known.iloc[row]) for row in rows) for known in (dataset.table["id"], column))
    about = (plan.column, values, ids, first, plan.seed, journal.signed(who), journal.now())
    study = Study(secrets.token_hex(4), dataset.name, *about)
    folder = _folder(dataset.name, study.id)
    folder.mkdir(parents=True)
    files.write_json(folder / "study.json", asdict(study))
    return study


def studies(name: str) -> list[Study]:
    """The studies of a dataset, the newest first."""
    paths = (library.home(name) / "studies").glob("*/study.json")
    return sorted((_read(path, name) for path in paths), key=lambda study: (study.time, study.id), reverse=True)


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
        for line in files.read_lines(path):
            found.setdefault(line["who"], {})[line["place"]] = line["value"]
    return dict(sorted(found.items()))


def compared(study: Study, people: Sequence[str] = ()) -> tuple[tuple[int, ...], dict[str, list[str]]]:
    """The places that everybody labelled, and everybody's labels there, the dataset's own first.

    people: whom to compare, those who labelled anything when not given.
    """
    given = all_answers(study)
    chosen = {who: given[who] for who in people or given if who in given}
    places = tuple(place for place in range(len(study.ids)) if all(place in of for of in chosen.values()))
    table = {FIRST: [study.first[place] for place in places]} if chosen else {}
    return places, table | {who: [of[place] for place in places] for who, of in chosen.items()}


def measure(study: Study, people: Sequence[str] = ()) -> Agreement:
    """How far the dataset and the people who labelled again agree. Raises as `agreement.measure` does."""
    return agreement.measure(compared(study, people)[1])


def to_settle(study: Study) -> dict[str, dict[str, str]]:
    """Id -> person -> label, of the images on which they differ and which nobody settled yet."""
    places, table = compared(study)
    decided = [entry.edit for entry in journal.entries(study.dataset) if _is_of(study, entry.edit)]
    settled = {key for edit in decided for key in edit.ids}
    found = {}
    for at in agreement.disagreements(table) if table else []:
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
    about = f"study {study.id}. {plain(reason)}".strip()
    return versions.commit(study.dataset, [Edit("settle", study.column, ids, old, new, about)], who, reason)


def tell(study: Study, who: str) -> str:
    """Put how far people agree into the dataset's history; returns the sentence."""
    message = f"Second opinion on {study.title} (study {study.id}): {measure(study).words()}"
    journal.note(study.dataset, who, message)
    return message


def _is_of(study: Study, edit: Edit) -> bool:
    return edit.what == "settle" and edit.reason.startswith(f"study {study.id}.")


def _read(path: Path, name: str) -> Study:
    said = files.read_json(path)
    lists = {key: tuple(said[key]) for key in ("values", "ids", "first")}
    return Study(**{**said, **lists, "dataset": name})


def _folder(name: str, study: str) -> Path:
    return library.home(name) / "studies" / study
