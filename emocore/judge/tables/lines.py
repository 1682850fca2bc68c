"""One line of a results table: what it is of, how many images it has, and its scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emocore.judge.tables import words
from emocore.judge.tables.cells import Printed
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
    def of(cls, labels: Sequence[str], layout: Columns, scores: dict[str, Printed]) -> Line:
        """A line by what names it: a group; an attribute and a group; or something more before."""
        labels = [_bare(label) for label in labels]
        name, stated = words.size_in_name(labels[-1]) if labels else ("", None)
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
