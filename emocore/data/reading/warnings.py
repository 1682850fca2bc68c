"""What an import tells and warns of: names and folders, then classes, conflicts, leaks."""

from __future__ import annotations

import difflib
import shlex
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from emocore.data import bins, split
from emocore.data.copies import altered, hashes
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.events import Note, Progress, Skipped
from emocore.data.layouts.places import Placed
from emocore.data.layouts.plan import Plan, in_words, level
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import folded, is_odd, listing, safe_name, shown_name, shown_path
from emocore.data.reading.members import Member, Members, is_junk
from emocore.data.small_classes import MissingClassesError
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

CLASS_TOO_SMALL = "class_too_small"
"""The note that no training part has images of some class."""

IMBALANCE = 5
"""A class this many times as large as the smallest is worth a warning."""


Advice = Callable[[str, Sequence[str], bool], str]
"""What to do about a class, by its name and those of the others, and whether the split is the reason."""


def more_or_other(_: str, others: Sequence[str], is_split: bool) -> str:
    """What can be done wherever labels are edited."""
    if is_split:
        return "Add training pictures of this class, or change the class of the others."
    return f"Add pictures of this class, or change the class of its pictures, for example to {shown_path(others[0])}."


def leaving_out(name: str, others: Sequence[str], is_split: bool) -> str:
    """What can be done when pictures come in."""
    without, merge = _flags(name, others)
    if is_split:
        first, cut, option = "Give every split the same class folders.", "make a new split, ", "--new-split, "
    else:
        first, cut, option = "Correct its label or add pictures.", "", ""
    return (
        f"{first} Or {cut}leave the class out or merge it with another class. Use a button on the Data page, or "
        f"{option}{without} or {merge} on the command line."
    )


def passing_over(name: str, others: Sequence[str]) -> str:
    """What can be done when new labels come in by the command line."""
    without, merge = _flags(name, others)
    return f"Correct the row, ignore its label with {without}, or read it as another class with {merge}."


def _flags(name: str, others: Sequence[str]) -> tuple[str, str]:
    """The options that leave a class out and that merge it with the one that is written most like it."""
    alike = difflib.get_close_matches(name.casefold(), others, 1) or [others[0]]
    word, pair = (shlex.quote(shown_path(each)) for each in (name, f"{name}={alike[0]}"))
    return f"--without {word}", f"--merge {pair}"


