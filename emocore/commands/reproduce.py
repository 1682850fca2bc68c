"""Commands that ask why: reproduce the report, explain a difference, and what a leak is worth."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from itertools import product
from statistics import mean
from typing import Any

from emocore.commands.output import tell
from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import client, training
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.judge.shapley import Decomposition
from emocore.learn import variations
from emocore.reproduction import cases, document, measuring, numbers, results
from emocore.reproduction.numbers import CORNERS, GROUPS, MODES, PLAIN, Training, wanted
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Row
from emocore.runs import store
from emocore.runs.experiments import explanation
from emocore.runs.experiments.explanation import Explanation
from emocore.wording import counted, duration


def arguments(parser: ArgumentParser) -> None:
    """What `reproduce` takes."""
    parser.add_argument(
        "item",
        nargs="*",
        metavar="ITEM",
        help="such as Figure 4.1, 4.1 or chapter 8; all without it",
    )
    parser.add_argument("--dataset", default="", help="the report's faces without it, where they are imported")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--quick", action="store_true", help="2 epochs, one fold: shows that all of it runs")
    amount.add_argument("--full", action="store_true", help="three seeds, ten folds")
    amount.add_argument("--known", action="store_true", help="train nothing: only what is known already")
    parser.add_argument("--workers", type=int, default=0, help="trainings side by side; as many as cores without it")
    parser.add_argument("--docs", action="store_true", help="write docs/report-rerun.md and what the page ships with")


def reproduce(options: Namespace) -> dict[str, Any]:
    """Measure what is missing for some items, one file a measurement, and give their rows."""
    chosen = document.named(" ".join(options.item) or "all")
    library.ensure_drawn()
    summary = _dataset(options.dataset)
    mode = "quick" if options.quick else "full" if options.full else "usual"
    if not options.known:
        _measure(summary, chosen, mode, options.workers)
    found = results.measurements(summary.fingerprint)
    written = _write(found, summary) if options.docs else []
    rows = [asdict(document.row(one, found)) for one in chosen]
    is_report = summary.fingerprint == numbers.DATASET
    head = {"dataset": summary.name, "is_report": is_report, "is_rehearsal": not is_report, "mode": mode}
    return head | {"made": found.made, "written": written, "items": rows}


def _dataset(name: str) -> Summary:
    if name:
        return library.summary(name)
    there = [one for one in library.summaries() if one.fingerprint == numbers.DATASET and not one.problem]
    return there[0] if there else library.summary(library.DRAWN)


def _measure(summary: Summary, chosen: Sequence[Row], mode: str, workers: int) -> None:
    """What the items need and nobody measured yet."""
    groups = [group for group in GROUPS if any(group in one.needs for one in chosen)]
    for step in measuring.measure_counts(summary, groups):
        tell(step.message)
    train(summary, measuring.missing(summary.fingerprint, groups, mode), workers)
    measuring.keep_ensemble(summary.fingerprint)
    found = results.measurements(summary.fingerprint)
    lacking = {group for group in groups if found.lacks(group) and (group in PLAIN or wanted(group, MODES[mode]))}
    if empty := [one.item for one in chosen if lacking & set(one.needs)]:
        raise EmoError(f"Nothing came out for {', '.join(empty)}. The lines above say how far it came.", "not_measured")


def train(summary: Summary, asked: Sequence[Training], workers: int) -> None:
    """Train those that nobody trained yet, telling how far it is; one that is cut short goes on where it was."""
    missing = {one.name: one for one in asked if not results.is_known(summary.fingerprint, one.name)}
    if missing:
        tell(_plan(summary, list(missing.values()), workers or os.cpu_count() or 1))
        for place, name in enumerate(measuring.run_trainings(summary.name, list(missing.values()), workers), 1):
            tell(f"{place} of {len(missing)}: {name}")


def _plan(summary: Summary, missing: Sequence[Training], workers: int) -> str:
    """How many trainings there are to do, and about how long they take by those of their kind that are known."""
    trainings = [
        one for one in results.measurements(summary.fingerprint).values.values() if "seconds" in one and not one["cut"]
    ]
    size = f"{counted(len(missing), 'training')} to do, {workers} side by side"
    if not trainings or any(one.epochs for one in missing):
        return f"{size}."
    means = {
        kind: mean(one["seconds"] for one in trainings if one["protocol"] == kind)
        for kind in {one["protocol"] for one in trainings}
    }
    usual = mean(one["seconds"] for one in trainings)
    seconds = sum(means.get(one.protocol, usual) for one in missing) / workers
    return f"{size}: about {duration(seconds)}, by {counted(len(trainings), 'known training')}."


def _write(found: Results, summary: Summary) -> list[str]:
    if summary.fingerprint != numbers.DATASET:
        tell("Nothing is written: docs/report-rerun.md tells of the report's own data.")
        return []
    shipped = results.ship(found)
    return [str(path) for path in (shipped, document.write(results.shipped()))]


OWNER = "command line"
CASES = ("folds", "leak")


def explain_arguments(parser: ArgumentParser) -> None:
    """What `explain` takes."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="RUN",
        help="two runs; or a case of the report: folds (.49 against .70), leak (.899 against .696)",
    )
    parser.add_argument("--dataset", default="", help="for a case of the report; its faces where they are imported")
    parser.add_argument("--recipe", default="", help="for the folds, instead of report-final")
    parser.add_argument("--folds", type=int, default=3, help="the first so many of ten folds")
    parser.add_argument(
        "--seeds", type=int, default=0, help="networks for each combination of causes; 3 of two runs, 1 of a case"
    )
    parser.add_argument("--quick", action="store_true", help="one seed, two folds; of the leak the matcher alone")
    parser.add_argument("--resume", default="", metavar="ID", help="go on with an explanation that was begun")


