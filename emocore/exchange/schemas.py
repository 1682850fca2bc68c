"""What the JSON of a model or run from outside may hold: each field with its type, and no field that nobody knows."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from emocore import records
from emocore.data.names import shown_path
from emocore.errors import EmoError
from emocore.files import read_json, read_lines
from emocore.learn.recipe import Recipe
from emocore.runs.run import LONGEST_NAME, LONGEST_TEXT, SCHEMA

MOST = 10**9


def _is_time(text: str) -> str:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("this is no time as ISO 8601 writes it") from error
    return text


Word = Annotated[str, Field(max_length=300)]
Sentence = Annotated[str, Field(max_length=5_000)]
Time = Annotated[str, Field(max_length=40), AfterValidator(_is_time)]
Number = Annotated[int, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
Finite = Annotated[float, Field(ge=-1e15, le=1e15)]
Facts = Annotated[dict[Word, Word | int | float | bool | None], Field(max_length=50)]
Parents = Annotated[list[dict[Word, Word]], Field(max_length=1_000)]


class Strict(BaseModel):
    """A JSON object: numbers as text are no numbers, and a field that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class Counts(Strict):
    """Images of each part."""

    train: Number
    validation: Number
    test: Number


class SplitFile(Strict):
    """How a dataset was split: what `data.split.SplitPlan` says, and what came of it."""

    seed: Annotated[int, Field(ge=0, le=2**63)]
    validation: Share
    test: Share
    counts: Counts
    fingerprint: Word = ""
    images: Word = ""
    left_out: list[Word] = []
    folds: Number = 0
    fold: Number = 0
    by: Word = ""
    pool: Word = ""
    own: bool = True
    stratify: list[Word] = []
    together: Word = ""


class RunFile(Strict):
    """run.json, as every program of ours wrote it."""

    schema_: Annotated[int, Field(alias="schema", ge=1, le=SCHEMA)]
    number: Number
    owner: Word
    created: Time
    dataset: Word
    fingerprint: Word
    images: Number
    classes: list[Word]
    split: SplitFile
    recipe: Recipe
    minutes: Annotated[float, Field(ge=0, le=1e6)] | None
    part_of: Word = ""
    members: Annotated[list[Word], Field(max_length=100)] = []
    origin: Word = ""
    elsewhere: Word = ""
    only_answers: bool = False
    trained_by: Word = ""
    parents: Parents = []
    made_by: Sentence = ""


class StateFile(Strict):
    """state.json."""

    state: Word
    message: Annotated[Sentence, Field(alias="says")]
    at: Time


class NotesFile(Strict):
    """notes.json."""

    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]


class DoubtsFile(Strict):
    """doubts.json, and the doubts of a card."""

    temperature: Annotated[float, Field(ge=0.01, le=100)]
    familiar_from: Finite | None
    near_from: Finite | None
    face_from: Finite | None = None
    weaknesses: Annotated[dict[Word, Sentence], Field(max_length=1_000)]
    sentences: Annotated[list[Sentence], Field(alias="says", max_length=100)]


class EpochLine(Strict):
    """A line of events.jsonl."""

    epoch: Annotated[int, Field(ge=1, le=10**6)]
    train_loss: Finite
    train_accuracy: Finite
    validation_loss: Finite
    validation_accuracy: Finite
    best: bool
    seconds: Finite
    images_per_second: Finite
    recall: list[Share | None] = []
    hardest: list[Number] = []
    learning_rate: Finite = 0.0
    gradient_norm: Finite = 0.0
    weight_norm: Finite = 0.0


class ScoreFile(Strict):
    """A score with what it covers."""

    accuracy: Share
    n: Number
    interval: Annotated[list[Share], Field(min_length=2, max_length=2)]


class CardSplit(Strict):
    """What a card says of the split."""

    seed: int
    validation: Share
    test: Share
    counts: Counts


class Card(Strict):
    """The card of a model: what `model_file.card` writes, and what an older program wrote."""

    run: Word = ""
    created: Time = "1970-01-01"
    classes: list[Word] = []
    dataset: Word = ""
    fingerprint: Word = ""
    images: Number = 0
    split: CardSplit | None = None
    recipe: Recipe | None = None
    conditions: Facts = {}
    parents: Parents = []
    retraining: Sentence = ""
    validation: ScoreFile | None = None
    findings: Annotated[list[dict[Word, Any]], Field(max_length=1_000)] = []
    findings_say: Sentence = ""
    doubts: DoubtsFile | None = None
    limits: Sentence = ""
    sha256: Word = ""


class ModelMetadata(Strict):
    """The texts that a model file of ours says about itself."""

    format: str = ""
    recipe: str
    classes: str
    card: str = "{}"


KINDS: dict[str, Any] = {
    "run.json": RunFile,
    "state.json": StateFile,
    "notes.json": NotesFile,
    "doubts.json": DoubtsFile,
    "conditions.json": Facts,
}
"""The files of a run that are one JSON object."""
LINES: dict[str, Any] = {"events.jsonl": EpochLine}
"""The files of a run that grow by JSON lines; of openings.jsonl, a line that is none is passed over."""


def refuse_strange(folder: Path) -> None:
    """Raise EmoError "bad_value" for a run's folder from outside whose JSON is not what programs of ours write.

    A line that a killed writer left half written is passed over, as everywhere.
    """
    for name, kind in KINDS.items():
        if (folder / name).exists():
            refuse_other(kind, read_json(folder / name), f"{name} is no JSON object of what this program writes there")
    for name, kind in LINES.items():
        for number, value in enumerate(read_lines(folder / name), 1):
            refuse_other(kind, value, f"line {number} of {name} is not what this program writes there")


def refuse_other(kind: Any, value: Any, message: str) -> None:
    """Raise EmoError "bad_value" for a value from outside that is no `kind`: `message`, and what is wrong where."""
    try:
        records.checked(kind, value)
    except ValidationError as error:
        raise EmoError(f"{message}: {_what_is_wrong(error)}", "bad_value") from error
    except EmoError as error:
        raise EmoError(f"{message}: {error.message.rstrip('.')}", "bad_value") from error


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = shown_path(".".join(str(place) for place in first["loc"] if place != "[key]"))
    if first["type"] == "extra_forbidden":
        return f"there is a field {field!r} that it does not know"
    if first["type"] == "missing":
        return f"the field {field!r} is missing"
    return f"{field!r} holds something else than it should" if first["loc"] else "it is something else"
