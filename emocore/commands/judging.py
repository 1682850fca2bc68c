"""Commands that judge: runs, evaluate, compare, bias, report; judge and check-table, what comes from elsewhere."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from emocore.audit import model_card, report_sections
from emocore.audit.document import as_markdown
from emocore.audit.model_card import group_attributes, group_scores, refuse_attributes
from emocore.commands.output import no_arguments, refuse_path
from emocore.data import library
from emocore.errors import EmoError
from emocore.exchange import prediction_runs, prediction_table
from emocore.figures.report import html
from emocore.files import write_bytes
from emocore.judge import metrics
from emocore.judge.groups import gaps
from emocore.judge.predictions import Predictions
from emocore.judge.tables import arithmetic, printed, reading
from emocore.predict import predictor
from emocore.records import Damaged
from emocore.runs import openings, store
from emocore.runs.answers import has_answers, validation_answers
from emocore.runs.experiments import comparison
from emocore.runs.run import IMPORTED, Run


def list_runs(_: Namespace) -> list[dict[str, Any]]:
    """Every run, the newest first."""
    return [
        {"run": run.id, "state": "damaged", "says": run.message}
        if isinstance(run, Damaged)
        else {"run": run.id, "number": run.number, "state": run.status.state, "says": run.status.message}
        | {"dataset": run.dataset, "recipe": run.recipe.name, "seed": run.recipe.seed, "owner": run.owner}
        | {"created": run.created, "shipped": run.shipped}
        | ({"trained_by": run.trained_by} if run.shipped else {})
        for run in store.runs()
    ]


def evaluate_arguments(parser: ArgumentParser) -> None:
    """What `evaluate` takes."""
    parser.add_argument("run")
    _part_argument(parser)
    parser.add_argument("--on", default="", metavar="DATASET", help="another dataset, classes matched by name")


def _part_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--part", choices=("validation", "test"), default="validation", help="opening the test part is logged"
    )


def evaluate(options: Namespace) -> dict[str, Any]:
    """All scores of a run's part, or of what it answers on another dataset."""
    run = store.read(options.run)
    if options.on and options.part == "test":
        message = f"--on {options.on} judges all of that dataset, so --part test means nothing. Use one of the two."
        raise EmoError(message, "bad_value")
    if options.on:
        return _evaluate_on(run, options.on)
    if not has_answers(run) and run.status.is_over and not run.shipped:
        from emocore.engine import tasks  # Loads torch, which only answers that are missing need

        tasks.save_answers(run)
    predictions = _answers(run, options.part)
    opened = _openings(run) if options.part == "test" else {}
    return {"run": run.id, "part": _part(run, options)} | metrics.evaluate(predictions, run.classes).to_json() | opened


def _evaluate_on(run: Run, name: str) -> dict[str, Any]:
    library.ensure_drawn()
    predictor.measure_elsewhere(run.id, name)
    judged = predictor.saved_elsewhere(run, name)
    assert judged is not None
    where = {"run": run.id, "on": name, "says": predictor.message_elsewhere(judged), "matched": judged.matched}
    return where | metrics.evaluate(judged.answers, run.classes).to_json()


def _part(run: Run, options: Namespace) -> str:
    return IMPORTED if run.elsewhere else str(options.part)


def _openings(run: Run) -> dict[str, Any]:
    """How often this run's test part was opened, and what all openings of that test part mean."""
    return {"openings": len(openings.of_run(run)), "log": openings.message(openings.on_test_part_of(run))}


def _answers(run: Run, part: str) -> Predictions:
    """The answers for a part; opening the test part is logged."""
    return openings.open_test(run, by="command line") if part == "test" else validation_answers(run)


def compare_arguments(parser: ArgumentParser) -> None:
    """What `compare` takes."""
    parser.add_argument("first", metavar="RUN")
    parser.add_argument("second", metavar="RUN")


def compare(options: Namespace) -> dict[str, Any]:
    """Whether one run, or one cross-validation, is better than another."""
    return comparison.compare_named(options.first, options.second)


def bias_arguments(parser: ArgumentParser) -> None:
    """What `bias` takes."""
    parser.add_argument("run")
    parser.add_argument("--by", default="", help="attributes, such as age,gender; all without it")
    _part_argument(parser)