def explain(options: Namespace) -> dict[str, Any]:
    """What each cause of a difference between two scores is worth."""
    folds, seeds = (2, 1) if options.quick else (options.folds, options.seeds or (1 if len(options.what) == 1 else 3))
    if options.resume:
        begun = explanation.read(options.resume)
        explanation.go_on(begun)
        return worked_off(begun)
    library.ensure_drawn()
    if options.what == ["leak"]:
        return _leak(_dataset(options.dataset), 0 if options.quick else seeds)
    if options.what == ["folds"]:
        return _folds(_dataset(options.dataset), options.recipe or variations.FOLDS.recipe, folds, seeds)
    if len(options.what) != 2:
        raise EmoError(f"Name two runs, or one case of the report: {' or '.join(CASES)}.", "bad_value")
    first, second = map(store.read, options.what)
    return worked_off(explanation.of_runs(first, second, folds, seeds, OWNER))


def worked_off(begun: Explanation) -> dict[str, Any]:
    """Train on the engine what an explanation lacks; one that is cut short goes on with --resume."""
    tell(f"{begun.id}: {begun.size} trainings")
    last = -1
    while True:
        for run in explanation.advance(begun):
            client.submit_run(run)
        if (over := explanation.done(begun)) > last:
            last = over
            tell(f"{over} of {begun.size} trainings done")
        if explanation.is_over(begun):
            return as_json(begun)
        time.sleep(0.5)


def as_json(made: Explanation) -> dict[str, Any]:
    """An explanation as plain values."""
    found = explanation.result(made)
    asked: dict[str, Any] = {"explanation": made.id, "dataset": made.dataset, "runs": list(made.compared_runs)}
    asked |= {"folds": made.folds, "seeds": made.seeds, "n": explanation.images(made)}
    effects = {"words": dict(zip(made.names, made.words, strict=True))} | found.to_json()
    return asked | effects


def _folds(summary: Summary, recipe: str, folds: int, seeds: int) -> dict[str, Any]:
    """What each cause of the report's low folds is worth: what `reproduce` keeps, and what is asked for beyond."""
    every = product(range(seeds), range(1, folds + 1), CORNERS)
    train(summary, [Training(corner, recipe, seed, fold) for seed, fold, corner in every], 0)
    causes = results.measurements(summary.fingerprint).causes(recipe)
    assert causes is not None
    case = variations.FOLDS
    asked: dict[str, Any] = {"case": "folds", "dataset": summary.name, "recipe": recipe, "runs": []}
    asked |= {"folds": causes.folds, "seeds": causes.seeds, "n": causes.n}
    effects = {"words": {one.name: one.words for one in case.factors}} | causes.found.to_json()
    return asked | effects | {"report": list(case.printed), "remains": list(case.remains)}


def _leak(summary: Summary, seeds: int) -> dict[str, Any]:
    """The path by the matcher, then its ends trained for so many seeds; what `reproduce` keeps is not done again."""
    if not results.is_known(summary.fingerprint, cases.PATH):
        *_, found = cases.path(library.load(summary.name))
        assert isinstance(found, Decomposition)
        cases.keep_path(summary.fingerprint, found)
    asked = [Training(name, cases.NETWORK, seed) for name in cases.PROTOCOLS for seed in range(seeds)]
    train(summary, asked, 0)
    measured = results.measurements(summary.fingerprint)
    trained = [
        {"protocol": name, "run": "", "seed": one["seed"], "accuracy": one["right"] / one["n"]}
        | {"interval": list(clopper_pearson(one["right"], one["n"])), "n": one["n"], "part": one["part"]}
        for name in cases.PROTOCOLS
        for one in measured.trainings(name, cases.NETWORK)
    ]
    words = dict(zip(cases.NAMES, cases.WORDS, strict=True))
    report = {"report": list(cases.PRINTED), "remains": cases.REMAINS, "words": words, "trained": trained}
    return {"case": "leak", "dataset": summary.name, "matcher": measured.values[cases.PATH]} | report


def leak_worth_arguments(parser: ArgumentParser) -> None:
    """What `leak-worth` takes."""
    parser.add_argument("name", metavar="DATASET_OR_RUN")
    parser.add_argument("--code", default="", help="a finding of the last check; all known copies without it")
    parser.add_argument("--train", action="store_true", help="a short training besides the quick models")


def leak_worth(options: Namespace) -> dict[str, Any]:
    """What a leak is worth: scores with it, without it, and with as many unrelated pictures removed."""
    library.ensure_drawn()
    is_run = options.name in {run.id for run in store.trainings()}
    asked = {"run" if is_run else "dataset": options.name, "code": options.code, "trained": options.train}
    *_, found = training.leak_worths(asked)
    assert isinstance(found, list)
    return {**asked, "worths": [one.to_json() for one in found]}


COMMANDS = {
    "reproduce": (arguments, reproduce),
    "explain": (explain_arguments, explain),
    "leak-worth": (leak_worth_arguments, leak_worth),
}
