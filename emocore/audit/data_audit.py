"""The audit of a dataset: search for twins, then ask every check for its findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from emocore.audit.data_findings import FINDINGS
from emocore.audit.finding import Finding, ranked
from emocore.data.copies import twins
from emocore.data.copies.twins import Search, Twins
from emocore.data.dataset import Dataset
from emocore.data.events import Progress

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
    is_small = len(dataset) <= twins.MOST_IMAGES
    for step in twins.search(dataset, wanted or Search(near=is_small)):
        if isinstance(step, Twins):
            found = [finding for check in FINDINGS.values() for finding in check(dataset, step)]
            message = _left_out(step)
            yield Audit(dataset.name, dataset.fingerprint, len(dataset), ranked(found), step, message)
        else:
            yield step


def _left_out(found: Twins) -> str:
    if not found.search.near:
        return f"Near twins were not looked for; up to {twins.MOST_IMAGES:,} images they are by default."
    if not found.is_complete:
        return (
            f"There are more twins than are listed: a list ends at {twins.MOST_PAIRS:,} pairs, and of a picture "
            f"that is there more than {twins.MOST_IN_FULL} times each copy is paired with the first."
        )
    return ""
