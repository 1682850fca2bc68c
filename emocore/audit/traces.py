"""What is known of a run: what its recipe declares, what it recorded, and what its folder shows whatever that says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import SIDE, Rows
from emocore.audit import run_folder, same_person
from emocore.audit.run_folder import Left, Trace, what_is_left
from emocore.data import library
from emocore.data.copies.hashes import pixel_hashes
from emocore.errors import EmoError
from emocore.judge.predictions import Predictions
from emocore.learn.events import Epoch
from emocore.learn.protocols import Protocol, protocol
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.answers import stamp
from emocore.runs.run import PARTS, TABLES, Run
from emocore.wording import counted, score

LOSS, RIGHT = 3e-4, 1.5
"""Saved answers are those of an epoch when its loss is so near and the number right differs by at most so many:
answers may be rounded to 16 bits."""
GRAY = 0.06
"""Mean gray values (of 0 to 255) so near are the same: those of a network that is passed on are rounded to 16 bits."""
TIMES = 3
"""Other rows explain a scaler when they are nearer to it than the training rows are by such a factor."""
ALIKE = 0.02
"""Probabilities that deviate less from image to image give the same loss on any part."""
FLAT = 1.0
"""Means of pixels that deviate less over the image, in gray values, show no upside and no downside."""


def traces(run: Run) -> dict[str, Trace]:
    """Code of a finding -> what the folder tells of it; nothing for a run that is not over or has no images."""
    if not run.status.is_over or run.members or not (run.folder / "rows.parquet").exists():
        return {}
    files = [run.weights, *(run.folder / name for name in ("rows.parquet", *TABLES))]
    changed = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)
    return dict(_traces(run.id, (stamp(run), run.status.state, changed, _version_here(run))))


@lru_cache(maxsize=256)
def _traces(run_id: str, _kept_by: tuple[object, ...]) -> dict[str, Trace]:
    """Many look at the same findings: what nobody has changed is read once."""
    left = what_is_left(store.read(run_id))
    return {code: look(left) for code, look in TRACES.items()}


def _version_here(run: Run) -> str:
    try:
        return library.summary(run.dataset).fingerprint
    except EmoError:
        return ""


def _of_epoch(answers: Predictions, epoch: Epoch) -> bool:
    """Whether saved answers are those that an epoch was judged by."""
    right = round(epoch.validation_accuracy * len(answers))
    near = abs(_loss(answers) - epoch.validation_loss) <= LOSS
    return bool(near and abs(int(answers.right.sum()) - right) <= RIGHT)


def _loss(answers: Predictions) -> float:
    """Mean of -ln(probability of the label), as training computes it."""
    shares = answers.probabilities[np.arange(len(answers)), answers.truth].astype(np.float64)
    return float(-np.log(np.maximum(shares, 1e-12)).mean())


def _kept_weights(left: Left) -> Trace:
    """Saved answers against the curve: of which epoch the weights are."""
    answers, chosen = left.answers.get("validation"), left.chosen
    if answers is None or chosen is None:
        return Trace("unknown", "There is no learning curve with validation predictions to compare.")
    fitting = [epoch.epoch for epoch in left.epochs if _of_epoch(answers, epoch)]
    if chosen.epoch in fitting:
        message = f"The saved predictions are from epoch {chosen.epoch}, with the lowest validation loss"
        return Trace("not found", f"{message} ({score(chosen.validation_loss)}).")
    if not fitting:
        return Trace("unknown", "The saved predictions fit no epoch of the learning curve.")
    message = (
        f"The saved validation predictions have a loss of {score(_loss(answers))} and are from epoch {fitting[-1]}. "
        f"The validation loss was lowest ({score(chosen.validation_loss)}) in epoch {chosen.epoch}."
    )
    return Trace("not found" if keeps_last_rightly(left.run.recipe) else "found", message)


def keeps_last_rightly(recipe: Recipe) -> bool:
    """Whether the last weights are the ones to keep: averages, or those of a rate that has fallen.

    Where patience ends training they are not: they are so many epochs past the best.
    """
    steady = recipe.schedule == "constant" and not recipe.weight_averaging
    return recipe.keep == "last" and not recipe.patience and not steady


def _answers_of_no_epoch(left: Left) -> Trace:
    answers = left.answers.get("validation")
    if answers is None or not left.epochs:
        return Trace("unknown", "There is no learning curve with validation predictions to compare.")
    if any(_of_epoch(answers, epoch) for epoch in left.epochs):
        return Trace("not found", "The saved validation predictions fit an epoch of the learning curve.")
    nearest = min(left.epochs, key=lambda epoch: abs(epoch.validation_loss - _loss(answers)))
    return Trace(
        "found",
        f"The saved validation predictions have a loss of {score(_loss(answers))} and an accuracy of "
        f"{score(float(answers.right.mean()))} ({counted(len(answers), 'image')}). No epoch of the learning curve has "
        f"these values. The nearest, epoch {nearest.epoch}, has {score(nearest.validation_loss)} and "
        f"{score(nearest.validation_accuracy)}.",
    )


def _stopped_by_test(left: Left) -> Trace:
    """Whether the curve that is called validation is of the test part."""
    test, validation, chosen = left.answers.get("test"), left.answers.get("validation"), left.chosen
    if test is None or chosen is None:
        return Trace("unknown", "There is no learning curve with test predictions to compare.")
    if float(test.probabilities.std(0).max()) < ALIKE:
        return Trace("unknown", "All images get nearly the same prediction, so the loss fits any part.")
    fitting = [epoch for epoch in (chosen, left.epochs[-1]) if _of_epoch(test, epoch)]
    if validation is not None and any(_of_epoch(validation, epoch) for epoch in left.epochs):
        if fitting:
            return Trace("unknown", "The learning curve fits the saved predictions of both parts.")
        return Trace("not found", "The validation losses of the learning curve are those of the validation part.")
    if not fitting:
        return Trace("unknown", "The learning curve fits the saved predictions of neither part.")
    return Trace(
        "found",
        f"The learning curve gives a validation loss of {score(fitting[0].validation_loss)} in epoch "
        f"{fitting[0].epoch}. This is the loss of the saved predictions for the {counted(len(test), 'test image')}, so "
        "the test part decided when training stopped.",
    )


def _fitted_outside(left: Left) -> Trace:
    """The stored mean of each pixel against the means of the rows that it may have been fitted on."""
    if left.run.recipe.normalization != "per-pixel":
        return Trace("not found", "Each image is normalized by its own pixels, so nothing is fitted.")
    if left.scaler is None or left.dataset is None or left.run.recipe.bootstrap:
        if left.scaler is None:
            return Trace("unknown", "The network stores no pixel means, so they cannot be checked.")
        return Trace("unknown", "The images it was fitted on are not available, so the pixel means cannot be checked.")
    others = {
        "training and validation images": left.rows("train", "validation"),
        "training and test images": left.rows("train", "test"),
        "all images, including test images": left.rows("train", "validation", "test"),
        "every image of the dataset": np.arange(len(left.dataset)),
        "test images": left.rows("test"),
        "validation images": left.rows("validation"),
    }
    train = _distance(left, left.rows("train"))
    far = {words: _distance(left, rows) for words, rows in others.items() if len(rows)}
    words = min(far, key=far.__getitem__)
    if train <= GRAY and train <= far[words]:
        return Trace(
            "not found", f"The stored pixel means fit the {counted(len(left.rows('train')), 'training image')}."
        )
    if far[words] > GRAY or train < TIMES * far[words]:
        return Trace("unknown", "The stored pixel means fit none of the parts that the run names.")
    return Trace(
        "found",
        f"Normalization was fitted on {words}. The stored pixel means differ by {far[words]:.2f} gray values from the "
        f"means of these images, and by {train:.2f} from those of the training images.",
    )


def _distance(left: Left, rows: Rows) -> float:
    """Root mean square difference of the stored means and the mean of some rows, in gray values."""
    assert left.dataset is not None
    assert left.scaler is not None
    total = sum((left.dataset.images[some].sum(0, dtype=np.float64) for some in _chunks(rows)), np.zeros((SIDE, SIDE)))
    return float(np.sqrt(((total / len(rows) - left.scaler) ** 2).mean()))


def _chunks(rows: Rows) -> Iterator[Rows]:
    return (rows[start : start + 4096] for start in range(0, len(rows), 4096))


def _upside_down(left: Left) -> Trace:
    """Copies on their heads among the training images, or means of pixels that are the same upside down."""
    if left.dataset is not None:
        images = left.dataset.images[left.rows("train")]
        upright, turned = pixel_hashes(images), pixel_hashes(images, "upside-down copy")
        both = set(upright) & {turn for turn, own in zip(turned, upright, strict=True) if turn != own}
        if number := sum(turn in both for turn in upright) // 2:
            message = f"{counted(number, 'training image')} of {len(images):,} are upside-down copies of other ones."
            return Trace("found", message)
    if left.scaler is not None and left.scaler.std() > FLAT:
        apart = float(np.abs(left.scaler - left.scaler[::-1]).mean())
        if apart < GRAY:
            message = (
                f"The stored pixel means are the same upside down (to {apart:.2f} gray values). This happens when "
                "every image is also stored upside down."
            )
            return Trace("found", message)
    return Trace(
        "unknown", "Flips that are made during training cannot be seen in the saved files. No stored flips were found."
    )


def _apart(left: Left) -> Trace:
    """Copies of one picture on both sides of training and what is judged, by pixels, else by names."""
    rows = {part: left.rows(part) for part in ("train", *PARTS)}
    if left.dataset is not None:
        family = left.dataset.table["family"].to_numpy()
        kinds, how = family, "compared by pixels"
    else:
        kinds, how = _pictures_named(left), "compared by file names"
    seen = np.unique(kinds[rows["train"]])
    judged = np.concatenate([rows[part] for part in PARTS])
    both = judged[np.isin(kinds[judged], seen)]
    if not len(both):
        if left.dataset is None:
            return Trace("unknown", "No file name shows a copy on both sides. The pixels are not available.")
        return Trace("not found", "No evaluated image is a known copy of a training image.")
    names = left.table.set_index("row")["id"].reindex(both).astype(str)
    message = f"{len(both):,} of {counted(len(judged), 'evaluated image')} also appear in the training images ({how})"
    fold = f", fold {left.run.split['fold']} of {left.run.split['folds']}" if left.run.split.get("folds") else ""
    return Trace("found", f"{message}{fold}.", tuple(sorted(names)))


COPY_OF = re.compile(r"#\d+$")
"""How the copies that this program makes before a split are called."""


def _pictures_named(left: Left) -> NDArray[np.object_]:
    """(images of the dataset,) what the picture of each row is called, "" for rows that the run does not name."""
    named = np.full(left.run.images, "", dtype=object)
    named[left.table["row"]] = [COPY_OF.sub("", str(name)) for name in left.table["id"]]
    return named


def _scaler(left: Left) -> Trace:
    """What it was fitted on by its means; where they are right, whether groups were judged by scalers of their own."""
    fitted, apart = _fitted_outside(left), run_folder.groups_judged_apart(left)
    return apart if fitted.state != "found" and apart.state == "found" else fitted


TRACES: dict[str, Callable[[Left], Trace]] = {
    "stopped_on_test": _stopped_by_test,
    "families_apart": _apart,
    "same_person_across_splits": same_person.on_both_sides,
    "scaler_outside_training": _scaler,
    "upside_down_flip": _upside_down,
    "best_epoch_not_restored": _kept_weights,
    "answers_fit_no_epoch": _answers_of_no_epoch,
    "zero_division": run_folder.counted_as_one,
}
"""Code of a finding -> what looks for its traces."""


@dataclass(frozen=True, eq=False)
class Facts:
    """What a run recorded. counts: images a part. state, message: where it stands. epochs: first to last.

    judged_before: validation and test images that a network it learned from was trained on; alike_before: others that
    look like images it was trained on. classes: how many. traces: code of a finding -> what the folder tells of it.
    """

    recipe: Recipe
    counts: dict[str, int]
    state: str
    message: str
    epochs: tuple[Epoch, ...]
    protocol: Protocol
    judged_before: int = 0
    classes: int = 4
    traces: Mapping[str, Trace] = field(default_factory=dict)
    alike_before: int = 0

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss."""
        return store.best_epoch(list(self.epochs))

    def trace(self, code: str) -> str:
        """What the folder shows of a fault, "" where it shows nothing."""
        found = self.traces.get(code)
        return found.message if found and found.state == "found" else ""


def facts(run: Run) -> Facts:
    """Read what a run recorded."""
    counts = {part: int(number) for part, number in run.counts.items()}
    recorded = run.recipe, counts, run.status.state, run.status.message
    kept = protocol(run.recipe, run.split["left_out"])
    judged, alike = (store.conditions(run).get(key, 0) for key in ("judged_before", "alike_before"))
    return Facts(*recorded, tuple(store.epochs(run)), kept, judged, len(run.classes), traces(run), alike)
