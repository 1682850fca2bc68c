"""The laboratory without a browser: python -m emocore COMMAND, the same jobs as the pages.

Results go to stdout, with --json as one object; progress goes to stderr. A mistake that the person
can mend ends with one sentence and exit code 2.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from emocore import records, settings
from emocore.errors import EmoError, logged

COMMANDS = {
    "import": ("datasets", "Read a folder, zip or FER2013 csv into a dataset."),
    "datasets": ("datasets", "List the datasets."),
    "audit": ("datasets", "List what is wrong with a dataset: twins, conflicts, gaps, tiny cells."),
    "export": ("datasets", "Write a dataset as a zip of pictures that imports again."),
    "bins": ("datasets", "Tell an attribute's numbers, such as ages, and put them in bins that you set."),
    "labels": ("datasets", "Write or read labels and attributes as a VGG Image Annotator csv."),
    "recipes": ("training", "List the recipes with their number of parameters."),
    "train": ("training", "Train a recipe on a dataset."),
    "crossval": ("training", "Train and judge every fold, side by side on the engine."),
    "runs": ("judging", "List the runs, newest first."),
    "evaluate": (
        "judging",
        "Score a run on its validation part, or with --part test on its test part, which is logged.",
    ),
    "compare": ("judging", "Compare two runs on the same validation images, or two cross-validations."),
    "explain": (
        "reproduce",
        "Say what each cause of a difference between two scores is worth, by every combination.",
    ),
    "leak-worth": ("reproduce", "Score the same images with copies of them in training, without, and in a control."),
    "bias": ("judging", "Assess gaps between groups, on the validation part where nothing else is asked for."),
    "judge": ("judging", "Judge a table of predictions from elsewhere: csv or parquet, one or more networks."),
    "report": ("judging", "Write a run's report as one HTML file, or as Markdown for a name ending in .md."),
    "check-table": ("judging", "Say whether the numbers of a printed results table can all be true."),
    "reproduce": ("reproduce", "Run the report again: every figure, table and section beside ours."),
    "predict": ("models", "Say which labeled images a picture looks like."),
    "ensemble": ("models", "Let several runs answer together by the mean of their probabilities."),
    "search": ("training", "Vary settings of a recipe on validation images, side by side on the engine."),
    "study": ("training", "Section 6.3 of the report: vary the depth or the kernel size, several seeds each."),
    "export-model": ("models", "Write a model as a zip with its card and a program that loads it."),
    "pack": ("models", "Write whole runs and their tables as a zip."),
    "unpack": ("models", "Import runs or a model from elsewhere, a folder or a file, after every check."),
}
"""Command -> the module of `commands` that does it, and what it does in a sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser(words).parse_args(words)
    with _logging():
        try:
            result = options.run_command(options)
        except EmoError as error:
            print(error.message, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)
            return 130
        except Exception as error:
            number = logged(error, options.command)
            print(f"Something went wrong on our side: error {number}. {_log_path()} has the details.", file=sys.stderr)
            return 1
    print(json.dumps(result, ensure_ascii=False, allow_nan=False) if options.json else _as_text(result))
    for sentence in records.passed_over():
        print(sentence, file=sys.stderr)
    return 0


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of a command line: of the command that it names only, so that help does not load all libraries."""
    whole = argparse.ArgumentParser(prog="python -m emocore", description="The laboratory without a browser.")
    commands = whole.add_subparsers(dest="command", required=True)
    named = next((word for word in words if word in COMMANDS), "")
    for name, (module, sentence) in COMMANDS.items():
        command = commands.add_parser(name, help=sentence, description=sentence)
        command.add_argument("--json", action="store_true", help="print JSON on one line")
        if name == named:
            add_arguments, run_command = importlib.import_module(f"emocore.commands.{module}").COMMANDS[name]
            add_arguments(command)
            command.set_defaults(run_command=run_command)
    return whole


@contextmanager
def _logging() -> Iterator[None]:
    """Errors that nobody foresaw go to a file, with their tracebacks; none is made while there are none."""
    log = logging.getLogger("emocore")
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        _log_path().parent.mkdir(parents=True, exist_ok=True)
        if settings.can_write():
            handler = logging.FileHandler(_log_path(), encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()


def _log_path() -> Path:
    return settings.data_dir() / "errors.log"


def _as_text(result: Any) -> str:
    return json.dumps(result, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
