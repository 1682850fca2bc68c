"""One thing that an audit found: what, how bad, why it matters, what to do, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SEVERITIES = ("high", "medium", "low")
"""high: scores or labels are wrong because of it; medium: conclusions may be; low: good to know."""


@dataclass(frozen=True)
class Finding:
    """What an audit found.

    code: a short stable word, a key of a FINDINGS registry. severity: one of SEVERITIES.
    says: a sentence with its number; why: why it matters; fix: what can be done.
    where: ids it concerns, each once, ascending. count: how many of what `says` counts (pairs, images,
    cells). pairs: ids that belong together, where a finding is about pairs.
    """

    code: str
    severity: str
    says: str
    why: str
    fix: str
    where: tuple[str, ...]
    count: int
    pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        assert self.severity in SEVERITIES

    def to_json(self, most: int) -> dict[str, Any]:
        """Plain values for JSON: `ids` for where, at most so many ids and pairs; `count` tells of all."""
        words = {name: getattr(self, name) for name in ("code", "severity", "count", "says", "why", "fix")}
        return words | {"ids": list(self.where[:most]), "pairs": [list(pair) for pair in self.pairs[:most]]}


def ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings, the most severe first, else in the order found."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))
