"""A row of the page "The report": what an item of the report shows, its value, ours beside it, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emocore.wording import scored

VERDICTS = {
    "agrees": "We get what the report prints.",
    "within chance": "The printed score lies within the 95% interval of our score under the report's protocol. The "
    "difference could be chance.",
    "differs": "We get something else than the report says.",
    "cannot be true": "Two statements of the report contradict each other. They cannot both be true.",
    "no number": "The report prints no number here that could be compared.",
    "not recomputable": "What would be needed to compute it again was not kept.",
    "code": "The item is a code listing. It prints no result.",
    "not run yet": "Our number for this item has not been measured yet.",
}
"""Verdict -> what it means."""
REPORT, ITS, OURS = "The report", "Ours, the report's protocol", "Ours, the corrected protocol"
"""Heads of the columns of numbers."""
HERE = "This program"
"""The head of what this program does in the place of an item."""


@dataclass(frozen=True)
class Score:
    """A share with its 95% interval over n images, and what it is the score of: "1 seed", "3 folds"."""

    value: float
    low: float
    high: float
    n: int
    trainings: str = ""

    @property
    def words(self) -> str:
        """0.694 [0.647, 0.739], n = 404, 1 seed"""
        return scored(self.value, (self.low, self.high), self.n) + (f", {self.trainings}" if self.trainings else "")


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
    says beside the tab. networks: "protocol recipe" of the networks that the row is about, those first that its page
    should open.
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
    networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.verdict in VERDICTS, self.verdict
