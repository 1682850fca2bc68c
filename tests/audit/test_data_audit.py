"""An audit tells how far it is, and gives plain values."""

from __future__ import annotations

import json

import pytest

from emocore.audit.data_audit import Audit, audit
from emocore.audit.data_findings import FINDINGS
from emocore.audit.finding import SEVERITIES
from emocore.data.copies import twins
from emocore.data.copies.twins import Search
from emocore.data.dataset import Dataset, assemble
from emocore.data.events import Progress
from emocore.errors import EmoError
from tests.laboratory import audit_json, noise


def test_json_counts_every_code_and_lists_the_worst_first(planted: Audit) -> None:
    result = json.loads(json.dumps(planted.to_json(), allow_nan=False))

    assert set(result["counts"]) == set(FINDINGS)
    assert result["counts"]["exact_twins_across_splits"] == 6
    assert result["counts"]["label_conflict"] == 0
    ranks = [SEVERITIES.index(finding["severity"]) for finding in result["findings"]]
    assert ranks == sorted(ranks)
    first = result["findings"][0]
    assert (first["code"], first["count"], len(first["ids"]), len(first["pairs"])) == (
        "exact_twins_across_splits",
        6,
        12,
        6,
    )


def test_json_names_no_more_ids_than_asked_but_counts_all() -> None:
    images, table = noise(["happy", "sad"] * 10, age=[""] * 20)
    result = audit_json(assemble("few", images, table), most=3)

    (blank,) = result["findings"]
    assert (len(blank["ids"]), blank["count"]) == (3, 20)


def test_an_audit_tells_how_far_it_is(clean: Dataset) -> None:
    *steps, last = audit(clean)

    assert all(isinstance(step, Progress) for step in steps)
    assert isinstance(last, Audit)


def test_a_dataset_too_large_for_near_twins_is_audited_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twins, "MOST_IMAGES", 10)
    images, table = noise(["happy", "sad"] * 10, split=["train"] * 10 + ["test"] * 10)
    images[12] = images[2]
    dataset = assemble("large", images, table)

    result = audit_json(dataset)

    assert result["counts"]["exact_twins_across_splits"] == 1
    assert result["search"]["near"] is False
    assert "not searched" in result["search"]["says"]
    with pytest.raises(EmoError, match="Choose a subset"):
        audit_json(dataset, Search())
