"""What an audit looks for in several runs at once: changes that no two runs tell apart, and flaws of single folds."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations

from emocore.audit.finding import Finding, ranked
from emocore.audit.run_findings import run_findings
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.runs.experiments.search import Search, Trial
from emocore.runs.run import Run
from emocore.wording import counted, listing

NOT_COMPARED = ("name", "seed", "blocks")
Asked = Mapping[str, Hashable]
"""Name of a setting -> its value; what a comparison can turn on."""


def comparison_findings(runs: Sequence[Run]) -> tuple[Finding, ...]:
    """Whether two runs or more differ in several things at once, so that no difference belongs to one of them."""
    return tuple(_several_changes([_asked(run) for run in runs], "these runs", "medium"))


def search_findings(search: Search, trials: Sequence[Trial]) -> tuple[Finding, ...]:
    """The same for the trials of a search or a study; what it is meant to vary counts as one thing."""
    varied = set(search.plan.space)
    asked = [dict(trial.settings) | _besides(trial, varied) for trial in trials]
    return tuple(_several_changes(asked, "its trials", "medium" if search.plan.study else "low"))


def fold_findings(runs: Sequence[Run]) -> tuple[Finding, ...]:
    """The findings on the folds of a cross-validation, each code once, with the number of folds that have it."""
    by_code: dict[str, list[Finding]] = {}
    for run in runs:
        for finding in run_findings(run):
            by_code.setdefault(finding.code, []).append(finding)
    return ranked([_of_folds(found, len(runs)) for found in by_code.values()])


def _of_folds(found: Sequence[Finding], folds: int) -> Finding:
    first = found[0]
    ids = tuple(sorted({identity for finding in found for identity in finding.where}))
    message = f"In {len(found)} of {counted(folds, 'fold')}: {first.message}"
    return dataclasses.replace(first, message=message, where=ids, count=max(len(ids), len(found)))


def _several_changes(asked: Sequence[Asked], whom: str, severity: str) -> Iterator[Finding]:
    confounded = _never_alone(asked)
    if len(confounded) > 1:
        yield Finding(
            "several_changes",
            severity,
            f"{counted(len(confounded), 'setting')} differ ({listing(confounded)}), and no two of {whom} differ "
            "in only one of them.",
            (
                "A difference in score cannot be attributed to one of these settings. Any of them, or all "
                "together, may have caused it."
            ),
            "Change one setting at a time and use several seeds for each.",
            (),
            len(confounded),
        )


def _never_alone(asked: Sequence[Asked]) -> list[str]:
    """Settings that differ somewhere, but between no two in nothing else. A grid of settings has none."""
    names = list(dict.fromkeys(name for one in asked for name in one))
    pairs = [{name for name in names if one.get(name) != other.get(name)} for one, other in combinations(asked, 2)]
    alone = {name for pair in pairs if len(pair) == 1 for name in pair}
    return [name.replace("_", " ") for name in names if any(name in pair for pair in pairs) and name not in alone]


def _asked(run: Run) -> dict[str, Hashable]:
    """What was asked of a run, its network taken apart; chance (seeds) is no change."""
    return recipe_settings(run.recipe) | {"data": run.fingerprint, "split": run.split["fingerprint"]}


def recipe_settings(recipe: Recipe) -> dict[str, Hashable]:
    """The settings of a recipe that an experiment can turn on; blocks as their number and one setting a part."""
    names = [field.name for field in dataclasses.fields(recipe) if field.name not in NOT_COMPARED]
    settings: dict[str, Hashable] = {name: getattr(recipe, name) for name in names}
    for part in dataclasses.fields(Block):
        settings[f"{part.name} of blocks"] = _Along(tuple(getattr(block, part.name) for block in recipe.blocks))
    return {"number of blocks": len(recipe.blocks)} | settings


@dataclasses.dataclass(frozen=True, eq=False)
class _Along:
    """One setting of every block; of networks of other depth only the blocks that both have are compared."""

    values: tuple[float, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Along) and all(
            one == same for one, same in zip(self.values, other.values, strict=False)
        )

    def __hash__(self) -> int:
        return 0


def _besides(trial: Trial, varied: set[str]) -> dict[str, Hashable]:
    """Settings of a trial's run that the search does not name: they should be the same in all."""
    if not trial.runs:
        return {}
    found = _asked(trial.runs[0])
    shapes = {"depth": ("number of blocks",), "kernel": ("kernel of blocks",), "width": ("filters of blocks",)}
    covered = {name for each in varied for name in (each, *shapes.get(each, (f"{each} of blocks",)))}
    return {name: value for name, value in found.items() if name not in covered}
