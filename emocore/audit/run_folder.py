"""What a run left behind in its folder, read once, and what results tables beside its answers show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from emocore.arrays import Rows
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.judge.tables import arithmetic
from emocore.judge.tables.cells import Printed, right_answers
from emocore.judge.tables.lines import Line
from emocore.judge.tables.reading import PrintedTable, read_table
from emocore.learn.events import Epoch
from emocore.runs import store
from emocore.runs.answers import has_answers, read_answers
from emocore.runs.baselines import dataset_of
from emocore.runs.run import PARTS, TABLES, Run
from emocore.wording import counted, listing, score

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


NO_TABLE = "There is no results table next to the saved predictions."


def counted_as_one(left: Left) -> Trace:
    """Whether a table counts the precision of a class that was never answered as 1 (scikit-learn's zero_division=1)."""
    compared = 0
    for name, line in _lines(left):
        precision, recall = line.scores.get("precision"), line.scores.get("recall")
        if precision is None:
            continue
        if recall and precision.value == 1 and recall.value == 0:
            message = (
                f"{name}, {line.where}: the precision is 1 and the recall is 0. Where no prediction is right, the "
                "precision cannot be 1."
            )
            return Trace("found", message)
        for answers in _of_line(left, line):
            as_zero, as_one, never = _macro_precision(answers, left.run.classes)
            compared += _fits(precision, as_zero)
            if never and _fits(precision, as_one) and not _fits(precision, as_zero):
                return Trace(
                    "found",
                    f"{name}, {line.where}: macro precision is {precision}. {listing(never).capitalize()} was never "
                    f"predicted. If such a class counts as 0, the macro precision is {score(as_zero)}.",
                )
    if compared:
        return Trace(
            "not found", f"{counted(compared, 'printed precision')} can be computed from the saved predictions."
        )
    return Trace(
        "unknown", _unread(left) or "No line of the results tables can be computed from the saved predictions."
    )


def groups_judged_apart(left: Left) -> Trace:
    """Whether a table of groups is of other answers for each group, as a scaler fitted by group makes them."""
    compared = False
    for name, table in _read_tables(left):
        parts = [_judged_apart(left, name, table, part) for part in left.answers]
        compared |= any(groupings for groupings, _ in parts)
        # The part with most groupings that can be counted is the one that the table is of
        found = [message for groupings, message in parts if groupings == max(parts)[0]]
        if found and all(found):
            return Trace("found", f"{found[0]} {APART}")
    if compared:
        return Trace("not found", "The group tables have as many right predictions as the saved predictions.")
    return Trace("unknown", _unread(left) or "No group table can be compared with the saved predictions.")


def _judged_apart(left: Left, name: str, table: PrintedTable, part: str) -> tuple[int, str]:
    """How many groupings of a table can be those of this part, and what contradicts it; empty where nothing does."""
    answers = left.answers[part]
    sizes = _sizes(left, part, table.lines)
    sums = dict(_right_answers(table.lines, sizes, len(answers)))
    claims = arithmetic.check(table, sizes, len(answers), seeds=1)
    disagreeing = [each for each in claims if each.code == "slicings_disagree"]
    if disagreeing:
        return len(sums), f"{name}: {disagreeing[0].message}"
    differing = [by for by, right in sums.items() if int(answers.right.sum()) not in right]
    if not differing or len(differing) < len(sums):
        return len(sums), ""
    saved = f"the saved predictions for the {counted(len(answers), f'{part} image')}"
    return (
        len(sums),
        f"{name}: by {listing(differing)}, the number of right predictions differs from that of {saved}.",
    )


APART = (
    "One network with one scaler gives one prediction for each image. If a scaler is fitted to each group, the "
    "predictions change."
)


def _lines(left: Left) -> Iterator[tuple[str, Line]]:
    return ((name, line) for name, table in _read_tables(left) for line in table.lines)


def _read_tables(left: Left) -> Iterator[tuple[str, PrintedTable]]:
    return ((name, table) for name, table in left.tables.items() if not isinstance(table, str))


def _unread(left: Left) -> str:
    if not left.tables:
        return NO_TABLE
    return " ".join(f"{name}: {table}" for name, table in left.tables.items() if isinstance(table, str))


def _of_line(left: Left, line: Line) -> Iterator[Predictions]:
    """The saved answers that a line may be of: of each part, or of the group that it names."""
    table = left.table.set_index("row")
    for answers in left.answers.values():
        if line.slicing in table and not line.is_average:
            inside = table[line.slicing].reindex(answers.rows).astype(str).to_numpy() == line.group
            if inside.any():
                yield answers.take(inside)
        elif not line.slices:
            yield answers


def _macro_precision(answers: Predictions, classes: tuple[str, ...]) -> tuple[float, float, list[str]]:
    """Macro precision with 0 and with 1 for classes that occur and were never answered, and these classes."""
    occur = np.union1d(answers.truth, answers.answers)
    right = np.array([(answers.right & (answers.answers == label)).sum() for label in occur])
    given = np.array([(answers.answers == label).sum() for label in occur])
    shares = np.where(given > 0, right / np.maximum(given, 1), 0)
    never = [classes[label] for label in occur[given == 0]]
    return float(shares.mean()), float((shares + (given == 0)).mean()), never


def _fits(printed: Printed, value: float) -> bool:
    return abs(printed.value - value) <= printed.half_unit + 1e-9


def _sizes(left: Left, part: str, lines: tuple[Line, ...]) -> dict[str, int]:
    """Images of each group that a table names, in a part."""
    table = left.table[left.table["part"] == part]
    slicings = {line.slicing for line in lines if line.slicing in table}
    return {str(group): int(n) for name in slicings for group, n in table[name].value_counts().items()}


def _right_answers(lines: tuple[Line, ...], sizes: dict[str, int], total: int) -> Iterator[tuple[str, range]]:
    """Slicing -> how many answers may be right in all its groups, where they are as many images as were judged."""
    for slicing in dict.fromkeys(line.slicing for line in lines if line.slices and not line.is_average):
        groups = [line for line in lines if line.slicing == slicing and not line.is_average and line.accuracy]
        images = [line.n or sizes.get(line.group, 0) for line in groups]
        found = [right_answers(line.accuracy, n) for line, n in zip(groups, images, strict=True) if line.accuracy]
        if len(groups) > 1 and all(images) and sum(images) == total and all(found):
            yield slicing, range(sum(each[0] for each in found), sum(each[-1] for each in found) + 1)
