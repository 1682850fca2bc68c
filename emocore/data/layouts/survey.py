"""A quick look at a folder or zip: what each folder, table and part of a file name means, before a picture is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from emocore.data.layouts import corpora, patterns, places, vocabulary
from emocore.data.layouts import plan as plans
from emocore.data.layouts.listing import WANTED, Listing, without_pictures
from emocore.data.layouts.patterns import Pattern
from emocore.data.layouts.places import Corpus
from emocore.data.layouts.plan import FREE, Part, Plan, Wishes
from emocore.data.layouts.tables import Sheet
from emocore.data.names import listing as listed
from emocore.data.names import shown_name
from emocore.errors import EmoError

PERSON = re.compile(r"(?:[A-Za-z]{0,2}|s|subj|subject|person|actor|id|participant)[ _-]?\d{1,4}", re.IGNORECASE)
FOLD = re.compile(r"(?:k[ _-]?)?folds?[ _-]?\d{1,3}", re.IGNORECASE)
MOST = 0.9
"""Share of pictures that must agree before a piece of their names is believed."""

MOST_PIECES = 6


@dataclass(frozen=True)
class Survey:
    """A plan, with the known dataset or pattern that it follows, if any. `matches`: one a picture, of the pattern."""

    plan: Plan
    corpus: Corpus | None = None
    matches: tuple[re.Match[str] | None, ...] = ()
    names: tuple[re.Match[str] | None, ...] = ()
    pattern: Pattern | None = None


def survey(listing: Listing, wishes: Wishes = Wishes()) -> Survey:  # noqa: B008 - frozen
    """What a listing seems to be, corrected by what a person says.

    Raises EmoError "no_images", "no_class_folders" where nothing tells the class, "bad_value" for wishes that do
    not fit.
    """
    if not listing.pictures:
        raise without_pictures(listing)
    is_free = bool(wishes.levels or wishes.class_from or wishes.layout == FREE)
    found = None if is_free else _named(listing)
    if wishes.layout not in ("", FREE) and (found is None or found.plan.layout != wishes.layout):
        raise EmoError(f'{shown_name(listing.source)}: the layout "{wishes.layout}" is not here.', "bad_value")
    found = found or _by_folders(listing, wishes)
    parts = found.plan.parts
    if wishes.split_from:
        parts = plans.with_meaning(parts, wishes.split_from, "split")
    if wishes.person_from:
        parts = plans.with_meaning(parts, wishes.person_from, "person")
    return replace(found, plan=replace(found.plan, parts=parts, codes=wishes.codes or found.plan.codes))


def _named(listing: Listing) -> Survey | None:
    """A dataset that is known by its own files or by its paths."""
    if labeled := corpora.recognized(listing):
        plan = Plan(labeled.name, labeled.parts, (labeled.evidence, *_code_words(labeled.codes)), codes=labeled.codes)
        return _with_names(Survey(plan, corpus=labeled), listing)
    if matched := patterns.recognized([member.name for member in listing.pictures]):
        pattern, matches = matched
        groups = [name for name in pattern.pattern.groupindex if name != "class" or not pattern.words]
        parts = [
            plans.part(f"{pattern.name}'s {group}", group, (m[group] for m in matches if m), "by its place in the path")
            for group in groups
        ]
        if pattern.words:
            code = ", ".join(f"{code} is {word}" for code, word in pattern.words.items())
            seen = (match["class"].upper() for match in matches if match)
            parts.append(plans.part(f"{pattern.name}'s code", "class", seen, f"{code}"))
        evidence = tuple(sentence for sentence in (pattern.why, pattern.warning) if sentence)
        return Survey(Plan(pattern.name, tuple(parts), evidence), matches=tuple(matches), pattern=pattern)
    return None


def _code_words(codes: str) -> tuple[str, ...]:
    if not codes:
        return ()
    words = ", ".join(f"{number} {word}" for number, word in vocabulary.CODES[codes].items())
    return (f"Its numbers mean, by its own documentation: {words}.",)


def _by_folders(listing: Listing, wishes: Wishes) -> Survey:
    """A plan from folder names, tables and file names alone."""
    paths = [member.parts for member in listing.pictures]
    wrapping = wrapping_of(paths)
    depth = max(len(path) for path in paths) - 1
    if len(wishes.levels) > depth - wrapping:
        wrapping = max(0, depth - len(wishes.levels))
    levels = [[path[level] for path in paths if len(path) > level + 1] for level in range(wrapping, depth)]
    parts = _levels(levels, len(paths)) if not wishes.levels else _as_said(levels, wishes.levels)
    parts = _with_class(parts, levels, listing, wishes)
    evidence = [f"{part.source}: {part.why}." for part in parts if part.meaning in ("class", "split") and part.why]
    plan = Plan(_called(parts), tuple(parts), tuple(evidence), tuple(_questions(parts, levels, wishes)), wrapping)
    return _with_names(Survey(plan), listing)


def _with_names(found: Survey, listing: Listing) -> Survey:
    """With the attributes that file names tell, where they are of a kind that does."""
    matched = patterns.named([member.name for member in listing.pictures])
    if not matched:
        return found
    pattern, matches = matched
    plan = found.plan
    parts = [
        plans.part(f"file names:{group}", group, (m[group] for m in matches if m), pattern.name)
        for group in pattern.pattern.groupindex
        if group not in [part.meaning for part in plan.parts]
    ]
    full_plan = replace(plan, parts=(*plan.parts, *parts), evidence=(*plan.evidence, pattern.why))
    return replace(found, plan=full_plan, names=tuple(matches))


def wrapping_of(paths: Sequence[tuple[str, ...]]) -> int:
    """How many outer folders hold everything and are neither split nor class."""
    depth = 0
    while True:
        first = {path[depth] for path in paths if len(path) > depth + 1}
        deep = sum(len(path) > depth + 2 for path in paths)
        if len(first) != 1 or vocabulary.split_of(next(iter(first))) or deep * 2 <= len(paths):
            return depth
        depth += 1


def _levels(levels: Sequence[list[str]], total: int) -> list[Part]:
    """What each folder level means by its names; the class is the level of expression words, else the first left."""
    meanings = [_meaning(level, number) for number, level in enumerate(levels)]
    free = [number for number, meaning in enumerate(meanings) if not meaning and len(levels[number]) * 2 > total]
    free = free or [number for number, meaning in enumerate(meanings) if not meaning][:1]
    spoken = [number for number in free if vocabulary.are_expressions(set(levels[number]))]
    chosen = (spoken or free or [-1])[0]
    parts = []
    for number, level in enumerate(levels):
        meaning, why = meanings[number], ""
        if number == chosen:
            meaning = "class"
            why = (
                "the names are words for expressions" if number in spoken else "the first folders that are not a split"
            )
        elif not meaning:
            is_above = number < chosen
            meaning = "ignored" if not is_above else "person" if _are_persons(level) or _are_padded(level) else "folder"
            why = "above the class" if is_above else "a folder inside the class"
        parts.append(plans.part(f"folder:{number + 1}", meaning, level, why or _reason(meaning)))
    return _one_of_each(parts)


def _meaning(level: Sequence[str], number: int) -> str:
    splits = sum(bool(vocabulary.split_of(word)) for word in level)
    if splits and (number == 0 or splits * 2 > len(level)):
        return "split"
    return "fold" if level and all(FOLD.fullmatch(word) for word in level) else ""


def _reason(meaning: str) -> str:
    return {"split": "its names mean train, validation or test", "fold": "numbered folds, which are not a split"}.get(
        meaning, ""
    )


def _one_of_each(parts: Iterable[Part]) -> list[Part]:
    """Attributes of one name once; splits may stand on several levels (Train/Train_Aligned_Faces)."""
    seen: set[str] = set()
    kept = []
    for part in parts:
        again = part.meaning in seen and part.meaning not in ("split", "ignored")
        kept.append(replace(part, meaning=f"{part.meaning} {part.source[-1]}") if again else part)
        seen.add(part.meaning)
    return kept


def _are_persons(words: Iterable[str]) -> bool:
    every = set(words)
    return len(every) >= 2 and all(PERSON.fullmatch(word) for word in every) and not vocabulary.are_numbers(every)


def _are_padded(words: Iterable[str]) -> bool:
    """Whether folders are numbered as persons are: 001, 002."""
    return all(re.fullmatch(r"0\d+|\d{3,4}", word) for word in words)


def _as_said(levels: Sequence[list[str]], said: Sequence[str]) -> list[Part]:
    meanings = [*said, *["ignored"] * len(levels)]
    if len(said) > len(levels):
        message = f"--as names {len(said)} levels of folders, and there are {len(levels)}."
        raise EmoError(f"{message} Name those that are there, or - for one without meaning.", "bad_value")
    return [
        plans.part(f"folder:{number + 1}", meanings[number], level, "your choice" if number < len(said) else "")
        for number, level in enumerate(levels)
    ]


def _with_class(parts: list[Part], levels: Sequence[list[str]], listing: Listing, wishes: Wishes) -> list[Part]:
    """The parts with what tells the class: as the person says, else folders, tables or file names."""
    if wishes.class_from:
        places.place(wishes.class_from, listing, 0)
        return list(plans.with_meaning(parts, wishes.class_from, "class"))
    folders = next((levels[n] for n, part in enumerate(parts) if part.meaning == "class"), [])
    words = set(folders)
    is_sure = len(words) >= 2 and vocabulary.are_expressions(words)
    sheets = [] if is_sure or "class" in wishes.levels else places.label_sheets(listing)
    if sheets and not (len(words) >= 2 and _agree(words, sheets)):
        return [*_freed(parts), *_of_tables(sheets)]
    may_be_named = not is_sure and "class" not in wishes.levels and (len(words) < 2 or _are_persons(words))
    if may_be_named and (piece := _spoken_piece(listing)):
        return [*_freed(parts, "person" if _are_persons(words) else "ignored"), piece]
    if not folders:
        raise EmoError(
            f"{shown_name(listing.source)}: the pictures are not in class folders, and no table or file name gives "
            f"their class. {WANTED} Or choose where the class comes from: --class-from labels.csv:label.",
            "no_class_folders",
        )
    return parts


def _agree(words: set[str], sheets: Sequence[tuple[Sheet, str]]) -> bool:
    """Whether the tables call the classes as the folders do."""
    folders = {word.casefold() for word in words}
    cells = {cell.casefold() for sheet, column in sheets for cell in sheet.cells(column) if vocabulary.label_of(cell)}
    return bool(cells) and cells <= folders


def _freed(parts: Iterable[Part], meaning: str = "ignored") -> list[Part]:
    return [replace(part, meaning=meaning, why="") if part.meaning == "class" else part for part in parts]


def _of_tables(sheets: Sequence[tuple[Sheet, str]]) -> list[Part]:
    """Class and split as tables tell them."""
    columns = dict.fromkeys(column for _, column in sheets)
    wanted = next(iter(columns))
    names = [sheet.name for sheet, column in sheets if column == wanted]
    source = f"{names[0]}:{wanted}" if len(names) == 1 else f"*:{wanted}"
    cells = [cell for sheet, column in sheets if column == wanted for cell in sheet.cells(column)]
    parts = [
        plans.part(source, "class", cells, f"the column {wanted} of {listed(names)} names a class for each picture")
    ]
    if split := next((c for sheet, _ in sheets if (c := sheet.first(("split", "usage", "subset", "partition")))), ""):
        cells = [cell for sheet, _ in sheets if split in sheet.header for cell in sheet.cells(split)]
        parts.append(plans.part(f"*:{split}", "split", cells, f"the column {split}"))
    elif any(vocabulary.split_of(name.rpartition(".")[0]) for name in names):
        parts.append(plans.part("tables", "split", names, "the tables' names mean train, validation or test"))
    return parts


def _spoken_piece(listing: Listing) -> Part | None:
    """The piece of the file names that says an expression in nearly all of them."""
    every = [places.pieces(member.parts[-1]) for member in listing.pictures]
    for number in range(MOST_PIECES):
        words = [pieces[number] for pieces in every if len(pieces) > number]
        spoken = [word for word in words if vocabulary.expression_of(word)]
        if len(spoken) >= MOST * len(every) and vocabulary.are_expressions(set(spoken)):
            seen = (re.sub(r"\d+$", "", word) for word in spoken)
            return plans.part(f"name:{number + 1}", "class", seen, "this piece of the file names is an expression")
    return None


def _called(parts: Sequence[Part]) -> str:
    source = next((part.source for part in parts if part.meaning == "class"), "")
    if source.startswith("folder:"):
        return "class folders"
    return "file names" if source.startswith("name:") else "a table of labels"


def _questions(parts: Sequence[Part], levels: Sequence[list[str]], wishes: Wishes) -> Iterable[str]:
    """What a person should look at before reading."""
    chosen = next((part for part in parts if part.meaning == "class"), None)
    if chosen is None or wishes.class_from or wishes.levels:
        words: set[str] = set(chosen.examples) if chosen else set()
    elif chosen.source.startswith("folder:"):
        words = set(levels[int(chosen.source[7:]) - 1])
    else:
        words = set(chosen.examples)
    if vocabulary.are_numbers(words) and not wishes.codes:
        tables = ", ".join(vocabulary.CODES)
        yield (
            f"The classes are numbers ({listed(sorted(words))}), and the same number means another expression in each "
            f"dataset. They stay numbers unless you choose what they mean: {tables}."
        )
    elif chosen and chosen.source.startswith("folder:") and _are_persons(words) and not wishes.levels:
        yield f"The folders {listed(sorted(words))} look like persons, not classes. Say where the class stands."
