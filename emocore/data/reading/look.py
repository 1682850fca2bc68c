"""What an import would read, before it reads: the plan, the counts that follow from it, and ten sample faces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from emocore.arrays import SIDE, Face
from emocore.data import bins
from emocore.data.bins import Numbers
from emocore.data.events import Note
from emocore.data.layouts import listing as listings
from emocore.data.layouts import places, survey
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.places import Placed
from emocore.data.layouts.plan import NO_SOURCE, Part, Plan, Wishes, part
from emocore.data.names import shown_name
from emocore.data.reading import decoding, fer_csv, fer_files, layout, members, numpy_arrays, parquet, readers
from emocore.data.reading.annotations import parse
from emocore.data.reading.attach import Haul
from emocore.data.reading.members import Member
from emocore.errors import EmoError, reading
from emocore.settings import LIMITS

SAMPLE = 10
MOST_TRIED = 40


@dataclass(frozen=True, eq=False)
class Look:
    """A plan and what would come of it.

    faces: pictures or rows that would be read, 0 where only reading tells. counts: split or "" -> class -> faces.
    sample: up to ten faces with their class. offers: every place where a meaning could stand. numbers: attributes
    of many numbers, such as ages, which can be put in bins. attributes: what tables say of people, column by column.
    """

    plan: Plan
    faces: int
    counts: dict[str, dict[str, int]]
    sample: tuple[tuple[str, Face], ...]
    offers: tuple[Part, ...]
    notes: tuple[Note, ...]
    numbers: tuple[Numbers, ...] = ()
    attributes: tuple[Part, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, without the sample."""
        return {
            "plan": self.plan.to_json(),
            "faces": self.faces,
            "counts": self.counts,
            "offers": [asdict(offer) for offer in self.offers],
            "notes": [{"code": note.code, "says": note.message} for note in self.notes],
            "numbers": [asdict(each) | {"suggested": each.suggested()} for each in self.numbers],
            "attributes": [asdict(each) for each in self.attributes],
        }


def look(
    path: Path,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
    annotations: Sequence[Path] = (),
) -> Look:
    """What names, tables and sizes say, and ten pictures. Raises EmoError as `readers.read` does, and nothing else."""
    with reading(shown_name(path.name)):
        return _look(path, wishes, annotations)


def _look(path: Path, wishes: Wishes, annotations: Sequence[Path]) -> Look:
    kind = readers.kind_of(path)
    if kind == "csv":
        return _of_table(members.single(path), wishes)
    if kind == "npz":
        return _of_arrays(path, wishes)
    if kind == "parquet":
        return _of_shards([members.single(path)])
    with members.uncollected(), readers.files_of(path, kind) as found:
        given = readers.given_members(annotations)
        sorted_out = listings.sort_out(found, path.name, given)
        if not sorted_out.pictures and (files := parquet.among(found)):
            return _of_shards(files)
        tables = fer_files.chosen(sorted_out, wishes)
        if tables:
            return _of_tables(tables)
        arranged = layout.arrange(found, sorted_out, wishes, given)
        counts: dict[str, Counter[str]] = {}
        for placed in arranged.pictures:
            counts.setdefault(placed.split, Counter())[placed.emotion] += 1
        in_tables = list(_attributes(arranged, given))
        return Look(
            arranged.plan,
            len(arranged.pictures),
            {split: dict(sorted(classes.items())) for split, classes in sorted(counts.items())},
            tuple(_sample(arranged.pictures)),
            tuple(offers(sorted_out)),
            (*found.notes, *arranged.notes),
            bins.all_numbers(_words(arranged, in_tables)),
            tuple(
                part(f"{table}:{attribute}", attribute, words, "names a property of the pictures")
                for table, attribute, words in in_tables
            ),
        )


def _words(arranged: layout.Layout, in_tables: Iterable[tuple[str, str, list[str]]]) -> dict[str, list[str]]:
    """What paths and tables say of people, attribute by attribute."""
    words: dict[str, list[str]] = {}
    for placed in arranged.pictures:
        for attribute, word in placed.attributes.items():
            words.setdefault(attribute, []).append(word)
    for _, attribute, said in in_tables:
        words.setdefault(attribute, []).extend(said)
    return words


