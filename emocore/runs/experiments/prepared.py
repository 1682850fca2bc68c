"""Results that come with the program, so that no page is empty at first sight; `tools/prepare.py` computes them.

They lie in `shipped/prepared`: runs without weights, which no list of runs shows, and the cross-validations and the
study that name them. Their ids are read like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emocore import records, settings
from emocore.runs import store
from emocore.runs.run import Run

INDEX = "prepared.json"
MODEL = "drawn-main"
"""The shipped network on the drawn faces, whose baselines and robustness are prepared, too."""


@dataclass(frozen=True)
class Prepared:
    """Ids of what is prepared; what is not is empty.

    crossvals: two recipes on the same folds. study: of depth. pairs: seed, run without and run with a measure for the
    groups of the attributes `by`.
    """

    crossvals: tuple[str, ...] = ()
    study: str = ""
    measure: str = ""
    by: tuple[str, ...] = ()
    pairs: tuple[tuple[int, str, str], ...] = ()

    @property
    def seeds(self) -> list[Run]:
        """One recipe with several seeds: the runs without the measure."""
        return [store.read(before) for _, before, _ in self.pairs]


def home() -> Path:
    """Where they lie."""
    return settings.shipped_dir() / "prepared"


def results() -> Prepared | None:
    """What is prepared; None in a checkout without it. Raises EmoError "damaged_file"."""
    path = home() / INDEX
    return records.read(Prepared, path) if path.exists() else None
