"""How a run departs from the protocol that our Trainer keeps: written into run.json by deliberately flawed runs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from emocore.errors import EmoError
from emocore.files import read_json
from emocore.runs.store import Run

NAME = "protocol"
"""The optional field of run.json. What it does not say is as the Trainer does it."""

CHOICES = {"stopped_on": ("validation", "test", "nothing"), "scaler": ("train", "all", "group")}


@dataclass(frozen=True)
class Protocol:
    """stopped_on: the part whose loss ended training and chose the epoch, "validation", "test" or "nothing".

    shuffled: batches were drawn in random order, else in the order of the table, class by class.
    restored: the weights are those of the epoch that was chosen, else of the last.
    scaler: what normalization was fitted on, "train", "all" images, or each "group" that is judged.
    augmented_after_split: copies were made in training only, else before images were shared out.
    twins_kept: ids of training images that have a copy in the test part.
    """

    stopped_on: str = "validation"
    shuffled: bool = True
    restored: bool = True
    scaler: str = "train"
    augmented_after_split: bool = True
    twins_kept: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for run.json."""
        return dataclasses.asdict(self) | {"twins_kept": list(self.twins_kept)}


def protocol(run: Run) -> Protocol:
    """What a run's run.json says of its protocol. Raises EmoError "damaged_run" for what it cannot say."""
    return from_json(read_json(run.folder / "run.json").get(NAME, {}))


def from_json(values: Any) -> Protocol:
    """The Protocol in a JSON object, where names may be missing. Raises EmoError "damaged_run"."""
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Protocol)}
    if not isinstance(values, dict):
        raise EmoError(f"A protocol must be a JSON object, not {str(values)[:40]!r}.", "damaged_run")
    for name, value in values.items():
        is_ids = isinstance(value, list | tuple) and all(isinstance(identity, str) for identity in value)
        fits = is_ids if name == "twins_kept" else isinstance(value, kinds.get(name, ()))
        if not fits or value not in CHOICES.get(name, (value,)):
            raise EmoError(
                f"A protocol cannot say {str(name)[:40]!r}: {str(value)[:40]!r}. It says {', '.join(kinds)}.",
                "damaged_run",
            )
    return Protocol(**(values | {"twins_kept": tuple(values.get("twins_kept", ()))}))
