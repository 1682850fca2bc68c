"""What annotation programs export beside pictures: Roboflow's one column a class, YOLO's boxes."""

from __future__ import annotations

from collections.abc import Iterator

import yaml  # type: ignore[import-untyped]

from emocore.data.faces import Crop
from emocore.data.layouts import tables, vocabulary
from emocore.data.layouts.labeled import Known, Labeled, named, split_above, text_of
from emocore.data.layouts.listing import Listing
from emocore.data.layouts.plan import Part


def one_hot(listing: Listing) -> Known | None:
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
    parts = (Part("_classes.csv", "class", words[:5], len(words), "the one column that has a 1"),)
    evidence = f"{sheets[0].member.name} is Roboflow's table, one column a class."
    used = tuple(sheet.member.name for sheet in sheets)
    return Known("Roboflow", evidence, parts, read, "", "no row names it, or it has several classes or none", used)


def yolo(listing: Listing) -> Known | None:
    """YOLO, by data.yaml and a label file a picture."""
    configs = named(listing.others, r"data\.ya?ml")
    labels = {member.name.casefold(): member for member in named(listing.others, r"labels/[^/]+\.txt")}
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
    )
    return Known(
        "YOLO", f"{configs[0].name} names the classes of YOLO's label files.", parts, read, "", "no label file"
    )


def _yolo_names(text: str) -> dict[str, str]:
    """Number -> word. Raises nothing: a file that is no such list gives {}."""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    names = told.get("names") if isinstance(told, dict) else None
    pairs = names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ()
    return {str(number): str(word) for number, word in pairs}
