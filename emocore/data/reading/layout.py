"""What the folders around a picture say: its split, its class, its name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emocore.data.events import Note, Skipped
from emocore.data.faces import is_picture_name
from emocore.data.names import folded, is_odd, listing, plain, safe_name, shortened, shown_name, shown_path, unique
from emocore.data.reading.members import Member, Members, is_junk
from emocore.errors import EmoError
from emocore.wording import counted

SPLIT_WORDS = {
    "train": "train", "training": "train", "trainset": "train", "trainingset": "train",
    "validation": "validation", "val": "validation", "valid": "validation", "dev": "validation",
    "validationset": "validation", "publictest": "validation",
    "test": "test", "testing": "test", "testset": "test", "privatetest": "test",
}  # fmt: skip
"""Names of split folders, in lower case without spaces, hyphens and underscores."""

WANTED = "Wanted is one folder a class with its pictures in it (happy/1.png, sad/2.png), also inside train and test."


@dataclass(frozen=True)
class Placed:
    """One picture and where it belongs. `place` is its path below any wrapping folders."""

    member: Member
    id: str
    split: str
    emotion: str
    place: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """All pictures in their places; `tables` are csv files that may hold attributes, with their folders."""

    pictures: tuple[Placed, ...]
    tables: tuple[tuple[Member, tuple[str, ...]], ...]
    notes: tuple[Note, ...]
    skipped: tuple[Skipped, ...]


def split_of(word: str) -> str:
    """The split that a folder name or table cell means (train, validation, test), or ""."""
    return SPLIT_WORDS.get(re.sub(r"[\s_-]", "", word.casefold()), "")


def arrange(found: Members, source: str) -> Layout:
    """Find wrapping folders, splits and classes, and give every picture its id.

    Layouts: <class>/*, <split>/<class>/*, both inside wrapping folders. A folder below a class counts as
    part of the class. Raises EmoError "no_images", "no_class_folders" when nothing fits.
    """
    pictures, tables, others = _sorted_out(found.files)
    if not pictures:
        raise EmoError(
            f"{shown_name(source)}: no PNG, JPEG, WebP, BMP or GIF pictures were found. {WANTED}", "no_images"
        )
    wrapping = _wrapping([member.parts for member in pictures])
    inner = {member.name: member.parts[wrapping:] for member in pictures}
    has_splits = _has_splits(list(inner.values()))
    fitting = [member for member in pictures if _fits(inner[member.name], has_splits)]
    if not fitting:
        raise EmoError(f"{shown_name(source)}: the pictures are not in class folders. {WANTED}", "no_class_folders")
    outside = [Skipped(m.name, "not in a class folder") for m in pictures if not _fits(inner[m.name], has_splits)]
    words = _class_words(inner[member.name][has_splits] for member in fitting)
    placed = _placed(fitting, inner, has_splits, words)
    empty = _empty_folders(found, wrapping, has_splits, words)
    notes = [*_name_notes(placed, has_splits, words), *_odd_files(found.files), *empty, *_ignored_note(others)]
    if outside:
        message = (
            f"{counted(len(outside), 'picture')} left out, not in a class folder: {listing(s.file for s in outside)}."
        )
        notes.append(Note("skipped_files", message))
    csv = tuple((member, member.parts[wrapping:-1]) for member in tables)
    return Layout(tuple(placed), csv, tuple(notes), (*outside, *others))


def _sorted_out(files: Iterable[Member]) -> tuple[list[Member], list[Member], list[Skipped]]:
    """Pictures, tables, and what is neither, by name alone."""
    pictures, tables, others = [], [], []
    for member in files:
        if is_junk(member.name):
            others.append(Skipped(member.name, "a hidden or system file"))
        elif is_picture_name(plain(member.name)):
            pictures.append(member)
        elif plain(member.name).lower().endswith(".csv"):
            tables.append(member)
        else:
            others.append(Skipped(member.name, "not a PNG, JPEG, WebP, BMP or GIF picture"))
    return pictures, tables, others


def _wrapping(paths: Sequence[tuple[str, ...]]) -> int:
    """How many outer folders hold everything and are neither split nor class."""
    depth = 0
    while True:
        first = {path[depth] for path in paths if len(path) > depth + 1}
        deep = sum(len(path) > depth + 2 for path in paths)
        if len(first) != 1 or split_of(next(iter(first))) or deep * 2 <= len(paths):
            return depth
        depth += 1


def _has_splits(paths: Sequence[tuple[str, ...]]) -> bool:
    """Whether the outer folders are splits: one of them means a split and holds class folders."""
    return any(len(path) >= 2 and split_of(path[0]) for path in paths)


def _fits(path: tuple[str, ...], has_splits: bool) -> bool:
    return len(path) >= 3 and bool(split_of(path[0])) if has_splits else len(path) >= 2


def _class_words(folders: Iterable[str]) -> dict[str, str]:
    """The class that each folder name means. Names that differ only in case, spaces or Unicode form are one class."""
    counts = Counter(folders)
    alike = defaultdict(list)
    for folder in sorted(counts, key=lambda folder: (-counts[folder], folder != folder.lower(), folder)):
        alike[folded(folder)].append(folder)
    words = {key: shortened(" ".join(plain(first[0]).split())) or "unnamed" for key, first in alike.items()}
    return {folder: words[key] for key, folders_alike in alike.items() for folder in folders_alike}


def _placed(
    members: Sequence[Member], inner: dict[str, tuple[str, ...]], has_splits: bool, words: dict[str, str]
) -> list[Placed]:
    """Ids are made of safe names, so they never lead anywhere as paths."""
    taken: set[str] = set()
    folders = _class_ids(words.values())
    placed = []
    for member in members:
        place = inner[member.name]
        split = split_of(place[0]) if has_splits else ""
        emotion = words[place[has_splits]]
        file = safe_name("_".join(place[has_splits + 1 :]))
        key = unique("/".join(part for part in (split, folders[emotion], file) if part), taken)
        placed.append(Placed(member, key, split, emotion, place))
    return placed


def _class_ids(emotions: Iterable[str]) -> dict[str, str]:
    taken: set[str] = set()
    return {emotion: unique(safe_name(emotion), taken) for emotion in sorted(set(emotions))}


def _name_notes(placed: Sequence[Placed], has_splits: bool, words: dict[str, str]) -> list[Note]:
    notes = []
    ids = {row.emotion: row.id.split("/")[has_splits] for row in placed}
    odd = sorted({ids[word] for folder, word in words.items() if is_odd(folder)})
    if odd:
        notes.append(Note("odd_class_name", f"Class folders with unusual names, in plain letters: {listing(odd)}."))
    for word in sorted(set(words.values())):
        alike = [folder for folder, meant in words.items() if meant == word]
        if len(alike) > 1:
            message = f"{len(alike)} folders have nearly the same name and were read as one class: {shown_path(word)}."
            notes.append(Note("similar_class_names", message))
    nested = sorted({f"{row.emotion}/{row.place[has_splits + 1]}" for row in placed if len(row.place) > has_splits + 2})
    if nested:
        notes.append(
            Note("nested_class", f"Folders inside a class folder were read as part of that class: {listing(nested)}.")
        )
    return notes


def _odd_files(files: Iterable[Member]) -> list[Note]:
    odd = [safe_name(member.parts[-1]) for member in files if is_odd(member.parts[-1]) and not is_junk(member.name)]
    return [Note("odd_file_name", f"Files with unusual names, in plain letters: {listing(odd)}.")] if odd else []


def _empty_folders(found: Members, wrapping: int, has_splits: bool, words: dict[str, str]) -> list[Note]:
    """Class folders without a picture, and folders below a class without any."""
    used = {"/".join(member.parts[:depth]) for member in found.files for depth in range(1, len(member.parts))}
    notes, classes, below = [], [], []
    for folder in found.folders:
        path = tuple(folder.split("/"))[wrapping:]
        if is_junk(folder) or (has_splits and path and not split_of(path[0])):
            continue
        if len(path) == has_splits + 1 and path[-1] not in words:
            classes.append(folder)
        elif len(path) > has_splits + 1 and folder not in used:
            below.append(folder)
    if classes:
        notes.append(Note("empty_class", f"Class folders without a picture: {listing(classes)}."))
    if below:
        notes.append(Note("ignored_files", f"Empty folders were ignored: {listing(below)}."))
    return notes


def _ignored_note(others: Sequence[Skipped]) -> list[Note]:
    """Told by example, what people put there themselves before what systems leave."""
    if not others:
        return []
    names = [row.file for row in sorted(others, key=lambda row: is_junk(row.file))]
    return [Note("ignored_files", f"{counted(len(names), 'file')} ignored, no picture: {listing(names)}.")]