def _attributes(arranged: layout.Layout, given: Sequence[Member]) -> Iterator[tuple[str, str, list[str]]]:
    """(table, attribute, its words row by row); a table that cannot be read says nothing here."""
    for member in (*given, *(table for table, _ in arranged.tables)):
        said: dict[str, list[str]] = {}
        with suppress(EmoError):  # Reading tells of it
            for row in parse(member.read(LIMITS.annotations_bytes), member.name).rows:
                for attribute, word in row.attributes.items():
                    said.setdefault(attribute, []).append(word)
        yield from ((member.parts[-1], attribute, words) for attribute, words in said.items())


def offers(listing: Listing) -> Iterator[Part]:
    """Every folder level, piece of the names and column of a table, with examples."""
    paths = [member.parts for member in listing.pictures]
    wrapping = survey.wrapping_of(paths)
    for level in range(wrapping, max(map(len, paths)) - 1):
        yield part(f"folder:{level - wrapping + 1}", "", (p[level] for p in paths if len(p) > level + 1), "")
    every = [places.pieces(path[-1]) for path in paths]
    for number in range(min(survey.MOST_PIECES, max(map(len, every), default=0))):
        yield part(f"name:{number + 1}", "", (pieces[number] for pieces in every if len(pieces) > number), "")
    for sheet in listing.sheets:
        for column in sheet.header if sheet.file else ():
            if column != sheet.file:
                yield part(f"{sheet.name}:{column}", "", sheet.cells(column), "")


def _sample(placed: Sequence[Placed]) -> Iterator[tuple[str, Face]]:
    """Faces of all classes in turn; pictures that cannot be read are passed over."""
    by_class: dict[str, list[Placed]] = {}
    for each in placed:
        by_class.setdefault(each.emotion, []).append(each)
    turns = [each[turn * len(each) // SAMPLE] for turn in range(SAMPLE) for each in by_class.values()]
    shown: set[str] = set()
    for each in turns[:MOST_TRIED]:
        if len(shown) == SAMPLE or each.id in shown:
            continue
        try:
            picture = decoding.picture(each.member.read(LIMITS.picture_bytes), each.place[-1], each.crop)
        except EmoError:
            continue
        shown.add(each.id)
        yield each.emotion, picture.face


def _of_table(member: Member, wishes: Wishes) -> Look:
    columns, _ = fer_files.columns(member)
    if not {"emotion", "pixels"} <= columns.keys():
        raise fer_files.not_fer(columns, shown_name(member.name))
    takes_split = wishes.split_from != NO_SOURCE
    return _of_tables(fer_files.FerFiles(((member, ""),), (), "usage" in columns, takes_split))


def _of_arrays(path: Path, wishes: Wishes) -> Look:
    arrays = numpy_arrays.load(path)
    if wishes.split_from == NO_SOURCE:
        arrays["split"] = np.full(len(arrays["X"]), "")
    counts: dict[str, Counter[str]] = {}
    for split, emotion in zip(arrays["split"], arrays["emotion"], strict=True):
        counts.setdefault(str(split), Counter())[str(emotion)] += 1
    rows = np.linspace(0, len(arrays["X"]) - 1, min(SAMPLE, len(arrays["X"]))).astype(int)
    sample = tuple((str(arrays["emotion"][row]), arrays["X"][row].reshape(SIDE, SIDE)) for row in rows)
    split_counts = {split: dict(sorted(classes.items())) for split, classes in sorted(counts.items())}
    return Look(numpy_arrays.plan(arrays), len(arrays["X"]), split_counts, sample, (), ())


def _of_shards(files: Sequence[Member]) -> Look:
    with parquet.shards(files) as shards:
        counts = parquet.counts(shards)
        sample: list[tuple[str, Face]] = []
        for found in islice(parquet.found_in(shards, Haul("")), MOST_TRIED):
            with suppress(EmoError):  # Reading tells of it
                sample.append((found.key.emotion, decoding.picture(found.read(), found.key.file).face))
            if len(sample) == SAMPLE:
                break
        total = sum(sum(classes.values()) for classes in counts.values())
        return Look(parquet.plan(shards, counts), total, counts, tuple(sample), (), ())


def _of_tables(tables: fer_files.FerFiles) -> Look:
    sample: list[tuple[str, Face]] = []
    for row in fer_files.first_rows(tables):
        if isinstance(row, fer_csv.FerRow):
            sample.append((row.emotion, np.asarray(row.face)))
        if len(sample) == SAMPLE:
            break
    return Look(tables.plan(), 0, {}, tuple(sample), (), ())
