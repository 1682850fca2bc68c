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
    message: a sentence with its number; why: why it matters; fix: what can be done.
    where: ids it concerns, each once, ascending. count: how many of what `message` counts (pairs, images,
    cells). pairs: ids that belong together, where a finding is about pairs.
    """

    code: str
    severity: str
    message: str
    why: str
    fix: str
    where: tuple[str, ...]
    count: int
    pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        assert self.severity in SEVERITIES

    def to_json(self, most: int) -> dict[str, Any]:
        """Plain values for JSON: `ids` for where, at most so many ids and pairs; `count` tells of all."""
        words = {"code": self.code, "severity": self.severity, "count": self.count, "says": self.message}
        return words | {
            "why": self.why,
            "fix": self.fix,
            "ids": list(self.where[:most]),
            "pairs": [list(pair) for pair in self.pairs[:most]],
        }


def finding_from_json(values: dict[str, Any]) -> Finding:
    """The Finding in what `Finding.to_json` gave, with the ids that were kept. Raises KeyError or TypeError."""
    words = {name: values[name] for name in ("code", "severity", "why", "fix", "count")}
    pairs = tuple((first, second) for first, second in values["pairs"])
    return Finding(**words, message=values["says"], where=tuple(values["ids"]), pairs=pairs)


def ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings, the most severe first, else in the order found."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))
