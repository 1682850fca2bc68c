"""A finding says what, why and what to do, in whole sentences."""

from __future__ import annotations

import pytest

from emocore.audit.data_audit import Audit, audit
from emocore.audit.data_findings import FINDINGS
from emocore.audit.finding import SEVERITIES, Finding
from emocore.data.dataset import Dataset
from emocore.data.reading import readers
from tests.laboratory import real


def found(dataset: Dataset) -> dict[str, list[Finding]]:
    *_, last = audit(dataset)
    assert isinstance(last, Audit)
    return {code: [finding for finding in last.findings if finding.code == code] for code in FINDINGS}


@pytest.fixture(scope="module")
def report() -> dict[str, list[Finding]]:
    return found(readers.read_whole(real("report_dataset.zip"), "report").dataset)


def test_every_finding_is_said_in_whole_sentences(report: dict[str, list[Finding]]) -> None:
    for code, findings in report.items():
        for finding in findings:
            assert finding.code == code
            assert finding.severity in SEVERITIES
            for sentence in (finding.message, finding.why, finding.fix):
                assert sentence.endswith(".")
                assert "bias" not in sentence
                assert "!" not in sentence
            assert list(finding.where) == sorted(set(finding.where))
