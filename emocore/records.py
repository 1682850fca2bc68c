"""What lies on disk as JSON, read in one way: whole, or damaged, and then named, listed and put aside by a click."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from emocore import files
from emocore.errors import EmoError

Kept = TypeVar("Kept")
SCHEMA = 1
"""Of all files; one of a newer program says a higher one."""
REMEDY = "Put a copy of it back, or move it to the trash where it is listed."
SET_ASIDE = "set-aside"
"""Shelf of the trash for damaged files that a person moved out of the way."""


@dataclass(frozen=True)
class Damaged:
    """A file or folder that cannot be read, and the sentence that says why."""

    path: Path
    message: str

    @property
    def id(self) -> str:
        """The name of the folder, or of the file without its ending."""
        return self.path.stem


def read(kind: type[Kept], path: Path, **extra: str) -> Kept:
    """The value of type `kind` in a JSON file; fields that it does not know are passed over, and noted.

    `kind` is a dataclass whose fields are the file's keys, or another type that pydantic checks: a number as text is
    no number here. extra: fields that the file's place says, such as an id. Raises EmoError "damaged_file" where the
    file is missing, cannot be opened, is no whole JSON, or holds something else, and "newer_version".
    """
    try:
        value = files.read_json(path)
    except OSError as error:
        lost = isinstance(error, FileNotFoundError)
        raise _damage(path, "it is missing" if lost else f"it cannot be opened: {error.strerror}") from error
    except EmoError as error:
        raise EmoError(f"{error.message} {REMEDY}", error.code) from error
    refuse_newer(value, f"{path.parent.name}/{path.name}")
    if extra and isinstance(value, dict):
        value = value | extra
    try:
        kept = checked(kind, value)
    except ValidationError as error:
        raise _damage(path, _first_of(error)) from error
    except EmoError as error:
        raise _damage(path, error.message) from error
    note_unknown(path, unknown(value, kept) - {"schema"})
    return kept


def refuse_newer(value: Any, name: str) -> None:
    """Raise EmoError "newer_version" for what a program with another schema than ours wrote."""
    schema = value.get("schema", SCHEMA) if isinstance(value, dict) else SCHEMA
    if isinstance(schema, int) and schema > SCHEMA:
        message = f"{name} was written by a newer version of this program. Update this program to open it."
        raise EmoError(message, "newer_version")


def lines(kind: type[Kept], path: Path) -> list[Kept]:
    """The values of type `kind` in a file of JSON lines, first to last; what is none is passed over, as is no file.

    A file that grows line by line ends in half a line where its writer was killed: the rest still counts.
    """
    found: list[Kept] = []
    strange: set[str] = set()
    try:
        values = files.read_lines(path)
    except OSError:
        return []
    for value in values:
        with suppress(ValidationError, EmoError):
            found.append(checked(kind, value))
            strange |= unknown(value, found[-1])
    note_unknown(path, strange)
    return found


_UNKNOWN: dict[Path, tuple[str, ...]] = {}
"""Files in which the last look of this process met fields that it does not know, and these."""
MOST_NAMED = 5


def note_unknown(path: Path, names: Iterable[str]) -> None:
    """Remember which fields of a file were passed over, until it is read again."""
    if strange := tuple(sorted(names)):
        _UNKNOWN[path] = strange
    else:
        _UNKNOWN.pop(path, None)


def passed_over(*places: Path) -> list[str]:
    """A sentence for each set of fields that this process met in files of these folders and does not know.

    Of all files without a place. No disk is asked while all fields are known.
    """
    files_by_fields: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
    for path, names in sorted(_UNKNOWN.items()):
        if (not places or any(path.is_relative_to(place) for place in places)) and path.exists():
            files_by_fields.setdefault((path.name, names), []).append(path)
    return [_in_words(paths, names) for (_, names), paths in files_by_fields.items()]


def _in_words(paths: list[Path], names: tuple[str, ...]) -> str:
    first = f"{paths[0].parent.name}/{paths[0].name}"
    who = f"{first} and {len(paths) - 1:,} more hold" if len(paths) > 1 else f"{first} holds"
    shown = ["".join(letter if letter.isprintable() else "?" for letter in name[:60]) for name in names[:MOST_NAMED]]
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{who} fields that this program does not know: {', '.join(shown)}{more}. They were passed over."


def unknown(value: Any, kept: Any) -> set[str]:
    """The fields of a JSON value that `kept`, which was made of it, has no place for: "plan.later" lies in "plan"."""
    if isinstance(value, dict) and isinstance(kept, dict):
        return {f"{key}.{name}" for key in value.keys() & kept.keys() for name in unknown(value[key], kept[key])}
    if isinstance(value, dict) and is_dataclass(kept):
        names = _field_names(cast("Any", type(kept)))
        inner = {
            f"{key}.{name}" for key in value.keys() & names for name in unknown(value[key], getattr(kept, names[key]))
        }
        return (value.keys() - names) | inner
    if isinstance(value, list) and value and isinstance(value[0], dict | list) and isinstance(kept, list | tuple):
        return {name for each in zip(value, kept, strict=False) for name in unknown(*each)}
    return set()


def checked(kind: type[Kept], value: Any) -> Kept:
    """A value of JSON as type `kind`. Raises ValidationError of pydantic, or the EmoError of a field's own rules.

    It becomes JSON once more: there alone pydantic takes lists for tuples, objects for dataclasses, and nothing else.
    """
    adapter: TypeAdapter[Kept] = _adapter(cast("Any", kind))
    return adapter.validate_json(json.dumps(value), strict=True)


def _first_of(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(place) for place in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _damage(path: Path, what: str) -> EmoError:
    """The error that names a damaged file and what is wrong with it."""
    return EmoError(f"{path.parent.name}/{path.name} is damaged: {what.rstrip('.')}. {REMEDY}", "damaged_file")


def listed(paths: Iterable[Path], reader: Callable[[Path], Kept]) -> tuple[list[Kept], list[Damaged]]:
    """What `reader` gives for each path, and the damaged ones, each in the order of the paths."""
    whole: list[Kept] = []
    damaged: list[Damaged] = []
    for path in paths:
        try:
            whole.append(reader(path))
        except EmoError as error:
            damaged.append(Damaged(path, error.message))
    return whole, damaged


def set_aside(path: Path) -> None:
    """Move a damaged file or folder out of the way; `bring_back` undoes it."""
    files.throw_away(path, _shelf(path))


def bring_back(path: Path) -> None:
    """Undo `set_aside`. Raises EmoError "not_in_trash"."""
    files.bring_back(path, _shelf(path))


def _shelf(path: Path) -> str:
    """A shelf for each folder that damaged files come from, so that equal names do not meet."""
    return f"{SET_ASIDE}-{path.parent.parent.name}-{path.parent.name}"


@cache
def _field_names(kind: Any) -> dict[str, str]:
    """Key in the file -> field of a dataclass, which may be called otherwise."""
    notes = {
        name: getattr(hint, "__metadata__", ()) for name, hint in get_type_hints(kind, include_extras=True).items()
    }
    aliases = {name: next((each.alias for each in notes[name] if getattr(each, "alias", "")), name) for name in notes}
    return {aliases[field.name]: field.name for field in fields(kind)}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
