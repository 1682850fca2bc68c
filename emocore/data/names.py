"""Names that strangers chose: shown without harm, and made safe before they become ids."""

from __future__ import annotations

import html
import io
import re
import unicodedata
from collections.abc import Callable, Iterable

from defusedcsv import csv as safe_csv

SHOWN_CHARACTERS = 100
ADDRESS = re.compile(r"(?:https?|ftp|xmpp|mailto|file)(?=:)|www(?=\.)|(?<=[\w.+-])@(?=\w)", re.IGNORECASE)
"""What makes programs turn a text into a link: the beginning of an address, and the sign in one of mail."""
JOINER = "\u2060"
FORMULA, WIDE_FORMULA = tuple("=+-@|%"), tuple("＝＋－＠")
MARKUP = "\\`*_[]()<>#!|~$&@"
ORDINARY = re.compile(r"\w[\w-]*(?:\.\w+)?", re.ASCII)
"""Most names, known at once to need no second look."""

PUNCTUATION = frozenset(" ._-()[]+,'&!~")
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows keeps for devices."""

OWN_COLUMNS = frozenset({"id", "emotion", "split", "family", "parent", "source", "row", "part", "row of images.npy"})
"""What tables of datasets and runs call columns of their own, today or in older programs: no attribute is called so."""

ATTRIBUTE_CHARACTERS = 60
NOT_IN_FILES = frozenset('<>:"/\\|?*')
"""What a file's name cannot hold on one system or another."""


