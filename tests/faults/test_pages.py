"""Every page opens beside damaged files, and names them where they would be listed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.visiting import page_at, text_of

FROZEN = Path(__file__).parents[1] / "frozen"
IDS: dict[str, Any] = json.loads((FROZEN / "ids.json").read_text())
NAME = IDS["dataset"]
DAMAGED = (
    f"runs/{IDS['first']}/run.json",
    f"runs/{IDS['again']}/rows.parquet",
    f"runs/{IDS['again']}/openings.jsonl",
    f"runs/{IDS['taught']}/predictions.npz",
    f"runs/{IDS['flawed']}/weights.safetensors",
    f"runs/{IDS['stopped']}/events.jsonl",
    "crossvals/*.json",
    "searches/*/search.json",
    "recipes/*.json",
    "jobs/*/job.json",
    f"datasets/{NAME}/guidelines.json",
    f"datasets/{NAME}/card.json",
    f"datasets/{NAME}/check.json",
    f"datasets/{NAME}/studies/*/study.json",
    f"datasets/{NAME}/drafts/*.jsonl",
)
PAGES = ("home", "data", "explore", "check", "label", "train", "crossval", "search", "compare", "evaluate", "bias")
NAMED = {
    "label": "guidelines.json",
    "train": f"Run folder {IDS['first']} is damaged",
    "crossval": "in crossvals is damaged",
    "search": "search.json in search-",
}


@pytest.fixture
def damaged(laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A laboratory in which one file of each kind is cut in half."""
    shutil.copytree(FROZEN / "data", laboratory)
    for pattern in DAMAGED:
        path = sorted(laboratory.glob(pattern))[0]
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    monkeypatch.setattr("emocore.engine.client.ensure_up", lambda: True)
    monkeypatch.setattr("emocore.engine.client.warm", lambda: None)
    monkeypatch.setattr("emocore.engine.client.submit_job", lambda _: None)
    return laboratory


@pytest.mark.long
def test_every_page_opens_beside_a_damaged_file_of_each_kind(damaged: Path) -> None:
    for page in PAGES:
        test = page_at(page, who="Ada", model=IDS["started"], run=IDS["stopped"])
        said = text_of(test) + " ".join(warning.value for warning in test.warning)
        assert NAMED.get(page, "") in said.replace("\\", ""), f"{page}: {said}"
        assert "wrong on our side" not in said, page
