"""Groups of our own making, for tests of gaps."""

from __future__ import annotations

from emocore.judge import intervals
from emocore.judge.groups import gaps
from emocore.judge.groups.chance import Cells
from emocore.judge.groups.scores import ClassRecall, GroupScore


def group(name: str, cells: list[tuple[int, int]], by: str = "age") -> GroupScore:
    """A group of (images, right) a class."""
    recalls = tuple(
        ClassRecall(f"class {at}", n, right, right / n if n else None, intervals.clopper_pearson(right, n))
        for at, (n, right) in enumerate(cells)
    )
    n, right = (sum(column) for column in zip(*cells, strict=True))
    return GroupScore(
        (by,), (name,), n, right, right / n if n else None, intervals.clopper_pearson(right, n), {}, {}, recalls
    )


def cells(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> Cells:
    """Images and right ones of two groups, class by class."""
    return gaps.cells_of(group("first", first), group("second", second))
