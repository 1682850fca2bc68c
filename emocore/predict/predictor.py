"""Many pictures, or a whole other dataset, answered by one network.

The server may import this module: torch and onnxruntime are loaded in the functions that only a worker calls.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emocore.arrays import Face
from emocore.data import library, names
from emocore.data.dataset import Dataset
from emocore.data.editing.subset import ALIASES
from emocore.data.names import folded
from emocore.data.reading import archive, decoding
from emocore.data.reading.formats import is_picture_name
from emocore.data.reading.members import Member, is_junk
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge.predictions import Predictions
from emocore.predict import inference, loaded_networks, uncertainty
from emocore.predict.inference import FaceAnswer, Pictures, Seen
from emocore.runs import parents, store
from emocore.runs.answers import derived_path
from emocore.runs.run import Run
from emocore.settings import LIMITS
from emocore.wording import counted

MOST_PICTURES = 2000
AT_ONCE = 250
BYTES_AT_ONCE = 40 * 2**20
"""Pictures of a zip that are held at the same time, and the bytes of their files."""

Row = dict[str, Any]


def table_of_whole(run_id: str, pictures: Pictures) -> list[Row]:
    """A row a picture, in their order: what a model answers where each is one face, or the problem with it."""
    faces: dict[int, Face] = {}
    problems: dict[int, str] = {}
    for number, (name, content) in enumerate(pictures):
        try:
            faces[number] = decoding.picture(content, name).face
        except EmoError as error:
            problems[number] = error.message
    answers = dict(zip(faces, inference.look_at_faces(run_id, list(faces.values())), strict=True))
    return [
        _whole(name, answers[number]) if number in answers else _unread(name, problems[number])
        for number, (name, _) in enumerate(pictures)
    ]


def _whole(file: str, answer: FaceAnswer) -> Row:
    return {
        "file": file,
        "probabilities": answer.probabilities,
        "answer": answer.prediction,
        "unsure": answer.unsure,
        "problem": "",
        "is_face": answer.is_face,
    }


def _unread(file: str, problem: str) -> Row:
    return {"file": file, "probabilities": {}, "answer": "", "unsure": False, "problem": problem, "is_face": None}


def table(run_id: str, pictures: Pictures) -> list[Row]:
    """A row a face: file, box, answer, probabilities, flags; one with the problem for a picture that cannot be read."""
    rows: list[Row] = []
    for start in range(0, len(pictures), AT_ONCE):
        seen, _ = inference.look_at(run_id, pictures[start : start + AT_ONCE], shown=False)
        for picture in seen:
            rows += _rows(picture)
    return rows


def table_of_zip(run_id: str, path: Path, name: str) -> list[Row]:
    """As `table`, for the pictures in a zip, in its order; other files are passed over. name: as the person knows it.

    Raises EmoError for a zip that is refused, "too_many_files" or "no_images".
    """
    rows: list[Row] = []
    with archive.members(path, name) as members:
        wanted = [file for file in members.files if is_picture_name(file.name) and not is_junk(file.name)]
        if not wanted:
            raise EmoError(f"{name}: there is no picture in the zip.", "no_images")
        if len(wanted) > MOST_PICTURES:
            message = f"{name}: {len(wanted):,} pictures; the limit is {MOST_PICTURES:,} at once. Make several zips."
            raise EmoError(message, "too_many_files")
        some: list[Member] = []
        for file in wanted:
            some.append(file)
            if len(some) == AT_ONCE or sum(each.size for each in some) > BYTES_AT_ONCE or file is wanted[-1]:
                rows += _table_of(run_id, some)
                some = []
    return rows


def _table_of(run_id: str, files: Sequence[Member]) -> list[Row]:
    """Rows for some members of a zip; one that cannot be unpacked gets its problem."""
    contents: list[tuple[str, bytes]] = []
    rows: dict[str, list[Row]] = {file.name: [] for file in files}
    for file in files:
        try:
            contents.append((file.name, file.read(LIMITS.picture_bytes)))
        except EmoError as error:
            rows[file.name] = _rows(Seen(file.name, (0, 0), b"", (), "unreadable", error.message))
    for row in table(run_id, contents):
        rows[row["file"]].append(row)
    return [row for file in files for row in rows[file.name]]


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


PARTS = ("all", "train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """What a model answered for another dataset.

    matched: class there -> class of the model. unmatched: classes there that the model does not know. unknown: their
    images, which are not judged. learned: images left out since the model was trained on the same picture, or None
    where that cannot be told. answers: truth and probabilities in the model's classes.
    """

    dataset: str
    part: str
    matched: dict[str, str]
    unmatched: tuple[str, ...]
    unknown: int
    learned: int | None
    answers: Predictions


def matched(names: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Class of a dataset -> class of a model that means the same, by name or by a common other name."""
    by_key = {_key(name): name for name in names}
    return {name: by_key[_key(name)] for name in classes if _key(name) in by_key}


