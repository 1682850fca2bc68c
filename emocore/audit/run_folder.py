"""What a run left behind in its folder, read once for all that look for traces of faults in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.judge.tables.reading import PrintedTable, read_table
from emocore.learn.events import Epoch
from emocore.runs import store
from emocore.runs.answers import has_answers, read_answers
from emocore.runs.baselines import dataset_of
from emocore.runs.run import PARTS, TABLES, Run

if TYPE_CHECKING:
    import pandas as pd

State = Literal["found", "not found", "unknown"]
SCALER = "standardize.mean"


@dataclass(frozen=True)
class Trace:
    """What a folder tells of one fault: whether it is there, in a sentence with its numbers, and in which images."""

    state: State
    message: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Left:
    """What a run left behind. answers: of the parts that have some. table: its images. dataset: None if not here.

    scaler: (48, 48) mean gray values of normalization, None where the network has none. tables: results tables that
    lie beside the answers, name -> lines; of one that cannot be read there is the sentence why.
    """

    run: Run
    epochs: tuple[Epoch, ...]
    answers: Mapping[str, Predictions]
    table: pd.DataFrame
    dataset: Dataset | None
    scaler: NDArray[np.float64] | None
    tables: Mapping[str, PrintedTable | str]

    def rows(self, *parts: str) -> Rows:
        """Rows of some parts."""
        return self.table.loc[self.table["part"].isin(parts), "row"].to_numpy(np.int64)

    @property
    def chosen(self) -> Epoch | None:
        """The epoch that should have been kept: the one marked as best, if groups chose; else of the lowest loss."""
        if self.run.recipe.keep == "worst-group":
            return store.best_epoch(list(self.epochs))
        return min(self.epochs, key=lambda epoch: epoch.validation_loss, default=None)


def what_is_left(run: Run) -> Left:
    """Read a run's folder, and its dataset if that is here as it was."""
    parts = PARTS if has_answers(run) else ()
    answers = {part: given for part in parts if len(given := read_answers(run, part))}
    try:
        dataset = dataset_of(run)
    except EmoError:
        dataset = None
    return Left(run, tuple(store.epochs(run)), answers, store.rows(run), dataset, _scaler(run), _tables(run))


def _scaler(run: Run) -> NDArray[np.float64] | None:
    try:
        with safe_open(run.weights, "np") as file:
            names = set(file.keys())
            return file.get_tensor(SCALER).astype(np.float64) if SCALER in names else None
    except (SafetensorError, OSError):
        return None


def _tables(run: Run) -> dict[str, PrintedTable | str]:
    found: dict[str, PrintedTable | str] = {}
    for path in (run.folder / name for name in TABLES):
        if path.exists():
            try:
                found[path.name] = read_table(path.read_text(encoding="utf-8", errors="replace"))
            except EmoError as error:
                found[path.name] = error.message
    return found
