"""Commands around datasets: import, datasets, audit, export, bins, labels."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from emocore import files
from emocore.audit import data_audit, model_card
from emocore.commands.output import no_arguments, refuse_path, tell
from emocore.data import bins, library, slices
from emocore.data.copies.twins import Search
from emocore.data.editing import versions
from emocore.data.layouts import plan
from emocore.data.layouts.vocabulary import CODES, NO_CODES
from emocore.data.reading import look, readers
from emocore.errors import EmoError
from emocore.exchange import dataset_files, dataset_zip
from emocore.runs import openings, store


def import_arguments(parser: ArgumentParser) -> None:
    """What `import` takes."""
    parser.add_argument("path", type=Path)
    parser.add_argument("--name", default="", help="what the dataset will be called")
    parser.add_argument("--look", action="store_true", help="tell what would be read, and read nothing")
    parser.add_argument(
        "--as", dest="levels", default="", metavar="LEVELS", help="folders, such as split/class, - for any"
    )
    parser.add_argument("--class-from", default="", metavar="PLACE", help="folder:2, name:1 or labels.csv:emotion")
    parser.add_argument("--split-from", default="", metavar="PLACE", help="the same for train, validation and test")
    parser.add_argument(
        "--new-split", action="store_true", help="leave the split that comes with it, so that a new one is cut"
    )
    parser.add_argument("--person-from", default="", metavar="PLACE", help="the same for who is in the picture")
    parser.add_argument(
        "--codes", default="", help=f"what numbers mean: {', '.join(CODES)}, or {NO_CODES} to keep them"
    )
    parser.add_argument("--layout", default="", help="the name of a layout, or folders for none of the known ones")
    parser.add_argument(
        "--bins", action="append", default=[], metavar="ATTRIBUTE=BOUNDS", help="such as age=13,20,40,60"
    )
    _class_arguments(parser, "leave a class out")
    parser.add_argument("--replace", action="store_true", help="replace a dataset of that name")
    parser.add_argument("--keep-copies", action="store_true", help="keep stored flipped copies, with their parent")
    parser.add_argument("--annotations", type=Path, nargs="*", default=[], help="VGG Image Annotator csv files")


def _class_arguments(parser: ArgumentParser, without: str) -> None:
    parser.add_argument("--without", action="append", default=[], metavar="CLASS", help=without)
    parser.add_argument("--merge", action="append", default=[], metavar="CLASS=OTHER", help="read a class as another")


def import_dataset(options: Namespace) -> dict[str, Any]:
    """Read a folder, zip or csv into a dataset, or with --look tell how it would be read."""
    said = {name: getattr(options, name) for name in ("class_from", "split_from", "person_from", "codes", "layout")}
    if options.new_split:
        if options.split_from:
            raise EmoError("--new-split and --split-from contradict each other. Leave one out.", "bad_value")
        said["split_from"] = plan.NO_SOURCE
    classes = (*((name, "") for name in options.without), *plan.merged(options.merge))
    wishes = dataclasses.replace(plan.wishes(options.levels, **said), bins=bins.wanted(options.bins), classes=classes)
    if options.look:
        return look.look(options.path, wishes, options.annotations).to_json()
    if not options.name:
        raise EmoError("The dataset needs a name. Give one with --name, or only look with --look.", "bad_value")
    asked = {name: getattr(options, name) for name in ("replace", "keep_copies", "annotations")} | {"wishes": wishes}
    for step in readers.read_and_save(options.path, options.name, f"Imported from {options.path.name}", **asked):
        if isinstance(step, readers.Import):
            return readers.summary(step)
        tell(f"{step.message} {step.done:,} of {step.total:,}")
    raise AssertionError("a reader ends with an Import")


def list_datasets(_: Namespace) -> list[dict[str, Any]]:
    """The summary of every dataset."""
    library.ensure_drawn()
    return [dataclasses.asdict(summary) for summary in library.summaries()]


def audit_arguments(parser: ArgumentParser) -> None:
    """What `audit` takes."""
    parser.add_argument("name", metavar="NAME", help="a dataset, or a run")
    parser.add_argument("--also", action="append", default=[], metavar="LOOK", help='such as "other tones"')
    parser.add_argument("--run", action="store_true", help="NAME is a run, where a dataset has the same name")
    parser.add_argument("--part", choices=("validation", "test"), default="validation", help=OF_RUNS)


OF_RUNS = "of a run; test: both parts, and the opening is logged"


def audit(options: Namespace) -> dict[str, Any]:
    """What is wrong with a dataset, or with a run and its answers."""
    library.ensure_drawn()
    if options.run or _is_run_only(options.name):
        return _audit_run(options)
    if options.part == "test":
        raise EmoError(f"{options.name} is a dataset, so --part test means nothing. Leave it out.", "bad_value")
    search = Search(also=tuple(options.also)) if options.also else None
    last = -1
    for step in data_audit.audit(library.load(options.name), search):
        if isinstance(step, data_audit.Audit):
            return step.to_json()
        if (tenths := 10 * step.done // max(1, step.total)) != last:
            last = tenths
            tell(f"{step.message} {10 * tenths}%")
    raise AssertionError("an audit ends with an Audit")


def _is_run_only(name: str) -> bool:
    return name not in {summary.name for summary in library.summaries()} and name in {run.id for run in store.runs()}


def _audit_run(options: Namespace) -> dict[str, Any]:
    run = store.read(options.name)
    if options.also:
        raise EmoError(f"{options.name} is a run, so --also means nothing. Leave it out.", "bad_value")
    test = openings.open_test(run, by="command line") if options.part == "test" else None
    return model_card.card(run, test).audit_json(data_audit.MOST_IDS)


def export_arguments(parser: ArgumentParser) -> None:
    """What `export` takes."""
    parser.add_argument("name")
    parser.add_argument("path", type=Path)


def export(options: Namespace) -> dict[str, Any]:
    """A dataset as a zip of pictures."""
    refuse_path(options.path)
    library.ensure_drawn()
    dataset = library.load(options.name)
    files.need(options.path.parent, dataset.images.nbytes, options.path.name)
    with files.replacing(options.path) as to:
        dataset_zip.export_zip(dataset, to)
    return {"dataset": options.name, "file": str(options.path), "images": len(dataset)}


def labels_arguments(parser: ArgumentParser) -> None:
    """What `labels` takes."""
    parser.add_argument("what", choices=("export", "import"))
    parser.add_argument("name")
    parser.add_argument("file", type=Path)
    _class_arguments(parser, "import: pass over rows with this label")


def labels(options: Namespace) -> dict[str, Any]:
    """Labels and attributes out to a csv, or in from one."""
    library.ensure_drawn()
    if options.what == "export":
        refuse_path(options.file)
        return dataset_files.export_to(options.name, options.file)
    classes = (*((name, "") for name in options.without), *plan.merged(options.merge))
    return dataset_files.import_from(options.name, options.file, "command line", classes)


def bins_arguments(parser: ArgumentParser) -> None:
    """What `bins` takes."""
    parser.add_argument("name")
    parser.add_argument("bins", nargs="*", metavar="ATTRIBUTE=BOUNDS", help="such as age=13,20,40,60; none: only tell")


def put_in_bins(options: Namespace) -> dict[str, Any]:
    """Numbers of a dataset, and those that are named put in bins: a new version with an attribute of groups."""
    library.ensure_drawn()
    dataset = library.load(options.name)
    numbers = {each.attribute: each.words() for each in bins.of_dataset(dataset)}
    answer: dict[str, Any] = {"dataset": options.name, "numbers": numbers}
    asked = bins.wanted(options.bins)
    edits = [edit for attribute, bounds in asked for edit in bins.edits(dataset, attribute, bounds)]
    if not edits:
        return answer
    made = versions.commit(options.name, edits, "command line", " ".join(options.bins))
    table = library.load(options.name).table
    groups = {bins.name_of(name): slices.counts_of(table, bins.name_of(name)) for name, _ in asked}
    return answer | {"version": made.number, "groups": groups}


COMMANDS = {
    "bins": (bins_arguments, put_in_bins),
    "import": (import_arguments, import_dataset),
    "datasets": (no_arguments, list_datasets),
    "audit": (audit_arguments, audit),
    "export": (export_arguments, export),
    "labels": (labels_arguments, labels),
}
