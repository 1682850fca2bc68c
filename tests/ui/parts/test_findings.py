"""The findings panel and the report buttons, drawn on a page of their own."""

from __future__ import annotations

import io
import json
import zipfile
from argparse import Namespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from emocore.audit import data_findings, evaluation_findings, model_card, report_sections, run_findings
from emocore.audit.document import as_markdown
from emocore.audit.finding import LINKS, TITLES, title
from emocore.commands import datasets
from emocore.data.dataset import Dataset
from emocore.exchange import model_file
from emocore.runs import openings, store
from tests.strange import silent
from tests.trained import trained


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def panel(run_id: str) -> None:
    from emocore.audit.run_findings import run_findings
    from emocore.runs import store
    from emocore.ui.parts import findings

    findings.draw(run_findings(store.read(run_id)))


def of_run_and_part(run_id: str) -> None:
    from emocore.runs import store
    from emocore.runs.answers import validation_answers
    from emocore.ui.parts import findings
    from emocore.ui.state.evaluation import Judged

    run = store.read(run_id)
    findings.draw_all(run, [Judged(run, "validation", validation_answers(run))])


def buttons(run_id: str) -> None:
    from emocore.runs import store
    from emocore.ui.evaluate import report

    report.draw(store.read(run_id))


def drawn(what, run_id: str) -> AppTest:
    at = AppTest.from_function(what, args=(run_id,), default_timeout=60).run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(
        each.value.replace("\\", "") for kind in ("caption", "markdown", "success") for each in at.get(kind)
    )


def test_a_clean_run_is_said_to_be_without_finding_and_not_to_be_well():
    assert "does not prove that there is none" in said(drawn(panel, "drawn-main"))


def test_a_finding_says_what_why_and_what_to_do(faces: Dataset):
    text = said(drawn(panel, trained(faces, upside_down=True).id))
    assert "Half of the training images were turned upside down" in text
    assert "Why it matters: No image is judged upside down" in text
    assert "What to do: Switch off the upside-down flip" in text


def test_a_run_and_a_part_of_it_have_their_own_findings(faces: Dataset):
    text = said(drawn(of_run_and_part, trained(faces, upside_down=True).id))
    assert "Half of the training images were turned upside down" in text
    assert "Evaluate more images" in text


def test_page_report_card_and_command_tell_the_same_findings(faces: Dataset):
    run = trained(faces, upside_down=True)
    made = model_card.card(run)
    expected = [f"{one.subject}: {one.finding.code}" for one in made.found]
    assert made.found_message.startswith(f"{len(expected)} findings")

    text = said(drawn(of_run_and_part, run.id))
    report = as_markdown(report_sections.report(made))
    with zipfile.ZipFile(io.BytesIO(model_file.packed(run))) as archive:
        exported = json.loads(archive.read("card.json"))
    command = datasets.audit(Namespace(name=run.id, also=[], run=False, part="validation"))

    assert [f"{one['about']}: {one['code']}" for one in command["findings"]] == expected
    assert [f"{one['about']}: {one['code']}" for one in exported["findings"]] == expected
    named = [f"{one.subject}: {title(one.finding.code)}" for one in made.found]
    assert [name for name in named if name not in report.replace("\\", "")] == [], "the report says codes in words"
    assert [one.finding.message for one in made.found if one.finding.message not in text] == []
    for one in (text, report.replace("\\", ""), exported["findings_say"], command["says"]):
        assert made.found_message in one


def test_an_opened_test_part_is_audited_whichever_part_is_looked_at(faces: Dataset):
    run = trained(faces)
    command = datasets.audit(Namespace(name=run.id, also=[], run=True, part="test"))

    assert command["parts"] == ["validation", "test"]
    assert {one["about"] for one in command["findings"]} >= {"validation", "test"}
    assert [look["by"] for look in openings.of_run(run)] == ["command line"]


def test_a_run_from_elsewhere_tells_what_nobody_can_know_of_it(faces: Dataset):
    run = silent(trained(faces))
    at = drawn(of_run_and_part, run.id)

    assert next(each.label for each in at.expander).endswith("with an unknown result")
    assert "**Class sorted batches**" in said(at)
    assert "do not show the order of its batches" in said(at)


def test_every_code_leads_to_a_page():
    for registry in (data_findings.FINDINGS, run_findings.FINDINGS, evaluation_findings.FINDINGS):
        assert set(registry) <= set(LINKS)
    assert set(LINKS) == set(TITLES), "each has a name in words"


def test_the_report_is_offered_and_says_that_the_test_part_is_sealed():
    at = drawn(buttons, "report-final")
    assert [each.label for each in at.get("download_button")] == ["Download report", "Download as Markdown"]
    assert "sealed, so the report does not include it" in said(at)
    assert openings.of_run(store.read("report-final")) == []
