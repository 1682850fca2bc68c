"""Faces as rows of a Parquet file with the pictures in it, as the Hugging Face Hub has them."""

from __future__ import annotations

import atexit
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any, cast

import psutil
import pyarrow.parquet as pq

from emocore.data.layouts import tables
from emocore.data.layouts.plan import Part, Plan, part
from emocore.data.layouts.vocabulary import split_of
from emocore.data.names import plain, shown_name, shown_path
from emocore.data.reading.attach import Found, Haul, Key
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError
from emocore.settings import LIMITS
from emocore.wording import counted

LAYOUT = "Parquet with pictures"
PICTURES = ("image", "img", "picture", "photo", "face", "pixels", "bytes")
"""What a column of pictures is called where its type does not tell."""
LONGEST_CLASS = 200
LYING = {"thrift_string_size_limit": 16 * 2**20, "thrift_container_size_limit": 200_000}
"""What the description at a file's end may hold, in bytes and in entries, before it is taken for a lie."""


@dataclass(frozen=True, eq=False)
class Shard:
    """One Parquet file, checked by what it claims. names: of the classes that its labels count, as the Hub keeps them.

    file: as pyarrow opens it. split: by the file's name, for rows without a `split_column`.
    """

    name: str
    file: Any
    image: str
    label: str
    names: tuple[str, ...]
    split: str
    split_column: str
    attributes: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.file.metadata.num_rows)

    def rows(self, *columns: str, most: int | None = None) -> Iterator[dict[str, Any]]:
        """Rows as column -> value, a few at a time."""
        given = 0
        for batch in self.file.iter_batches(batch_size=64, columns=[c for c in columns if c], use_threads=False):
            yield from batch.to_pylist()
            given += len(batch)
            if most and given >= most:
                return

    def emotion(self, row: dict[str, Any]) -> str:
        """The class of a row, "" where it has none. Raises EmoError for a text that is none."""
        value = row[self.label]
        if value is None or (isinstance(value, int) and value < 0):
            return ""  # As the Hub marks what has no label
        if self.names and isinstance(value, int):
            return self.names[value] if value < len(self.names) else ""
        word = plain(str(value)).strip()
        if len(word) > LONGEST_CLASS:
            message = f"{shown_name(self.name)}: {self.label} holds {len(word):,} characters, which is no class."
            raise EmoError(f"{message} Choose a file with labels.", "wrong_format")
        return word

    def part(self, row: dict[str, Any]) -> str:
        """The split of a row, or ""."""
        return (split_of(str(row[self.split_column])) if self.split_column else "") or self.split


@contextmanager
def shards(files: Sequence[Member]) -> Iterator[list[Shard]]:
    """Parquet files opened for as long as the block lasts. Raises EmoError for one that cannot be read."""
    with ExitStack() as stack:
        yield [_shard(member, stack.enter_context(member.open())) for member in files]


def among(found: Members) -> list[Member]:
    """The Parquet files of a folder or archive, where there is no picture besides."""
    return sorted((m for m in found.files if m.name.lower().endswith(".parquet")), key=lambda member: member.name)


def _shard(member: Member, stream: IO[bytes]) -> Shard:
    shown = shown_name(member.name)
    if not isinstance(stream, io.BufferedReader):  # A member of a zip goes back by unpacking anew
        stream = io.BytesIO(member.read(LIMITS.zip_bytes))
    try:
        file = pq.ParquetFile(stream, buffer_size=2**20, pre_buffer=False, **LYING)
        schema = file.schema_arrow
    except Exception as error:  # pyarrow raises nearly anything on a damaged file
        raise EmoError(f"{shown}: the Parquet file is damaged. Download it again.", "unreadable_file") from error
    image = _image_column(schema)
    columns = {name.lower(): name for name in schema.names}
    label = next((columns[name] for name in tables.CLASS_COLUMNS if name in columns), "")
    if not image or not label:
        missing = "no column holds pictures (image: bytes)" if not image else "no column holds classes (label, emotion)"
        message = f"{shown}: {missing}. Its columns are {', '.join(map(shown_name, schema.names[:10]))}."
        raise EmoError(f"{message} Choose a file with pictures and labels.", "wrong_format")
    split = next((columns[name] for name in tables.SPLIT_COLUMNS if name in columns), "")
    words = [f.name for f in schema if _is_word(f.type) and f.name not in (image, label, split)]
    _check(file, member.size, shown)
    _try_out(stream, shown, kept=False)
    by_name = split_of(
        member.parts[-1].partition("-")[0].rpartition(".parquet")[0] or member.parts[-1].partition("-")[0]
    )
    return Shard(member.name, file, image, label, _names_of(schema, label), by_name, split, tuple(words))


