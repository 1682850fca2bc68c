"""One line of a results table, how lines belong together, and what a check claims of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from emocore.judge.tables import cells
from emocore.judge.tables.cells import UNTOLD, Printed, Reading, right_answers
from emocore.judge.tables.columns import ATTRIBUTES, Columns

_MEAN = re.compile(r"(macro |weighted |micro |plain )?(average|avg\.?|mean)( (of |over |all|groups|folds).*)?", re.I)
_WHOLE = re.compile(
    r"(all|total|overall|whole|everyone|everybody|accuracy)( (test )?(images|faces|samples|groups|data))?", re.I
)
_SPREAD = re.compile(r"(standard deviation|std\.?|std\.? dev\.?|sd|standard error|se|±|min|max|median)", re.I)
_MODELS = frozenset(["model", "network", "method", "approach", "architecture", "classifier"])
_RUNS = _MODELS | {"fold", "run", "seed", "trial", "epoch"}
_OPPOSITES = {
    "gender": frozenset(
        ["male", "female", "man", "woman", "men", "women", "males", "females", "m", "f", "w", "boys", "girls"]
    ),
    "age": frozenset(["young", "old", "younger", "older", "middle", "middle-aged", "child", "adult", "elderly"]),
}
"""Groups whose attribute is known where a table does not name it."""


@dataclass(frozen=True)
class Line:
    """One line: group `group` of slicing `slicing`, such as male of gender, or a model, or a fold.

    n: images, None when the table does not say. stated: images that its words say besides. scores: by name, such as
    "accuracy", "precision" or "micro f1". slices: whether its slicing cuts one set of images into groups, which
    models do not. context: what stands before, such as the model. seeds: over how many networks its scores are
    means, see `words.seeds`. is_class: whether it is one class, with scores of its own. head: the name of the
    column that names it. block: how many averages stand above.
    """

    slicing: str
    group: str
    n: int | None
    scores: dict[str, Printed]
    slices: bool = True
    context: str = ""
    stated: int | None = None
    seeds: int | None = None
    is_class: bool = False
    head: str = ""
    block: int = 0

    @classmethod
    def from_labels(cls, labels: Sequence[str], layout: Columns, scores: dict[str, Printed]) -> Line:
        """A line by what names it: a group; an attribute and a group; or something more before."""
        labels = [_bare(label) for label in labels]
        name, stated = cells.size_in_name(labels[-1]) if labels else ("", None)
        before = [label for label in labels[:-1] if label]
        head = layout.heads[-1] if layout.heads else ""
        if not before and (split := re.fullmatch(r"([^:=]{1,40}?)\s*[:=]\s*(\S.*)", name)):
            before, name = [split[1]], split[2]
        elif not before and (attribute := _attribute(head, name)):
            before = [attribute]
        slices = (bool(before) and head not in _RUNS) or layout.is_by_class
        slicing = before[-1] if before else "class" if layout.is_by_class else ""
        line = cls(slicing, name, None, scores, slices, ", ".join(before[:-1]), stated)
        line = replace(line, head=head)
        return replace(line, is_class=layout.is_by_class and not (line.is_average or line.is_spread))

    @property
    def accuracy(self) -> Printed | None:
        """The printed accuracy; of a class its recall, which is the share of its images that are right."""
        return self.scores.get("accuracy") or (self.scores.get("recall") if self.is_class else None)

    @property
    def is_run(self) -> bool:
        """Whether it is a model, a fold or the like, and no group of images."""
        return self.head in _RUNS

    @property
    def is_model(self) -> bool:
        """Whether it is a model, which is judged on all images."""
        return self.head in _MODELS and not self.slicing

    @property
    def is_mean(self) -> bool:
        """Whether the line is a mean of other lines."""
        return bool(_MEAN.fullmatch(self._last)) or bool(_MEAN.fullmatch(self.slicing))

    @property
    def is_whole(self) -> bool:
        """Whether the line is of all images."""
        return not self.is_mean and bool(_WHOLE.fullmatch(self._last))

    @property
    def is_spread(self) -> bool:
        """Whether the line holds deviations, or the like, of other lines."""
        return bool(_SPREAD.fullmatch(self._last))

    @property
    def is_average(self) -> bool:
        """Whether the line stands for other lines."""
        return self.is_mean or self.is_whole or self.is_spread

    @property
    def where(self) -> str:
        """gender, male"""
        return ", ".join(part for part in (self.context, self.slicing, self.group) if part) or "the only line"

    @property
    def _last(self) -> str:
        return self.slicing if _WHOLE.fullmatch(self.slicing) else self.group


def _attribute(head: str, group: str) -> str:
    """The attribute of a group, by the name of its column or by well-known groups."""
    if head.replace(" ", "-") in ATTRIBUTES:
        return head
    return next((name for name, groups in _OPPOSITES.items() if group.casefold() in groups), "")


def _bare(label: str) -> str:
    return re.sub(r"\\(textbf|textit|emph)|[*`{}$]", "", label).strip()


MOST_UNTOLD = 100
"""Means over an untold number of networks are taken as of up to so many."""


@dataclass(frozen=True)
class Claim:
    """message: what is so. cannot: what follows, where nothing else can be meant. only_if: the condition on which it
    can be true all the same, beginning with "if". is_note: nothing is wrong with it.
    """

    code: str
    where: str
    message: str
    cannot: str = ""
    only_if: str = ""
    is_note: bool = False


Check = Callable[[Sequence[Line], Reading, int | None], Iterator[Claim]]
"""Lines, how they are read, and the number of images in all where it is known: what is claimed of them."""


def reading_of(line: Line, reading: Reading) -> Reading:
    """How the scores of a line are taken: over as many networks as it says itself."""
    return Reading(reading.cut, line.seeds) if line.seeds else reading


def rights(line: Line, printed: Printed, n: int, reading: Reading) -> bool:
    """Whether some number of right answers of n images gives a printed score."""
    if line.seeds == UNTOLD:
        return any(right_answers(printed, n, Reading(reading.cut, many)) for many in range(1, MOST_UNTOLD + 1))
    return bool(right_answers(printed, n, reading_of(line, reading)))


def span(line: Line, reading: Reading) -> tuple[float, float] | None:
    """The lowest and highest number of right answers of a line, of a mean over networks also between whole numbers.

    None where the line has no accuracy or no number of images, or no number of right answers gives it.
    """
    accuracy, n = line.accuracy, line.n
    if accuracy is None or n is None:
        return None
    if line.seeds == UNTOLD:
        low, high = reading.bounds(accuracy)
        return low * n, high * n
    own = reading_of(line, reading)
    right = right_answers(accuracy, n, own)
    return (right[0] / own.seeds, right[-1] / own.seeds) if right else None


def slicings(lines: Iterable[Line]) -> dict[tuple[str, str], list[Line]]:
    """Lines that cut one set of images into at least two groups, by context and slicing."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if not line.is_average and line.slices:
            found.setdefault((line.context, line.slicing), []).append(line)
    return {key: groups for key, groups in found.items() if len({line.group for line in groups}) == len(groups) > 1}


def complete(lines: Iterable[Line], total: int | None) -> dict[tuple[str, str], list[Line]]:
    """Slicings of which all groups tell their number of images; not those of which each line is of all images."""
    return {
        key: groups
        for key, groups in slicings(lines).items()
        if all(line.n for line in groups) and not all(line.n == total for line in groups)
    }


def images(groups: Sequence[Line]) -> int:
    """Images of groups together."""
    return sum(line.n or 0 for line in groups)
