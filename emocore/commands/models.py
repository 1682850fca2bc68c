"""Commands around models and whole runs: predict, ensemble, export-model, pack, unpack."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emocore.commands.output import refuse_path, tell
from emocore.errors import EmoError
from emocore.exchange import arrivals, model_file, onnx, run_zip
from emocore.files import write_bytes
from emocore.judge import metrics
from emocore.predict import predictor
from emocore.runs import store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.experiments import ensemble
from emocore.settings import LIMITS


def predict_arguments(parser: ArgumentParser) -> None:
    """What `predict` takes."""
    parser.add_argument("images", type=Path, nargs="+")
    parser.add_argument("--faces", action="store_true", help="find the faces first: a row a face, with its doubts")
    parser.add_argument(
        "--model", default="modern-pretrained", help="a run; by default the best that comes with the program"
    )


def predict(options: Namespace) -> list[dict[str, Any]]:
    """What a model answers for pictures."""
    contents, problems = _contents(options.images)
    pictures = [(str(path), content) for path, content in contents.items()]
    rows = (predictor.table if options.faces else predictor.table_of_whole)(options.model, pictures)
    rows += [{"file": str(path), "problem": problem} for path, problem in problems.items()]
    bad = [row["problem"] for row in rows if row.get("problem")]
    if len(bad) == len(rows):
        raise EmoError(" ".join(bad), "unreadable_image")
    for problem in bad:
        tell(problem)
    return rows


def _contents(paths: Sequence[Path]) -> tuple[dict[Path, bytes], dict[Path, str]]:
    """The files that are there, and what is wrong with the others."""
    contents, problems = {}, {}
    for path in paths:
        try:
            contents[path] = _content(path)
        except EmoError as error:
            problems[path] = error.message
    return contents, problems


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise EmoError(f"{path.name}: there is no such file. Check the path.", "not_found")
    if path.stat().st_size > LIMITS.picture_bytes:
        limit = LIMITS.picture_bytes // 2**20
        raise EmoError(f"{path.name}: more than {limit} MB. Use a smaller picture.", "file_too_large")
    return path.read_bytes()


def ensemble_arguments(parser: ArgumentParser) -> None:
    """What `ensemble` takes."""
    parser.add_argument("runs", nargs="+", metavar="RUN")


def make_ensemble(options: Namespace) -> dict[str, Any]:
    """Several runs as one, and how it and its members do on validation images."""
    run = ensemble.create([store.read(run_id) for run_id in options.runs], "command line")
    result = {"run": run.id, "members": list(run.members), "says": run.status.message}
    if not has_answers(run):
        return result
    scores = {one.id: metrics.evaluate(validation_answers(one), one.classes) for one in [run, *store.members(run)]}
    return result | {
        "validation": {
            run_id: {"accuracy": one.accuracy, "n": one.n, "interval": list(one.interval)}
            for run_id, one in scores.items()
        }
    }


def export_arguments(parser: ArgumentParser) -> None:
    """What `export-model` takes."""
    parser.add_argument("run")
    parser.add_argument("path", type=Path)
    parser.add_argument("--onnx", action="store_true", help="for other programs, checked to agree; else safetensors")


def export_model(options: Namespace) -> dict[str, Any]:
    """A model as a zip."""
    refuse_path(options.path)
    run = store.read(options.run)
    write_bytes(options.path, onnx.packed(run.id) if options.onnx else model_file.packed(run))
    return {"run": run.id, "file": str(options.path), "kind": "ONNX" if options.onnx else "safetensors"}


def pack_arguments(parser: ArgumentParser) -> None:
    """What `pack` takes."""
    parser.add_argument("path", type=Path)
    parser.add_argument("runs", nargs="+", metavar="RUN")


def pack(options: Namespace) -> dict[str, Any]:
    """Whole runs as a zip."""
    refuse_path(options.path)
    write_bytes(options.path, run_zip.packed([store.read(run_id) for run_id in options.runs]))
    return {"runs": options.runs, "file": str(options.path)}


def unpack_arguments(parser: ArgumentParser) -> None:
    """What `unpack` takes."""
    parser.add_argument("path", type=Path)


def unpack(options: Namespace) -> dict[str, Any]:
    """Runs and models from elsewhere."""
    return {"runs": arrivals.admit_path(options.path, "command line")}


COMMANDS = {
    "predict": (predict_arguments, predict),
    "ensemble": (ensemble_arguments, make_ensemble),
    "export-model": (export_arguments, export_model),
    "pack": (pack_arguments, pack),
    "unpack": (unpack_arguments, unpack),
}
