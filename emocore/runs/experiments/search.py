"""Searches and studies on disk: what to vary, and one line a trial that names its runs; the rest is in the runs.

Whoever looks (the engine, a page, the command) calls `advance`, which makes the runs of the next trials. A lock
lets one do it at a time, so a search goes on after any of them was ended. Trials are judged by validation images;
nobody opens their test parts.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import secrets
import statistics
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from emocore import files, records, settings
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.learn import variations
from emocore.learn.recipe import Recipe
from emocore.records import Damaged
from emocore.runs import creation, new_runs, status, store
from emocore.runs.answers import stamp, validation_answers
from emocore.runs.experiments import prepared, sampling
from emocore.runs.run import Run

MOST_TRIALS, MOST_SEEDS = 200, 10
AT_ONCE = 2 * (os.cpu_count() or 1)
"""Runs that wait or train at the same time; so another person's run waits behind a few only."""
STUDIES: dict[str, dict[str, tuple[str, ...]]] = {
    "depth": {"depth": ("1", "2", "3", "4", "5")},
    "kernel": {"kernel": ("3", "5", "7", "9")},
}
"""Section 6.3 of the report as ready-made experiments."""


@dataclass(frozen=True)
class Plan:
    """What to try.

    space: setting -> values as text, or "LOW..HIGH" for a sampler. sampler: one of sampling.SAMPLERS. trials: at
    most so many. seeds: networks a trial, whose mean is its score. study: one of STUDIES, or "".
    """

    space: dict[str, tuple[str, ...]]
    sampler: str = "grid"
    trials: int = 20
    seeds: int = 1
    study: str = ""


