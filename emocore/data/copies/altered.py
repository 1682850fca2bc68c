"""Altered copies stored beside the picture they come from: known by what their names say, confirmed by their pixels.

Found by their names, confirmed by pixels, and by pixels alone: two pictures of one class are laid over each
other at 13 angles and in four turns, as discs of 24 x 24 pixels. Families of copies are what splits and folds
keep together, so this runs before the first training.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Faces, Rows
from emocore.data.copies import discs, hashes, likeness
from emocore.data.copies.discs import Pairs
from emocore.data.events import Progress

ROBOFLOW = re.compile(r"(?P<stem>.+?)(?:[_.](?:jpe?g|png|bmp|webp|gif))?\.rf\.[0-9A-Za-z]{6,}$", re.IGNORECASE)
"""Roboflow's export: the old name with its ending, and a hash for each version of the picture."""

WORDS = (
    r"augment(?:ed)?|aug|[hv]?flip(?:ped)?(?:[_ -]?(?:lr|ud|[hvxy]|horizontal(?:ly)?|vertical(?:ly)?))?|flop(?:ped)?|"
    r"mirror(?:ed)?|upside[_ -]?down|rot(?:at(?:ed|ion|e))?|light(?:[_ -]?adjust(?:ed)?)?|"
    r"(?:bright|dark)(?:ness|ened|er)?|contrast|gamma|blur(?:red|ry)?|gauss(?:ian)?|nois[ey]|sharp(?:en(?:ed)?)?|shift(?:ed)?|translat(?:ed|ion)|"
    r"shear(?:ed)?|scaled?|jitter(?:ed)?|erased?|cutout|invert(?:ed)?|equali[sz]ed|clahe|crop(?:ped)?|zoom(?:ed)?"
)
ENDING = re.compile(rf"(?P<stem>.+?)[_ .-]+(?P<word>{WORDS})(?:[_ -]*-?\d+(?:[.]\d+)?)?(?:deg)?$", re.IGNORECASE)
BEGINNING = re.compile(rf"(?P<word>{WORDS})(?:[_-]?\d+)?[_ -]+(?P<stem>.+)$", re.IGNORECASE)
COPY = re.compile(
    r"(?P<stem>.+?)(?: ?[(]\d+[)]|[ _]-[ _](?:copy|copie|kopie)(?: ?[(]\d+[)])?|[_ ]copy\d*)$", re.IGNORECASE
)
KERAS = re.compile(r"(?P<stem>.+)_(?P<index>\d+)_\d{1,7}$")
"""Keras' save_to_dir: prefix, number of the image in its batch, a random number below ten million."""

