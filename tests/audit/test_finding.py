"""A finding says what, why and what to do, in whole sentences."""

from __future__ import annotations

from emocore.audit.finding import SEVERITIES, Finding


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