def plain(text: str) -> str:
    """Text as one line: composed letters and plain spaces; no control, bidi, surrogate or other invisible letters."""
    if text.isascii() and text.isprintable():
        return text
    seen = (" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    return "".join(letter for letter in seen if not unicodedata.category(letter).startswith("C"))


def in_markdown(text: str, also: str = "") -> str:
    """Text that Markdown and the HTML in it show to the letter. also: what else is escaped, as Streamlit needs it.

    Escapes do not keep bare addresses from becoming links, since those are looked for in what the text says: an
    invisible word joiner does.
    """
    apart = ADDRESS.sub(lambda found: f"{found[0]}{JOINER}", text)
    return re.sub(rf"([{re.escape(MARKUP + also)}])", r"\\\1", apart)


def in_html(text: str) -> str:
    """Text that HTML shows to the letter, in an element or in an attribute within quotes."""
    return html.escape(plain(text))


def in_plotly(text: str) -> str:
    """Text that plotly shows to the letter: no tag, no link, no LaTeX, and nothing that a template fills in."""
    return html.escape(plain(text), quote=False).replace("$", "&#36;").replace("%{", "%&#123;")


def from_plotly(text: str) -> str:
    """What `in_plotly` was made of, on one line."""
    return html.unescape(text)


def in_csv(cell: object) -> object:
    """A cell of a table that goes to a spreadsheet: plain, and no formula, whichever letters one begins with there.

    Numbers stay numbers. What begins a formula to the letter gets its apostrophe from `defusedcsv`.
    """
    if not isinstance(cell, str):
        return cell
    seen = plain(cell)
    is_formula = (seen.lstrip() != seen and seen.lstrip().startswith(FORMULA)) or seen.startswith(WIDE_FORMULA)
    return f"'{seen}" if is_formula else seen


def as_csv(rows: Iterable[Iterable[object]], line_end: str = "\r\n") -> str:
    """Rows as a csv file that no spreadsheet runs as a formula (`in_csv`)."""
    text = io.StringIO()
    safe_csv.writer(text, lineterminator=line_end).writerows([in_csv(cell) for cell in row] for row in rows)
    return text.getvalue()


def shown_name(name: str) -> str:
    """The last part of a file's name as a message shows it: plain, at most 100 characters, never a path."""
    last = plain(name.replace("\\", "/")).rstrip("/ ").rpartition("/")[2]
    return shortened(last.strip()) or "the file"


def shown_path(name: str) -> str:
    """The place of a file inside an archive or folder as a message shows it, at most 100 characters."""
    return shortened(plain(name).strip()) or "the file"


def shortened(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Text of at most `most` characters; the middle goes, so that an ending such as .png stays."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[: most - 1 - half]}…{text[-half:]}"


def folded(name: str) -> str:
    """A name without what nobody means by it: upper case, doubled or outer spaces, Unicode form."""
    return " ".join(plain(name).split()).casefold()


def safe_name(name: str) -> str:
    """A name fit for an id and for any file system: letters, digits and tame punctuation, never blank or dots only."""
    if len(name) <= SHOWN_CHARACTERS and _is_ordinary(name):
        return name
    tame = "".join(letter if _is_tame(letter) else "_" for letter in plain(name)).strip(" .").lstrip("-+")
    tame = shortened(tame).replace("…", "_") or "unnamed"
    return f"_{tame}" if _is_reserved(tame) else tame


def file_name(name: str) -> str:
    """A name as one file or folder may have it on every system, else to the letter: no path, never dots only."""
    tame = "".join("_" if letter in NOT_IN_FILES else letter for letter in plain(name)).strip().rstrip(" .")
    tame = shortened(tame) or "_" * len(name.strip()) or "unnamed"
    return f"_{tame}" if _is_reserved(tame) or tame.startswith(("-", "~")) else tame


def attribute_name(name: str) -> str:
    """What an attribute is called, by whichever door it comes in: a line of at most 60 characters, or "".

    One that has the name of a column of our own gets an underscore, so that nothing from outside takes its place.
    """
    tame = shortened(" ".join(plain(name).split()), ATTRIBUTE_CHARACTERS)
    return f"{tame}_" if is_own_column(tame) else tame


def is_own_column(name: str) -> bool:
    """Whether the program's own tables have a column of this name, in whichever letters."""
    return folded(name) in OWN_COLUMNS


def attribute_names(names: Iterable[str]) -> dict[str, str]:
    """Name -> what the attribute is called; two that differ in case or Unicode form only stay two."""
    taken: set[str] = set()
    return {name: _numbered(attribute_name(name), taken) for name in names}


def is_odd(name: str) -> bool:
    """Whether a name could mislead a person, a spreadsheet or a file system."""
    if _is_ordinary(name):
        return False
    composed = unicodedata.normalize("NFC", name)
    return (
        not all(map(_is_tame, set(composed)))
        or composed != composed.strip(" .")
        or composed.startswith(("-", "+"))
        or _is_reserved(composed)
    )


def unique(name: str, taken: set[str]) -> str:
    """`name`, or with -2, -3, ... before its ending when taken (upper or lower case alike); adds it to `taken`."""
    folder, slash, file = name.rpartition("/")
    stem, dot, ending = file.rpartition(".") if "." in file else (file, "", "")
    return _first_free(name, lambda at: f"{folder}{slash}{stem}-{at}{dot}{ending}", taken)


def _numbered(name: str, taken: set[str]) -> str:
    """An attribute's name, with 2, 3, ... after it when taken; adds it to `taken`."""
    return _first_free(name, lambda at: f"{name} {at}", taken)


def _first_free(name: str, numbered: Callable[[int], str], taken: set[str]) -> str:
    """The name, or with the number behind the last one that is taken; adds it to `taken`.

    Looks in steps that double, then halve: thousands that become one name would each walk past all before it.
    """
    if (key := _on_other_systems(name)) not in taken:
        taken.add(key)
        return name
    low, high = 1, 2
    while _on_other_systems(numbered(high)) in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _on_other_systems(numbered(middle)) in taken else (low, middle)
    taken.add(_on_other_systems(numbered(high)))
    return numbered(high)


def _on_other_systems(name: str) -> str:
    """The same for names that are one file where case or Unicode form make no difference."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def listing(names: Iterable[str], most: int = 5) -> str:
    """The first few names in a sentence: "a.png, b.png and 3 more"."""
    every = list(names)
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(shown_path(name) for name in every[:most]) + rest


def _is_ordinary(name: str) -> bool:
    return ORDINARY.fullmatch(name) is not None and name.partition(".")[0].casefold() not in RESERVED


def _is_tame(letter: str) -> bool:
    return letter in PUNCTUATION or letter.isalnum() or unicodedata.category(letter).startswith("M")


def _is_reserved(name: str) -> bool:
    return re.split(r"[.:]", name, maxsplit=1)[0].strip().casefold() in RESERVED


PERCEIVED = ("age", "age group", "gender", "sex", "race", "ethnicity")
"""Attributes that say what somebody saw, not what is so."""


def as_labeled(*attributes: str) -> str:
    """What a sentence calls attributes: nobody's age or gender is known, only how they were perceived."""
    perceived = "perceived " if set(attributes) & set(PERCEIVED) else ""
    return f"{perceived}{' and '.join(map(shown_path, attributes))}, as labeled"


def in_order(value: str) -> tuple[bool, float, bool, str]:
    """What values are sorted by: numbers and bins of them by size ("under 13", "13 to 19", 100), words by letters."""
    found = re.match(r"(under )?(-?\d+(?:\.\d+)?)(?![\w.])", value)
    return (True, 0.0, True, value) if not found else (False, float(found[2]), not found[1], value)