CROPS = re.compile(r"crop|zoom", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """The stem of the picture that a file was made from by its name, and the scheme that the name follows.

    scheme: "roboflow", "keras", "copy", "crop", or "word" for any other word; "" where nothing is said.
    series: what the versions of one picture share where the stem is no picture's name (Keras: aug_0 of aug_0_1234).
    """

    stem: str
    scheme: str = ""
    series: str = ""


def origin(stem: str) -> Origin:
    """What a file's stem says, all of its endings taken off: im7_flipped_rotated comes from im7."""
    if keras := KERAS.fullmatch(stem):
        return Origin(keras["stem"], "keras", f"{keras['stem']}_{keras['index']}")
    scheme = ""
    while match := _first_match(stem):
        name, found = match
        is_crop = name == "word" and CROPS.match(found["word"])
        scheme = "crop" if is_crop else scheme or name
        stem = found["stem"]
    return Origin(stem, scheme, stem)


def _first_match(stem: str) -> tuple[str, re.Match[str]] | None:
    for name, pattern in (("roboflow", ROBOFLOW), ("word", ENDING), ("copy", COPY), ("word", BEGINNING)):
        if match := pattern.fullmatch(stem):
            return name, match
    return None


MOST_OF_ONE = 100
"""A name that more files share names a series, not a picture."""


@dataclass(frozen=True)
class Named:
    """A file that was made from another one by its name: rows, and the scheme that the name follows."""

    copy: int
    parent: int
    scheme: str


def named_copies(files: Sequence[str], classes: Sequence[str]) -> list[Named]:
    """The files whose names say that they were made from another one of the same class, with that one.

    files: (N,) paths; classes: (N,). The parent is the file without an ending in the same folder, else one in
    another folder, else the first file of the same series, since an export may lack the originals.
    """
    found = [origin(PurePosixPath(file).stem) for file in files]
    plain: dict[tuple[str, str], list[int]] = defaultdict(list)
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, emotion in enumerate(classes):
        if found[row].scheme:
            series[emotion, found[row].series.casefold()].append(row)
        else:
            plain[emotion, found[row].stem.casefold()].append(row)
    pairs = []
    for (emotion, _), members in series.items():
        parents = plain.get((emotion, found[members[0]].stem.casefold()), [])
        if len(members) <= MOST_OF_ONE:
            pairs += _with_parents(members, parents, files, found)
    return pairs


def _with_parents(members: list[int], parents: list[int], files: Sequence[str], found: list[Origin]) -> list[Named]:
    if not parents:  # "happy (1).png" alone is how Windows numbers different pictures
        members = [row for row in members if found[row].scheme != "copy"]
        parents = sorted(members, key=lambda row: (len(files[row]), files[row]))[:1]
    folder = {row: PurePosixPath(files[row]).parent for row in (*members, *parents)}
    pairs = []
    for row in members:
        near = [parent for parent in parents if folder[parent] == folder[row]]
        if row not in parents:
            pairs.append(Named(row, (near or parents)[0], found[row].scheme))
    return pairs


MOST_TOKENS = 6
FEWEST_SERIES = 6
LARGEST_SERIES = 0.25
"""A part of the names that so large a share of the files have in common tells no person and no film."""


def series(files: Sequence[str], classes: Sequence[str]) -> list[list[str]]:
    """The beginnings of names that may tell a person or film, the coarsest first: a word a file for each of them.

    files: (N,) paths; classes: (N,). S005_001_00000011.png may be of S, S005, S005_001. A beginning counts where most
    files share theirs with another one, and where it says more than the class.
    """
    tokens = [re.findall(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]+", PurePosixPath(file).stem) for file in files]
    found = []
    for size in range(1, 2 * MOST_TOKENS):
        words = ["".join(each[:size]).strip("_-. ") if len(each) > size else "" for each in tokens]
        counts = Counter(word for word in words if word)
        shared = [count for count in counts.values() if count > 1]
        is_series = len(shared) >= max(FEWEST_SERIES, 2 * len(set(classes))) and sum(shared) * 2 >= len(files)
        if is_series and max(shared) <= LARGEST_SERIES * len(files) and words not in found:
            found.append(words)
    return found


BY_NAME = 0.75
"""Correlation that confirms a name; discs of two pictures of one class reach it in 1 of 1,000 pairs."""

ENOUGH = 10
"""Names of one scheme that are judged together: one shifted copy proves little, ten show whether the scheme holds."""

HOLDS = 0.7
"""Chance that a pair of a scheme is more alike than a pair of strangers, from which its names are believed."""

MOST_PAIRS_AT_IMPORT = 40_000_000
"""Pairs of one class that an import compares: some 10 s. Of more (FER2013 has 88 million) only the check does."""

MOST_PAIRS = 1_000_000_000
"""Pairs of one class that a check compares: some 5 minutes."""

ALONE = 0.95
"""Correlation from which a pair at an angle is believed where there are few: FER2013 has 10 such among 88 million."""

MANY = 0.1
"""Share of a dataset from which copies are no chance: FER2013's near copies, which nobody made, are half of that."""


@dataclass(frozen=True)
class Altered:
    """What a search for altered copies found.

    pairs: a table, each copy once: row_a the parent, row_b the copy, id_a, id_b; correlation of the discs in the
        best angle and turn; turn, that angle and turn in words; by, "name" or "pixels"; same_split.
    is_complete: whether all pairs of a class were compared; without it only names were followed.
    """

    pairs: pd.DataFrame
    is_complete: bool


def search(images: Faces, table: pd.DataFrame, most_pairs: int = MOST_PAIRS) -> Iterator[Progress | Altered]:
    """Find altered copies: Progress values, at last one Altered.

    table: columns id, emotion, split, family, source. Of images that are one family already, or whose names are
    confirmed, one stands for all. most_pairs: more pairs of one class than this are not compared by pixels.
    """
    yield Progress(0, 1, "Looking for altered copies by name")
    named = named_copies(table["source"].tolist(), table["emotion"].tolist())
    by_name = _confirmed(images, named, table["emotion"].to_numpy(dtype=str))
    family = table["family"].to_numpy()
    by_family = _within_families(images, family)
    joined = [(some.first, some.second) for some in (by_name, by_family)]
    group = hashes.components(np.concatenate([np.column_stack(pair) for pair in (*joined, _stars(family))]), len(table))
    rows = np.unique(group, return_index=True)[1]
    labels = pd.factorize(table["emotion"])[0].astype(np.int64)
    is_complete = discs.pairs_of_a_class(labels[rows]) <= most_pairs
    found = [by_name, by_family]
    if is_complete:
        found.append((yield from discs.alike(images, rows, labels)))
    yield Altered(_table(table, found, len(by_name.first)), is_complete)


def systematic(pairs: pd.DataFrame, images: int) -> pd.DataFrame:
    """The pairs of a search that are somebody's copies rather than chance finds, so that they may be joined unseen.

    Those by name, those at an angle, and all where they are many. Few pairs in one position may be two photographs of
    a scene: a person should look at them.
    """
    is_many = pairs["row_b"].nunique() >= MANY * images
    at_an_angle = pairs["turn"].str.contains("rotated by").astype(bool) & (pairs["correlation"] >= ALONE)
    return pairs if is_many else pairs[(pairs["by"] == "name") | at_an_angle]


def _confirmed(images: Faces, named: Sequence[Named], classes: NDArray[np.str_]) -> Pairs:
    """The pairs by name that pixels confirm, each by itself or its whole scheme."""
    first, second = (np.array([getattr(pair, side) for pair in named], dtype=np.int64) for side in ("parent", "copy"))
    found = discs.best(images, first, second)
    holds = found.correlation >= BY_NAME
    schemes = np.array([pair.scheme for pair in named], dtype=str)
    strangers = discs.best(images, first, _strangers(first, second, classes)).correlation
    for scheme in np.unique(schemes):
        own = schemes == scheme
        if own.sum() >= ENOUGH:
            if _more_alike(found.correlation[own], strangers[own]) >= HOLDS:
                holds |= own
        elif scheme == "crop":
            holds |= own  # A crop cannot be told from another picture by pixels alone
    return found.where(holds)


def _strangers(first: Rows, second: Rows, classes: NDArray[np.str_]) -> Rows:
    """(K,) for each pair a copy of another picture of the same class, where there is one."""
    strangers = second.copy()
    for name in np.unique(classes[first]):
        own = np.flatnonzero(classes[first] == name)
        parents = np.unique(first[own])
        after = np.roll(parents, -1)[np.searchsorted(parents, first[own])]
        starts = {int(parent): int(second[place]) for place, parent in zip(own, first[own], strict=True)}
        strangers[own] = [starts[int(parent)] for parent in after]
    return strangers


def _more_alike(own: NDArray[np.float32], strangers: NDArray[np.float32]) -> float:
    """Chance that a pair of the first is more alike than one of the second, ties as half (Mann and Whitney 1947)."""
    order = np.sort(strangers)
    below = np.searchsorted(order, own, "left") + np.searchsorted(order, own, "right")
    return float(below.mean() / 2 / len(order))


def _stars(family: Rows) -> tuple[Rows, Rows]:
    """The first image of each family with each other one."""
    _, start, member = np.unique(family, return_index=True, return_inverse=True)
    second = np.flatnonzero(start[member] != np.arange(len(family)))
    return start[member][second], second


def _within_families(images: Faces, family: Rows) -> Pairs:
    """Images that are in one family already with its first one, where they are alike without having its pixels."""
    first, second = _stars(family)
    rows = np.unique(np.r_[first, second])
    exact = dict(zip(rows.tolist(), hashes.families(likeness.picked(images, rows)).tolist(), strict=True))
    altered = np.array([exact[a] != exact[b] for a, b in zip(first.tolist(), second.tolist(), strict=True)], dtype=bool)
    found = discs.best(images, first[altered], second[altered])
    return found.where(found.correlation >= BY_NAME)


def _table(table: pd.DataFrame, found: list[Pairs], named: int) -> pd.DataFrame:
    columns = {
        name: np.concatenate([getattr(some, name) for some in found])
        for name in ("first", "second", "correlation", "look")
    }
    pairs = pd.DataFrame({"row_a": columns["first"], "row_b": columns["second"]})
    pairs["id_a"], pairs["id_b"] = (table["id"].to_numpy()[pairs[side]] for side in ("row_a", "row_b"))
    pairs["correlation"] = columns["correlation"]
    pairs["turn"] = np.array([discs.words(*look) for look in discs.LOOKS], dtype=object)[columns["look"]]
    pairs["by"] = np.where(np.arange(len(pairs)) < named, "name", "pixels")
    split = table["split"].to_numpy()
    pairs["same_split"] = split[pairs["row_a"]] == split[pairs["row_b"]]
    return pairs.drop_duplicates(["row_a", "row_b"], ignore_index=True)
