"""Whole runs leave as a zip; every file of a strange run folder is checked before it becomes a run here.

The server may import this module: torch is loaded when a worker checks weights.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emocore.data.names import as_csv, attribute_names, shown_name
from emocore.data.reading import numpy_arrays, parquet
from emocore.data.reading.members import Member, Members
from emocore.errors import EmoError
from emocore.exchange import model_file, schemas
from emocore.files import replacing, write_bytes
from emocore.learn.events import is_number
from emocore.runs import parents, status, store
from emocore.runs import run as runs
from emocore.runs.answers import has_answers, read_answers, validation_answers
from emocore.runs.experiments import comparison
from emocore.runs.run import Run, slug
from emocore.settings import LIMITS

if TYPE_CHECKING:
    from emocore.judge.predictions import Predictions

FILES: dict[str, int] = {
    "run.json": 2**20,
    "state.json": 2**16,
    "conditions.json": 2**16,
    "notes.json": 2**16,
    "doubts.json": 2**24,
    "events.jsonl": 2**24,
    "openings.jsonl": 2**20,
    "log.txt": 2**20,
    "rows.parquet": 2**28,
    "predictions.npz": 2**28,
    "trained_on.npy": 2**28,
    "signs.npy": 2**28,
    "weights.safetensors": 100 * 2**20,
} | dict.fromkeys(runs.TABLES, 2**20)
"""The files of a run that travel, and how large each may be; locks and checkpoints stay behind."""

MOST_IMAGES = 10**9


def packed(runs: Sequence[Run]) -> bytes:
    """A zip of whole run folders, a table of the runs, and epochs and validation answers of each as csv.

    An ensemble takes its members along, since it cannot come in without them. Raises EmoError "no_run" without a run,
    "busy" when one is not over, "fold" for a fold of a cross-validation, "no_member" and "too_large".
    """
    if not runs:
        raise EmoError("No run was chosen. Choose at least one.", "no_run")
    if folds := [run for run in runs if run.part_of]:
        message = f"{folds[0].id} is one of the runs of {folds[0].part_of}, which is of no use without the others."
        raise EmoError(f"{message} Choose a run that stands for itself.", "fold")
    runs = with_members(runs)
    if busy := [run for run in runs if not run.status.is_over]:
        raise EmoError(f"Run {busy[0].number} is {busy[0].status.state}. Wait for its end, or stop it.", "busy")
    if refusal := too_large(runs):
        raise EmoError(refusal, "too_large")
    for run in runs:
        _refuse_damaged_weights(run)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("runs.csv", table([comparison.row(run) for run in runs]))
        for run in runs:
            for name in FILES:
                if (run.folder / name).is_file():
                    archive.writestr(f"{run.id}/{name}", _content(run.folder / name))
            archive.writestr(f"{run.id}/epochs.csv", table([asdict(epoch) for epoch in store.epochs(run)]))
            if has_answers(run):
                archive.writestr(f"{run.id}/validation.csv", table(_answers(run)))
    return content.getvalue()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path.name} of {path.parent.name} cannot be read ({error.strerror})."
        raise EmoError(f"{message} Choose other runs, or put a copy of the file back.", "damaged_file") from error


def _refuse_damaged_weights(run: Run) -> None:
    """What could not come in again does not leave."""
    try:
        if run.weights.exists():
            model_file.check(run.weights.read_bytes(), run.weights.name)
    except (EmoError, OSError) as error:
        if getattr(error, "code", "") == "no_metadata" and not model_file.are_classes(list(run.classes)):
            return  # Names that no export of another laboratory may bring are no damage
        message = (
            f"{run.label} cannot be exported: its {run.weights.name} is damaged. Choose other runs, or train it again."
        )
        raise EmoError(message, "corrupt_model") from error


def with_members(runs: Sequence[Run]) -> list[Run]:
    """Some runs and the members of ensembles among them, each once. Raises EmoError "no_member"."""
    every = [one for run in runs for one in ([*store.members(run), run] if run.members else [run])]
    return list({run.id: run for run in every}.values())


def too_large(runs: Sequence[Run]) -> str:
    """Why a zip of some runs could not come in again, as a sentence, or "" where it could."""
    if len(runs) > MOST_RUNS:
        return f"These are {len(runs):,} runs. One zip takes at most {MOST_RUNS:,}: choose fewer."
    files = [run.folder / name for run in runs for name in FILES]
    size = sum(path.stat().st_size for path in files if path.is_file())
    if size <= LIMITS.zip_bytes:
        return ""
    return f"These runs have {size >> 20:,} MB. One zip takes at most {LIMITS.zip_bytes >> 20} MB: choose fewer runs."


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as csv that no spreadsheet runs as a formula."""
    rows = list(rows)
    return as_csv([list(rows[0]), *(row.values() for row in rows)]) if rows else ""


