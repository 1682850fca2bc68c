"""RAF-DB, CK+, AffectNet, ExpW, FER+ and Aff-Wild2: known by their own label files, read as documented."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np

from emocore.data.faces import Crop
from emocore.data.layouts import annotators, tables, vocabulary
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.places import Corpus, Labeled, by_stem, members_named, split_above, split_parts, text_of
from emocore.data.layouts.plan import Part
from emocore.data.layouts.tables import Sheet
from emocore.data.reading.members import Member
from emocore.settings import LIMITS


def raf_db(listing: Listing) -> Corpus | None:
    """RAF-DB, by its list of labels (sic)."""
    lists = members_named(listing.others, r"list_par?tit?ion_label\.txt")
    if not lists:
        return None
    chosen = min(lists, key=lambda member: "compound" in member.name.casefold())
    compound = "compound" in chosen.name.casefold()
    ending = "_manu_attri.txt"
    people = {m.parts[-1][: -len(ending)].casefold(): m for m in members_named(listing.others, rf"[^/]+{ending}")}

    def read() -> Iterator[Labeled]:
        here = by_stem(listing)
        for line in text_of(chosen).splitlines():
            file, _, code = line.strip().rpartition(" ")
            stem = tables.stem_of(file.strip())
            member = here.get(f"{stem}_aligned") or here.get(stem)
            if member:
                attributes = _raf_people(people[stem]) if stem in people else {}
                yield Labeled(member, code, vocabulary.split_of(stem.partition("_")[0]), attributes)

    parts: tuple[Part, ...] = (
        Part(chosen.parts[-1], "class", ("train_00001.jpg 5",), 0, "a number beside each file name"),
        Part("file names", "split", ("train", "test"), 2, "what the names begin with"),
    )
    if people:
        parts += tuple(
            Part(f"..._manu_attri.txt: line {6 + place}", name, tuple(words.values()), len(words), "a number")
            for place, (name, words) in enumerate(RAF_PEOPLE.items())
        )
    codes = "rafdb-compound" if compound else "rafdb"
    return Corpus(
        "RAF-DB",
        f"{chosen.name} is RAF-DB's list of labels.",
        parts,
        read,
        codes,
        f"{chosen.parts[-1]} does not name it",
    )


RAF_PEOPLE = {
    "gender": {0: "male", 1: "female"},
    "race": {0: "Caucasian", 1: "African-American", 2: "Asian"},
    "age group": dict(enumerate(("0 to 3", "4 to 19", "20 to 39", "40 to 69", "70 and over"))),
}
"""What the last three lines of a file of RAF-DB's manual annotation mean, in their order; gender 2 is unsure."""


def _raf_people(file: Member) -> dict[str, str]:
    """Perceived gender, race and age of a face: after five landmarks, a number a line. {} where they are not there."""
    lines = text_of(file).split("\n")
    codes = [vocabulary.number_of(line) for line in lines[5:8]]
    if len(codes) < len(RAF_PEOPLE):
        return {}
    pairs = zip(RAF_PEOPLE.items(), codes, strict=True)
    return {name: words[code] for (name, words), code in pairs if code in words}


def ck_plus(listing: Listing) -> Corpus | None:
    """CK+, by the file that labels one frame of each film."""
    files = members_named(listing.others, r"(S\d{3}_\d{3}_\d{8})_emotion\.txt")
    if not files:
        return None

    def read() -> Iterator[Labeled]:
        here = by_stem(listing)
        for file in files:
            stem = file.parts[-1][: -len("_emotion.txt")].casefold()
            number = vocabulary.number_of(text_of(file))
            if stem in here and number is not None:
                film = stem.upper()[:8]
                yield Labeled(here[stem], str(number), "", {"person": film[:4], "film": film})

    parts = (
        Part("Emotion/..._emotion.txt", "class", ("3.0000000e+00",), 0, "the number of the last frame's expression"),
        Part("file names", "person", ("S005",), 0, "the first four letters"),
        Part("file names", "film", ("S005_001",), 0, "person and film"),
    )
    return Corpus(
        "CK+", f"{files[0].name} holds the label of one frame, as in CK+.", parts, read, "ckplus",
        "a frame before the last, or of a film without a label",
    )  # fmt: skip


