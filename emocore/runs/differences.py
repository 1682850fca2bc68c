"""What was set otherwise in one run than in another, in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from emocore.learn.recipe import Block
from emocore.runs.run import Run


def settings(run: Run) -> dict[str, str]:
    """Everything that was asked of a run, name -> value in words."""
    recipe = {field.name.replace("_", " "): getattr(run.recipe, field.name) for field in dataclasses.fields(run.recipe)}
    blocks = recipe.pop("blocks")
    name = recipe.pop("name")
    about = {"recipe": name, "dataset": run.dataset, "data fingerprint": run.fingerprint}
    about |= {"split seed": str(run.split["seed"]), "split fingerprint": run.split["fingerprint"]}
    about |= {"training images": f"{run.split['counts']['train']:,}", "minutes": f"{run.minutes or 'no limit'}"}
    about |= {"blocks": "; ".join(_block(block) for block in blocks)}
    return about | {what: _words(value) for what, value in recipe.items()}


def between(runs: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    """Name of each setting that is not the same in all runs -> its values, in the order of the runs."""
    told = [settings(run) for run in runs]
    return {name: values for name in told[0] if len(set(values := tuple(each[name] for each in told))) > 1}


def _block(block: Block) -> str:
    words = f"{block.filters} of {block.kernel}x{block.kernel}"
    words += f", pool {block.pool}" if block.pool > 1 else ""
    words += f", dropout {block.dropout:g}" if block.dropout else ""
    return words + (", residual" if block.residual else "")


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