def _answers(run: Run) -> list[dict[str, Any]]:
    """A row a validation image: its id, label, answer and the share of each class. The test part stays sealed."""
    answers = validation_answers(run)
    ids = store.rows(run).set_index("row")["id"].reindex(answers.rows)
    return [
        {"id": name, "label": run.classes[truth], "answer": run.classes[answer]}
        | {f"share {emotion}": round(float(share), 5) for emotion, share in zip(run.classes, shares, strict=True)}
        for name, truth, answer, shares in zip(ids, answers.truth, answers.answers, answers.probabilities, strict=True)
    ]


MOST_RUNS = 1000
NEEDED = ("run.json", "state.json")


def checked(found: Members, name: str, place: Path) -> list[Run]:
    """The run folders in a zip or folder, copied into `place` after every check. Called on a worker.

    All of the runs or none of them: the first thing that is wrong ends it. Raises EmoError "too_large", and
    "damaged_run" with what is wrong.
    """
    folders: dict[str, dict[str, Member]] = {}
    for member in found.files:
        *above, file = member.parts
        if file in FILES:
            folders.setdefault("/".join(above), {})[file] = member
    folders = {above: files for above, files in folders.items() if "run.json" in files}
    if len(folders) > MOST_RUNS:
        raise EmoError(f"{shown_name(name)} holds {len(folders)} runs. Bring at most {MOST_RUNS} at once.", "too_large")
    return [
        _checked(files, place / str(number) / _id_of(above, name))
        for number, (above, files) in enumerate(folders.items())
    ]


def _id_of(place: str, name: str) -> str:
    """What the folder is called, as an id; the zip itself may be the folder."""
    return slug(place.rpartition("/")[2] or Path(name).stem).strip("-") or "run"  # Whole: it is the same run again


def _checked(files: Mapping[str, Member], to: Path) -> Run:
    """The run in some files, copied to a folder of our own, after every check."""
    if missing := [name for name in NEEDED if name not in files]:
        raise damaged(to, f"{missing[0]} is missing")
    to.mkdir(parents=True)
    for name, member in files.items():
        write_bytes(to / name, member.read(FILES[name]))
    _check_state(to)
    run = runs.read(to, shipped=False)
    if run.part_of:
        raise damaged(to, "it is a fold of a cross-validation, which says nothing without the others")
    if not model_file.are_classes(list(run.classes)):
        raise damaged(to, "its classes have no names that this program would give")
    if run.images > MOST_IMAGES or not (run.minutes is None or is_number(run.minutes)):
        raise damaged(to, "the number of images or of minutes in run.json is impossible")
    _check_epochs(run)
    if run.members and run.weights.exists():
        raise damaged(to, "it is an ensemble and has weights of its own")
    if run.elsewhere and (run.weights.exists() or run.members):
        raise damaged(to, "it holds predictions from elsewhere and has a network of its own")
    _check_weights(run)
    parents.trained_on(run)
    parents.signs_of(run)
    _check_answers(run)
    _name_attributes(run)
    try:
        schemas.refuse_strange(to)
    except EmoError as error:
        raise damaged(to, error.message.rstrip(".")) from error
    return run


