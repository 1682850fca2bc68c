"""Who opened which test part, over all runs on one dataset: a test part that steered choices measures them no more.

A run's openings lie in its folder and stay with it in the trash; those of a shipped run lie in `openings/` of the data
directory. `data/shipped/openings.jsonl` holds the openings that were made before the program came here, of runs that
ship and of runs that do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from emocore import records, settings
from emocore.errors import EmoError
from emocore.files import append_line, read_lines, write_bytes
from emocore.judge.predictions import Predictions
from emocore.runs import status, store
from emocore.runs.answers import read_answers
from emocore.runs.run import Run
from emocore.wording import counted

TUNED = 3
"""From so many different runs opened on one test part on, a score counts as tuned on it."""
SHIPPED = "openings.jsonl"
UNREADABLE = "a line that cannot be read"
"""Who opened a test part, where the log is damaged: it counts as opened."""


@dataclass(frozen=True)
class _Line:
    """A line of openings.jsonl: when, by whom or in which browser, and which answers (`version_of`)."""

    at: str = ""
    by: str = ""
    answers: str = ""
    browser: str = ""


@dataclass(frozen=True)
class OpenedRun:
    """The run that was looked at, which may be deleted or never have been here. settings: what is known, in words."""

    id: str
    label: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Opening:
    """One look at the test part.

    at: UTC, ISO 8601, or the day alone. by: a nickname, the program that looked, or "". changed: settings that differ
    from the run opened before, name -> (before, now); empty where the same run was opened again, and for the first
    opening. shipped: it was made before the program came here.
    """

    at: str
    by: str
    run: OpenedRun
    changed: dict[str, tuple[str, ...]]
    shipped: bool = False


def on_test_part_of(run: Run) -> tuple[Opening, ...]:
    """All openings of the test part of a run's dataset, by this, by other and by deleted runs, the oldest first.

    Runs share a test part when their dataset has the same name or the same images and labels.
    """
    here = _here(run)
    entries = {(look.at, look.by) for look in here}  # Where a run is shipped from, its openings are told by both
    looks = [*here, *(look for look in _shipped(run) if (look.at, look.by) not in entries)]
    found: list[Opening] = []
    for look in sorted(looks, key=lambda look: look.at):
        before = found[-1].run if found else look.run
        found.append(Opening(look.at, look.by, look.run, _changed(before, look.run), look.shipped))
    return tuple(found)


def _here(run: Run) -> list[Opening]:
    there = [(other, other.label) for other in store.runs() if isinstance(other, Run)]
    gone = [(other, f"{other.label}, deleted") for other in store.deleted()]
    by_number = sorted(there + gone, key=lambda each: each[0].number)
    return [
        Opening(line.at, line.by, OpenedRun(other.id, label, other.settings), {})
        for other, label in by_number
        if other.dataset == run.dataset or (run.fingerprint and other.fingerprint == run.fingerprint)
        for line in _looks(_path(other))
    ]


def _looks(path: Path) -> list[_Line]:
    """The lines of a log; one that cannot be read counts as a look at an unknown time, and so does a whole file."""
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError:
        return [_Line(by=UNREADABLE)]
    lost = len([line for line in content.splitlines() if line.strip()]) - len(found := records.lines(_Line, path))
    return [*(_Line(by=UNREADABLE) for _ in range(lost)), *found]


def _shipped(run: Run) -> list[Opening]:
    return [
        Opening(line["at"], line["by"], OpenedRun(line["run"], line["label"], line["settings"]), {}, shipped=True)
        for line in before_shipping()
        if line["dataset"] == run.dataset or line["fingerprint"] == run.fingerprint
    ]


def before_shipping() -> list[dict[str, Any]]:
    """The openings that came with the program: at, by, run, label, dataset, fingerprint and settings of each."""
    return read_lines(settings.shipped_dir() / SHIPPED)


def ship(lines: Sequence[Mapping[str, Any]]) -> None:
    """Have these openings come with the program, in place of those that do; keys as `before_shipping` tells them."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_bytes(settings.shipped_dir() / SHIPPED, text.encode())


