"""The leakage lab lets one predict before it reveals, and marks what it trains as flawed."""

from __future__ import annotations

import dataclasses

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from emocore import wording
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import client, tasks
from emocore.learn import leakage_lesson, protocols
from emocore.runs import store
from emocore.ui.check import flawed_ways
from tests.trained import edited
from tests.visiting import page_at, said


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def test_nothing_is_revealed_before_a_prediction(faces: Dataset) -> None:
    at = page_at("check", check_tab="Leakage lab")
    assert "Accuracy" not in [metric.label for metric in at.metric]

    at.slider("guess").set_value(30)
    next(button for button in at.button if button.label == "Show the result").click().run()

    values = {metric.label: metric.value for metric in at.metric}
    found = leakage_lesson.play(faces, leakage_lesson.Setting())
    assert values["Accuracy"] == f"{found.accuracy:.3f}"
    assert values["Your guess"] == "0.300"
    assert f"n = {found.n}" in said(at)
    found_again = leakage_lesson.spread(
        [leakage_lesson.play(faces, leakage_lesson.Setting(), seed) for seed in range(5)]
    )
    assert f"over 5 random splits: {found_again.mean:.3f} ± {found_again.deviation:.3f}" in said(at)
    at.slider("lesson-variants").set_value(1).run()
    assert "Accuracy" not in [metric.label for metric in at.metric]
    assert list(at.dataframe[0].value["twins"]) == [found.twins]
    at.slider("lesson-variants").set_value(8).run()
    at.radio("lesson-kind").set_value("mirrored").run()
    assert "Accuracy" not in [metric.label for metric in at.metric], "ours are another question"


@pytest.mark.long
def test_a_flawed_run_is_trained_by_a_click_and_marked_wherever_it_is_judged(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS_TO_CONNECT", 0.5)
    monkeypatch.setenv("EMOCORE_SCHEDULER", "tcp://127.0.0.1:9")  # Nobody answers: the runs stay queued
    at = page_at("check", check_tab="Leakage lab")
    at.selectbox("flaw").set_value("no-validation").run()
    at.button("train-flaw").click().run()
    for run in store.live():
        for _ in tasks.training(run.id, threads=1):
            pass
    at.run()

    table = at.dataframe[-1].value.set_index("way")
    assert table.loc["FLAWED: No validation set", "findings"] == "No validation part"
    assert table.loc["FLAWED: No validation set", "measured on"] == "training set"
    assert table.loc["The correct way", "findings"] == "none"
    assert at.button("train-flaw").disabled
    flawed = next(run for run in store.trainings() if run.recipe.flaw)
    for name in ("evaluate", "bias"):
        judged = page_at(name, model=flawed.id)
        assert "Flawed on purpose: no validation set" in said(judged)
        assert "The test part is sealed for you" in [head.value for head in judged.subheader]
    monkeypatch.delenv("EMOCORE_SCHEDULER")  # Not before: what still tries to reach it would start an engine


def trained_by_a_click(at: AppTest, flaw: str) -> AppTest:
    """Both ways, and the page afterwards."""
    at.selectbox("flaw").set_value(flaw).run()
    at.button("train-flaw").click().run()
    for run in store.live():
        for _ in tasks.training(run.id, threads=1):
            pass
    return at.run()


def test_after_an_edit_both_ways_of_the_old_version_stay_and_both_of_the_new_one_can_be_trained(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "submit_run", lambda _: None)  # Trained by this test
    monkeypatch.setattr(protocols, "LESSON", dataclasses.replace(protocols.LESSON, epochs=1))
    monkeypatch.setattr(flawed_ways, "LESSON", protocols.LESSON)
    trained_by_a_click(page_at("check", check_tab="Leakage lab"), "last-weights")
    edited(faces)

    at = page_at("check", check_tab="Leakage lab")
    at.selectbox("flaw").set_value("last-weights").run()
    assert not at.button("train-flaw").disabled
    trained_by_a_click(at, "last-weights")

    ways = at.dataframe[-1].value[["data", "way"]].to_numpy().tolist()
    sound, flawed = "The correct way", "FLAWED: Best epoch not restored"
    assert ways == [[data, way] for data in ("version 1", "version 2") for way in (sound, flawed)]
    assert at.button("train-flaw").disabled
    claimed = at.dataframe[-1].value.set_index(["data", "way"])["claimed"]
    difference = wording.points(claimed["version 2", flawed] - claimed["version 2", sound])
    assert f"The difference is **{difference} points**" in said(at)


def test_both_ways_train_on_the_split_that_is_chosen(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "submit_run", lambda _: None)
    at = page_at("check", check_tab="Leakage lab", plan=[faces.name, "7", "0.3", "0.15", "own"])
    at.selectbox("flaw").set_value("augment-first").run()
    at.button("train-flaw").click().run()

    runs = store.live()
    assert [store.plan(run) for run in runs] == [SplitPlan(seed=7, validation=0.3)] * 2
    assert at.button("train-flaw").disabled
    at = page_at("check", check_tab="Leakage lab")
    at.selectbox("flaw").set_value("augment-first").run()
    assert not at.button("train-flaw").disabled, "nothing is trained on the usual split"