def check_claims(source: Path | io.BytesIO, most: int = LIMITS.folder_files) -> None:
    """Refuse a Parquet file of more than `most` rows, or that takes far more memory than its size. Raises EmoError."""
    shown = source.name if isinstance(source, Path) else "the table"
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        size = stream.seek(0, os.SEEK_END)
        with pq.ParquetFile(stream, **LYING) as file:
            _check(file, size, shown, min(most, LIMITS.folder_files))
        _try_out(stream, shown, kept=True)


def _check(file: Any, size: int, shown: str, most: int = LIMITS.folder_files) -> None:
    """What the file claims, before a page of it is read."""
    rows = file.metadata.num_rows
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    unpacked = sum(max(0, group.total_byte_size) for group in groups)
    if rows > most:
        raise EmoError(f"{shown}: {rows:,} rows; the limit is {most:,}. Make several files.", "too_many_files")
    if unpacked > LIMITS.zip_unpacked_bytes or unpacked > max(10 * 2**20, LIMITS.zip_ratio * size):
        limit = f"{LIMITS.zip_unpacked_bytes >> 20:,} MB and {LIMITS.zip_ratio} times its size"
        message = f"{shown}: unpacked it has {unpacked >> 20:,} MB; the limit is {limit}. Make it smaller."
        raise EmoError(message, "too_large_unpacked")


TRIAL = """
import io, os, sys
import pyarrow.parquet as pq
while head := sys.stdin.buffer.read(9):
    content = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    try:
        with pq.ParquetFile(io.BytesIO(content), buffer_size=2**20, pre_buffer=False) as file:
            rows = [batch for batch in file.iter_batches(batch_size=64, use_threads=False) if head[0]]
    except Exception:
        pass
    content = rows = None
    os.write(1, b"k")
"""
"""Reads files in a process of its own before this one reads them in the same way, since a few KB may take any memory:
one word of 8 MB in a dictionary, and a million rows that name it. What it cannot read, this process tells."""
_trying = threading.Lock()
_trials: list[subprocess.Popen[bytes]] = []


