"""What is known of a run is what its recipe declares, what it recorded, and what its folder shows."""

from __future__ import annotations

from emocore.audit.run_facts import facts
from emocore.data.dataset import Dataset
from emocore.learn.protocols import flawed
from tests.strange import QUICK, trained


def test_declared_recorded_and_shown_stand_side_by_side(twins: Dataset) -> None:
    known = facts(trained(twins, flawed(QUICK, "scaler-all")))

    assert known.protocol.scaler == "all"
    assert known.classes == 4
    assert known.best is not None
    assert len(known.epochs) == QUICK.epochs
    assert "Normalization was fitted on" in known.trace("scaler_outside_training")
    assert known.trace("families_apart") == ""
