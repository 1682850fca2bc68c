"""Predictions from elsewhere: a table of truths and answers, every line checked, as answers that can be judged.

A line is an image answered by a network. Columns, by name: `id` or `file`; `truth`; `answer`, or a probability a class
(named as the class, or with `p_`, `prob_` or `share ` before it), or both; `network` where there are several. All other
columns are attributes. What the packed csv of a run (`exchange.run_zip`) says is read too.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from emocore.data.names import attribute_names, folded, is_odd, listing, shown_name, shown_path
from emocore.data.reading import parquet
from emocore.errors import EmoError, reading
from emocore.judge.predictions import Predictions
from emocore.settings import LIMITS
from emocore.wording import counted, score

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "file", "filename", "image", "path"),
    "truth": ("truth", "label", "true", "actual", "y_true", "emotion"),
    "answer": ("answer", "prediction", "predicted", "pred", "y_pred"),
    "network": ("network", "model"),
}
"""What a column is for -> what it may be called, the likeliest name first."""
PREFIXES = ("probability_", "probability ", "prob_", "prob ", "share ", "p_", "p ")
MOST_NETWORKS = 20
ROUNDED = 0.02
"""Printed probabilities may miss a sum of 1 by so much."""
TIE = 1e-6
"""What an answer gets more than a class with the same probability."""


@dataclass(frozen=True, eq=False)
class PredictionTable:
    """What one or several networks answered for the same K images.

    name: of the file. images: K rows with id, emotion and attributes, in the order of ids. answers: network ->
    its answers, whose `rows` count the images from 0.
    """

    name: str
    classes: tuple[str, ...]
    images: pd.DataFrame
    answers: dict[str, Predictions]

    @property
    def attributes(self) -> tuple[str, ...]:
        """Columns of images that describe people."""
        return tuple(self.images.columns.drop(["id", "emotion"]))

    @property
    def fingerprint(self) -> str:
        """The same for the same images with the same labels, in whichever file they come."""
        lines = "\n".join(
            f"{one}\t{truth}" for one, truth in zip(self.images["id"], self.images["emotion"], strict=True)
        )
        return hashlib.sha256(lines.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Line:
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class _Layout:
    """Where what stands: numbers of columns; answer and network -1 where there is none."""

    file: str
    id: int
    truth: int
    answer: int
    network: int
    shares: dict[str, int]
    attributes: dict[str, int]
    classes: tuple[str, ...]

    def refuse(self, line: _Line, message: str, code: str) -> NoReturn:
        """Raise EmoError naming file and line."""
        raise EmoError(f"{self.file}, line {line.number}: {message}", code)


def read(content: bytes, name: str, classes: Sequence[str] = ()) -> PredictionTable:
    """The predictions in a csv or parquet file. classes: where the file does not show all of them.

    Raises EmoError: "no_table", "no_column", "different_lengths", "missing_truth", "unknown_class", "duplicate_id",
    "bad_probabilities", "different_answer", "different_images", "different_labels" or "too_many_networks".
    """
    with reading(shown_name(name)):
        return _read(content, name, classes)


def _read(content: bytes, name: str, classes: Sequence[str]) -> PredictionTable:
    header, lines = _lines(content, shown_name(name))
    layout = _layout(shown_name(name), header, lines, tuple(classes))
    networks: dict[str, dict[str, _Line]] = {}
    for line in lines:
        _add(networks, line, layout)
    if len(networks) > MOST_NETWORKS:
        message = f"{layout.file} has predictions of {len(networks)} networks. Import at most {MOST_NETWORKS} at once."
        raise EmoError(message, "too_many_networks")
    first_name, first = next(iter(networks.items()))
    ids = sorted(first)
    for other_name, other in networks.items():
        _refuse_other_images((first_name, first), (other_name, other), layout)
    answers = {network: _predictions([there[one] for one in ids], layout) for network, there in networks.items()}
    columns = {"id": ids, "emotion": [first[one].cells[layout.truth] for one in ids]}
    columns |= {word: [first[one].cells[at] or "unknown" for one in ids] for word, at in layout.attributes.items()}
    return PredictionTable(shown_name(name), layout.classes, pd.DataFrame(columns), answers)


def _lines(content: bytes, name: str) -> tuple[list[str], list[_Line]]:
    """Header and lines with their numbers in the file, the header being line 1; blank lines are passed over."""
    if len(content) > LIMITS.annotations_bytes:
        raise EmoError(f"{name}: more than {LIMITS.annotations_bytes >> 20} MB. Use a smaller table.", "too_large")
    rows = _parquet(content, name) if Path(name).suffix.lower() == ".parquet" else _csv(content, name)
    if len(rows) < 2:
        raise EmoError(f"{name} has no predictions below its first line, which must name the columns.", "no_table")
    (_, header), *rest = rows
    for number, cells in rest:
        if len(cells) != len(header):
            message = f"{name}, line {number}: {len(cells)} cells, but the first line names {len(header)} columns."
            raise EmoError(f"{message} Correct that line.", "different_lengths")
    return header, [_Line(number, tuple(cells)) for number, cells in rest]


def _csv(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        table = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count), strict=True)
        return [(table.line_num, [cell.strip() for cell in cells]) for cells in table if any(map(str.strip, cells))]
    except (UnicodeDecodeError, csv.Error) as error:
        message = f"{name} cannot be read as csv in UTF-8: {error}. Save it as csv, or as parquet."
        raise EmoError(message, "no_table") from error


def _parquet(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    try:
        parquet.check_claims(io.BytesIO(content))
        table = pd.read_parquet(io.BytesIO(content))
    except EmoError as error:
        raise EmoError(f"{name}: {error.message.partition(': ')[2]}", error.code) from error
    except Exception as error:  # pyarrow raises nearly anything on a damaged file
        raise EmoError(f"{name} is not a complete parquet file. Save it again, or use csv.", "no_table") from error
    cells = table.astype(object).where(table.notna(), "").astype(str)
    rows = [[cell.strip() for cell in row] for row in cells.itertuples(index=False)]
    return [(1, [str(column) for column in table.columns]), *enumerate(rows, 2)]


def _layout(file: str, header: Sequence[str], lines: Sequence[_Line], classes: tuple[str, ...]) -> _Layout:
    names = [folded(word) for word in header]
    if twice := next((word for word in names if names.count(word) > 1), ""):
        raise EmoError(f"{file}: two columns are called {shown_path(twice)!r}. Rename one of them.", "no_column")
    places = {use: next((names.index(word) for word in words if word in names), -1) for use, words in NAMES.items()}
    for use in ("id", "truth"):
        if places[use] < 0:
            message = f"{file} has no column for the {use}. Name one {' or '.join(NAMES[use][:2])}."
            raise EmoError(message, "no_column")
    others = {at: word for at, word in enumerate(header) if at not in places.values()}
    truths = {line.cells[places["truth"]] for line in lines} - {""}
    shares = _share_columns(file, others, lines, set(classes) | truths)
    if places["answer"] < 0 and not shares:
        message = f"{file} has neither a column answer nor a probability for each class. Add one of the two."
        raise EmoError(message, "no_column")
    class_names = classes or tuple(shares) or tuple(sorted(truths))
    _refuse_classes(file, class_names, shares)
    called = attribute_names(word for at, word in others.items() if at not in shares.values() and word)
    attributes = {called[word]: at for at, word in others.items() if word in called}
    return _Layout(file, **places, shares=shares, attributes=attributes, classes=class_names)


def _share_columns(file: str, others: Mapping[int, str], lines: Sequence[_Line], names: set[str]) -> dict[str, int]:
    """Class -> column of its probability; a class that no image has shows by a prefix, or by what lacks to 1."""
    shares: dict[str, int] = {}
    spare: dict[str, int] = {}
    for at, word in others.items():
        prefix = next((each for each in PREFIXES if folded(word).startswith(each)), "")
        if word in names or prefix:
            name = word if word in names else word[len(prefix) :]
            if name in shares:
                raise EmoError(f"{file}: two columns hold probabilities of {shown_path(name)}. Keep one.", "no_column")
            shares[name] = at
        elif all(_share(line.cells[at]) is not None for line in lines):
            spare[word] = at
    first = sum(_share(lines[0].cells[at]) or 0.0 for at in shares.values())
    rest = sum(_share(lines[0].cells[at]) or 0.0 for at in spare.values())
    return shares | spare if shares and abs(first + rest - 1) <= ROUNDED < abs(first - 1) else shares


def _refuse_classes(file: str, classes: tuple[str, ...], shares: Mapping[str, int]) -> None:
    fewest, most = LIMITS.fewest_classes, LIMITS.most_classes
    if shares and set(shares) != set(classes):
        message = f"{file} has probabilities of {listing(shares)}; the classes are {listing(classes)}."
        raise EmoError(f"{message} Use one column for each class.", "unknown_class")
    if not fewest <= len(classes) <= most or len(set(classes)) < len(classes):
        message = f"{file} shows {counted(len(classes), 'class')}; {fewest} to {most} different ones can be judged."
        raise EmoError(message, "unknown_class")
    if odd := [name for name in classes if not name or len(name) > 100 or is_odd(name)]:
        raise EmoError(f"{file}: {shown_path(odd[0])!r} cannot be the name of a class. Rename it.", "unknown_class")


def _add(networks: dict[str, dict[str, _Line]], line: _Line, layout: _Layout) -> None:
    """Put a line where it belongs, after every check that needs this line alone."""
    identity, truth = line.cells[layout.id], line.cells[layout.truth]
    network = line.cells[layout.network] if layout.network >= 0 else Path(layout.file).stem
    if not identity:
        layout.refuse(line, "the id is empty. Enter the name of the image.", "no_id")
    if not truth:
        layout.refuse(line, f"the truth of {shown_path(identity)} is missing. Fill it in.", "missing_truth")
    if truth not in layout.classes:
        message = f"the truth {shown_path(truth)!r} is none of the classes {listing(layout.classes)}."
        layout.refuse(line, f"{message} Mend it, or name all classes.", "unknown_class")
    there = networks.setdefault(network, {})
    if identity in there:
        message = f"{shown_path(identity)} was answered in line {there[identity].number} already."
        layout.refuse(line, f"{message} Keep one line for each image and network.", "duplicate_id")
    there[identity] = line


def _refuse_other_images(
    first: tuple[str, Mapping[str, _Line]], other: tuple[str, Mapping[str, _Line]], layout: _Layout
) -> None:
    """All networks must have answered the same images, with the same truth and attributes."""
    for one, two in ((first, other), (other, first)):
        if lacking := next((identity for identity in one[1] if identity not in two[1]), ""):
            message = f"{shown_path(one[0])} answers {shown_path(lacking)} here and {shown_path(two[0])} never does"
            numbers = f"{len(one[1]):,} and {len(two[1]):,} images"
            layout.refuse(
                one[1][lacking],
                f"{message} ({numbers}). All networks must have predictions for the same images.",
                "different_images",
            )
    for identity, line in other[1].items():
        before = first[1][identity]
        for at in (layout.truth, *layout.attributes.values()):
            if line.cells[at] != before.cells[at]:
                both = f"{shown_path(line.cells[at])!r}, in line {before.number} {shown_path(before.cells[at])!r}"
                layout.refuse(line, f"{shown_path(identity)} is {both}. Mend one of them.", "different_labels")


def _predictions(lines: Sequence[_Line], layout: _Layout) -> Predictions:
    """The answers of one network, in the order of the lines."""
    number = {name: at for at, name in enumerate(layout.classes)}
    truth = np.array([number[line.cells[layout.truth]] for line in lines], np.int64)
    shares = np.array([_shares(line, layout) for line in lines], np.float64).reshape(len(lines), len(number))
    shares /= shares.sum(1, keepdims=True)
    rows = np.arange(len(lines))
    folds, only_answers = np.zeros(len(rows), np.int64), not layout.shares
    return Predictions(rows, folds, truth, shares.astype(np.float32), only_answers=only_answers)


def _shares(line: _Line, layout: _Layout) -> list[float]:
    """The probability of each class in a line; 1 for the answer where there is nothing else."""
    answer = line.cells[layout.answer] if layout.answer >= 0 else ""
    if layout.answer >= 0 and answer not in layout.classes:
        message = f"the answer {shown_path(answer)!r} is none of the classes {listing(layout.classes)}."
        layout.refuse(line, f"{message} Mend it, or name all classes.", "unknown_class")
    if not layout.shares:
        return [float(name == answer) for name in layout.classes]
    given = {name: _share(line.cells[layout.shares[name]]) for name in layout.classes}
    if wrong := [name for name, share in given.items() if share is None]:
        cell = shown_path(line.cells[layout.shares[wrong[0]]])
        layout.refuse(line, f"{cell!r} is no probability of {wrong[0]}. Use 0 to 1.", "bad_probabilities")
    shares = [share for share in given.values() if share is not None]
    if abs(sum(shares) - 1) > ROUNDED:
        message = f"the probabilities sum to {score(sum(shares))}, not to 1. Give probabilities after the softmax."
        layout.refuse(line, message, "bad_probabilities")
    return shares if not answer else _as_answered(line, layout, answer, shares)


def _as_answered(line: _Line, layout: _Layout, answer: str, shares: list[float]) -> list[float]:
    """The probabilities with the answer as the only highest one; of several equal ones it was chosen."""
    at = layout.classes.index(answer)
    if shares[at] < max(shares):
        best = layout.classes[int(np.argmax(shares))]
        message = f"the answer is {answer}, but {best} has the highest probability. Leave the column answer out."
        layout.refuse(line, message, "different_answer")
    return [share + TIE * (place == at and shares.count(share) > 1) for place, share in enumerate(shares)]


def _share(cell: str) -> float | None:
    """A probability, or None for what is none."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
