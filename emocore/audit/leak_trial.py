"""What is my leak worth: the same judged images with it, without it, and with as many unrelated pictures removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Labels, Rows
from emocore.audit import leak_findings, same_person
from emocore.audit.finding import Finding
from emocore.data import split
from emocore.data.copies import hashes, likeness
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge import compare
from emocore.judge.baselines import hog
from emocore.judge.predictions import Predictions
from emocore.learn.protocols import COPY
from emocore.runs import parents, store
from emocore.runs.baselines import images_of
from emocore.runs.run import PARTS, Run

CODES = (
    "exact_twins_across_splits", "near_twins_across_splits", "altered_copies", "exact_twins_within_split",
    "near_twins_within_split", "same_person_across_splits", "stored_copies", "twins_in_training", "families_apart",
    "augmented_before_split", "start_saw_judged_images",
)  # fmt: skip
"""Findings of a leak: a trial is made of each where its images are here."""
MOST_TRAIN, MOST_JUDGED = 2000, 1000
MOST_LEAKING = 1 / 3
"""Of the training rows and of their families: as many others are removed for the control, and some have to stay."""
SHARE = 0.2
"""Of images that are judged where nothing but chance shares them out."""

Answerer = Callable[[Rows, Rows], Labels]
"""(K,) training rows and (J,) judged rows to (J,) answers."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows that train in each of the three ways, and rows that are judged. family: (N,) of the whole table.

    leaking: training rows with a copy among the judged; control: as many families that have none.
    """

    train: Rows
    leaking: Rows
    control: Rows
    judged: Rows
    family: Rows

    @property
    def ways(self) -> dict[str, Rows]:
        """Way -> its training rows."""
        without, control = (np.setdiff1d(self.train, some) for some in (self.leaking, self.control))
        return {"with": self.train, "without": without, "control": control}

    @property
    def affected(self) -> NDArray[np.bool_]:
        """(J,) whether a judged image has a copy in training."""
        return np.isin(self.family[self.judged], self.family[self.leaking])


@dataclass(frozen=True)
class Worth:
    """What a model scores. right: with the leak, without, and in the control, of n; affected: of those with a copy.

    difference: with less without, its 95% interval paired by family, and p; control_*: with less control.
    """

    model: str
    n: int
    right: tuple[int, int, int]
    affected_n: int
    affected_right: tuple[int, int, int]
    difference: float
    interval: tuple[float, float]
    p: float
    control_difference: float
    control_interval: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def worth_from_json(values: Mapping[str, Any]) -> Worth:
    """The Worth in what `to_json` gave."""
    kept: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Worth(**kept)


def trial(family: Rows, train: Rows, judged: Rows, seed: int = 0) -> Trial:
    """A trial of what training rows of the same families as judged ones are worth.

    family: (N,). train, judged: rows; of many some are drawn, leaking ones first. Raises EmoError "no_leak" where no
    family is on both sides, or "too_few_images" where no other family is left for the control.
    """
    random = np.random.default_rng(seed)
    shared = np.intersect1d(family[train], family[judged])
    if not len(shared):
        raise EmoError("No image is in both training and evaluation here, so there is no leak to measure.", "no_leak")
    kept = _families_drawn(family, train, shared, random)
    judged = judged[~np.isin(family[judged], np.setdiff1d(shared, kept))]
    judged = _drawn(judged[np.isin(family[judged], kept)], judged, MOST_JUDGED, random)
    is_leaking = np.isin(family[train], family[judged])
    leaking, others = train[is_leaking], train[~is_leaking]
    others = _drawn(others[:0], others, MOST_TRAIN - len(leaking), random)
    train = np.sort(np.concatenate([leaking, others]))
    free = np.unique(family[others])
    wanted = len(np.unique(family[leaking]))
    if not wanted or len(free) <= wanted:
        raise EmoError(
            f"{len(shared):,} images leak and {len(free):,} others are in training. These are too few to remove "
            "as many others for the control.",
            "too_few_images",
        )
    drawn = random.choice(free, wanted, replace=False)
    control = train[np.isin(family[train], drawn)]
    return Trial(train, leaking, control, judged, family)


def _families_drawn(family: Rows, train: Rows, shared: Rows, random: np.random.Generator) -> Rows:
    """Whole families of those on both sides, so few that as many others are left in training."""
    there, sizes = np.unique(family[train], return_counts=True)
    order = random.permutation(shared)[: int(MOST_LEAKING * len(there))]
    return np.asarray(order[np.cumsum(sizes[np.searchsorted(there, order)]) <= MOST_LEAKING * MOST_TRAIN])


def _drawn(first: Rows, rows: Rows, most: int, random: np.random.Generator) -> Rows:
    """At most so many of the rows, those of `first` before others; ascending."""
    kept = random.permutation(first)[:most]
    rest = np.setdiff1d(rows, first)
    return np.sort(np.concatenate([kept, random.permutation(rest)[: max(0, most - len(kept))]]))


def of_finding(dataset: Dataset, finding: Finding | None, seed: int = 0) -> Trial:
    """The trial of a finding on a dataset; None for all copies that are known.

    Of parts that the dataset brings, if the leak reaches across them; else, and for stored copies, of images shared
    out by chance, as programs do that know of no copies. Raises EmoError as `trial`.
    """
    family = _families(dataset, finding)
    original = dataset.table["parent"].to_numpy(str) == ""
    of_copies = finding is not None and finding.code == "stored_copies"
    part = dataset.table["split"].to_numpy(str)
    train, judged = (np.flatnonzero(original & some) for some in (~np.isin(part, PARTS), np.isin(part, PARTS)))
    if of_copies or not np.isin(family[train], family[judged]).any():
        among = np.flatnonzero(original) if finding is not None and not of_copies else np.arange(len(dataset))
        rows = np.random.default_rng(seed).permutation(among)
        cut = round(SHARE * len(rows))
        judged, train = np.sort(rows[:cut]), np.sort(rows[cut:])
    return trial(family, train, judged, seed)


def of_run(run: Run, code: str = "", seed: int = 0) -> tuple[Dataset, Trial]:
    """The images of a run, and the trial of a finding on it by its own parts; of any leak of it without a code.

    Pictures that a network it learned from was trained on take part in training as a leak, with their labels here.
    Raises EmoError as `trial`, and where its images are not here.
    """
    dataset = images_of(run)
    table = store.rows(run)
    train, judged = (table.loc[table["part"].isin(parts), "row"].to_numpy(np.int64) for parts in (("train",), PARTS))
    family = _pictures_of(dataset)

    def is_none() -> bool:
        return not np.isin(family[train], family[judged]).any()

    attributes = [name for name in dataset.attributes if same_person.NAMES.search(name)]
    if attributes and (code == "same_person_across_splits" or (not code and is_none())):
        family = split.kept_together(dataset, attributes[0]).table["family"].to_numpy()
    if code == "start_saw_judged_images" or (not code and is_none()):
        seen, alike = parents.seen_before(run, dataset.images[judged])
        others = train[~np.isin(family[train], family[judged])]
        train = np.union1d(others, judged[seen if seen.any() else alike])
    return dataset, trial(family, train, judged, seed)


def _pictures_of(dataset: Dataset) -> Rows:
    """(N,) a number that images of one family share, with the copies that a flawed way stored of them."""
    picture = dataset.table["id"].astype(str).str.replace(COPY, "", regex=True)
    return dataset.table.groupby(picture)["family"].transform("min").to_numpy(np.int64)


def _families(dataset: Dataset, finding: Finding | None) -> Rows:
    """(N,) a number that images share which the finding holds for the same picture, or the same person."""
    family = dataset.table["family"].to_numpy()
    if finding is None:
        return family
    if finding.code == "same_person_across_splits":
        shared = same_person.shared(dataset.table, list(dataset.attributes), "split")
        return split.kept_together(dataset, shared[0].attribute if shared else "").table["family"].to_numpy()
    row = dict(zip(dataset.table["id"].astype(str), range(len(dataset)), strict=True))
    pairs = [(row[one], row[other]) for one, other in finding.pairs if one in row and other in row]
    return hashes.joined_families(family, np.array(pairs, np.int64)) if pairs else family


def quick(dataset: Dataset, asked: Trial) -> list[Worth]:
    """What the leak is worth to models that need no training: 1-NN on pixels, and kernel ridge on gradients."""
    rows = np.union1d(asked.train, asked.judged)
    pixels = likeness.picked(dataset.images, rows)
    vectors, labels = likeness.units(pixels), dataset.labels[rows]
    kernel = leak_findings.kernel(hog(pixels))

    def nearest(train: Rows, judged: Rows) -> Labels:
        return np.asarray(labels[train[(vectors[judged] @ vectors[train].T).argmax(1)]])

    def ridge(train: Rows, judged: Rows) -> Labels:
        return leak_findings.ridge_answers(kernel, labels, train, judged)

    models: dict[str, Answerer] = {"1-NN on pixels": nearest, "kernel ridge on gradients": ridge}
    judged, places = np.searchsorted(rows, asked.judged), [np.searchsorted(rows, way) for way in asked.ways.values()]
    return [worth(name, dataset, asked, [model(way, judged) for way in places]) for name, model in models.items()]


def worth(model: str, dataset: Dataset, asked: Trial, answers: Sequence[Labels]) -> Worth:
    """What a model's answers in the three ways say. answers: (J,) each, with the leak, without, and in the control."""
    truth, affected = dataset.labels[asked.judged], asked.affected
    judged = [_as_predictions(dataset, asked, each) for each in answers]
    right = np.stack([each == truth for each in answers])
    without, control = compare.two(judged[0], judged[1]), compare.two(judged[0], judged[2])
    counts, of_affected = (tuple(map(int, some.sum(1))) for some in (right, right[:, affected]))
    return Worth(
        model, len(truth), (counts[0], counts[1], counts[2]), int(affected.sum()),
        (of_affected[0], of_affected[1], of_affected[2]), without.difference, without.interval, without.p,
        control.difference, control.interval,
    )  # fmt: skip


def _as_predictions(dataset: Dataset, asked: Trial, answers: Labels) -> Predictions:
    shares = np.eye(len(dataset.classes), dtype=np.float32)[answers]
    rows, family = asked.judged, asked.family[asked.judged]
    return Predictions(rows, np.zeros(len(rows), np.int64), dataset.labels[rows], shares, family)