def measure_elsewhere(run_id: str, name: str, part: str = "all") -> None:
    """Have a run answer a dataset's original images, or those of one part, and keep that. Called on a worker.

    Raises EmoError "own_dataset", "different_classes", "no_images" or "bad_value".
    """
    run, dataset = store.read(run_id), library.load(name)
    _refuse(run, dataset, part)
    same = matched(run.classes, dataset.classes)
    rows = np.flatnonzero(dataset.table["parent"].to_numpy(str) == "")
    if part != "all":
        rows = rows[dataset.table["split"].to_numpy(str)[rows] == part]
    has_class = np.isin(dataset.labels[rows], [dataset.classes.index(one) for one in same])
    unknown, rows = int((~has_class).sum()), rows[has_class]
    rows, learned = _not_learned(run, dataset, rows)
    if not len(rows):
        message = (
            f"{name} has no image to judge {run.id} by: of its part {part!r} none is of a known class and new to it."
        )
        raise EmoError(message, "no_images")
    to_model = np.array([run.classes.index(same[one]) if one in same else -1 for one in dataset.classes])
    shares = uncertainty.ask(loaded_networks.networks(run), dataset.images[rows]).probabilities
    families = dataset.table["family"].to_numpy()[rows]
    content = io.BytesIO()
    counts = [unknown, -1 if learned is None else learned]
    np.savez_compressed(
        content, rows=rows, truth=to_model[dataset.labels[rows]], probabilities=shares, counts=counts, families=families
    )
    write_bytes(_path(run, name, dataset.fingerprint, part), content.getvalue())


def saved_elsewhere(run: Run, name: str, part: str = "all") -> Elsewhere | None:
    """What `measure_elsewhere` left for the dataset as it is today, or None."""
    summary = library.summary(name)
    try:
        content = io.BytesIO(_path(run, name, summary.fingerprint, part).read_bytes())
        with np.load(content, allow_pickle=False) as kept:
            rows = kept["rows"]
            families = kept.get("families", rows)
            answers = Predictions(rows, np.zeros(len(rows), np.int64), kept["truth"], kept["probabilities"], families)
            unknown, learned = kept["counts"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    same = matched(run.classes, summary.classes)
    unmatched = tuple(one for one in summary.classes if one not in same)
    return Elsewhere(name, part, same, unmatched, unknown, None if learned < 0 else learned, answers)


def message_elsewhere(found: Elsewhere) -> str:
    """What was matched and what was left out, in sentences."""
    renamed = [f"{theirs} counts as {ours}" for theirs, ours in found.matched.items() if theirs != ours]
    sentences = [f"Evaluated on {counted(len(found.answers), 'image')} of {found.dataset}."]
    sentences += [f"Classes with another name: {', '.join(renamed)}."] if renamed else []
    if found.unmatched:
        sentences.append(
            f"Left out, because the model does not have the class {', '.join(found.unmatched)}: "
            f"{counted(found.unknown, 'image')}."
        )
    if found.learned is None:
        sentences.append("It is not known whether some of these pictures are training images of the model.")
    else:
        sentences.append(
            f"Left out, because they are training images of the model or rotated copies: "
            f"{counted(found.learned, 'image')}."
        )
    return " ".join(sentences)


def _refuse(run: Run, dataset: Dataset, part: str) -> None:
    if part not in PARTS:
        raise EmoError(f"part={part} is not possible. Use {', '.join(PARTS)}.", "bad_value")
    if dataset.fingerprint == run.fingerprint:
        raise EmoError(
            f"{run.id} was trained on {dataset.name}. Evaluate it on the Evaluate page instead.", "own_dataset"
        )
    if len(set(matched(run.classes, dataset.classes).values())) < 2:
        of_model, there = ", ".join(run.classes), ", ".join(dataset.classes)
        message = (
            f"{dataset.name} ({there}) shares fewer than two classes with {run.id} ({of_model}). Choose another one."
        )
        raise EmoError(message, "different_classes")


def _not_learned(run: Run, dataset: Dataset, rows: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The rows whose picture none of the networks was trained on, and how many those are not."""
    hashes, is_whole = loaded_networks.learned(run)
    learned = loaded_networks.are_among(parents.pictures(dataset.images[rows]), hashes)
    return rows[~learned], int(learned.sum()) if is_whole else None


def _path(run: Run, name: str, fingerprint: str, part: str) -> Path:
    return derived_path(run, f"on-{name}-{fingerprint}-{part}.npz")


def _key(name: str) -> str:
    return ALIASES.get(folded(name), folded(name))
