"""Explore shows numbers that pandas, numpy and scipy agree with, for any slice of the dataset."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from scipy.stats.contingency import association
from streamlit.testing.v1 import AppTest

from emocore import settings
from emocore.data.dataset import Dataset
from emocore.data.editing import versions
from emocore.data.editing.edits import Edit
from emocore.engine import client as engine_module
from emocore.engine import tasks
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.runs import status
from emocore.runs.answers import validation_answers
from emocore.settings import CHECKOUT
from tests.trained import trained
from tests.visiting import page_at, said


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs and questions are worked off at once in this process."""

    def work(job: Job) -> None:
        with suppress(EmoError):  # As on a worker: the job's folder tells
            tasks.work(job.id, str(settings.data_dir()))

    monkeypatch.setattr(engine_module, "submit_job", work)
    monkeypatch.setattr(engine_module, "ask", lambda function, *arguments, **_: function(*arguments))


def page(tab: str = "Distribution", **query: str | list[str]) -> AppTest:
    return page_at("explore", explore_tab=tab, **query)


def test_an_empty_laboratory_offers_the_next_step(laboratory: Path):
    at = page(dataset="nowhere")
    assert 'There is no dataset "nowhere"' in at.info[0].value
    assert at.button("explore-data-look").label == "Choose a dataset"


def test_the_distribution_is_pandas_cross_table(faces: Dataset):
    at = page()
    shown = at.dataframe[0].value.pivot(index="class", columns="group", values="images")
    expected = pd.crosstab(faces.table["emotion"], faces.table["split"])
    pd.testing.assert_frame_equal(shown[expected.columns], expected, check_dtype=False, check_names=False)
    assert "All 4 classes have 32 images. Random guessing would be right for 1 in 4 images" in said(at)
    assert "Empty cells: 0. Cells with fewer than 30 images: 8." in said(at)


def test_class_and_attributes_hang_together_as_scipy_says(faces: Dataset):
    at = page()
    at.button_group(key="spread-by").set_value(["gender"]).run()
    counts = pd.crosstab(faces.table["emotion"], faces.table["gender"]).to_numpy()
    n, (r, c) = counts.sum(), counts.shape
    phi2 = max(0, association(counts, "cramer") ** 2 * min(r - 1, c - 1) - (r - 1) * (c - 1) / (n - 1))
    v = np.sqrt(phi2 / min(r - 1 - (r - 1) ** 2 / (n - 1), c - 1 - (c - 1) ** 2 / (n - 1)))
    assert at.metric[0].value == f"{v:.3f}"
    assert f"n = {n:,}" in said(at)


def test_a_slice_in_the_address_is_drawn_and_can_be_taken_away(faces: Dataset):
    at = page("Faces", **{"class": "happy", "split": "test"})
    assert "Images labeled happy, in test: 8" in said(at)
    assert "8 of 8 images, drawn at random with seed 1" in said(at)
    at.button("chip-split-test").click().run()
    assert "split" not in at.query_params
    assert at.query_params["class"] == "happy"
    assert "Images labeled happy: 32" in said(at)


def test_a_slice_is_chosen_by_clicks_and_kept_in_the_address(faces: Dataset):
    at = page("Faces")
    at.button_group(key="slice-with-gender").set_value(["female"]).run()
    assert at.query_params["with-gender"] == "female"
    expected = (faces.table["gender"] == "female").sum()
    assert f"Images of perceived gender female: {expected}" in said(at)


def test_a_class_that_this_dataset_does_not_have_is_named_and_everything_is_shown(faces: Dataset):
    at = page(**{"class": "furious"})
    assert 'This dataset has no class "furious"' in at.warning[0].value
    assert "focused, happy, neutral, surprised" in at.warning[0].value
    assert "All images: 128" in said(at)


@pytest.mark.parametrize("tab", ["Distribution", "Faces", "Pixels", "Mean faces", "Augmentation", "Map"])
def test_an_empty_slice_says_what_to_do(faces: Dataset, tab: str):
    at = page(tab, text="no such name")
    assert "Remove a filter" in said(at)