def check_classes(
    table: pd.DataFrame,
    source: str,
    advice: Advice = more_or_other,
    rows: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Refuse what no classifier can be trained on.

    table: columns emotion and split, and source where known. advice: for a class of too few pictures. rows: source of a
    picture -> the row of a table that tells its class. Raises EmoError "too_few_classes", "too_many_classes",
    "too_few_images", "class_mismatch".
    """
    shown = shown_name(source)
    counts = table["emotion"].value_counts()
    if len(counts) < LIMITS.fewest_classes:
        raise EmoError(f"{shown}: {only_class(str(counts.index[0]))}", "too_few_classes")
    if len(counts) > LIMITS.most_classes:
        message = (
            f"{shown}: {len(counts):,} classes were found. The limit is {LIMITS.most_classes}. Use one "
            f"folder for each class."
        )
        raise EmoError(message, "too_many_classes")
    small = counts[counts < LIMITS.fewest_images_a_class]
    if len(small):
        name, others = str(small.index[0]), [str(each) for each in counts.index if each not in small.index]
        pictures = table.loc[table["emotion"] == name, "source" if "source" in table else "id"]
        named = listing(f"{file} ({rows[file]})" if file in rows else file for file in map(str, pictures))
        first = f"the class {shown_path(name)} has only {counted(int(small.iloc[0]), 'picture')}, {named}"
        message = f"{shown}: {first}. Each class needs at least {LIMITS.fewest_images_a_class} pictures."
        raise EmoError(f"{message} {advice(name, others or ['happy'], False)}", "too_few_images")
    missing = untrained({str(split): dict(part["emotion"].value_counts()) for split, part in table.groupby("split")})
    if missing:
        others = [str(name) for name in counts.index if name not in missing]
        message = f"{shown}: there are no training pictures of {listing(missing)}, but other splits have some."
        raise EmoError(f"{message} {advice(missing[0], others, True)}", "class_mismatch")


def only_class(name: str) -> str:
    """That pictures of one class are no dataset, and what to do."""
    return (
        f"only one class was found: {shown_path(name)}. At least {LIMITS.fewest_classes} classes are needed. Add a "
        "folder for each other class, or choose where the class comes from."
    )


def untrained(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Classes that other splits have and train has not, where there is one. counts: split -> class -> images."""
    trained = counts.get("train", {})
    every = {name for classes in counts.values() for name in classes}
    return sorted(every - set(trained)) if trained else []


def kept_together(dataset: Dataset) -> Generator[Progress, None, tuple[Dataset, list[Note]]]:
    """The dataset with altered copies in one family with their picture, and what to tell of it."""
    notes = []
    for step in altered.search(dataset.images, dataset.table, altered.MOST_PAIRS_AT_IMPORT):
        if isinstance(step, Progress):
            yield step
            continue
        if not step.is_complete:
            message = (
                "There are many images, so altered copies were searched by file name only. The Check page compares "
                "the pixels of all images."
            )
            notes.append(Note("copies_by_name_only", message))
        pairs = altered.systematic(step.pairs, len(dataset))
        if len(pairs):
            message = (
                f"{counted(pairs['row_b'].nunique(), 'picture')} look like altered copies of another picture "
                "(rotated, brighter, darker, blurred or cropped). Each copy always stays in the same part as "
                "its original."
            )
            notes.append(Note("altered_copies", message))
            family = hashes.joined_families(dataset.table["family"].to_numpy(), pairs[["row_a", "row_b"]].to_numpy())
            dataset = replace(dataset, table=dataset.table.assign(family=family))
    return dataset, notes


def findings(dataset: Dataset) -> Iterator[Note]:
    """Warnings that follow from the finished dataset."""
    counts = dataset.table["emotion"].value_counts()
    if counts.iloc[0] >= IMBALANCE * counts.iloc[-1]:
        most, least = shown_path(str(counts.index[0])), shown_path(str(counts.index[-1]))
        many, few = f"{counts.iloc[0]:,} pictures", f"only {counts.iloc[-1]:,}"
        message = f"{most} has {many}, but {least} has {few}. Look at the score of each class, not only at accuracy."
        yield Note("imbalance", message)
    together = dataset.table.groupby("family", sort=False)
    emotions, splits = together["emotion"].transform("nunique"), together["split"].transform("nunique")
    torn = dataset.table["id"][emotions > 1]
    if len(torn):
        message = f"{counted(len(torn), 'picture')} are identical or mirrored but have different labels"
        yield Note("label_conflict", f"{message}: {listing(torn)}.")
    shared = dataset.table["id"][(splits > 1) & (dataset.table["split"] != "train")]
    if len(shared):
        message = f"{counted(len(shared), 'picture')} in the validation or test set have a copy in another part"
        after = "A network that trains on the copy would score too high. Training here leaves such copies out."
        yield Note("train_test_leak", f"{message}: {listing(shared)}. {after}")
    try:
        split.make(dataset, split.SplitPlan())
    except EmoError as error:  # Too few images in all are no matter of one class; training says so
        if isinstance(error, MissingClassesError):
            name, others = error.classes[0], [word for word in dataset.classes if word not in error.classes]
            ways = [*_flags(name, others or ["happy"]), *(["--new-split"] if dataset.table["split"].any() else [])]
            message = f"{error.message} On the command line, use {' or '.join(ways)} when you import."
            yield Note(CLASS_TOO_SMALL, message)
    for attribute in dataset.attributes:
        has_bins = bins.name_of(attribute) in dataset.attributes
        yield from _value_notes(attribute, dataset.table[attribute], has_bins)


def _value_notes(name: str, words: pd.Series, has_bins: bool) -> Iterator[Note]:
    """What to be careful of when groups are made of an attribute."""
    counts = Counter(words[words != UNKNOWN])
    blank = len(words) - counts.total()
    if blank:
        yield Note("missing_values", f"{name}: unknown for {counted(blank, 'picture')}.")
    alike = [value for value, same in Counter(map(folded, counts)).items() if same > 1]
    if alike:
        variants = listing(word for word in counts if folded(word) in alike)
        yield Note("similar_values", f"{name}: values that differ only in upper and lower case: {variants}.")
    if len(counts) == 1:
        yield Note("one_group", f"{name}: all pictures have the same value, so there is nothing to compare.")
    many = bins.numbers(name, words)
    if many and not has_bins:
        message = (
            f"{name}: {many.words()}. To compare scores by group, put the numbers in bins: use --bins when you import,"
        )
        yield Note("numbers", f'{message} or the tab Bins of the Label page, for example "{many.suggested()}".')
    alone = [word for word, count in counts.items() if count == 1]
    if alone and not many:
        yield Note(
            "small_group",
            f"{name}: {counted(len(alone), 'group')} with only 1 picture. A score of one picture says nothing.",
        )
    if any(word.startswith(("=", "+", "-", "@")) or set("<>") & set(word) for word in counts):
        yield Note("odd_values", f"{name}: some values look like a formula or markup. They are shown as plain text.")


def names(placed: Sequence[Placed], plan: Plan, words: dict[str, str]) -> list[Note]:
    """Names of classes that are odd or alike, and folders inside a class."""
    notes = []
    ids = {row.emotion: row.id.split("/")[bool(row.split)] for row in placed}
    odd = sorted({ids[word] for folder, word in words.items() if word and is_odd(folder)})
    if odd:
        notes.append(
            Note("odd_class_name", f"Some class folders have unusual names. In plain letters they are: {listing(odd)}.")
        )
    for word in sorted({word for word in words.values() if word}):
        alike = [folder for folder, meant in words.items() if meant == word]
        if len(alike) > 1:
            message = (
                f"{len(alike)} folders have nearly the same name, so they were read as one class: {shown_path(word)}."
            )
            notes.append(Note("similar_class_names", message))
    return [*notes, *_nested(placed, plan)]


def _nested(placed: Sequence[Placed], plan: Plan) -> list[Note]:
    if not plan.class_folder():
        return []
    inner = level(plan.class_folder())  # Of the folder inside the class, counted from 0
    if f"folder:{inner + 1}" not in plan.sources("ignored"):
        return []
    nested = sorted({f"{row.emotion}/{row.place[inner]}" for row in placed if len(row.place) > inner + 1})
    message = f"Folders inside a class folder were read as part of that class: {listing(nested)}."
    return [Note("nested_class", message)] if nested else []


def odd_files(files: Iterable[Member]) -> list[Note]:
    """Files whose names could mislead."""
    odd = [safe_name(member.parts[-1]) for member in files if is_odd(member.parts[-1]) and not is_junk(member.name)]
    return (
        [Note("odd_file_name", f"Some files have unusual names. In plain letters they are: {listing(odd)}.")]
        if odd
        else []
    )


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
        notes.append(Note("empty_class", f"Class folders without a picture: {listing(classes)}."))
    if below:
        notes.append(Note("ignored_files", f"Empty folders were ignored: {listing(below)}."))
    return notes


USUAL: tuple[list[str], ...] = ([], ["class"], ["split", "class"])


def reading(plan: Plan) -> list[Note]:
    """How the files were read, where that is not plainly a folder a class; and what a person should decide."""
    meant = [part.meaning for part in plan.parts if part.meaning != "ignored"]
    notes = [Note("question", question) for question in plan.questions]
    if plan.layout != "class folders" or meant not in USUAL:
        parts = "; ".join(
            f"{in_words(part.source)} is the {part.meaning}" for part in plan.parts if part.meaning != "ignored"
        )
        notes.append(Note("layout", f"Read as {plan.layout}. {' '.join(plan.evidence)} ({parts})".strip()))
    return notes


def ignored(others: Sequence[Skipped]) -> list[Note]:
    """Told by example, what people put there themselves before what systems leave."""
    if not others:
        return []
    names = [row.file for row in sorted(others, key=lambda row: is_junk(row.file))]
    return [
        Note("ignored_files", f"{counted(len(names), 'file')} ignored because they are not pictures: {listing(names)}.")
    ]
