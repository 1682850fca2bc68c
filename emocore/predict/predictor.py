"""Pictures in, rows out: the answer for every face, for programs and for tables.

The server may import this module: torch and onnxruntime are loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from emocore.arrays import Face
from emocore.data import names
from emocore.data.faces import face_from_picture
from emocore.data.reading import archive
from emocore.data.reading.formats import is_picture_name
from emocore.data.reading.members import is_junk
from emocore.errors import EmoError
from emocore.predict import inference, loaded_networks
from emocore.predict.inference import FaceAnswer, Pictures, Seen
from emocore.predict.uncertainty import UNSURE_BELOW
from emocore.settings import LIMITS


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of one picture.

    face: (48, 48) what the network saw, or None with a `problem` that says why there is no answer.
    probabilities: for every class, in the order of the classes. prediction: the most probable class.
    """

    file: str
    face: Face | None
    probabilities: dict[str, float]
    prediction: str
    unsure: bool
    problem: str = ""


def answer_pictures(weights: Path, pictures: Sequence[tuple[str, bytes]]) -> list[Answer]:
    """Answers for (name, content) pictures in the same order; one that cannot be read gets a problem."""
    faces: list[Face | None] = []
    problems: list[str] = []
    for name, content in pictures:
        try:
            faces.append(face_from_picture(content, name))
            problems.append("")
        except EmoError as error:
            faces.append(None)
            problems.append(error.message)
    answers = iter(answer_faces(weights, [face for face in faces if face is not None]))
    return [
        replace(next(answers), file=name) if face is not None else Answer(name, None, {}, "", False, problem)
        for (name, _), face, problem in zip(pictures, faces, problems, strict=True)
    ]


def answer_faces(weights: Path, faces: Sequence[Face]) -> list[Answer]:
    """Answers for (48, 48) faces."""
    from emocore.learn import network  # Loads torch, which the server stays without

    model = loaded_networks.network(weights)
    stacked = np.stack(faces) if faces else np.zeros((0, 48, 48), np.uint8)
    rows = network.probabilities(model, stacked)
    return [_answer(model.classes, face, row) for face, row in zip(faces, rows, strict=True)]


def _answer(classes: tuple[str, ...], face: Face, row: np.ndarray) -> Answer:
    probabilities = {emotion: float(share) for emotion, share in zip(classes, row, strict=True)}
    best = max(probabilities, key=probabilities.__getitem__)
    return Answer("", face, probabilities, best, probabilities[best] < UNSURE_BELOW)


MOST_PICTURES = 2000
AT_ONCE = 250
"""Pictures that are held decoded at the same time."""

Row = dict[str, Any]


def table(run_id: str, pictures: Pictures) -> list[Row]:
    """A row a face: file, box, answer, probabilities, flags; one with the problem for a picture that cannot be read."""
    rows: list[Row] = []
    for start in range(0, len(pictures), AT_ONCE):
        seen, _ = inference.look_at(run_id, pictures[start : start + AT_ONCE], shown=False)
        for picture in seen:
            rows += _rows(picture)
    return rows


def table_of_zip(run_id: str, content: bytes, name: str) -> list[Row]:
    """As `table`, for the pictures in a zip, in its order; other files are passed over.

    Raises EmoError for a zip that is refused, "too_many_files" or "no_images".
    """
    rows: list[Row] = []
    with archive.members(io.BytesIO(content), name) as members:
        wanted = [file for file in members.files if is_picture_name(file.name) and not is_junk(file.name)]
        if not wanted:
            raise EmoError(f"{name}: there is no picture in the zip.", "no_images")
        if len(wanted) > MOST_PICTURES:
            message = f"{name}: {len(wanted):,} pictures; the limit is {MOST_PICTURES:,} at once. Make several zips."
            raise EmoError(message, "too_many_files")
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            rows += table(run_id, [(file.name, file.read(LIMITS.picture_bytes)) for file in some])
    return rows


def as_csv(rows: Sequence[Row]) -> bytes:
    """The rows as a CSV file; a name that a spreadsheet would run as a formula gets an apostrophe in front."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = ([row.get(column, "") for column in columns] for row in rows)
    return names.as_csv([columns, *cells]).encode("utf-8-sig")


def _rows(seen: Seen) -> list[Row]:
    if seen.problem:
        return [_row(seen.file, "", "", (), {}) | {"problem": seen.problem, "is_face": None}]
    return [
        _row(seen.file, _box(answer), answer.prediction, inference.flags(seen, answer), answer.probabilities)
        | {"problem": "", "is_face": answer.is_face}
        for answer in seen.answers
    ]


def _row(file: str, box: str, answer: str, flags: tuple[str, ...], probabilities: dict[str, float]) -> Row:
    row = {"file": file, "box": box, "answer": answer, "flags": "; ".join(inference.FLAGS[code] for code in flags)}
    return row | {name: round(share, 3) for name, share in probabilities.items()}


def _box(answer: FaceAnswer) -> str:
    """Left, top and side in pixels of the picture."""
    return f"{answer.box.left:.0f} {answer.box.top:.0f} {answer.box.side:.0f}"