def test_another_sample_has_another_seed_which_is_shown(faces: Dataset):
    at = page("Faces")
    assert "25 of 128 images, drawn at random with seed 1" in said(at)
    at.number_input("faces-seed").set_value(77).run()
    assert "at random with seed 77" in said(at)
    at.button("faces-another").click().run()
    seed = at.number_input("faces-seed").value
    assert f"at random with seed {seed}" in said(at)
    assert at.query_params["faces-seed"] == str(seed)


def test_a_face_in_the_address_shows_its_row_and_grey_values(faces: Dataset):
    row = 17
    at = page("Faces", face=str(faces.table["id"][row]))
    facts = at.table[0].value.set_index("what")["value"].str.replace("\\", "")
    assert facts["label"] == faces.table["emotion"][row]
    assert facts["Perceived age, as labeled"] == faces.table["age"][row]
    assert facts["mean gray value"] == f"{faces.images[row].mean():.1f}"
    assert facts["deviation"] == f"{faces.images[row].std():.1f}"
    assert "128 images were compared" in said(at)


def test_grey_values_before_and_after_are_numpys(faces: Dataset):
    at = page("Pixels")
    table = at.dataframe[0].value.set_index(["class", "space"])
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    fitted = flat[(faces.table["split"] == "train").to_numpy()]
    scaled = (flat - fitted.mean(0)) / np.where(fitted.std(0) < 1e-6, 1, fitted.std(0))
    for label, name in enumerate(faces.classes):
        mine = faces.labels == label
        for space, values in (("before", flat), ("per-pixel", scaled)):
            assert table.loc[(name, space), "mean"] == pytest.approx(values[mine].mean(), abs=0.0011)
            assert table.loc[(name, space), "deviation"] == pytest.approx(values[mine].std(), abs=0.0011)
        assert table.loc[(name, "before"), "white"] == pytest.approx(100 * (flat[mine] == 255).mean(), abs=1e-3)
    assert "come from 96 training images" in said(at)
    assert "n = 128. Random guessing gives 0.250" in said(at)


def test_one_image_of_each_class_is_called_one_image(faces: Dataset):
    at = page("Pixels")
    at.button_group(key="pixels-of").set_value("One image of each class").run()
    assert "One image says little about its class" in at.warning[0].value
    first = faces.images[np.flatnonzero(faces.labels == 1)[0]]
    table = at.dataframe[0].value.set_index(["class", "space"])
    assert table.loc[("happy", "before"), "images"] == 1
    assert table.loc[("happy", "before"), "mean"] == pytest.approx(first.mean(), abs=0.001)


def test_mean_faces_are_numpys(faces: Dataset):
    at = page("Mean faces")
    table = at.dataframe[0].value.set_index("group")
    for label, name in enumerate(faces.classes):
        mine = faces.images[faces.labels == label]
        assert table.loc[name, "images"] == len(mine)
        assert table.loc[name, "mean"] == pytest.approx(mine.mean(), abs=0.001)
        assert table.loc[name, "mean deviation"] == pytest.approx(mine.std(0).mean(), abs=0.001)


def test_the_map_has_a_point_for_each_image_where_its_components_lie(faces: Dataset):
    at = page("Map")
    table = at.dataframe[0].value.set_index("row")
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    u, s, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    np.testing.assert_allclose(np.abs(table["x"]), np.abs(u[:, 0] * s[0]), rtol=0.01, atol=s[0] * 1e-3)
    assert list(table["of"]) == list(faces.table["emotion"])
    assert "The map shows 128 images." in said(at)


def test_mistakes_are_not_guessed_where_the_model_knows_another_dataset(faces: Dataset):
    at = page("Map")
    at.selectbox("map-by").set_value("mistakes").run()
    assert "was not trained on this dataset" in said(at)
    assert set(at.dataframe[0].value["of"]) == {"not judged"}


