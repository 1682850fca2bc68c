"""A row of the page "The report": what an item of the report shows, its value, ours beside it, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emocore.wording import scored

VERDICTS = {
    "agrees": "What is printed comes out again.",
    "within chance": "The printed value lies within the 95% interval of ours under its protocol.",
    "differs": "Something else comes out.",
    "cannot be true": "Two of its numbers cannot both be true.",
    "no number": "The report prints no number here.",
    "not recomputable": "What would be needed was not kept.",
    "code": "A listing, which prints no result.",
    "not run yet": "Nothing was trained for this row yet.",
}
"""Verdict -> what it means."""


@dataclass(frozen=True)
class Score:
    """A share with its 95% interval over n images, and what it is the score of: "1 seed", "3 folds"."""

    value: float
    low: float
    high: float
    n: int
    of: str = ""

    @property
    def words(self) -> str:
        """0.694 [0.647, 0.739], n = 404, 1 seed"""
        return scored(self.value, (self.low, self.high), self.n) + (f", {self.of}" if self.of else "")


@dataclass(frozen=True)
class Number:
    """One number of an item: as printed, ours under the report's protocol, ours under the corrected one."""

    what: str
    report: str
    its: str = ""
    corrected: str = ""


@dataclass(frozen=True)
class Row:
    """What stands beside one figure, table or section.

    item: its own name. shows: what it shows. report: its value in words. its, corrected: ours under its protocol and
    under the corrected one. reason: for the difference. page, tab: where it is live. chart: the figure drawn in its
    place, "" for none. needs: groups of measurements that the row reads. asks: what the address of its page
    says beside the tab.
    """

    item: str
    chapter: str
    title: str
    shows: str
    report: str
    reason: str
    verdict: str
    page: str
    tab: str = ""
    its: str = ""
    corrected: str = ""
    numbers: tuple[Number, ...] = ()
    chart: str = ""
    needs: tuple[str, ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.verdict in VERDICTS, self.verdict
