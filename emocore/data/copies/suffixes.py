"""What a file's name says: the picture it was made from (im7_rotated.png, im7 (1).png), the series it is of."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

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