def affectnet_arrays(listing: Listing) -> Corpus | None:
    """AffectNet, by one array a picture."""
    files = members_named(listing.others, r"annotations/[^/]+_exp\.npy")
    if not files:
        return None

    def read() -> Iterator[Labeled]:
        here = {(m.parts[:-2], tables.stem_of(m.parts[-1])): m for m in listing.pictures}
        for file in files:
            member = here.get((file.parts[:-2], file.parts[-1][: -len("_exp.npy")].casefold()))
            if member:
                yield Labeled(member, _number_in(file), split_above(member))

    parts = (
        Part("annotations/*_exp.npy", "class", ("0_exp.npy",), len(files), "a number a picture"),
        *split_parts(listing),
    )
    return Corpus(
        "AffectNet", f"{files[0].name} is the label of one picture, as in AffectNet.", parts, read, "affectnet"
    )


def _number_in(file: Member) -> str:
    try:
        value = np.load(io.BytesIO(file.read(LIMITS.annotations_bytes)), allow_pickle=False)
        return str(value.ravel()[0]).strip() if value.size else ""
    except Exception:  # numpy raises nearly anything on a damaged header
        return ""


def affectnet_csv(listing: Listing) -> Corpus | None:
    """AffectNet, by its tables."""
    sheets = [s for s in listing.sheets if {"subdirectory_filepath", "expression"} <= set(s.header)]
    if not sheets:
        return None

    def read() -> Iterator[Labeled]:
        here = {"/".join(member.parts[-2:]).casefold(): member for member in listing.pictures}
        for sheet in sheets:
            split = vocabulary.split_of(tables.stem_of(sheet.name))
            for row in tables.lines(sheet):
                place = row["subdirectory_filepath"].replace("\\", "/").casefold()
                if member := here.get("/".join(place.split("/")[-2:])):
                    yield Labeled(member, row["expression"], split, {}, _affectnet_crop(row))

    names = tuple(sheet.name for sheet in sheets)
    parts = (
        Part("*:expression", "class", tuple(sheets[0].cells("expression")[:3]), 0, "a number a row"),
        Part("tables", "split", names, len(names), "the tables' names"),
    )
    evidence = f"{names[0]} has AffectNet's columns subDirectory_filePath and expression."
    used = tuple(sheet.member.name for sheet in sheets)
    return Corpus("AffectNet", evidence, parts, read, "affectnet", "no row names it", used)


def _affectnet_crop(row: dict[str, str]) -> Crop | None:
    try:
        left, top, wide, high = (float(row[f"face_{side}"]) for side in ("x", "y", "width", "height"))
    except (KeyError, ValueError):
        return None
    return Crop(left, top, left + wide, top + high) if wide > 0 and high > 0 else None


def exp_w(listing: Listing) -> Corpus | None:
    """ExpW, by its list of boxes and labels."""
    lists = members_named(listing.others, r"label\.lst")
    if not lists or len(text_of(lists[0]).partition("\n")[0].split()) != 8:
        return None

    def read() -> Iterator[Labeled]:
        here = {member.parts[-1].casefold(): member for member in reversed(listing.pictures)}
        for line in text_of(lists[0]).splitlines():
            cells = line.split()
            if len(cells) == 8 and cells[0].casefold() in here:
                top, left, right, bottom = map(float, cells[2:6])
                yield Labeled(here[cells[0].casefold()], cells[7], crop=Crop(left, top, right, bottom))

    parts = (
        Part("label.lst: column 8", "class", (), 0, "a number a face"),
        Part("label.lst: columns 3 to 6", "box", (), 0, "top, left, right and bottom of the face"),
    )
    evidence = f"{lists[0].name} has eight columns, as in ExpW: a picture may hold several faces."
    return Corpus("ExpW", evidence, parts, read, "expw", "label.lst does not name it")