def bias(options: Namespace) -> dict[str, Any]:
    """Scores by group, and the gaps between groups."""
    run = store.read(options.run)
    table = store.rows(run)
    by = _names(options.by) or group_attributes(table)
    refuse_attributes(table, by)
    groups = group_scores(_answers(run, options.part), table, by, run.classes)
    return {"run": run.id, "part": _part(run, options)} | printed.bias_json(groups, gaps.gaps(groups))


def report_arguments(parser: ArgumentParser) -> None:
    """What `report` takes."""
    parser.add_argument("run")
    parser.add_argument("--out", type=Path, required=True, help="ends in .md for Markdown, else HTML")
    parser.add_argument(
        "--part", choices=("validation", "test"), default="validation", help="test: both parts; it is logged"
    )


def report(options: Namespace) -> dict[str, Any]:
    """A run's report as a file; it tells of the test part only where that is asked for."""
    refuse_path(options.out)
    run = store.read(options.run)
    test = openings.open_test(run, by="report") if options.part == "test" else None
    card = model_card.card(run, test)
    text = as_markdown(report_sections.report(card)) if options.out.suffix == ".md" else html(card)
    write_bytes(options.out, text.encode())
    return {"run": run.id, "file": str(options.out)}


def check_table_arguments(parser: ArgumentParser) -> None:
    """What `check-table` takes."""
    parser.add_argument("file", metavar="FILE", help="a table as CSV, tab separated, Markdown or LaTeX; - reads stdin")
    parser.add_argument("--total", type=int, metavar="N", help="images in all")
    parser.add_argument("--sizes", default="", metavar="WORDS", help='group sizes, such as "male 235, female 169"')
    parser.add_argument("--seeds", type=int, metavar="K", help="1: scores of single networks; more: means over so many")
    parser.add_argument("--decimals", choices=("rounded", "cut"), help="how scores were printed")


def check_table(options: Namespace) -> dict[str, Any]:
    """Whether the numbers of a printed results table can all be true."""
    if options.total is not None and options.total < 1:
        raise EmoError(f"--total {options.total} is not possible. Write the number of images, 1 or more.", "bad_value")
    if options.seeds is not None and not 1 <= options.seeds <= 1000:
        raise EmoError(f"--seeds {options.seeds} is not possible. Write a number from 1 to 1,000.", "bad_value")
    data = sys.stdin.buffer.read() if options.file == "-" else _bytes(Path(options.file))
    table = reading.read_table(reading.decoded(data, options.file), options.sizes)
    cut = None if options.decimals is None else options.decimals == "cut"
    return {"file": options.file} | arithmetic.checked(table, options.total, options.seeds, cut).to_json()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EmoError(f"{path} cannot be read: {error.strerror}. Name a file with a table.", "no_file") from error


def judge_arguments(parser: ArgumentParser) -> None:
    """What `judge` takes."""
    parser.add_argument(
        "file", type=Path, help="csv or parquet: id or file, truth, answer or probabilities, attributes"
    )
    parser.add_argument("--by", default="", help="attributes, such as age,gender; all without it")
    parser.add_argument("--classes", default="", help="joined by commas, where the table does not show all of them")
    parser.add_argument("--keep", action="store_true", help="keep each network as a run that the pages judge")
    parser.add_argument("--dataset", default="", help="with --keep: the dataset that has these pictures")


def judge(options: Namespace) -> dict[str, Any]:
    """Predictions from elsewhere, judged as a run is."""
    if not options.file.is_file():
        raise EmoError(f"{options.file.name}: there is no such file. Check the path.", "not_found")
    if options.dataset and not options.keep:
        raise EmoError("--dataset needs --keep: pictures are shown by the pages only.", "bad_value")
    table = prediction_table.read(options.file.read_bytes(), options.file.name, _names(options.classes))
    judged = prediction_runs.judge(table, _names(options.by))
    kept = prediction_runs.admit(table, "command line", options.dataset) if options.keep else []
    return judged | ({"runs": kept} if kept else {})


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


COMMANDS = {
    "judge": (judge_arguments, judge),
    "runs": (no_arguments, list_runs),
    "evaluate": (evaluate_arguments, evaluate),
    "compare": (compare_arguments, compare),
    "bias": (bias_arguments, bias),
    "report": (report_arguments, report),
    "check-table": (check_table_arguments, check_table),
}
