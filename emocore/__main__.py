"""The laboratory without a browser: python -m emocore COMMAND, the same jobs as the pages.

Results go to stdout, with --json as one object; progress goes to stderr. A mistake that the person
can mend ends with one sentence and exit code 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emocore.commands import judging, models, runs, training
from emocore.errors import EmoError

COMMANDS = training.COMMANDS | judging.COMMANDS | models.COMMANDS | runs.COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        result = COMMANDS[asked.command](asked)
    except EmoError as error:
        print(error.message, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    print(json.dumps(result, ensure_ascii=False, allow_nan=False) if asked.json else _as_text(result))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emocore", description="The laboratory without a browser.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.add_argument("--json", action="store_true", help="print one JSON object")
        return added

    bring = command("import", "Read a folder, zip or FER2013 csv into a dataset.")
    bring.add_argument("path", type=Path)
    bring.add_argument("--name", required=True, help="what the dataset will be called")
    bring.add_argument("--replace", action="store_true", help="replace a dataset of that name")
    bring.add_argument("--keep-copies", action="store_true", help="keep stored flipped copies, with their parent")
    bring.add_argument("--annotations", type=Path, nargs="*", default=[], help="VGG Image Annotator csv files")
    command("datasets", "List the datasets.")
    look = command("audit", "List what is wrong with a dataset: twins, conflicts, gaps, tiny cells.")
    look.add_argument("name")
    look.add_argument("--also", action="append", default=[], metavar="LOOK", help='such as "other tones"')
    out = command("export", "Write a dataset as a zip of pictures that imports again.")
    out.add_argument("name")
    out.add_argument("path", type=Path)
    told = command("labels", "Write or read labels and attributes as a VGG Image Annotator csv.")
    told.add_argument("what", choices=("export", "import"))
    told.add_argument("name")
    told.add_argument("file", type=Path)
    command("recipes", "List the recipes with their number of parameters.")
    train = command("train", "Train a recipe on a dataset.")
    train.add_argument("--dataset", required=True)
    train.add_argument("--recipe", required=True)
    train.add_argument("--seed", type=int)
    train.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting of the recipe"
    )
    train.add_argument("--flaw", default="", help="train in a flawed way on purpose, such as augment-first")
    train.add_argument("--minutes", type=float, help="stop after so many minutes")
    crossval = command("crossval", "Train and judge every fold, side by side on the engine.")
    crossval.add_argument("--dataset", required=True)
    crossval.add_argument("--recipe", required=True)
    crossval.add_argument("--folds", type=int, default=10)
    crossval.add_argument("--repeats", type=int, default=1)
    crossval.add_argument("--by", default="", help="leave out one group of this attribute after another")
    crossval.add_argument("--pool", default="train", help="train: the test part stays sealed; all: every image")
    crossval.add_argument("--seed", type=int, default=42, help="draws the folds")
    crossval.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting")
    command("runs", "List the runs, newest first.")
    evaluate = command("evaluate", "Score a run. Opening the test part is logged in the run.")
    evaluate.add_argument("run")
    evaluate.add_argument("--part", choices=("test", "validation"), default="test")
    evaluate.add_argument("--on", default="", metavar="DATASET", help="another dataset, classes matched by name")
    compare = command("compare", "Compare two runs on the same validation images, or two cross-validations.")
    compare.add_argument("first", metavar="RUN")
    compare.add_argument("second", metavar="RUN")
    bias = command("bias", "Assess gaps between groups. Opening the test part is logged in the run.")
    bias.add_argument("run")
    bias.add_argument("--by", default="", help="attributes, such as age,gender; all without it")
    bias.add_argument("--part", choices=("test", "validation"), default="test")
    report = command("report", "Write a run's report as one HTML file, or as Markdown for a name ending in .md.")
    report.add_argument("run")
    report.add_argument("--out", type=Path, required=True)
    predict = command("predict", "Say which labelled images a picture looks like.")
    predict.add_argument("images", type=Path, nargs="+")
    predict.add_argument("--faces", action="store_true", help="find the faces first: a row a face, with its doubts")
    predict.add_argument(
        "--model", default="modern-pretrained", help="a run; by default the best that comes with the program"
    )
    models.add_parsers(command)
    runs.add_parsers(command)
    return parser


def _as_text(result: Any) -> str:
    return json.dumps(result, indent=1, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
