"""A dataset with too few images of a class says why it cannot train, and a click mends it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from emocore.data import library, split
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.judge import metrics
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run
from tests.trained import trained
from tests.visiting import page_at, text_of


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def saved(faces: Dataset, training: int) -> Dataset:
    """The small faces with so many training images of "surprised", all of them copies where there are any."""
    surprised = (faces.table["emotion"] == "surprised").to_numpy()
    train = (faces.table["split"] == "train").to_numpy()
    spare = np.flatnonzero(surprised & train)[training:]
    rows = np.setdiff1d(np.arange(len(faces)), spare)
    images, table = np.array(faces.images[rows]), faces.table.iloc[rows].drop(columns="family").reset_index(drop=True)
    label, part = table["emotion"] == "surprised", table["split"]
    images[np.flatnonzero(label & (part == "train"))] = images[np.flatnonzero(label & (part == "test"))[0]]
    made = assemble("few", images, table)
    library.save(made, replace=True)
    return library.load("few")


@pytest.fixture
def refused(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page Train after a start that could not be."""
    monkeypatch.setattr(client, "submit_run", lambda run: None)
    saved(faces, 3)
    test = page_at("train", dataset="few")
    return test.button(key="start").click().run()


def test_the_real_reason_is_told(refused: AppTest) -> None:
    assert "All 3 training images of surprised are copies of pictures in the validation or test set" in text_of(
        refused
    ).replace("\\", "")
    assert all(run.dataset != "few" for run in store.trainings())


@pytest.mark.parametrize(
    ("key", "classes"),
    [
        ("start-problem-drop", ["focused", "happy", "neutral"]),
        ("start-problem-merge", ["focused", "happy", "neutral"]),
        ("start-problem-split", ["focused", "happy", "neutral", "surprised"]),
    ],
)
def test_a_click_mends_it_so_that_every_class_can_be_trained_on(refused: AppTest, key: str, classes: list[str]) -> None:
    mended = refused.button(key=key).click().run()
    assert not mended.error
    assert "chosen" in mended.success[0].value

    chosen = str(np.ravel(mended.query_params["dataset"])[0])
    own = "new" not in mended.query_params.get("plan", [])
    drawn = split.make(library.load(chosen), SplitPlan(own=own))
    dataset = library.load(chosen)
    assert list(dataset.classes) == classes
    assert np.unique(dataset.labels[drawn.train]).tolist() == list(range(len(classes)))
    assert (chosen, own) == (("few", False) if key.endswith("split") else (f"few-{key_to_name(key)}", True))


def key_to_name(key: str) -> str:
    return "merged" if key.endswith("merge") else "without-surprised"


def test_merged_images_are_counted_with_their_new_class(refused: AppTest) -> None:
    refused.selectbox(key="start-problem-into").set_value("happy").run().button(key="start-problem-merge").click().run()

    merged = library.load("few-merged")
    assert (merged.table["emotion"] == "happy").sum() == 24 + 8 + 3 + 8


@pytest.fixture
def without_validation(faces: Dataset) -> Run:
    """A run whose validation part has no image of one class."""
    table = faces.table.drop(columns="family").copy()
    two = np.flatnonzero((table["emotion"] == "surprised") & (table["split"] == "train"))
    rows = np.setdiff1d(np.arange(len(faces)), two[1:])
    library.save(assemble("rare", np.array(faces.images[rows]), table.iloc[rows].reset_index(drop=True)))
    return trained(library.load("rare"))


def test_a_class_without_validation_images_trains_and_has_dashes_for_scores(without_validation: Run) -> None:
    at = without_validation.classes.index("surprised")
    assert [epoch.recall[at] for epoch in store.epochs(without_validation)] == [None] * 3
    scores = metrics.evaluate(validation_answers(without_validation), without_validation.classes)
    assert scores.per_class[at].recall is None

    train = page_at("train", run=without_validation.id)
    evaluate = page_at("evaluate", model=without_validation.id)

    assert not train.exception
    assert not evaluate.exception
    assert "This part has no image of surprised." in text_of(evaluate).replace("\\", "")


def test_a_class_of_one_and_a_half_per_cent_is_trained_on_and_judged(faces: Dataset) -> None:
    random = np.random.default_rng(2)
    rare = np.flatnonzero(faces.table["emotion"] == "surprised")
    others = np.setdiff1d(np.arange(len(faces)), rare)
    rows = np.concatenate([rare[:2], others, others[:36]])
    images = faces.images[rows].astype(np.int16)
    images[-36:] += random.integers(-40, 41, images[-36:].shape).astype(np.int16)
    table = pd.DataFrame({"id": [f"{n}.png" for n in range(134)], "emotion": faces.table["emotion"].to_numpy()[rows]})
    library.save(assemble("disgust", images.clip(0, 255).astype(np.uint8), table))
    run = trained(library.load("disgust"))

    scores = metrics.evaluate(validation_answers(run), run.classes)
    at = run.classes.index("surprised")
    assert (library.load("disgust").table["emotion"] == "surprised").mean() < 0.016
    assert scores.per_class[at].support + sum(each.support for each in scores.per_class if each) > 0
    evaluate = page_at("evaluate", model=run.id)
    assert not evaluate.exception
    nothing = scores.per_class[at].support == 0
    assert (scores.per_class[at].recall is None) == nothing