@contextmanager
def _refusing(to: Path, what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # pyarrow raises nearly anything on a damaged file
        raise damaged(to, what) from error


def _name_attributes(run: Run) -> None:
    """Attributes are called as they would be by every other door."""
    if not (run.folder / "rows.parquet").exists():
        return
    table = store.rows(run)
    named = attribute_names(name for name in table.columns if name not in store.COLUMNS)
    if any(name != called for name, called in named.items()):
        with replacing(run.folder / "rows.parquet") as file:
            table.rename(columns=named).to_parquet(file, index=False)


def _check_state(to: Path) -> None:
    """Nobody here works on it: what was running elsewhere counts as interrupted."""
    state = status.read(to)
    if not state.is_over:
        status.write(to, "interrupted", f"It was {state.state} when it was brought here.")


def _check_epochs(run: Run) -> None:
    passed = store.epochs(run)
    if [epoch.epoch for epoch in passed] != list(range(1, len(passed) + 1)):
        raise damaged(run.folder, "the epochs in events.jsonl do not count up from 1, or hold other than numbers")
    if odd := [epoch.epoch for epoch in passed if len(epoch.recall) not in (0, len(run.classes))]:
        raise damaged(run.folder, f"epoch {odd[0]} in events.jsonl has recalls of other classes")


def _check_weights(run: Run) -> None:
    """Of this recipe and these classes, whole, and numbers."""
    if not run.weights.exists():
        return
    from emocore.learn import network  # The server stays without torch

    model_file.check(run.weights.read_bytes(), run.weights.name)
    model = network.load(run.weights)
    if (model.recipe, model.classes) != (run.recipe, run.classes):
        raise damaged(run.folder, "its weights are of another recipe or of other classes")
    network.refuse_nonsense(model, f"The network of run folder {shown_name(run.folder.name)}")


def _check_answers(run: Run) -> None:
    """The table of images fits run.json, and the answers fit the table; a model without images has neither."""
    if not (run.folder / "rows.parquet").exists():
        if has_answers(run) or any(run.counts.values()):
            raise damaged(run.folder, "rows.parquet is missing")
        return
    with _refusing(run.folder, "rows.parquet or predictions.npz claims more images than run.json"):
        parquet.check_claims(run.folder / "rows.parquet", run.images)
        if has_answers(run):
            numpy_arrays.check_claims(run.folder / "predictions.npz", 2**20 + run.images * 8 * (len(run.classes) + 4))
    with _refusing(run.folder, "rows.parquet is no table of images"):
        table = store.rows(run)
        parts = table["part"].value_counts().to_dict()
        rows, are_known = table["row"].to_numpy(int), set(table["emotion"]) <= set(run.classes)
    words = table.drop(columns="row")
    if table["row"].dtype.kind != "i" or not words.map(lambda word: isinstance(word, str)).all(axis=None):
        raise damaged(run.folder, "rows.parquet holds something else than whole numbers and words")
    if any(parts.get(part, 0) != number for part, number in run.counts.items()):
        raise damaged(run.folder, "rows.parquet has other numbers of images than run.json says")
    if not are_known or len(set(rows)) < len(rows) or (rows < 0).any() or (rows >= run.images).any():
        raise damaged(run.folder, "rows.parquet names images or labels that the run does not know")
    if not has_answers(run):
        return
    labels = dict(zip(rows.tolist(), table["emotion"], strict=True))
    of_part = {part: set(table.loc[table["part"] == part, "row"]) for part in runs.PARTS}
    for part in runs.PARTS:
        given = read_answers(run, part)
        if set(given.rows.tolist()) != of_part[part] or not _fit(given, labels, run.classes):
            raise damaged(run.folder, f"predictions.npz does not fit the {part} images")


def _fit(answers: Predictions, labels: Mapping[int, str], classes: tuple[str, ...]) -> bool:

    shares = answers.probabilities
    if shares.shape != (len(answers.rows), len(classes)) or len(answers.truth) != len(answers.rows):
        return False
    named = [labels[row] for row in answers.rows.tolist()]
    in_range = ((answers.truth >= 0) & (answers.truth < len(classes))).all()
    whole = np.isfinite(shares).all() and (shares >= 0).all() and np.allclose(shares.sum(1), 1, atol=1e-3)
    return bool(in_range and whole and named == [classes[truth] for truth in answers.truth.tolist()])


def damaged(place: Path, what: str) -> EmoError:
    """The refusal of a run folder, with what is wrong in it."""
    message = f"Run folder {shown_name(place.name)} was not brought in: {what}."
    return EmoError(f"{message} Export it once more where it was trained.", "damaged_run")