def _changed(before: OpenedRun, now: OpenedRun) -> dict[str, tuple[str, ...]]:
    both = [name for name in now.settings if name in before.settings]
    pairs = {name: (before.settings[name], now.settings[name]) for name in both}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def is_tuned(openings: Sequence[Opening]) -> bool:
    """Whether so many different runs were opened that the best score says little of new images."""
    return len({opening.run.id for opening in openings}) >= TUNED


def message(openings: Sequence[Opening]) -> str:
    """How often the test part was looked at, and what that means."""
    if not openings:
        return "Nobody has opened this test part yet."
    runs = len({opening.run.id for opening in openings})
    often = "once" if len(openings) == 1 else f"{len(openings)} times"
    sentences = [f"The test part of this dataset was opened {often}, for {counted(runs, 'run')}."]
    if before := sum(opening.shipped for opening in openings):
        sentences.append(f"{before} of these openings came with the program.")
    if lost := sum(opening.by == UNREADABLE for opening in openings):
        sentences.append(f"{counted(lost, 'line')} of the log cannot be read and counts as opened.")
    if is_tuned(openings):
        sentences.append(
            "The best of these scores is too optimistic, because it was chosen by the test images. It is tuned on test."
        )
        sentences.append("Only new images can give a fair score.")
    else:
        sentences.append(f"From {TUNED} different runs on, a score counts as tuned on test.")
    return " ".join(sentences)


def has_opened(run: Run, by: str, browser: str, version: str) -> bool:
    """Whether somebody opened this version of a run's test part before: under the nickname, else in the same browser.

    An opening that an older program logged names no version and counts for each.
    """

    def is_same(line: dict[str, str]) -> bool:
        name = line.get("by", "")
        is_person = name == by if name else bool(browser) and line.get("browser", "") == browser
        return is_person and line.get("answers", version) == version

    return any(is_same(line) for line in records.lines(dict[str, str], _path(run)))


def version_of(answers: Predictions) -> str:
    """What tells the answers for a test part from those of another version of it."""
    facts = (answers.rows, answers.truth, answers.probabilities)
    return hashlib.sha256(b"".join(values.tobytes() for values in facts)).hexdigest()[:16]


def open_test(run: Run, by: str, browser: str = "") -> Predictions:
    """The answers for the test part. Each opening is logged: whoever tunes on a test part has none left.

    by: a nickname, or the program that looks. browser: what tells the browser of somebody without a nickname from
    others. Who has opened this version of it before is not logged again.

    Raises EmoError "no_images" where there is nothing to open, and as `read_answers`; then nothing is logged.
    """
    opened = read_answers(run, "test")
    if not len(opened):
        raise EmoError(f"{run.id} has no test images. Look at its validation part.", "no_images")
    version = version_of(opened)
    if not has_opened(run, by, browser, version):
        path = _path(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        line = {"at": status.now(), "by": by, "answers": version}
        try:
            append_line(path, line if by else line | {"browser": browser})
        except OSError as error:
            message = (
                f"The log of openings of {run.id} cannot be written ({error.strerror}), so its test part stays sealed."
            )
            raise EmoError(f"{message} Let this program write to {path.name}.", "not_logged") from error
    return opened


def of_run(run: Run) -> list[dict[str, str]]:
    """When and by whom a run's test part was opened, the oldest first."""
    before = [line for line in before_shipping() if run.shipped and line["run"] == run.id]
    return [{"at": line["at"], "by": line["by"]} for line in before] + [asdict(line) for line in _looks(_path(run))]


def _path(run: Run) -> Path:
    if run.shipped:  # The checkout is never written to
        return settings.data_dir() / "openings" / f"{run.id}.jsonl"
    return run.folder / "openings.jsonl"
