"""Commands that train: recipes, train, crossval, search, study."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from typing import Any

from emocore import settings
from emocore.commands.output import name_and_value, no_arguments, tell
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.errors import EmoError
from emocore.judge import folds, metrics
from emocore.learn import flaws, layers, variations
from emocore.learn.events import Epoch
from emocore.learn.flaws import PROTOCOLS
from emocore.learn.recipe import Recipe
from emocore.runs import creation, kept_recipes, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import control, crossval, search
from emocore.runs.run import Run
from emocore.wording import score

OWNER = "command line"


def list_recipes(_: Namespace) -> list[dict[str, Any]]:
    """Every recipe with its settings and what its network costs."""
    return [
        {"name": name, "about": kept_recipes.description(name), "parameters": layers.parameter_count(recipe)}
        | {"multiply_adds": layers.multiply_adds(recipe), "settings": recipe.to_json()}
        for name, recipe in kept_recipes.all_recipes().items()
    ]


def train_arguments(parser: ArgumentParser) -> None:
    """What `train` takes."""
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--seed", type=int)
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting of the recipe"
    )
    _add_wrong_ways(parser)
    parser.add_argument(
        "--together", default="", help="an attribute, such as person, of which no value is in two parts"
    )
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument(
        "--control", choices=("shuffled",), help="train five times on shuffled labels: above chance means a leak"
    )
    parser.add_argument("--quick", action="store_true", help="with --control: match similar images, train nothing")


def _add_wrong_ways(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--flaw", default="", help="train in flawed ways on purpose, such as augment-first or test-stops,upside-down"
    )
    parser.add_argument(
        "--protocol", default="", metavar="NAME", help=f"train as a protocol says: {', '.join(PROTOCOLS)}"
    )


def _flawed(recipe: Recipe, options: Namespace) -> Recipe:
    """The recipe under the protocol or with the flaws that were asked for."""
    if options.protocol and options.flaw:
        raise EmoError("A protocol says its flaws itself. Use --protocol or --flaw, not both.", "bad_value")
    if options.protocol:
        return flaws.following_protocol(recipe, options.protocol)
    return flaws.flawed(recipe, options.flaw)


def train(options: Namespace) -> dict[str, Any]:
    """Train a recipe in this process, or on the cluster that EMOCORE_SCHEDULER names; or a control of it."""
    if options.quick and not options.control:
        raise EmoError("--quick is for a control. Use it with --control shuffled.", "bad_value")
    library.ensure_drawn()
    seed = {} if options.seed is None else {"seed": str(options.seed)}
    recipe = _recipe(options, seed)
    recipe = _flawed(recipe, options)
    dataset, plan = library.load(options.dataset), SplitPlan(together=options.together)
    if options.control:
        return _control(dataset, plan, recipe, options.quick)
    run = creation.create(dataset, plan, recipe, OWNER, options.minutes)
    _train(run)
    return _trained(store.read(run.id))


def _train(run: Run) -> None:
    tell(f"Run {run.number}: {run.id}")
    if settings.scheduler_address():
        client.train_and_wait(run)
    else:
        _train_here(run)


def _control(dataset: Dataset, plan: SplitPlan, recipe: Recipe, quick: bool) -> dict[str, Any]:
    """A shuffled-label control: five marked runs, or none in quick mode."""
    asked = {"dataset": dataset.name, "recipe": recipe.name, "control": "shuffled"}
    if quick:
        return asked | {"quick": True, "runs": []} | control.quick(dataset, plan, recipe).to_json()
    made = control.create(dataset, plan, recipe, OWNER)
    for run in control.runs(made):
        _train(run)
    return asked | {"id": made.id, "quick": False, "runs": list(made.runs)} | control.result(made).to_json()


def _train_here(run: Run) -> None:
    from emocore.engine import tasks  # Loads torch, which no other command here needs

    for event in tasks.training(run.id, threads=os.cpu_count() or 1):
        if isinstance(event, Epoch):
            tell(
                f"epoch {event.epoch:3}  loss {score(event.train_loss)}  validation loss "
                f"{score(event.validation_loss)}  validation accuracy "
                f"{score(event.validation_accuracy)}{'  best so far' if event.best else ''}"
            )


def _trained(run: Run) -> dict[str, Any]:
    passed = store.epochs(run)
    best = store.best_epoch(passed)
    answers = validation_answers(run)
    scores = metrics.evaluate(answers, run.classes) if len(answers) else None
    return {
        "run": run.id,
        "flaw": run.recipe.flaw,
        "state": run.status.state,
        "epochs": len(passed),
        "best_epoch": best.epoch if best else None,
        "images_per_second": round(sum(e.images_per_second for e in passed) / len(passed), 1) if passed else None,
        "validation": scores and {"accuracy": scores.accuracy, "n": scores.n, "interval": list(scores.interval)},
    }


def _recipe(options: Namespace, changes: dict[str, str] | None = None) -> Recipe:
    """The recipe that was asked for, with what --set and `changes` change."""
    return variations.changed(
        kept_recipes.named(options.recipe), dict(map(name_and_value, options.set)) | (changes or {})
    )


def crossval_arguments(parser: ArgumentParser) -> None:
    """What `crossval` takes."""
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--by", default="", help="leave out one group of this attribute after another")
    parser.add_argument("--together", default="", help="keep all images of each value of this attribute in one fold")
    parser.add_argument("--pool", default="train", help="train: the test part stays sealed; all: every image")
    parser.add_argument("--seed", type=int, default=42, help="draws the folds")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting")
    _add_wrong_ways(parser)


def cross_validate(options: Namespace) -> dict[str, Any]:
    """Train and judge every fold."""
    library.ensure_drawn()
    plan = crossval.Plan(
        options.folds, options.repeats, options.by, options.pool, options.seed, together=options.together
    )
    recipe = _flawed(_recipe(options), options)
    created = crossval.create(library.load(options.dataset), plan, recipe, OWNER)
    tell(f"{created.id}: {len(created.runs)} folds")
    for run in crossval.runs(created):
        client.submit_run(run)
    for done in crossval.waiting(created):
        tell(f"{done} of {len(created.runs)} folds done")
    result = folds.cross_validation(
        crossval.predictions(created), created.classes, crossval.test_share(created), created.groups
    )
    return {
        "crossval": created.id,
        "flaw": recipe.flaw,
        "runs": list(created.runs),
        "folds": [{"fold": fold.group or fold.fold, "n": fold.n} | fold.scores for fold in result.folds],
        "mean": result.mean["accuracy"],
        "sd": result.sd["accuracy"],
        "interval": result.intervals.get("accuracy"),
        "pooled": {"accuracy": result.accuracy, "confusion": result.confusion},
        "says": result.message,
    }


def search_arguments(parser: ArgumentParser) -> None:
    """What `search` takes."""
    _add_search(parser)
    parser.add_argument(
        "--grid", action="append", default=[], metavar="NAME=VALUES", help="such as learning_rate=1e-3,1e-4"
    )
    parser.add_argument("--sampler", default="grid", help="grid; tpe or random, which also take NAME=LOW..HIGH")
    parser.add_argument("--trials", type=int, default=20, help="at most so many")
    parser.add_argument("--seeds", type=int, default=1, help="networks a trial")
    parser.add_argument("--keep-as", default="", metavar="NAME", help="keep the best as a recipe of this name")
    parser.add_argument("--resume", default="", metavar="ID", help="go on with a search that was begun")


def _add_search(parser: ArgumentParser) -> None:
    parser.add_argument("--dataset", default="drawn-faces")
    parser.add_argument("--recipe", default="report-main")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting for all")


def search_settings(options: Namespace) -> dict[str, Any]:
    """Vary settings of a recipe, and keep the best where that was asked for."""
    if options.resume:
        begun = search.read(options.resume)
    else:
        space = {name: tuple(values.split(",")) for name, values in map(_varied, options.grid)}
        begun = _begun(options, search.Plan(space, options.sampler, options.trials, options.seeds))
    result = _worked_off(begun)
    best = search.best(search.trials(begun))
    if options.keep_as and best is not None:
        words = f"Kept from a search on {begun.dataset}: {best.settings}."
        varied = variations.varied(begun.recipe, best.settings)
        result["kept"] = kept_recipes.keep(varied, options.keep_as, words).name
    return result


def study_arguments(parser: ArgumentParser) -> None:
    """What `study` takes."""
    parser.add_argument("what", choices=("depth", "kernel"))
    _add_search(parser)
    parser.add_argument("--seeds", type=int, default=5, help="networks for each value")


def study(options: Namespace) -> dict[str, Any]:
    """Vary the depth or the kernel size, several seeds each."""
    plan = search.Plan(search.STUDIES[options.what], seeds=options.seeds, study=options.what)
    result = _worked_off(_begun(options, plan))
    for trial in result["trials"]:
        spread = folds.spread(trial["seeds"]) if trial["seeds"] else None
        trial |= {"deviation": spread and spread.deviation, "interval": spread and spread.interval}
    return result


def _varied(text: str) -> tuple[str, str]:
    return name_and_value(text, option="", example="learning_rate=1e-3")


def _begun(options: Namespace, plan: search.Plan) -> search.Search:
    library.ensure_drawn()
    library.load(options.dataset)
    recipe = variations.varied(kept_recipes.named(options.recipe), dict(map(_varied, options.set)))
    return search.create(options.dataset, SplitPlan(), recipe, plan, OWNER)


def _worked_off(begun: search.Search) -> dict[str, Any]:
    """Work a search off on the engine; one that is cut short goes on with --resume."""
    tell(f"{begun.id}: {search.size(begun)} trials")
    last = -1
    while True:
        for run in search.advance(begun):
            client.submit_run(run)
        trials = search.trials(begun)
        if (over := sum(trial.is_over for trial in trials)) > last:
            last = over
            tell(f"{over} of {search.size(begun)} trials done")
        if search.is_over(begun, trials):
            return _found(begun, trials)
        time.sleep(0.5)


def _found(made: search.Search, trials: list[search.Trial]) -> dict[str, Any]:
    """A search with its trials as plain values, the best ones first."""
    ranked = sorted(trials, key=lambda trial: -(trial.score or 0.0))
    return {
        "search": made.id,
        "dataset": made.dataset,
        "recipe": made.recipe.name,
        "part": "validation",
        "trials": [
            {"settings": trial.settings, "accuracy": trial.score, "seeds": list(trial.scores)}
            | {"runs": [run.id for run in trial.runs]}
            for trial in ranked
        ],
    }


COMMANDS = {
    "recipes": (no_arguments, list_recipes),
    "train": (train_arguments, train),
    "crossval": (crossval_arguments, cross_validate),
    "search": (search_arguments, search_settings),
    "study": (study_arguments, study),
}
