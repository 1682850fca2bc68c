"""What each command of `python -m emocore` does: parsed arguments in, plain values for JSON out."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emocore import settings
from emocore.errors import EmoError


def _import(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.data import library
    from emocore.data.reading import readers

    library.refuse_taken(asked.name, asked.replace)
    steps = readers.read(asked.path, asked.name, keep_copies=asked.keep_copies, annotations=asked.annotations)
    for step in steps:
        if isinstance(step, readers.Import):
            notes = [note.message for note in step.notes]
            library.save(
                step.dataset, replace=asked.replace, provenance=f"Imported from {asked.path.name}", notes=notes
            )
            return readers.summary(step)
        _tell(f"{step.message} {step.done:,} of {step.total:,}")
    raise AssertionError("a reader ends with an Import")


def _datasets(_: argparse.Namespace) -> list[dict[str, Any]]:
    from emocore.data import library

    library.ensure_drawn()
    return [dataclasses.asdict(summary) for summary in library.summaries()]


def _audit(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.audit.data_audit import Audit, audit
    from emocore.data import library
    from emocore.data.copies.twins import Search

    library.ensure_drawn()
    told = -1
    for step in audit(library.load(asked.name), Search(also=tuple(asked.also)) if asked.also else None):
        if isinstance(step, Audit):
            return step.to_json()
        if (tenths := 10 * step.done // max(1, step.total)) != told:
            told = tenths
            _tell(f"{step.message} {10 * tenths} %")
    raise AssertionError("an audit ends with an Audit")


def _recipes(_: argparse.Namespace) -> list[dict[str, Any]]:
    from emocore.learn import layers
    from emocore.runs import kept_recipes

    return [
        {"name": name, "about": kept_recipes.about(name), "parameters": layers.parameter_count(recipe)}
        | {"multiply_adds": layers.multiply_adds(recipe), "settings": recipe.to_json()}
        for name, recipe in kept_recipes.known().items()
    ]


def _train(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.data import library
    from emocore.data.split import SplitPlan
    from emocore.learn import protocols
    from emocore.learn import recipe as recipes
    from emocore.runs import creation, kept_recipes

    library.ensure_drawn()
    changes = dict(_setting(text) for text in asked.set)
    recipe = recipes.changed(
        kept_recipes.named(asked.recipe), changes | ({} if asked.seed is None else {"seed": str(asked.seed)})
    )
    recipe = protocols.flawed(recipe, asked.flaw) if asked.flaw else recipe
    run = creation.create(library.load(asked.dataset), SplitPlan(), recipe, owner="command line", minutes=asked.minutes)
    _tell(f"Run {run.number}: {run.id}")
    _train_here_or_there(run.id)
    return _trained(run.id)


def _train_here_or_there(run_id: str) -> None:
    """In this process, or on the cluster that EMOCORE_SCHEDULER names."""
    import os

    from emocore.engine import client
    from emocore.learn.events import Epoch
    from emocore.runs import store

    if settings.scheduler_address():
        client.train_and_wait(store.read(run_id))
        return
    from emocore.engine import tasks

    for event in tasks.training(run_id, threads=os.cpu_count() or 1):
        if isinstance(event, Epoch):
            _tell(
                f"epoch {event.epoch:3}  loss {event.train_loss:.3f}  validation loss {event.validation_loss:.3f}  "
                f"validation accuracy {event.validation_accuracy:.3f}{'  best so far' if event.best else ''}"
            )


def _trained(run_id: str) -> dict[str, Any]:
    from emocore.judge import metrics
    from emocore.runs import store
    from emocore.runs.answers import validation_answers

    run = store.read(run_id)
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


def _crossval(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.data import library
    from emocore.engine import client
    from emocore.judge import folds
    from emocore.learn import recipe as recipes
    from emocore.runs import kept_recipes
    from emocore.runs.experiments import crossval

    library.ensure_drawn()
    recipe = recipes.changed(kept_recipes.named(asked.recipe), dict(_setting(text) for text in asked.set))
    plan = crossval.Plan(asked.folds, asked.repeats, asked.by, asked.pool, asked.seed)
    made = crossval.create(library.load(asked.dataset), plan, recipe, "command line")
    _tell(f"{made.id}: {len(made.runs)} folds")
    for run in crossval.runs(made):
        client.submit_run(run)
    for done in crossval.waiting(made):
        _tell(f"{done} of {len(made.runs)} folds done")
    result = folds.cross_validation(crossval.predictions(made), made.classes, crossval.test_share(made), made.groups)
    return {
        "crossval": made.id,
        "runs": list(made.runs),
        "folds": [{"fold": fold.group or fold.fold, "n": fold.n} | fold.scores for fold in result.folds],
        "mean": result.mean["accuracy"],
        "sd": result.sd["accuracy"],
        "interval": result.intervals.get("accuracy"),
        "pooled": {"accuracy": result.accuracy, "confusion": result.confusion},
        "says": result.message,
    }


def _predict(asked: argparse.Namespace) -> list[dict[str, Any]]:
    from emocore.predict import predictor
    from emocore.runs import store

    if asked.faces:
        from emocore.predict import predictor

        return predictor.table(asked.model, [(str(path), _content(path)) for path in asked.images])
    run = store.read(asked.model)
    answers = predictor.answer_pictures(run.weights, [(path.name, _content(path)) for path in asked.images])
    if problems := [answer.problem for answer in answers if answer.face is None]:
        raise EmoError(" ".join(problems), "unreadable_image")
    return [
        {"file": str(path), "probabilities": answer.probabilities, "answer": answer.answer, "unsure": answer.unsure}
        for path, answer in zip(asked.images, answers, strict=True)
    ]


def _export(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore import files
    from emocore.data import library
    from emocore.exchange import dataset_files

    dataset = library.load(asked.name)
    with files.replacing(asked.path) as to:
        dataset_files.export_zip(dataset, to)
    return {"dataset": asked.name, "file": str(asked.path), "images": len(dataset)}


def _labels(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.exchange import dataset_files

    if asked.what == "export":
        return dataset_files.export_to(asked.name, asked.file)
    return dataset_files.import_from(asked.name, asked.file, "command line")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise EmoError(f"--set {text} is not possible. Write NAME=VALUE, such as epochs=3.", "bad_value")
    return name, value


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise EmoError(f"{path.name}: there is no such file. Check the path.", "not_found")
    if path.stat().st_size > settings.LIMITS.picture_bytes:
        limit = settings.LIMITS.picture_bytes // 2**20
        raise EmoError(f"{path.name}: more than {limit} MB. Use a smaller picture.", "file_too_large")
    return path.read_bytes()


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "import": _import,
    "datasets": _datasets,
    "audit": _audit,
    "export": _export,
    "labels": _labels,
    "recipes": _recipes,
    "train": _train,
    "crossval": _crossval,
    "predict": _predict,
}