def _try_out(source: IO[bytes], shown: str, kept: bool) -> None:
    """Raise EmoError for a file that takes too much memory or time. kept: whether all rows are held at once."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    with _trying, ThreadPoolExecutor(1) as pool:
        if not _trials or _trials[0].poll() is not None:
            end_trial()
            _trials.append(subprocess.Popen([sys.executable, "-c", TRIAL], stdin=PIPE, stdout=PIPE))  # noqa: S603 - ours
        process = _trials[0]
        asking, answering = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        with suppress(OSError):  # Its end is seen by who watches
            asking.write(bytes([kept]) + size.to_bytes(8, "big"))
            shutil.copyfileobj(source, asking)
            asking.flush()
        if reason := _watched(process, pool.submit(answering.read, 1), size):
            end_trial()
            message = f"{shown}: {reason}. Write it again with smaller pages, or leave it out."
            raise EmoError(message, "too_much_memory" if "MB" in reason else "unreadable_file")


def _watched(process: subprocess.Popen[bytes], answer: Future[bytes], size: int) -> str:
    """Why the process was ended or ended itself, or "". Its own seconds count: the machine may be busy."""
    seconds, itself = LIMITS.decoder_seconds + size / LIMITS.parquet_bytes_a_second, psutil.Process(process.pid)
    with suppress(psutil.Error):
        begun = sum(itself.cpu_times()[:2])
        while not answer.done():
            with suppress(TimeoutError):
                answer.result(timeout=0.02)
            if itself.memory_info().rss > LIMITS.parquet_bytes + size:
                process.kill()
                return f"reading it takes more memory than {LIMITS.parquet_bytes >> 20} MB beyond its size"
            if sum(itself.cpu_times()[:2]) - begun > seconds:
                process.kill()
                return f"reading it takes longer than {seconds:.0f} seconds"
    return "" if answer.result() else "it made its reader crash"


@atexit.register
def end_trial() -> None:
    """End the process that tries files out; the next file starts another."""
    while _trials:
        with _trials.pop() as process:  # Closes its pipes and waits
            process.kill()


def _image_column(schema: Any) -> str:
    """The column of pictures: a struct with `bytes`, as the Hub has it, or bytes that are called so; else ""."""
    for field in schema:
        kind = str(field.type)
        if kind.startswith("struct<") and "bytes: binary" in kind:
            return str(field.name)
    plain_bytes = [f.name for f in schema if str(f.type) in ("binary", "large_binary")]
    return next((name for name in plain_bytes if name.lower() in PICTURES), "")


def _is_word(kind: Any) -> bool:
    return str(kind) in ("string", "large_string", "bool") or str(kind).startswith(
        ("int", "uint", "dictionary<values=s")
    )


def _names_of(schema: Any, label: str) -> tuple[str, ...]:
    """The Hub's names of the classes that the label counts, () where there are none."""
    try:
        metadata = json.loads((schema.metadata or {})[b"huggingface"])
        return tuple(plain(str(name)) for name in metadata["info"]["features"][label]["names"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return ()


def found_in(files: Iterable[Shard], haul: Haul) -> Iterator[Found]:
    """Every row with a class as a picture to decode."""
    seen: set[str] = set()
    for shard in files:
        columns = (shard.image, shard.label, shard.split_column, *shard.attributes)
        for number, row in enumerate(shard.rows(*columns)):
            place = f"{shown_path(shard.name)}, row {number}"
            if not (emotion := shard.emotion(row)):
                haul.skip(place, "no label")
                continue
            content, path = _content(row[shard.image])
            split = shard.part(row)
            file = shown_name(path) if path else f"{number:06}.png"
            key = "/".join(word for word in (split, emotion, file) if word)
            if key in seen:
                key = "/".join(word for word in (split, emotion, f"{len(seen):06}_{file}") if word)
            seen.add(key)
            attributes = {name: str(row[name]) for name in shard.attributes if row[name] is not None}
            yield Found(Key(split, emotion, file, key), place, attributes, partial(_bytes, content, file))


def _content(value: Any) -> tuple[bytes | None, str]:
    """The bytes of a picture and its path, as far as they are there."""
    if isinstance(value, dict):
        return value.get("bytes"), str(value.get("path") or "")
    return value, ""


def _bytes(content: bytes | None, file: str) -> bytes:
    if content is None:
        raise EmoError(f"{file}: the picture itself is not in the file, only its path.", "unreadable_file")
    return content


def counts(files: Iterable[Shard]) -> dict[str, dict[str, int]]:
    """Split or "" -> class -> rows."""
    found: dict[str, Counter[str]] = {}
    for shard in files:
        for row in shard.rows(shard.label, shard.split_column):
            if emotion := shard.emotion(row):
                found.setdefault(shard.part(row), Counter())[emotion] += 1
    return {split: dict(sorted(classes.items())) for split, classes in sorted(found.items())}


def plan(files: Sequence[Shard], there: dict[str, dict[str, int]]) -> Plan:
    """What each column means."""
    first = files[0]
    parts = [part(first.label, "class", (emotion for classes in there.values() for emotion in classes), "its name")]
    if any(there):
        source = first.split_column or "tables"
        parts.append(
            part(source, "split", filter(None, there), "its name" if first.split_column else "the file's name")
        )
    parts += [Part(name, name, (), 0, "a column beside the pictures") for name in first.attributes]
    names = ", ".join(shown_name(shard.name) for shard in files[:3])
    evidence = (
        f"{names}: {counted(sum(map(len, files)), 'row')} with a picture in the column {shown_name(first.image)}."
    )
    is_counted = not first.names and all(word.isdigit() for classes in there.values() for word in classes)
    question = "The classes are numbers, and nothing says what they mean. Give them names after the import."
    return Plan(LAYOUT, tuple(parts), (evidence,), (question,) if is_counted else ())
