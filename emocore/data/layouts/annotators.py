"""What annotation programs export beside pictures: Roboflow's one column a class, boxes of YOLO and VIA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

import yaml  # type: ignore[import-untyped]

from emocore.data.faces import Crop
from emocore.data.layouts import places, tables, vocabulary
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.places import Corpus, Labeled, members_named, split_above, split_parts, text_of
from emocore.data.layouts.plan import Part
from emocore.data.reading import annotations as via
from emocore.data.reading.annotations import REGION, SHAPE


def one_hot(listing: Listing) -> Corpus | None:
    """Roboflow, by its table of one column a class."""
    sheets = [sheet for sheet in listing.sheets if sheet.name == "_classes.csv" and sheet.file]
    if not sheets:
        return None

    def read() -> Iterator[Labeled]:
        here = {member.name.casefold(): member for member in listing.pictures}
        for sheet in sheets:
            for row in tables.lines(sheet):
                folder = "/".join(sheet.member.parts[:-1])
                member = here.get(f"{folder}/{row[sheet.file]}".lstrip("/").casefold())
                ticked = [column for column, cell in row.items() if column != sheet.file and vocabulary.number_of(cell)]
                if member and len(ticked) == 1:
                    yield Labeled(member, ticked[0], split_above(member))

    words = tuple(column for column in sheets[0].header if column != sheets[0].file)
    parts = (
        Part("_classes.csv", "class", words[:5], len(words), "the one column that has a 1"),
        *split_parts(listing),
    )
    evidence = f"{sheets[0].member.name} is Roboflow's table, one column a class."
    used = tuple(sheet.member.name for sheet in sheets)
    return Corpus("Roboflow", evidence, parts, read, "", "no row names it, or it has several classes or none", used)


def yolo(listing: Listing) -> Corpus | None:
    """YOLO, by data.yaml and a label file a picture."""
    configs = members_named(listing.others, r"data\.ya?ml")
    labels = {member.name.casefold(): member for member in members_named(listing.others, r"labels/[^/]+\.txt")}
    names = _yolo_names(text_of(configs[0])) if configs and labels else {}
    if not names:
        return None

    def read() -> Iterator[Labeled]:
        for member in listing.pictures:
            *above, last, file = ("", *member.parts) if len(member.parts) == 1 else member.parts
            beside = [*above, "labels" if last.casefold() == "images" else last, f"{tables.stem_of(file)}.txt"]
            text = labels.get("/".join(beside).lstrip("/").casefold())
            for line in text_of(text).splitlines() if text else ():
                cells = line.split()
                if len(cells) >= 5 and cells[0] in names:
                    x, y, wide, high = map(float, cells[1:5])
                    box = Crop(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, is_share=True)
                    yield Labeled(member, names[cells[0]], split_above(member), crop=box)

    parts = (
        Part("labels/*.txt", "class", tuple(names.values())[:5], len(names), "the number, in words by data.yaml"),
        Part("labels/*.txt", "box", (), 0, "center, width and height of the face"),
        *split_parts(listing),
    )
    return Corpus(
        "YOLO", f"{configs[0].name} names the classes of YOLO's label files.", parts, read, "", "no label file"
    )


def _yolo_names(text: str) -> dict[str, str]:
    """Number -> word. Raises nothing: a file that is no such list gives {}."""
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    names = config.get("names") if isinstance(config, dict) else None
    pairs = names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ()
    return {str(number): str(word) for number, word in pairs}


def via_regions(listing: Listing) -> Corpus | None:
    """The VGG Image Annotator, by boxes that tell a class: several faces a picture."""
    sheets = [sheet for sheet in listing.sheets if {via.FILE, SHAPE, REGION} <= set(sheet.header)]
    class_columns = {sheet.name: _class_of_boxes(sheet) for sheet in sheets}
    sheets = [sheet for sheet in sheets if class_columns[sheet.name]]
    if not sheets:
        return None

    def read() -> Iterator[Labeled]:
        for sheet, row, member in places.rows_of(listing, sheets):
            box, attributes = box_of(row[SHAPE]), _attributes(row)
            label = attributes.pop(class_columns[sheet.name], "")
            if box and label:
                yield Labeled(member, label, split_above(member), attributes, box)

    column = class_columns[sheets[0].name]
    noted = (_attributes(dict(zip(sheets[0].header, row, strict=True))) for row in sheets[0].rows)
    words = tuple(dict.fromkeys(each[column] for each in noted if column in each))
    parts = (
        Part(f"{REGION}: {column}", "class", words[:5], len(words), "what is noted at each box"),
        Part(SHAPE, "box", (), 0, "the boxes drawn around faces"),
        *split_parts(listing),
    )
    evidence = f"{sheets[0].member.name} holds boxes drawn in VIA, each with its {column}: a picture may hold several."
    used = tuple(sheet.member.name for sheet in sheets)
    return Corpus("VIA regions", evidence, parts, read, "", "no box in it tells a class", used)


def box_of(cell: str) -> Crop | None:
    """The square-sided box around a shape of VIA's (rect, circle, ellipse, polygon), or None."""
    try:
        shape = via.literal(cell)
        if "all_points_x" in shape:
            across, down = ([float(at) for at in shape[f"all_points_{axis}"]] for axis in "xy")
            ends = min(across), min(down), max(across), max(down)
        elif "cx" in shape:
            wide, high = (float(shape.get(name, shape.get("r"))) for name in ("rx", "ry"))
            x, y = float(shape["cx"]), float(shape["cy"])
            ends = x - wide, y - high, x + wide, y + high
        else:
            x, y, wide, high = (float(shape[name]) for name in ("x", "y", "width", "height"))
            ends = x, y, x + wide, y + high
    except (via.BadValueError, KeyError, TypeError, ValueError):
        return None
    return Crop(*ends) if ends[2] > ends[0] and ends[3] > ends[1] else None


def _attributes(row: Mapping[str, str]) -> dict[str, str]:
    """What is noted of a picture and of the box in it; {} where a cell is broken."""
    found: dict[str, str] = {}
    for column in (via.ATTRIBUTES, REGION):
        with suppress(via.BadValueError):
            found |= via.attributes_of(row.get(column, "{}"))
    return {name: value for name, value in found.items() if value}


def _class_of_boxes(sheet: tables.Sheet) -> str:
    """The attribute of boxes that tells the class: by what it is called, then by its words; "" where there is none."""
    noted: dict[str, set[str]] = {}
    for row in sheet.rows:
        cells = dict(zip(sheet.header, row, strict=True))
        if box_of(cells[SHAPE]):
            with suppress(via.BadValueError):
                for name, value in via.attributes_of(cells[REGION]).items():
                    noted.setdefault(name, set()).add(value)
    called = [column for column in tables.CLASS_COLUMNS if noted.get(column, {""}) != {""}]
    spoken = [name for name, words in noted.items() if vocabulary.are_expressions(words - {""})]
    return next(iter((*called, *spoken)), "")