def fer_plus(listing: Listing) -> Corpus | None:
    """FER+, by ten counts of votes a picture."""
    sheets = [sheet for sheet in listing.sheets if sheet.file and tables.vote_columns(sheet)]
    if not sheets or not listing.pictures:
        return None

    def read() -> Iterator[Labeled]:
        here: dict[str, list[Member]] = defaultdict(list)
        for member in listing.pictures:
            here[member.parts[-1].casefold()].append(member)
        for sheet in sheets:
            yield from _voted(sheet, here)

    parts = (
        Part(
            "*:ten counts",
            "class",
            tables.COUNTED[:3],
            len(tables.COUNTED),
            "more than half of the votes, as FER+ has it",
        ),
        *split_parts(listing),
    )
    used = tuple(sheet.member.name for sheet in sheets)
    evidence = f"{sheets[0].member.name} counts ten kinds of votes a picture, as FER+ does."
    return Corpus("FER+", evidence, parts, read, "", "its votes have no majority for an expression", used)


def _voted(sheet: Sheet, here: dict[str, list[Member]]) -> Iterator[Labeled]:
    columns = tables.vote_columns(sheet)
    for row in tables.lines(sheet):
        *above, name = row[sheet.file].replace("\\", "/").split("/")
        found = here.get(name.casefold(), [])
        beside = [member for member in found if member.parts[:-1] == sheet.member.parts[:-1]]
        fitting = (
            [m for m in beside or found if tuple(above) == m.parts[-1 - len(above) : -1]] if above else beside or found
        )
        counts = tables.vote_counts(row, columns)
        label = tables.majority(counts) if counts else ""
        if len(fitting) == 1 and label:
            votes = {f"votes {word}": str(number) for word, number in zip(tables.COUNTED, counts, strict=True)}
            yield Labeled(fitting[0], label, split_above(fitting[0]), votes)


def aff_wild2(listing: Listing) -> Corpus | None:
    """Aff-Wild2, by a text file for each film: a line of words, then a number for each frame."""
    films = {
        file: split_above(file) for file in members_named(listing.others, r"[^/]*set/[^/]+\.txt") if split_above(file)
    }
    if not films:
        return None
    first = next(iter(films))
    words = [word.strip() for word in text_of(first).partition("\n")[0].split(",")]
    if not vocabulary.are_expressions(words):
        return None

    def read() -> Iterator[Labeled]:
        here = {(m.parts[-2], tables.stem_of(m.parts[-1]).lstrip("0")): m for m in listing.pictures if m.parts[:-1]}
        for file, split in films.items():
            film = file.parts[-1].rpartition(".")[0]
            for frame, line in enumerate(text_of(file).splitlines()[1:], 1):
                code = vocabulary.number_of(line)
                if code is not None and code < len(words) and (member := here.get((film, str(frame)))):
                    yield Labeled(member, words[code], split, {"film": film})

    parts = (
        Part(f"{films[first]}: *.txt" if first else "", "class", tuple(words[:5]), len(words), "a number a frame"),
        Part(
            "file names", "film", tuple(file.parts[-1].rpartition(".")[0] for file in films)[:5], len(films), "a film"
        ),
        Part("folders", "split", tuple(dict.fromkeys(file.parts[-2] for file in films)), 0, "where the text files lie"),
    )
    evidence = f"{first.name} names expressions and then numbers each frame of a film, as in Aff-Wild2."
    return Corpus("Aff-Wild2", evidence, parts, read, "", "its frame has no label (-1) or its film no text file")


DATASETS: dict[str, Callable[[Listing], Corpus | None]] = {
    "RAF-DB": raf_db,
    "CK+": ck_plus,
    "AffectNet arrays": affectnet_arrays,
    "AffectNet tables": affectnet_csv,
    "ExpW": exp_w,
    "FER+": fer_plus,
    "Aff-Wild2": aff_wild2,
    "Roboflow": annotators.one_hot,
    "YOLO": annotators.yolo,
    "VIA regions": annotators.via_regions,
}
"""What recognizes each dataset, the surest first."""


def recognized(listing: Listing) -> Corpus | None:
    """The dataset whose label files are here, or None."""
    return next((corpus for find in DATASETS.values() if (corpus := find(listing))), None)