@pytest.mark.long
def test_variants_come_from_a_worker_and_say_what_was_done(faces: Dataset, engine: ModuleType):
    at = page("Augmentation")
    shown = "\n".join(element.proto.body for element in at.get("html"))
    assert "upside down: unusual for faces" in shown
    assert "rotated left by 10°" in shown
    assert "back at 48x48, error 0.0" in shown
    assert len(at.dataframe[0].value) == 3


def test_what_is_set_on_train_is_previewed_and_the_other_way_round(faces: Dataset, at_once: None):
    at = page("Augmentation")
    at.toggle("report-final-mirror").set_value(False)
    at.number_input("report-final-rotate").set_value(20.0).run()
    at.number_input("report-final-gamma").set_value(0.5).run()
    shown = "\n".join(element.proto.body for element in at.get("html"))
    assert re.search(r"rotated (left|right) by [\d.]+°, dark parts (lifted|lowered), gamma", shown)
    assert "mirrored left-right (off)" in shown

    at.switch_page(str(CHECKOUT / "pages/train.py"))
    at.session_state["report-final-Augmentation"] = True
    at.run()
    assert at.number_input("report-final-rotate").value == 20
    assert not at.toggle("report-final-mirror").value
    at.number_input("report-final-shift").set_value(5.0).run()

    at.switch_page(str(CHECKOUT / "pages/explore.py"))
    at.query_params["explore-tab"] = "Augmentation"
    at.run()
    assert at.number_input("report-final-shift").value == 5
    assert at.number_input("report-final-rotate").value == 20


def test_an_impossible_setting_says_why_and_keeps_the_rest_of_the_page(faces: Dataset, at_once: None):
    at = page("Augmentation")
    at.number_input("report-final-rotate").set_value(90.0).run()
    assert not at.exception
    assert "rotate=90.0 is not possible. Use 0 to 45." in at.error[0].value
    assert "back at 48x48" in "\n".join(element.proto.body for element in at.get("html"))


def test_the_map_shows_what_a_network_sees_and_its_mistakes(faces: Dataset, at_once: None):
    run = trained(faces)
    at = page("Map", model=run.id)
    at.button_group(key="map-of").set_value("Network features").run()
    at.selectbox("map-by").set_value("mistakes").run()
    table = at.dataframe[0].value.set_index("row")
    answers = validation_answers(run)
    wrong = set(answers.rows[answers.answers != answers.truth])
    assert set(table.index[table["of"] == "mistake"]) == wrong
    assert (table["of"] != "not judged").sum() == len(answers.rows)
    assert "features in the last layer of the network" in said(at)
    assert at.selectbox(f"model-of-{run.id}").value == run.id


def test_a_map_by_tsne_is_made_once_and_found_again(faces: Dataset, at_once: None):
    at = page("Map")
    at.button_group(key="map-kind").set_value("t-SNE").run()
    assert "distances between clusters have no meaning" in said(at)
    assert len(at.dataframe[0].value) == len(faces)
    at = page("Map")
    at.button_group(key="map-kind").set_value("t-SNE").run()
    assert len(list((settings.data_dir() / "jobs").iterdir())) == 1


def test_a_map_that_was_stopped_can_be_started_again(faces: Dataset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "submit_job", lambda job: status.write(job.folder, "stopped", "Stopped."))
    at = page("Map")
    at.button_group(key="map-kind").set_value("t-SNE").run()
    assert "Stopped." in said(at)
    at.button("again-map").click().run()
    assert len(list((settings.data_dir() / "jobs").iterdir())) == 2


def test_a_face_tells_who_changed_its_label_when_and_why(faces: Dataset):
    identity = str(faces.table["id"].iloc[0])
    assert "No changes since the import" in said(page("Faces", face=identity))
    edit = Edit("relabel", "emotion", (identity,), ("focused",), ("neutral",), "eyes closed")
    made = versions.commit(faces.name, [edit], "Ada")

    at = page("Faces", face=identity)

    assert "label: focused → neutral (eyes closed)" in said(at)
    assert f"{made.time[:16].replace('T', ' ')} UTC, Ada, version 2" in said(at)
