"""The command that runs the report again: every figure, table and section beside ours."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from statistics import mean
from typing import Any

from emocore.commands.output import tell
from emocore.data import library
from emocore.data.library import Summary
from emocore.reproduction import counting, document, items, published, results, training
from emocore.reproduction.measurements import GROUPS, MODES, PLAIN, Training, wanted
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Row
from emocore.wording import counted, duration


def arguments(parser: ArgumentParser) -> None:
    """What `reproduce` takes."""
    parser.add_argument("item", nargs="?", default="all", metavar="ITEM", help='such as "Figure 4.1"; all without it')
    parser.add_argument("--dataset", default="", help="the report's faces without it, where they are imported")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--quick", action="store_true", help="2 epochs, one fold: shows that all of it runs")
    amount.add_argument("--full", action="store_true", help="three seeds, ten folds")
    amount.add_argument("--known", action="store_true", help="train nothing: only what is known already")
    parser.add_argument("--workers", type=int, default=0, help="trainings side by side; as many as cores without it")
    parser.add_argument("--docs", action="store_true", help="write docs/report-rerun.md and what the page ships with")


def reproduce(options: Namespace) -> dict[str, Any]:
    """Measure what is missing for some items, one file a measurement, and give their rows."""
    chosen = items.named(options.item)
    library.ensure_drawn()
    summary = _dataset(options.dataset)
    mode = "quick" if options.quick else "full" if options.full else "usual"
    if not options.known:
        _measure(summary, chosen, mode, options.workers)
    found = results.known(summary.fingerprint)
    written = _write(found, summary) if options.docs else []
    rows = [asdict(items.row(one, found)) for one in chosen]
    head = {"dataset": summary.name, "is_report": summary.fingerprint == published.DATASET, "mode": mode}
    return head | {"made": found.made, "written": written, "items": rows}


def _dataset(name: str) -> Summary:
    if name:
        return library.summary(name)
    there = [one for one in library.summaries() if one.fingerprint == published.DATASET and not one.problem]
    return there[0] if there else library.summary(library.DRAWN)


def _measure(summary: Summary, chosen: Sequence[Row], mode: str, workers: int) -> None:
    """What the items need and nobody measured yet."""
    groups = [group for group in GROUPS if any(group in one.needs for one in chosen)]
    for step in counting.measure(summary, groups):
        tell(step.message)
    train(summary, [one for group in groups if group not in PLAIN for one in wanted(group, MODES[mode])], workers)
    if ensemble := results.ensemble(results.known(summary.fingerprint)):
        results.keep(summary.fingerprint, "ensemble", ensemble)


def train(summary: Summary, asked: Sequence[Training], workers: int) -> None:
    """Train those that nobody trained yet, telling how far it is; one that is cut short goes on where it was."""
    missing = {one.name: one for one in asked if not results.is_known(summary.fingerprint, one.name)}
    if missing:
        tell(_plan(summary, list(missing.values()), workers or os.cpu_count() or 1))
        for place, name in enumerate(training.run(summary.name, list(missing.values()), workers), 1):
            tell(f"{place} of {len(missing)}: {name}")


def _plan(summary: Summary, missing: Sequence[Training], workers: int) -> str:
    """How many trainings there are to do, and about how long they take by those of their kind that are known."""
    known = [one for one in results.known(summary.fingerprint).values.values() if "seconds" in one and not one["cut"]]
    told = f"{counted(len(missing), 'training')} to do, {workers} side by side"
    if not known or any(one.epochs for one in missing):
        return f"{told}."
    means = {
        kind: mean(one["seconds"] for one in known if one["protocol"] == kind)
        for kind in {one["protocol"] for one in known}
    }
    usual = mean(one["seconds"] for one in known)
    seconds = sum(means.get(one.protocol, usual) for one in missing) / workers
    return f"{told}: about {duration(seconds)}, by {counted(len(known), 'known training')}."


def _write(found: Results, summary: Summary) -> list[str]:
    if summary.fingerprint != published.DATASET:
        tell("Nothing is written: docs/report-rerun.md tells of the report's own data.")
        return []
    shipped = results.ship(found)
    return [str(path) for path in (shipped, document.write(results.shipped()))]


COMMANDS = {"reproduce": (arguments, reproduce)}
