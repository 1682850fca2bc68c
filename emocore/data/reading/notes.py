"""What to tell of names and folders once every picture has its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from emocore.data.events import Note, Skipped
from emocore.data.layouts.labeled import Placed
from emocore.data.layouts.plan import Plan, level
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import is_odd, safe_name, shown_path
from emocore.data.names import listing as told
from emocore.data.reading.members import Member, Members, is_junk
from emocore.wording import counted


def names(placed: Sequence[Placed], plan: Plan, words: dict[str, str]) -> list[Note]:
    """Names of classes that are odd or alike, and folders inside a class."""
    notes = []
    ids = {row.emotion: row.id.split("/")[bool(row.split)] for row in placed}
    odd = sorted({ids[word] for folder, word in words.items() if is_odd(folder)})
    if odd:
        notes.append(Note("odd_class_name", f"Class folders with unusual names, in plain letters: {told(odd)}."))
    for word in sorted(set(words.values())):
        alike = [folder for folder, meant in words.items() if meant == word]
        if len(alike) > 1:
            message = f"{len(alike)} folders have nearly the same name and were read as one class: {shown_path(word)}."
            notes.append(Note("similar_class_names", message))
    return [*notes, *_nested(placed, plan)]


def _nested(placed: Sequence[Placed], plan: Plan) -> list[Note]:
    if not plan.class_folder():
        return []
    inner = level(plan.class_folder())  # Of the folder inside the class, counted from 0
    if f"folder:{inner + 1}" not in plan.sources("ignored"):
        return []
    nested = sorted({f"{row.emotion}/{row.place[inner]}" for row in placed if len(row.place) > inner + 1})
    message = f"Folders inside a class folder were read as part of that class: {told(nested)}."
    return [Note("nested_class", message)] if nested else []


def odd_files(files: Iterable[Member]) -> list[Note]:
    """Files whose names could mislead."""
    odd = [safe_name(member.parts[-1]) for member in files if is_odd(member.parts[-1]) and not is_junk(member.name)]
    return [Note("odd_file_name", f"Files with unusual names, in plain letters: {told(odd)}.")] if odd else []


def empty_folders(found: Members, plan: Plan, words: dict[str, str]) -> list[Note]:
    """Class folders without a picture, and folders below a class without any."""
    if not found.folders:
        return []
    used = {"/".join(member.parts[:depth]) for member in found.files for depth in range(1, len(member.parts))}
    depth = level(plan.class_folder())
    splits = [number for source in plan.sources("split") if (number := level(source)) < depth]
    notes, classes, below = [], [], []
    for folder in found.folders:
        path = tuple(folder.split("/"))[plan.wrapping :]
        if is_junk(folder) or (splits and path and not split_of(path[min(splits) - 1])):
            continue
        if len(path) == depth and path[-1] not in words:
            classes.append(folder)
        elif len(path) > depth and folder not in used:
            below.append(folder)
    if classes:
        notes.append(Note("empty_class", f"Class folders without a picture: {told(classes)}."))
    if below:
        notes.append(Note("ignored_files", f"Empty folders were ignored: {told(below)}."))
    return notes


USUAL: tuple[list[str], ...] = ([], ["class"], ["split", "class"])


def reading(plan: Plan) -> list[Note]:
    """How the files were read, where that is not plainly a folder a class; and what a person should decide."""
    meant = [part.meaning for part in plan.parts if part.meaning != "ignored"]
    notes = [Note("question", question) for question in plan.questions]
    if plan.layout != "class folders" or meant not in USUAL:
        parts = "; ".join(f"{part.source} is the {part.meaning}" for part in plan.parts if part.meaning != "ignored")
        notes.append(Note("layout", f"Read as {plan.layout}. {' '.join(plan.evidence)} ({parts})".strip()))
    return notes


def ignored(others: Sequence[Skipped]) -> list[Note]:
    """Told by example, what people put there themselves before what systems leave."""
    if not others:
        return []
    names = [row.file for row in sorted(others, key=lambda row: is_junk(row.file))]
    return [Note("ignored_files", f"{counted(len(names), 'file')} ignored, no picture: {told(names)}.")]
