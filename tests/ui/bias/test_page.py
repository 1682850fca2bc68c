"""Bias shows groups, gaps and verdicts that pandas, scikit-learn and statsmodels agree with."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from streamlit.testing.v1 import AppTest

from emocore.data.dataset import Dataset
from emocore.engine import client, tasks
from emocore.runs import openings, store
from emocore.runs.answers import validation_answers
from tests.trained import answered, edited, trained
from tests.visiting import page_at, said

SHIPPED = "report-final"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def default_faces(faces: Dataset) -> None:
    """Nothing needs to be drawn."""


def page(tab: str = "Groups", model: str = SHIPPED, **query: str) -> AppTest:
    return page_at("bias", bias_tab=tab, model=model, **query)


def judged() -> pd.DataFrame:
    """The shipped run's validation images: groups, truth, answer."""
    run = store.read(SHIPPED)
    answers = validation_answers(run)
    table = store.rows(run).set_index("row").loc[answers.rows].reset_index()
    return table.assign(truth=answers.truth, answer=answers.answers, right=answers.right)


def test_sizes_come_first_and_are_pandas_counts():
    at = page()
    sizes = at.dataframe[0].value.set_index("group")["images"]
    table = judged()
    for name in ("age", "gender"):
        assert sizes[table[name].unique()].to_dict() == table[name].value_counts().to_dict()
    assert sizes["old, female"] == ((table["age"] == "old") & (table["gender"] == "female")).sum()
    assert "These groups are too small for a verdict: old, female (15)" in said(at)


def test_scores_of_groups_are_scikit_learns():
    shown = page().dataframe[1].value.set_index("group")
    table = judged()
    for name in ("age", "gender"):
        for group, some in table.groupby(name):
            precision, recall, f1, _ = precision_recall_fscore_support(
                some["truth"], some["answer"], average="macro", zero_division=0
            )
            row = shown.loc[group]
            assert row["accuracy"] == pytest.approx(some["right"].mean(), abs=6e-4)
            assert row["macro precision"] == pytest.approx(precision, abs=6e-4)
            assert row["macro recall"] == pytest.approx(recall, abs=6e-4)
            assert row["macro F1"] == pytest.approx(f1, abs=6e-4)
            low, high = proportion_confint(some["right"].sum(), len(some), method="beta")
            assert (row["accuracy low"], row["accuracy high"]) == pytest.approx((low, high), abs=6e-4)


def test_recall_of_each_class_in_each_group_is_pandas_mean():
    shown = page().dataframe[2].value.set_index(["group", "class"])
    expected = judged().groupby(["age", "emotion"])["right"].agg(["size", "mean"])
    for cell, (n, mean) in expected.iterrows():
        assert shown.loc[cell, "images"] == n
        assert shown.loc[cell, "recall"] == pytest.approx(mean, abs=6e-4)


def test_a_gap_has_the_newcombe_interval_and_a_verdict_in_words():
    at = page("Gaps")
    table = judged()
    right = table.groupby("gender")["right"].agg(["sum", "size"])
    low, high = confint_proportions_2indep(*right.loc["male"], *right.loc["female"], method="newcomb", compare="diff")
    row = at.dataframe[0].value.set_index("gap").loc["male minus female"]
    assert row["interval"] == f"[{100 * low:+.1f}, {100 * high:+.1f}]"
    assert row["verdict"] == "no clear gap"
    assert "No clear gap" in said(at)
    assert "perceived, as labeled" in said(at)
    assert at.dataframe[0].value.set_index("gap").loc["young, male minus old, female", "verdict"] == "too few"


def test_the_slider_says_how_many_images_would_settle_a_gap():
    at = page("Gaps")
    before = said(at)
    at.slider("power-gap").set_value(10).run()
    assert "true gap of 10 points" in said(at)
    assert "true gap of 10 points" not in before


def test_the_dial_and_the_shuffles_answer():
    at = page("Chance")
    assert "With 100 images in each group" in said(at)
    at.select_slider("dial-n").set_value(5000).run()
    assert "these intervals do not include 0" in said(at)
    assert "shuffled 1,000 times" in said(at)
    assert "Seed 0" in said(at)
    at.button("shuffle-again").click().run()
    assert "Seed 0" not in said(at)


def test_the_table_has_the_columns_of_the_report_and_the_last_line_counts_every_image_once():
    table = page("Table").dataframe[0].value
    assert list(table)[:6] == ["Attribute", "Group", "Accuracy", "Precision", "Recall", "F1"]
    last = table.iloc[-1]
    assert (last["Attribute"], last["Images"]) == ("All images", 179)
    assert last["Accuracy"] == pytest.approx(judged()["right"].mean(), abs=6e-4)


