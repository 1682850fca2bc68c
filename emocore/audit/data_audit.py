"""The audit of a dataset: search for twins and altered copies, then ask every check for its findings."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from emocore import files
from emocore.audit.data_findings import FINDINGS
from emocore.audit.finding import Finding, finding_from_json, ranked
from emocore.data import library
from emocore.data.copies import altered, twins
from emocore.data.copies.altered import Altered
from emocore.data.copies.twins import Search, Twins
from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.library import Summary
from emocore.errors import EmoError

T = TypeVar("T")

MOST_IDS = 10_000
"""A finding in JSON names at most so many ids; its count tells of all."""


@dataclass(frozen=True, eq=False)
class Audit:
    """What an audit of a dataset found, the most severe first, and the twins that it rests on.

    message: what was not looked for, in a sentence, or "".
    """

    name: str
    fingerprint: str
    images: int
    findings: tuple[Finding, ...]
    twins: Twins
    message: str

    def to_json(self, most: int = MOST_IDS) -> dict[str, Any]:
        """Plain values: `counts` has every code of FINDINGS, 0 where nothing was found."""
        counts = dict.fromkeys(FINDINGS, 0)
        for finding in self.findings:
            counts[finding.code] += finding.count
        return {
            "dataset": self.name,
            "fingerprint": self.fingerprint,
            "images": self.images,
            "counts": counts,
            "findings": [finding.to_json(most) for finding in self.findings],
            "search": asdict(self.twins.search) | {"is_complete": self.twins.is_complete, "says": self.message},
        }


def audit(dataset: Dataset, wanted: Search | None = None) -> Iterator[Progress | Audit]:
    """Audit a dataset: Progress values, at last one Audit. Leaving the loop stops it.

    Of a dataset too large for near twins only exact ones are looked for, unless `wanted` asks for more:
    then EmoError "too_many_images" is raised.
    """
    wanted = wanted or Search(near=len(dataset) <= twins.MOST_IMAGES)
    pairs = yield from _last(twins.search(dataset, wanted), Twins)
    most = altered.MOST_PAIRS if wanted.near else 0
    copies = yield from _last(altered.search(dataset.images, dataset.table, most), Altered)
    step = replace(pairs, altered=copies)
    found = [finding for check in FINDINGS.values() for finding in check(dataset, step)]
    message = " ".join(filter(None, (_left_out(step), _not_compared(copies))))
    yield Audit(dataset.name, dataset.fingerprint, len(dataset), ranked(found), step, message)


def _last(steps: Iterator[Progress | T], kind: type[T]) -> Generator[Progress, None, T]:
    """Passes progress on and returns what it leads to."""
    for step in steps:
        if isinstance(step, kind):
            return step
        assert isinstance(step, Progress)
        yield step
    raise AssertionError("Steps end with what they lead to.")


def _not_compared(copies: Altered) -> str:
    if copies.is_complete:
        return ""
    return (
        "Altered copies (rotated, brighter, blurred) were searched by file name only. Their pixels are compared for up "
        f"to {altered.MOST_PAIRS:,} pairs of images of one class."
    )


def _left_out(found: Twins) -> str:
    if not found.search.near:
        return f"Near duplicates were not searched, because the dataset has more than {twins.MOST_IMAGES:,} images."
    if not found.is_complete:
        return (
            f"There are more duplicates than are listed. The list ends at {twins.MOST_PAIRS:,} pairs. If a picture "
            f"appears more than {twins.MOST_IN_FULL} times, each copy is only paired with the first."
        )
    return ""


@dataclass(frozen=True)
class Checked:
    """A finished audit as it is kept beside its dataset for everybody.

    job: the work that it was. version, fingerprint: of what was checked. at, who: when, and who asked.
    search, message: what was looked for, and what was not.
    """

    job: str
    version: int
    fingerprint: str
    at: str
    who: str
    findings: tuple[Finding, ...]
    search: Search
    message: str

    def is_stale(self, summary: Summary) -> bool:
        """Whether the dataset was changed since."""
        return (self.version, self.fingerprint) != (summary.version, summary.fingerprint)


def path_of_check(name: str) -> Path:
    """Where the last finished audit of a dataset is kept."""
    return library.home(name) / "check.json"


def keep_check(audit: Audit, metadata: dict[str, Any]) -> None:
    """Keep an audit beside its dataset. metadata: job, version, who and at."""
    files.write_json(path_of_check(audit.name), metadata | {"result": audit.to_json()})


def last_check(name: str) -> Checked | None:
    """The last finished audit of a dataset; None where there is none, or none that can be read."""
    try:
        check = files.read_json(path_of_check(name))
        result = check["result"]
        search = result["search"]
        return Checked(
            check["job"],
            check["version"],
            result["fingerprint"],
            check["at"],
            check["who"],
            tuple(finding_from_json(values) for values in result["findings"]),
            Search(search["near"], search["threshold"], tuple(search["also"])),
            search["says"],
        )
    except (EmoError, OSError, KeyError, TypeError):
        return None
