"""A run: what its folder says, and the name and notes that people gave it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from emocore import records
from emocore.data.names import plain, shown_name
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.learn.recipe import Recipe, kept_recipe
from emocore.records import SCHEMA as SCHEMA
from emocore.records import refuse_newer
from emocore.runs import status
from emocore.runs.status import Status

REMEDY = "Put a copy of the folder back, or move it to the trash where the runs are listed."
PARTS = ("validation", "test")
IMPORTED = "imported"
"""What the part is called that predictions from elsewhere are of; it lies where other runs keep validation."""
SPLIT = ("seed", "validation", "test", "fingerprint", "counts", "left_out")
"""What is said of a split; newer runs also say `images`, a hash of the images in the order of their rows."""
PLAN = ("seed", "validation", "test", "folds", "fold", "by", "pool", "own", "together", "stratify")
"""What is said of how the split was cut, as `data.split.SplitPlan` names it; older runs say less."""
NOT_IN_FILE = ("id", "folder", "status", "shipped", "title")
"""Fields of a run that its place and other files say."""
TABLES = ("metrics.csv", "bias.csv")
"""Results tables that somebody else's program may have left beside a run: scores, and scores by group."""
LONGEST_ID = 60


@dataclass(frozen=True)
class Run:
    """What was asked of a training, and where it stands.

    number: counts up, for people. dataset, fingerprint, images: the data's name, hash and size.
    split: `seed`, `validation` and `test` shares, `fingerprint`, `counts` of images a part, and
    `left_out`, the ids of training images with a copy in validation or test.
    minutes: stop after so many, or None. versions: of Python and libraries.
    shipped: comes with the checkout and is never written to.
    part_of: the cross-validation that this is a fold of, or "".
    members: ids of the runs whose networks answer together, for an ensemble: it has no weights of its own.
    title: the name that somebody gave it, or "". origin: from where its folder was brought here, or "".
    elsewhere: the file that the answers came in, for predictions from elsewhere, else "": there is no training and no
    network, and the recipe says nothing but its name. only_answers: they came without probabilities.
    trained_by: the owner of a shipped run before it shipped, else "". parents: the runs behind its weights, each with
    `run`, `of` and `as`. made_by: the command that trains all of them anew, or "".
    """

    id: str
    number: int
    owner: str
    created: str
    dataset: str
    fingerprint: str
    images: int
    classes: tuple[str, ...]
    split: dict[str, Any]
    recipe: Recipe
    minutes: float | None
    folder: Path
    status: Status
    shipped: bool
    part_of: str = ""
    members: tuple[str, ...] = ()
    title: str = ""
    origin: str = ""
    elsewhere: str = ""
    only_answers: bool = False
    trained_by: str = ""
    parents: tuple[dict[str, str], ...] = ()
    made_by: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Images of each part: train, validation, test."""
        return dict(self.split["counts"])

    @property
    def label(self) -> str:
        """How the run is called in a sentence: its name, and its number or that it came with the program."""
        name = self._name
        if self.elsewhere:
            return f"{name}, predictions from elsewhere {self.number}"
        return f"{name}, {'came with the program' if self.shipped else f'run {self.number}'}"

    @property
    def short_label(self) -> str:
        """The same for a table or a legend: what came with the program has no number."""
        name = self._name
        return name if self.shipped else f"{name}, {'from elsewhere' if self.elsewhere else 'run'} {self.number}"

    @property
    def _name(self) -> str:
        """What somebody called it, else its recipe; what came with the program has one name everywhere, its id."""
        return self.title or (self.id if self.shipped else self.recipe.name)

    @property
    def settings(self) -> dict[str, str]:
        """Everything that was asked of the run, name -> value in words."""
        if self.elsewhere:
            return {"network": self.recipe.name, "predictions from elsewhere": self.elsewhere}
        counts = self.split["counts"]
        asked = {
            "recipe": self.recipe.name,
            "dataset": self.dataset,
            "data fingerprint": self.fingerprint,
            "split seed": str(self.split["seed"]),
            "split fingerprint": self.split["fingerprint"],
            "training images": f"{counts['train']:,}",
            "minutes": f"{self.minutes or 'no limit'}",
            "blocks": "; ".join(block.description for block in self.recipe.blocks),
        }
        others = [field.name for field in fields(self.recipe) if field.name not in ("name", "blocks")]
        return asked | {name.replace("_", " "): _words(getattr(self.recipe, name)) for name in others}

    @property
    def can_answer(self) -> bool:
        """Whether there are weights to answer with, of its own or of its members."""
        return bool(self.members) or self.weights.exists()

    @property
    def can_be_judged(self) -> bool:
        """Whether the pages of judgment offer it: a model that can answer, or answers that were brought here."""
        return self.can_answer or bool(self.elsewhere)

    @property
    def has_pictures(self) -> bool:
        """Whether the pictures behind the answers are those of a dataset."""
        return not self.elsewhere or bool(self.split.get("images"))

    @property
    def weights(self) -> Path:
        """The file of the best weights so far."""
        return self.folder / "weights.safetensors"

    @property
    def checkpoint(self) -> Path:
        """The file that an interrupted training goes on from."""
        return self.folder / "checkpoint.safetensors"


def differing_settings(runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    """Name of each setting that is not the same in all runs -> its values, in the order of the runs."""
    each_run = [run.settings for run in runs]
    names = list(dict.fromkeys(name for each in each_run for name in each))
    rows = {name: tuple(each.get(name, "not known") for each in each_run) for name in names}
    return {name: values for name, values in rows.items() if len(set(values)) > 1}


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(folder: Path, shipped: bool) -> Run:
    """The run in a folder. Raises EmoError "damaged_run" or "newer_version".

    Each of its files is read once for as long as nobody writes to it: lists of thousands are asked for at every click.
    """
    facts = tuple(map(_facts, (f"{folder}/run.json", f"{folder}/state.json", f"{folder}/notes.json")))
    run = _read_once(folder, shipped, facts)
    return replace(run, status=status.read(folder)) if run.status.state == "running" else run


def _facts(path: str) -> tuple[int, int, int] | None:
    """What changes when a file is replaced."""
    try:
        file = os.stat(path)
    except OSError:
        return None
    return file.st_mtime_ns, file.st_size, file.st_ino


@lru_cache(maxsize=20_000)
def _read_once(folder: Path, shipped: bool, _facts: tuple[object, ...]) -> Run:
    if not is_id(folder.name):
        name = shown_name(folder.name)
        raise EmoError(f'Run folder "{name}" has no name for a run. Use only a-z, 0-9 and "-".', "damaged_run")
    try:
        return _from_files(folder, shipped)
    except EmoError as error:
        if error.code == "newer_version":
            raise
        raise EmoError(f"Run folder {folder.name} is damaged: {error.message} {REMEDY}", "damaged_run") from error
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        message = f"Run folder {folder.name} is damaged: {_what_is_wrong(error)}. {REMEDY}"
        raise EmoError(message, "damaged_run") from error


def _from_files(folder: Path, shipped: bool) -> Run:
    metadata = read_json(folder / "run.json")
    refuse_newer({"schema": int(metadata["schema"])}, folder.name)
    drawn = dict(metadata["split"]) | {name: metadata["split"][name] for name in SPLIT}
    drawn["counts"] = {part: int(drawn["counts"][part]) for part in ("train", *PARTS)}
    records.note_unknown(folder / "run.json", _unknown(metadata))
    return Run(
        id=folder.name,
        number=int(metadata["number"]),
        owner=str(metadata["owner"]),
        created=str(metadata["created"]),
        dataset=str(metadata["dataset"]),
        fingerprint=str(metadata["fingerprint"]),
        images=int(metadata["images"]),
        classes=tuple(str(name) for name in metadata["classes"]),
        split=drawn,
        recipe=kept_recipe(metadata["recipe"]),
        minutes=metadata["minutes"],
        folder=folder,
        status=status.recorded(folder),
        shipped=shipped,
        part_of=str(metadata.get("part_of", "")),
        members=tuple(str(run_id) for run_id in metadata.get("members", ())),
        title=read_notes(folder).name,
        origin=str(metadata.get("origin", "")),
        elsewhere=str(metadata.get("elsewhere", "")),
        only_answers=bool(metadata.get("only_answers", False)),
        trained_by=str(metadata.get("trained_by", "")),
        parents=tuple(dict(parent) for parent in metadata.get("parents", ())),
        made_by=str(metadata.get("made_by", "")),
    )


def _unknown(metadata: dict[str, Any]) -> set[str]:
    """The fields of a run.json that this program has no place for."""
    here = {field.name for field in fields(Run)} - set(NOT_IN_FILE) | {"schema"}
    cut = metadata["split"].keys() - {*SPLIT, *PLAN, "images"}
    asked = records.unknown(metadata["recipe"], kept_recipe(metadata["recipe"]))
    return {*(metadata.keys() - here), *(f"split.{name}" for name in cut), *(f"recipe.{name}" for name in asked)}


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, OSError):
        lost = isinstance(error, FileNotFoundError)
        return (
            f"{Path(error.filename or 'a file').name} {'is missing' if lost else f'cannot be read ({error.strerror})'}"
        )
    return f"run.json lacks {error}" if isinstance(error, KeyError) else "run.json holds values of the wrong kind"


def is_id(text: str) -> bool:
    """Whether a text can be the id of a run, and so the name of its folder."""
    return text == slug(text) and bool(text)


def slug(text: str) -> str:
    """A text as part of an id: small letters, digits and "-", at most LONGEST_ID."""
    return "".join(letter if letter in "abcdefghijklmnopqrstuvwxyz0123456789-" else "-" for letter in text.lower())[
        :LONGEST_ID
    ]


def stem(text: str, otherwise: str = "run") -> str:
    """The first part of a new run's id, with room for what makes it unique; no command takes it for an option."""
    return slug(text)[: LONGEST_ID - 9].strip("-") or otherwise


LONGEST_NAME, LONGEST_TEXT = 60, 5000


@dataclass(frozen=True)
class Notes:
    """name: one line, or "" for the recipe's name. text: what there is to say."""

    name: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        for value, most, what in ((self.name, LONGEST_NAME, "name"), (self.text, LONGEST_TEXT, "text of the notes")):
            if len(value) > most:
                raise EmoError(f"The {what} has {len(value):,} characters. Use at most {most:,}.", "bad_value")


def read_notes(folder: Path) -> Notes:
    """The notes in a run's folder. Damaged ones count as none: a run is no worse without them."""
    try:
        values = read_json(folder / "notes.json")
        return Notes(str(values["name"]), str(values["text"]))
    except (OSError, EmoError, KeyError, TypeError):
        return Notes()


def write_notes(folder: Path, name: str, text: str) -> Notes:
    """Keep a name and notes in a run's folder. Raises EmoError "bad_value"."""
    given = Notes(plain(name).strip(), text.strip())
    write_json(folder / "notes.json", asdict(given))
    return given