def test_the_test_part_stays_sealed_until_somebody_opens_it():
    at = page(**{"evaluate-part": "Test"})
    assert not at.dataframe
    assert openings.of_run(store.read(SHIPPED)) == []
    at.button("open-test").click().run()
    at.button("confirm-open-test").click().run()
    assert len(openings.of_run(store.read(SHIPPED))) == 1
    assert at.dataframe[0].value.set_index("group")["images"][["male", "female"]].tolist() == [215, 189]


def test_attributes_can_be_taken_away():
    at = page()
    at.button_group(key=f"assess-by-{SHIPPED}").set_value(["gender"]).run()
    assert list(at.dataframe[0].value["group"]) == ["female", "male"]
    at.button_group(key=f"assess-by-{SHIPPED}").set_value([]).run()
    assert "Choose an attribute above" in said(at)


def test_a_model_that_is_not_here_offers_the_next_step_and_still_checks_tables():
    at = page(model="nowhere")
    assert "is not available" in at.info[0].value
    assert at.button("bias-train").label == "Train a network"
    at.button("bias-check-table").click().run()
    assert at.title[0].value == "Check a table"


def test_the_table_leads_to_the_check_of_printed_ones():
    at = page("Table")
    at.button("bias-check-table").click().run()
    assert at.title[0].value == "Check a table"


def test_before_and_after_of_two_seeds_is_shown_with_its_cost(faces: Dataset):
    plain = [answered(trained(faces, seed=seed), 0.5, seed) for seed in (1, 2)]
    changed = [answered(trained(faces, seed=seed, mirror=False), 0.5, seed + 9) for seed in (1, 2)]
    at = page("Mitigate", plain[0].id)
    at.button_group(key="measure").set_value("other").run()
    at.selectbox(f"after-{plain[0].id}").set_value(changed[0].id).run()
    text = said(at)
    assert "Settings that differ: mirror: yes → no.\nThe comparison uses 2 seeds" in text
    before, after = (np.mean([validation_answers(run).right.mean() for run in runs]) for runs in (plain, changed))
    assert f"{before:.3f}" + " before and is " + f"{after:.3f}" + " after" in text
    assert "Train three seeds or more" in text
    numbers = at.dataframe[0].value
    assert set(numbers["class"]) == {"all", *plain[0].classes}


def test_without_another_run_mitigation_names_the_next_step():
    at = page("Mitigate")
    at.button_group(key="measure").set_value("other").run()
    assert "no other run on the same images" in said(at)
    assert at.button("mitigate-train")


@pytest.mark.long
def test_a_measure_is_asked_for_by_one_click_and_measured_once_it_is_trained(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(client, "SECONDS_TO_CONNECT", 0.5)
    monkeypatch.setenv("EMOCORE_SCHEDULER", "tcp://127.0.0.1:9")  # Nobody answers: the runs stay queued
    plain = trained(faces, seed=1)
    edited(faces)  # The trial is about the version that the model saw
    at = page("Mitigate", plain.id)
    at.number_input("mitigate-seeds").set_value(2).run()
    at.button("start-trial").click().run()
    assert "1 of 4 trainings finished" in "".join(bar.proto.text for bar in at.get("progress"))
    for run in store.live():
        for _ in tasks.training(run.id, threads=1):
            pass
    recipes = [run.recipe for run in store.trainings() if not run.shipped]
    assert sorted((recipe.seed, recipe.balance) for recipe in recipes) == [
        (1, "none"),
        (1, "reweigh"),
        (2, "none"),
        (2, "reweigh"),
    ]
    at.run()
    assert "mean of 2 seeds" in said(at)
    assert "Train three seeds or more" in said(at)
    assert not [button for button in at.button if button.key == "start-trial"]
    monkeypatch.delenv("EMOCORE_SCHEDULER")  # Not before: what still tries to reach it would start an engine


def test_a_model_with_a_measure_is_no_start_of_a_trial(faces: Dataset):
    at = page("Mitigate", trained(faces, balance="reweigh", balance_by="age").id)
    assert "was already trained with a measure" in said(at)


def test_where_the_dataset_is_not_here_no_trial_can_start():
    at = page("Mitigate")
    assert at.button("start-trial").disabled
    assert "These trainings cannot start" in said(at)


@pytest.mark.parametrize("tab", ["Groups", "Gaps", "Chance", "Table"])
def test_a_page_answers_fast(tab: str):
    at = page(tab)
    took = []
    for _ in range(3):
        started = time.process_time()
        at.run()
        took.append(time.process_time() - started)
    assert min(took) < 0.15
