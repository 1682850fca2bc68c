"""Predictions from elsewhere are judged by the pages like a run, and what they lack is said in a sentence."""

from __future__ import annotations

import pytest
import streamlit as st

from emocore.data.dataset import Dataset
from emocore.exchange import prediction_runs
from emocore.runs import store
from tests.elsewhere import csv_of, table_of
from tests.visiting import page_at, said

MARK = "**Imported predictions**"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def brought(faces: Dataset) -> list[str]:
    """Two networks with probabilities."""
    return prediction_runs.admit(table_of(faces, {"good": 0.9, "bad": 0.4}))


TABS = ("Scores", "Confusion", "Faces", "Calibration", "Robustness", "Findings", "Control", "Report", "Test log")


@pytest.mark.parametrize(
    ("tab", "only_answers"), [*((tab, True) for tab in TABS), ("Table of runs", False), ("Calibration", False)]
)
def test_every_tab_of_evaluate_is_drawn_and_marked(faces: Dataset, tab: str, only_answers: bool) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}, only_answers))

    at = page_at("evaluate", model=run_id, evaluate_tab=tab)

    assert MARK in said(at)
    assert "test part is sealed" not in said(at).lower()
    assert ("came without probabilities" in said(at)) == only_answers


def test_the_scores_have_no_log_loss_without_probabilities_and_no_baselines(faces: Dataset) -> None:
    for only_answers, scores in ((False, 7), (True, 5)):
        (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}, only_answers))
        at = page_at("evaluate", model=run_id)
        assert len(at.metric) == scores
        assert at.metric[0].delta.endswith(f"n = {len(faces)}")
        assert f"{len(faces)} imported images right" in said(at)
        assert "Baselines learn from training images" in said(at)


def test_where_no_picture_is_the_gallery_says_so_and_lists_the_ids(brought: list[str]) -> None:
    at = page_at("evaluate", model=brought[1], evaluate_tab="Faces")

    assert "These predictions came from elsewhere, without pictures." in said(at)
    assert "image" in at.dataframe[0].value


def test_faces_are_shown_where_the_pictures_are_those_of_a_dataset(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"bad": 0.4}), dataset=faces.name)

    assert "without pictures" not in said(page_at("evaluate", model=run_id, evaluate_tab="Faces"))


@pytest.mark.parametrize("tab", ["Groups", "Gaps", "Chance", "Table", "Mitigate"])
def test_every_tab_of_bias_is_drawn(brought: list[str], tab: str) -> None:
    at = page_at("bias", model=brought[0], bias_tab=tab)

    assert MARK in said(at)
    assert ("the training behind these predictions is not known" in said(at)) == (tab == "Mitigate")


@pytest.mark.parametrize("tab", ["Settings and curves", "Scores", "Chance or not", "Seeds"])
def test_every_tab_of_compare_is_drawn(brought: list[str], tab: str) -> None:
    at = page_at("compare", runs=brought, compare_tab=tab)

    assert ("Nothing is known about the training of" in said(at)) == (tab == "Settings and curves")
    if tab == "Chance or not":
        assert "n = 128" in said(at)


def test_a_page_that_needs_a_network_says_that_there_is_none(
    brought: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOCORE_SCHEDULER", "tcp://127.0.0.1:1")  # No engine is started for this
    assert "has no weights, so it cannot make predictions" in said(page_at("predict", model=brought[0]))
    assert "nothing is known about the training" in said(page_at("train", run=brought[0]))


def test_a_table_is_brought_beside_runs_and_refused_with_its_line(faces: Dataset) -> None:
    at = page_at("compare")
    at.file_uploader[1].upload("answers.csv", csv_of(faces, {"good": 0.9, "bad": 0.4}), "text/csv").run()
    at.button("admit-predictions").click().run()

    assert not at.exception
    brought = [run for run in store.trainings() if run.elsewhere]
    assert {run.recipe.name for run in brought} == {"good", "bad"}
    assert "predictions from elsewhere" in at.success[0].value.replace("\\", "")
    assert set(at.multiselect("compare-runs").value) == {run.id for run in brought}

    broken = csv_of(faces, {"good": 0.9}).replace(b"happy", b"hapy", 3)
    at = page_at("compare")
    at.file_uploader[1].upload("broken.csv", broken, "text/csv").run()
    at.button("admit-predictions").click().run()
    assert "broken.csv" in at.error[0].value.replace("\\", "")
