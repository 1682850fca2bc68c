"""The same person or film on both sides of a split, where an attribute says who or what an image shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from emocore.audit.finding import Finding
from emocore.audit.run_folder import Left, Trace
from emocore.data.copies.twins import Twins
from emocore.data.dataset import UNKNOWN, Dataset
from emocore.data.names import shown_path
from emocore.runs.run import PARTS
from emocore.wording import counted

NAMES = re.compile(
    r"(?:^|[_\W])(?:person|people|subject|identity|individual|actor|participant|poser|speaker|face_?id|"
    r"film|movie|video|clip|sequence|recording|session)s?(?:[_ ]?(?:id|name|number|no|nr))?(?:[_\W]|$)",
    re.IGNORECASE,
)
"""What attributes are called that tell apart people, or films that pictures are frames of."""

WHY = (
    "A network recognizes people and scenes as well as expressions: pictures of somebody whom it saw in training are "
    "answered better than those of a stranger, and the score says nothing of strangers."
)
FIX = "Keep each value on one side: on Check under Split, or with --together, then train again."


@dataclass(frozen=True)
class Shared:
    """An attribute of which values stand on both sides. ids: of judged images whose value is in training, too."""

    attribute: str
    values: int
    ids: tuple[str, ...]
    judged: int

    @property
    def message(self) -> str:
        """How many images, of how many."""
        name = shown_path(self.attribute)
        return (
            f"{len(self.ids):,} of {counted(self.judged, 'judged image')} share their {name} with images in training "
            f"({counted(self.values, 'value')} of {name} on both sides)."
        )


def shared(table: pd.DataFrame, attributes: list[str], part: str) -> list[Shared]:
    """What stands on both sides. table: columns id, the attributes, and `part`, which names the part of each image.

    An attribute with another value for nearly every image tells of no person, and blank values tell nothing.
    """
    found = []
    for attribute in attributes:
        known = table[(table[attribute] != UNKNOWN) & table[part].isin(("train", *PARTS))]
        if not NAMES.search(attribute) or known[attribute].nunique() > 0.9 * len(known):
            continue
        judged = known[known[part] != "train"]
        both = judged[judged[attribute].isin(set(known.loc[known[part] == "train", attribute]))]
        if len(both):
            ids = tuple(sorted(both["id"].astype(str)))
            found.append(Shared(attribute, int(both[attribute].nunique()), ids, len(judged)))
    return found


def across_parts(dataset: Dataset, _: Twins) -> Iterator[Finding]:
    """In the parts that a dataset brings."""
    originals = dataset.table[dataset.table["parent"] == ""]
    for one in shared(originals, list(dataset.attributes), "split"):
        yield Finding("same_person_across_splits", "high", one.message, WHY, FIX, one.ids, len(one.ids))


def on_both_sides(left: Left) -> Trace:
    """In the parts that a run was trained and judged on."""
    attributes = [name for name in left.table.columns if name not in ("row", "id", "part", "emotion")]
    if not any(NAMES.search(name) for name in attributes):
        return Trace("unknown", "No attribute says which person or film an image shows.")
    both = shared(left.table, attributes, "part")
    if not both:
        return Trace("not found", "No person or film that is judged is in training.")
    return Trace("found", " ".join(one.message for one in both), both[0].ids)
