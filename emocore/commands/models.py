"""Commands of `python -m emocore` around models: searches and studies, ensembles, export; arguments in, values out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emocore.errors import EmoError

if TYPE_CHECKING:
    from emocore.runs.experiments import search


def add_parsers(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Tell the parser what each of these commands takes."""
    together = command("ensemble", "Let several runs answer together by the mean of their probabilities.")
    together.add_argument("runs", nargs="+", metavar="RUN")
    found = command("search", "Vary settings of a recipe on validation images, side by side on the engine.")
    _add_training(found)
    found.add_argument(
        "--grid", action="append", default=[], metavar="NAME=VALUES", help="such as learning_rate=1e-3,1e-4"
    )
    found.add_argument("--sampler", default="grid", help="grid; tpe or random, which also take NAME=LOW..HIGH")
    found.add_argument("--trials", type=int, default=20, help="at most so many")
    found.add_argument("--seeds", type=int, default=1, help="networks a trial")
    found.add_argument("--keep-as", default="", metavar="NAME", help="keep the best as a recipe of this name")
    found.add_argument("--resume", default="", metavar="ID", help="go on with a search that was begun")
    study = command("study", "Section 6.3 of the report: vary the depth or the kernel size, several seeds each.")
    study.add_argument("what", choices=("depth", "kernel"))
    _add_training(study)
    study.add_argument("--seeds", type=int, default=5, help="networks for each value")
    out = command("export-model", "Write a model as a zip with its card and a program that loads it.")
    out.add_argument("run")
    out.add_argument("path", type=Path)
    out.add_argument("--onnx", action="store_true", help="for other programs, checked to agree; else safetensors")


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="drawn-faces")
    parser.add_argument("--recipe", default="report-main")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting for all")


def _search(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.learn import variations
    from emocore.runs import kept_recipes
    from emocore.runs.experiments import search

    if asked.resume:
        made = search.read(asked.resume)
    else:
        space = {name: tuple(values.split(",")) for name, values in map(_pair, asked.grid)}
        made = _made(asked, search.Plan(space, asked.sampler, asked.trials, asked.seeds))
    told = _waited(made)
    best = search.best(search.trials(made))
    if asked.keep_as and best is not None:
        about = f"Kept from a search on {made.dataset}: {best.settings}."
        told["kept"] = kept_recipes.keep(variations.varied(made.recipe, best.settings), asked.keep_as, about).name
    return told


def _study(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.judge.folds import spread
    from emocore.runs.experiments import search

    made = _made(asked, search.Plan(search.STUDIES[asked.what], seeds=asked.seeds, study=asked.what))
    told = _waited(made)
    for trial in told["trials"]:
        found = spread(trial["seeds"]) if trial["seeds"] else None
        trial |= {"deviation": found and found.deviation, "interval": found and found.interval}
    return told


def _made(asked: argparse.Namespace, plan: search.Plan) -> search.Search:
    from emocore.data import library
    from emocore.data.split import SplitPlan
    from emocore.learn import variations
    from emocore.runs import kept_recipes
    from emocore.runs.experiments import search

    library.ensure_drawn()
    library.load(asked.dataset)
    recipe = variations.varied(kept_recipes.named(asked.recipe), dict(map(_pair, asked.set)))
    return search.create(asked.dataset, SplitPlan(), recipe, plan, "command line")


def _waited(made: search.Search) -> dict[str, Any]:
    """Work a search off on the engine; one that is cut short goes on with --resume."""
    from emocore.engine import client
    from emocore.runs.experiments import search

    print(f"{made.id}: {search.size(made)} trials", file=sys.stderr, flush=True)
    told = -1
    while True:
        for run in search.advance(made):
            client.submit_run(run)
        tried = search.trials(made)
        if (over := sum(trial.is_over for trial in tried)) > told:
            told = over
            print(f"{over} of {search.size(made)} trials done", file=sys.stderr, flush=True)
        if search.is_over(made, tried):
            return search.as_json(made, tried)
        time.sleep(0.5)


def _pair(text: str) -> tuple[str, str]:
    name, equals, values = text.partition("=")
    if not equals:
        raise EmoError(f"{text} is not possible. Write NAME=VALUE, such as learning_rate=1e-3.", "bad_value")
    return name.strip(), values.strip()


def _export_model(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.exchange import model_file, onnx
    from emocore.files import write_bytes
    from emocore.runs import store

    run = store.read(asked.run)
    write_bytes(asked.path, onnx.packed(run.id) if asked.onnx else model_file.packed(run))
    return {"run": run.id, "file": str(asked.path), "kind": "ONNX" if asked.onnx else "safetensors"}


def _ensemble(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.judge import metrics
    from emocore.runs import store
    from emocore.runs.answers import has_answers, validation_answers
    from emocore.runs.experiments import ensemble

    made = ensemble.create([store.read(run_id) for run_id in asked.runs], "command line")
    told = {"run": made.id, "members": list(made.members), "says": made.status.message}
    if not has_answers(made):
        return told
    scores = {run.id: metrics.evaluate(validation_answers(run), run.classes) for run in [made, *store.members(made)]}
    return told | {
        "validation": {
            run_id: {"accuracy": one.accuracy, "n": one.n, "interval": list(one.interval)}
            for run_id, one in scores.items()
        }
    }


COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "search": _search,
    "study": _study,
    "ensemble": _ensemble,
    "export-model": _export_model,
}
