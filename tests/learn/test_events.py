"""An epoch survives its line of JSON, also one that an older program wrote."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from emocore.learn.events import Epoch, epoch_from_json

EPOCH = Epoch(3, 1.2, 0.4, 1.1, 0.5, True, 2.5, 400.0, (0.5, 0.6), (4, 9), 1e-3, 0.7, 12.0)


def test_an_epoch_survives_its_line() -> None:
    assert epoch_from_json(json.loads(json.dumps(asdict(EPOCH)))) == EPOCH


def test_what_older_programs_did_not_tell_is_empty() -> None:
    old = {name: value for name, value in asdict(EPOCH).items() if name not in ("recall", "hardest", "weight_norm")}

    read = epoch_from_json(old)
    assert (read.recall, read.hardest, read.weight_norm) == ((), (), 0.0)


def test_what_is_no_epoch_is_refused() -> None:
    with pytest.raises(TypeError):
        epoch_from_json({"epoch": 1, "speed": 3})
