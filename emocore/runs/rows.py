"""A run as one row of a table: what all lists of runs, and what leaves as csv, say of it."""

from __future__ import annotations

from typing import Any

from emocore.runs import store
from emocore.runs.run import Run
from emocore.wording import minute


def row(run: Run) -> dict[str, Any]:
    """What was asked, what came of it on the validation part, how fast, and whose it is."""
    from emocore.judge.intervals import wilson

    passed = store.epochs(run)
    best = store.best_epoch(passed)
    n = run.split["counts"]["validation"]
    low, high = wilson(round(best.validation_accuracy * n), n) if best and n else (None, None)
    speed = sum(epoch.images_per_second for epoch in passed) / len(passed) if passed else None
    return {
        "run": "shipped" if run.shipped else str(run.number),
        "name": run.title,
        "recipe": run.recipe.name,
        "dataset": run.dataset,
        "data version": run.fingerprint,
        "split": run.split["fingerprint"],
        "seed": run.recipe.seed,
        "validation accuracy": best.validation_accuracy if best else None,
        "low": low,
        "high": high,
        "n": n,
        "best epoch": best.epoch if best else None,
        "last epoch": len(passed),
        "images per second": round(speed) if speed else None,
        "state": run.status.state,
        "owner": run.owner,
        "asked for": minute(run.created),
        "origin": run.origin,
        "id": run.id,
    }
