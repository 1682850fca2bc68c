"""Commands that ask why: explain and leak-worth, what causes of a difference and copies in training are worth."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from itertools import product
from typing import Any

from emocore.commands import reproduce
from emocore.commands.output import tell
from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import client, leak_training
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.judge.shapley import Decomposition
from emocore.learn import factors
from emocore.reproduction import cases, results
from emocore.reproduction.measurements import CORNERS, Training
from emocore.runs import store
from emocore.runs.experiments import explanation
from emocore.runs.experiments.explanation import Explanation

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
    parser.add_argument("--dataset", default="drawn-faces", help="for a case of the report")
    parser.add_argument("--recipe", default="", help="for the folds, instead of report-final")
    parser.add_argument("--folds", type=int, default=3, help="the first so many of ten folds")
    parser.add_argument("--seeds", type=int, default=3, help="networks for each combination of causes")
    parser.add_argument("--quick", action="store_true", help="one seed, two folds; of the leak the matcher alone")
    parser.add_argument("--resume", default="", metavar="ID", help="go on with an explanation that was begun")


def explain(options: Namespace) -> dict[str, Any]:
    """What each cause of a difference between two scores is worth."""
    folds, seeds = (2, 1) if options.quick else (options.folds, options.seeds)
    if options.resume:
        begun = explanation.read(options.resume)
        explanation.go_on(begun)
        return worked_off(begun)
    library.ensure_drawn()
    if options.what == ["leak"]:
        return _leak(library.summary(options.dataset), 0 if options.quick else seeds)
    if options.what == ["folds"]:
        return _folds(library.summary(options.dataset), options.recipe or factors.FOLDS.recipe, folds, seeds)
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
    asked: dict[str, Any] = {"explanation": made.id, "dataset": made.dataset, "runs": list(made.of)}
    asked |= {"folds": made.folds, "seeds": made.seeds, "n": explanation.images(made)}
    told = {"words": dict(zip(made.names, made.words, strict=True))} | found.to_json()
    return asked | told


def _folds(summary: Summary, recipe: str, folds: int, seeds: int) -> dict[str, Any]:
    """What each cause of the report's low folds is worth: what `reproduce` keeps, and what is asked for beyond."""
    every = product(range(seeds), range(1, folds + 1), CORNERS)
    reproduce.train(summary, [Training(corner, recipe, seed, fold) for seed, fold, corner in every], 0)
    causes = results.known(summary.fingerprint).causes(recipe)
    assert causes is not None
    case = factors.FOLDS
    asked: dict[str, Any] = {"case": "folds", "dataset": summary.name, "recipe": recipe, "runs": []}
    asked |= {"folds": causes.folds, "seeds": causes.seeds, "n": causes.n}
    told = {"words": {one.name: one.words for one in case.factors}} | causes.found.to_json()
    return asked | told | {"report": list(case.told), "remains": list(case.remains)}


def _leak(summary: Summary, seeds: int) -> dict[str, Any]:
    """The path by the matcher, then its ends trained for so many seeds; what `reproduce` keeps is not done again."""
    if not results.is_known(summary.fingerprint, cases.PATH):
        *_, found = cases.path(library.load(summary.name))
        assert isinstance(found, Decomposition)
        cases.keep_path(summary.fingerprint, found)
    asked = [Training(name, cases.NETWORK, seed) for name in cases.PROTOCOLS for seed in range(seeds)]
    reproduce.train(summary, asked, 0)
    known = results.known(summary.fingerprint)
    trained = [
        {"protocol": name, "run": "", "seed": one["seed"], "accuracy": one["right"] / one["n"]}
        | {"interval": list(clopper_pearson(one["right"], one["n"])), "n": one["n"], "part": one["part"]}
        for name in cases.PROTOCOLS
        for one in known.trainings(name, cases.NETWORK)
    ]
    words = dict(zip(cases.NAMES, cases.WORDS, strict=True))
    told = {"report": list(cases.TOLD), "remains": cases.REMAINS, "words": words, "trained": trained}
    return {"case": "leak", "dataset": summary.name, "matcher": known.values[cases.PATH]} | told


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
    *_, found = leak_training.worths(asked)
    assert isinstance(found, list)
    return {**asked, "worths": [one.to_json() for one in found]}


COMMANDS = {"explain": (explain_arguments, explain), "leak-worth": (leak_worth_arguments, leak_worth)}
