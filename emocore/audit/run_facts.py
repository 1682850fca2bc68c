"""What is known of a run: what its recipe declares, what it recorded, and what its folder shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emocore.audit.run_folder import Trace
from emocore.audit.traces import traces
from emocore.learn.events import Epoch
from emocore.learn.protocols import Protocol, protocol
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.run import Run


@dataclass(frozen=True, eq=False)
class Facts:
    """What a run recorded. counts: images a part. state, message: where it stands. epochs: first to last.

    judged_before: validation and test images that a network it learned from was trained on. classes: how many.
    traces: code of a finding -> what the run's folder tells of it.
    """

    recipe: Recipe
    counts: dict[str, int]
    state: str
    message: str
    epochs: tuple[Epoch, ...]
    protocol: Protocol
    judged_before: int = 0
    classes: int = 4
    traces: Mapping[str, Trace] = field(default_factory=dict)

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss."""
        return store.best_epoch(list(self.epochs))

    def trace(self, code: str) -> str:
        """What the folder shows of a fault, "" where it shows nothing."""
        found = self.traces.get(code)
        return found.message if found and found.state == "found" else ""


def facts(run: Run) -> Facts:
    """Read what a run recorded."""
    counts = {part: int(number) for part, number in run.counts.items()}
    recorded = run.recipe, counts, run.status.state, run.status.message
    kept = protocol(run.recipe, run.split["left_out"])
    before = store.conditions(run).get("judged_before", 0)
    return Facts(*recorded, tuple(store.epochs(run)), kept, before, len(run.classes), traces(run))