@dataclass(frozen=True)
class Search:
    """What was asked, and where it lies. version, fingerprint: of the dataset; 0 and "" for one of an older program."""

    id: str
    owner: str
    created: str
    dataset: str
    split: SplitPlan
    recipe: Recipe
    plan: Plan
    folder: Path
    version: int = 0
    fingerprint: str = ""

    @property
    def shipped(self) -> bool:
        """Whether it comes with the checkout and is never written to."""
        return self.folder.parent == _shipped()

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked for no further trials."""
        return (self.folder / "stop").exists()


@dataclass(frozen=True)
class _Line:
    """A line of trials.jsonl."""

    settings: dict[str, str]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """Settings as text and the runs trained by them; scores: validation accuracy of those that are done."""

    number: int
    settings: dict[str, str]
    runs: tuple[Run, ...]
    scores: tuple[float, ...]

    @property
    def is_over(self) -> bool:
        """Whether none of its runs waits or trains."""
        return all(run.status.is_settled for run in self.runs)

    @property
    def score(self) -> float | None:
        """Mean validation accuracy, once all its runs have one."""
        return statistics.fmean(self.scores) if self.runs and len(self.scores) == len(self.runs) else None


def create(dataset: str, split: SplitPlan, recipe: Recipe, plan: Plan, owner: str = "") -> Search:
    """A search that `advance` will work off. Raises EmoError "bad_value" for what no trial could use, "no_dataset"."""
    _refuse_nonsense(plan, recipe)
    summary, search_id = library.summary(dataset), f"{plan.study or 'search'}-{secrets.token_hex(4)}"
    unfinished = _home() / f".{search_id}"
    unfinished.mkdir(parents=True)
    metadata: dict[str, Any] = {"owner": owner, "created": status.now(), "dataset": dataset}
    metadata |= {"split": dataclasses.asdict(split), "version": summary.version, "fingerprint": summary.fingerprint}
    write_json(unfinished / "search.json", metadata | {"recipe": recipe.to_json(), "plan": dataclasses.asdict(plan)})
    files.move(unfinished, _home() / search_id)
    return read(search_id)


def read(search_id: str) -> Search:
    """One search, also a prepared one, which no list shows. Raises EmoError "no_search" or "damaged_file"."""
    own, shipped = _home() / search_id, _shipped() / search_id
    folder = own if own.exists() else shipped
    if not search_id.replace("-", "").isalnum() or not folder.is_dir():
        raise EmoError(f"There is no search {search_id!r}.", "no_search")
    return records.read(Search, folder / "search.json", id=search_id, folder=str(folder))


def searches() -> list[Search]:
    """All searches and studies that can be read, the newest first."""
    return listed()[0]


def listed() -> tuple[list[Search], list[Damaged]]:
    """All searches and studies that can be read, the newest first, and those that cannot."""
    found, damaged = records.listed(sorted(_home().glob("[!.]*/")), lambda folder: read(folder.name))
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True), damaged


def trials(search: Search) -> list[Trial]:
    """Its trials so far, with what their runs have reached."""
    found = []
    for number, line in enumerate(records.lines(_Line, search.folder / "trials.jsonl"), 1):
        runs = tuple(_runs(line.runs))
        scores = tuple(score for run in runs if (score := _score(run.id, stamp(run))) is not None)
        found.append(Trial(number, line.settings, runs, scores))
    return found


def size(search: Search) -> int:
    """How many trials it will have."""
    return size_of(search.plan)


def size_of(plan: Plan) -> int:
    """How many trials come of a plan."""
    combinations = len(list(itertools.product(*plan.space.values()))) if plan.sampler == "grid" else plan.trials
    return min(combinations, plan.trials) if not plan.study else combinations


def is_over(search: Search, tried: list[Trial]) -> bool:
    """Whether nothing waits, trains or will be tried."""
    return all(trial.is_over for trial in tried) and (search.is_stopped or len(tried) >= size(search))


def best(tried: list[Trial]) -> Trial | None:
    """The trial with the highest score, the first of several."""
    scored = [trial for trial in tried if trial.score is not None]
    return max(scored, key=lambda trial: trial.score or 0.0) if scored else None


def advance(search: Search) -> list[Run]:
    """Make the runs of the next trials, if any is due; they are queued and have to be handed to the engine."""
    made: list[Run] = []
    if (search.folder / "over").exists():
        return made
    with FileLock(_home() / f"{search.id}.lock"):
        if (search.folder / "over").exists() or not (search.folder / "search.json").exists():
            return made  # Ended or deleted while this waited
        tried = trials(search)
        waiting = sum(not run.status.is_settled for trial in tried for run in trial.runs)
        while waiting + len(made) < AT_ONCE and len(tried) < size(search) and not search.is_stopped:
            settings = _next(search, tried)
            recipe = variations.varied(search.recipe, settings)
            seeded = [dataclasses.replace(recipe, seed=recipe.seed + number) for number in range(search.plan.seeds)]
            dataset = creation.begun_with(search.dataset, search.version, search.fingerprint)
            with new_runs.together() as new:
                ids = [creation.add(new, dataset, search.split, one, search.owner, part_of=search.id) for one in seeded]
                new.longer(search.folder / "trials.jsonl", {"settings": settings, "runs": ids})
            runs = [store.read(run_id) for run_id in ids]
            tried.append(Trial(len(tried) + 1, settings, tuple(runs), ()))
            made += runs
        if is_over(search, tried):
            (search.folder / "over").touch()
    return made


def advance_all() -> Iterator[Run]:
    """The same for every search that is not over. One that cannot go on says why in its folder and stops."""
    for path in _home().glob("[!.]*/search.json"):
        if (path.parent / "over").exists():
            continue
        try:
            yield from advance(read(path.parent.name))
        except (EmoError, OSError) as error:
            if path.exists():  # Else it was deleted meanwhile
                status.log(path.parent, error.message if isinstance(error, EmoError) else str(error))
                with suppress(EmoError, OSError):  # On a full disk the next look tries again
                    (path.parent / "over").touch()
                    stop(read(path.parent.name))


def stop(search: Search) -> None:
    """No further trials; those that wait or train are stopped with what they reached."""
    (search.folder / "stop").touch()
    for trial in trials(search):
        for run in trial.runs:
            if not run.status.is_over:
                status.request_stop(run.folder)


def delete(search_id: str) -> None:
    """Move a search and its runs to the trash. Raises EmoError "no_search", "busy" or "read_only"."""
    found = read(search_id)
    if found.shipped:
        raise EmoError(f"{found.id} comes with the program and cannot be deleted.", "read_only")
    with FileLock(_home() / f"{search_id}.lock"):  # The engine makes no trial meanwhile
        store.delete_with_runs(found.folder, [run for trial in trials(found) for run in trial.runs])


def restore(search_id: str) -> None:
    """Bring a deleted one back. Raises EmoError "not_in_trash"."""
    store.restore_with_runs(_home() / search_id)


def tried(found: list[Trial]) -> list[sampling.Tried]:
    """Trials as the sampler is told of them."""
    return [sampling.Tried(trial.settings, trial.score, trial.is_over) for trial in found]


def importance(search_id: str) -> dict[str, float]:
    """Share of the variance of the scores that each setting explains. Called on a worker."""
    search = read(search_id)
    return sampling.importance(search.plan.space, tried(trials(search)), seed=search.recipe.seed)


def _next(search: Search, done: list[Trial]) -> dict[str, str]:
    space = search.plan.space
    if search.plan.sampler == "grid":
        every = itertools.product(*space.values())
        return dict(zip(space, next(itertools.islice(every, len(done), None)), strict=True))
    return sampling.suggest(space, search.plan.sampler, tried(done), search.recipe.seed)


def _runs(ids: Sequence[str]) -> Iterator[Run]:
    for run_id in ids:
        with suppress(EmoError):  # Somebody deleted it
            yield store.read(run_id)


@lru_cache(maxsize=4096)
def _score(run_id: str, stamp: str) -> float | None:
    """Validation accuracy; None without answers or with damaged ones. `stamp` makes other answers count as others."""
    with suppress(EmoError):
        return float(validation_answers(store.read(run_id)).right.mean()) if stamp else None
    return None


def _refuse_nonsense(plan: Plan, recipe: Recipe) -> None:
    if plan.sampler not in sampling.SAMPLERS:
        raise EmoError(f"sampler={plan.sampler} is not possible. Use {', '.join(sampling.SAMPLERS)}.", "bad_value")
    for name, value, most in (("trials", plan.trials, MOST_TRIALS), ("seeds", plan.seeds, MOST_SEEDS)):
        if not 1 <= value <= most:
            raise EmoError(f"{name}={value} is not possible. Use 1 to {most}.", "bad_value")
    if not plan.space or not all(plan.space.values()):
        raise EmoError("A search needs a setting to vary, with values, such as learning_rate=1e-3,1e-4.", "bad_value")
    for name, texts in plan.space.items():
        between = sampling.ends(name, texts[0]) if len(texts) == 1 else None
        if between and plan.sampler == "grid":
            raise EmoError(f"{name}={texts[0]}: a grid needs single values. Use the sampler tpe.", "bad_value")
        for text in [f"{end:g}" for end in between] if between else texts:
            variations.varied(recipe, {name: text})


def _home() -> Path:
    return settings.data_dir() / "searches"


def _shipped() -> Path:
    return prepared.home() / "searches"
