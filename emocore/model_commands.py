"""What the commands of `python -m emocore` do with models that are trained already: parsed arguments in, values out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_parsers(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Tell the parser what each of these commands takes."""
    together = command("ensemble", "Let several runs answer together by the mean of their probabilities.")
    together.add_argument("runs", nargs="+", metavar="RUN")
    out = command("export-model", "Write a model as a zip with its card and a program that loads it.")
    out.add_argument("run")
    out.add_argument("path", type=Path)
    out.add_argument("--onnx", action="store_true", help="for other programs, checked to agree; else safetensors")


def _export_model(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.files import write_bytes
    from emocore.predict import exchange, onnx_export
    from emocore.runs import store

    run = store.read(asked.run)
    write_bytes(asked.path, onnx_export.packed(run.id) if asked.onnx else exchange.packed(run))
    return {"run": run.id, "file": str(asked.path), "kind": "ONNX" if asked.onnx else "safetensors"}


def _ensemble(asked: argparse.Namespace) -> dict[str, Any]:
    from emocore.judge import metrics
    from emocore.runs import ensemble, store

    made = ensemble.create([store.read(run_id) for run_id in asked.runs], "command line")
    told = {"run": made.id, "members": list(made.members), "says": made.status.says}
    if not store.has_predictions(made):
        return told
    scores = {run.id: metrics.evaluate(store.validation(run), run.classes) for run in [made, *ensemble.members(made)]}
    return told | {
        "validation": {
            run_id: {"accuracy": one.accuracy, "n": one.n, "interval": list(one.interval)}
            for run_id, one in scores.items()
        }
    }


COMMANDS: dict[str, Callable[[argparse.Namespace], Any]] = {"ensemble": _ensemble, "export-model": _export_model}
