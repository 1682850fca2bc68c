"""Commands that judge runs: parsed arguments in, plain values for JSON out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def _runs(_: argparse.Namespace) -> list[dict[str, Any]]:
    from emocore.runs import store
    from emocore.runs.run import Damaged

    return [
        {"run": run.id, "state": "damaged", "says": run.message}
        if isinstance(run, Damaged)
        else {"run": run.id, "number": run.number, "state": run.status.state, "says": run.status.message}
        | {"dataset": run.dataset, "recipe": run.recipe.name, "seed": run.recipe.seed, "owner": run.owner}
        | {"created": run.created, "shipped": run.shipped}
        for run in store.runs()
    ]


def _evaluate(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.judge import metrics
    from emocore.runs import openings, store
    from emocore.runs.answers import has_answers, validation_answers

    run = store.read(asked.run)
    if asked.on:
        return _evaluate_elsewhere(asked.run, asked.on)
    if not has_answers(run) and run.status.is_over and not run.shipped:
        from emocore.engine import tasks

        tasks.save_answers(run)
    predictions = openings.open_test(run, by="command line") if asked.part == "test" else validation_answers(run)
    opened = {"openings": len(openings.of_run(run))} if asked.part == "test" else {}
    return {"run": run.id, "part": asked.part} | metrics.evaluate(predictions, run.classes).to_json() | opened


def _evaluate_elsewhere(run_id: str, name: str) -> dict[str, Any]:
    from emocore.judge import metrics
    from emocore.predict import other_dataset
    from emocore.runs import store

    other_dataset.measure(run_id, name)
    run = store.read(run_id)
    found = other_dataset.saved(run, name)
    assert found is not None
    told = {"run": run_id, "on": name, "says": other_dataset.message(found), "matched": found.matched}
    return told | metrics.evaluate(found.answers, run.classes).to_json()


def _compare(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.runs.experiments import comparison

    return comparison.compare_named(asked.first, asked.second)


def _bias(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.audit.model_card import group_attributes, group_scores
    from emocore.judge.groups import gaps
    from emocore.judge.tables import printed
    from emocore.runs import openings, store
    from emocore.runs.answers import validation_answers

    run = store.read(asked.run)
    answers = openings.open_test(run, by="command line") if asked.part == "test" else validation_answers(run)
    table = store.rows(run)
    by = [name for name in asked.by.split(",") if name] or group_attributes(table)
    found = group_scores(answers, table, by, run.classes)
    return {"run": run.id, "part": asked.part} | printed.bias_json(found, gaps.gaps(found))


def _report(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.audit import model_card, report_sections
    from emocore.figures import report
    from emocore.files import write_bytes
    from emocore.runs import openings, store

    run = store.read(asked.run)
    test = openings.open_test(run, by="report") if openings.of_run(run) else None
    made = model_card.card(run, test)
    text = report_sections.markdown(made) if asked.out.suffix == ".md" else report.html(made)
    write_bytes(asked.out, text.encode())
    return {"run": run.id, "file": str(asked.out)}


COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "bias": _bias,
    "compare": _compare,
    "evaluate": _evaluate,
    "report": _report,
    "runs": _runs,
}
