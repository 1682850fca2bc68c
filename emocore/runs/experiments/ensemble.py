"""Several networks that answer together by the mean of their probabilities (soft vote).

An ensemble is a run without weights of its own, whose run.json names its members. Where all members were trained on
one split, the means of their saved answers are saved with it, so that it is judged like any other run.
"""

from __future__ import annotations

import dataclasses
import secrets
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from emocore.data.dataset import SPLITS
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.runs import new_runs, status, store
from emocore.runs.answers import has_answers, read_answers, write_answers_to
from emocore.runs.run import PARTS, SCHEMA, Run

if TYPE_CHECKING:
    from emocore.judge.predictions import Predictions

MOST = 20
NOT_COMMON = {"seed": 0, "validation": 0.0, "test": 0.0, "fingerprint": "", "left_out": []}


def create(runs: Sequence[Run], owner: str = "") -> Run:
    """An ensemble of 2 to 20 runs that know the same classes.

    Raises EmoError "bad_value", "different_classes" or "no_weights".
    """
    runs = list({run.id: run for run in runs}.values())
    _refuse_unfit(runs)
    ensemble_id = f"ensemble-{secrets.token_hex(4)}"
    splits = {(run.fingerprint, run.split["fingerprint"], run.split.get("images", "")) for run in runs}
    one_split = len(splits) == 1
    judged = one_split and all(map(has_answers, runs))
    parts = {part: mean([read_answers(run, part) for run in runs]) for part in PARTS} if judged else {}
    with new_runs.together() as made:
        unfinished = made.folder(ensemble_id)
        write_json(unfinished / "run.json", _about(runs, one_split) | {"owner": owner, "number": made.number()})
        judging = (
            ""
            if judged
            else " They have different splits or no predictions, so there are no images to evaluate it fairly."
        )
        status.write(unfinished, "finished", f"The mean of the predictions of {len(runs)} networks.{judging}")
        if judged:
            shutil.copyfile(runs[0].folder / "rows.parquet", unfinished / "rows.parquet")
            write_answers_to(unfinished, parts)
    return store.read(ensemble_id)


def mean(answers: Sequence[Predictions]) -> Predictions:
    """The mean of the probabilities that several networks give for the same images."""
    import numpy as np  # The first page is painted before numpy is there

    first = answers[0]
    assert all(np.array_equal(first.rows, other.rows) for other in answers)
    shares = np.stack([other.probabilities for other in answers]).mean(0, dtype=np.float64).astype(np.float32)
    return dataclasses.replace(first, probabilities=shares)


def _refuse_unfit(runs: Sequence[Run]) -> None:
    if not 2 <= len(runs) <= MOST:
        raise EmoError(f"An ensemble of {len(runs)} is not possible. Choose 2 to {MOST} different runs.", "bad_value")
    for run in runs:
        if run.members:
            raise EmoError(f"{run.id} is an ensemble itself. Choose its members instead.", "bad_value")
        if run.recipe.flaw:
            raise EmoError(f"{run.id} was trained in a flawed way on purpose. Choose sound runs.", "bad_value")
        if run.recipe.control:
            raise EmoError(f"{run.id} is a control: its labels were shuffled. Choose other runs.", "bad_value")
        if not run.weights.exists() or not run.status.is_over:
            raise EmoError(
                f"{run.id} is {run.status.state} and has no trained network. Choose another run.",
                "no_weights",
            )
        if run.classes != runs[0].classes:
            both = " and ".join(", ".join(each) for each in (runs[0].classes, run.classes))
            raise EmoError(
                f"The runs have different classes: {both}. Choose runs with the same classes.", "different_classes"
            )


def _about(runs: Sequence[Run], one_split: bool) -> dict[str, Any]:
    """What `runs.run` reads; the recipe is the first member's under another name."""
    first = runs[0]
    same = len({dataclasses.replace(run.recipe, name="any", seed=0) for run in runs}) == 1
    kind = first.recipe.name if same else "different recipes"
    named = dataclasses.replace(first.recipe, name=f"ensemble of {len(runs)}: {kind}"[:60])
    return {
        "schema": SCHEMA,
        "created": status.now(),
        "dataset": first.dataset,
        "fingerprint": first.fingerprint if one_split else "",
        "images": first.images if one_split else 0,
        "classes": list(first.classes),
        "split": first.split if one_split else NOT_COMMON | {"counts": dict.fromkeys(SPLITS, 0)},
        "recipe": named.to_json(),
        "minutes": None,
        "members": [run.id for run in runs],
    }
