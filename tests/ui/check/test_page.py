"""Check finds what was planted, says what a mend will change before it does it, and goes back."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from scipy import ndimage
from streamlit.testing.v1 import AppTest

from emocore import settings
from emocore.data import library, split
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import versions
from emocore.data.split import SplitPlan
from emocore.engine import client, jobs, tasks
from emocore.engine.jobs import Job
from emocore.errors import EmoError
from emocore.runs import creation, store
from emocore.ui.check import subset
from emocore.ui.state import choice
from tests.laboratory import TINY
from tests.visiting import page_at, said

NEAR = "check-near_twins_across_splits-1"
EXACT = "check-exact_twins_across_splits-1"
CONFLICT = "check-label_conflict-1"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches are empty, and jobs are worked off at once in this process."""
    st.cache_data.clear()
    st.cache_resource.clear()

    def work(job: Job) -> None:
        with suppress(EmoError):  # As a worker that dies of it: the job's folder tells
            tasks.work(job.id, str(settings.data_dir()))

    monkeypatch.setattr(client, "submit_job", work)


@pytest.fixture
def twinned(small_faces: Dataset) -> Dataset:
    """An exact copy and a near one of training faces in test, and one picture with two labels in train."""
    images, table = np.array(small_faces.images), small_faces.table.drop(columns="family")
    row = {key: place for place, key in enumerate(table["id"])}
    train, test = (list(table["id"][table["split"] == part]) for part in ("train", "test"))
    happy, sad = (
        [key for key in train if "/happy/" in key],
        [key for key in train if "/neutral/" in key],
    )
    outer = [key for key in test if "/happy/" in key]
    noise = np.random.default_rng(3).normal(0, 8, (48, 48))
    images[row[outer[0]]] = images[row[happy[0]]]
    images[row[outer[1]]] = np.clip(images[row[happy[1]]][:, ::-1] + noise, 0, 255).astype(np.uint8)
    images[row[sad[2]]] = images[row[happy[2]]]
    library.save(assemble(library.DRAWN, images, table))
    return library.load(library.DRAWN)


def page(tab: str = "Findings", opened: tuple[str, ...] = (), **query: str | list[str]) -> AppTest:
    return page_at("check", dict.fromkeys(opened, True), check_tab=tab, **query)


def checked(*opened: str) -> AppTest:
    """The page after a check by Ada, with some findings opened."""
    page(who="Ada").button("check-start").click().run()
    return page(who="Ada", opened=opened)


def button(at: AppTest, start: str, end: str) -> str:
    """The key of the first button of a pair; actions on all pairs come after."""
    return next(one.key for one in at.button if one.key and one.key.startswith(start) and one.key.endswith(end))


def test_an_empty_laboratory_offers_the_next_step(laboratory: Path) -> None:
    at = page(dataset="nowhere")
    assert 'There is no dataset "nowhere"' in at.info[0].value
    assert at.button("check-data-look").label == "Choose a dataset"


def test_a_check_lists_findings_and_stays_for_the_next_person(twinned: Dataset) -> None:
    page(who="Ada").button("check-start").click().run()
    at = page(who="Grace")
    labels = "\n".join(element.label.replace("\\", "") for element in at.expander)
    assert "1 pair of identical images in different parts of the split." in labels
    assert (
        "1 pair of nearly identical images with a correlation of at least 0.95 (1 mirrored), in different parts"
        in labels
    )
    assert "1 pair of the same picture with two different labels." in labels
    assert "UTC by Ada, version 1" in said(at)
    assert twinned.fingerprint in said(at)


def test_the_data_card_knows_what_the_check_found_and_when(twinned: Dataset) -> None:
    def card() -> AppTest:
        return page_at("data", data_tab="Data card")

    assert "Not checked yet. The Check page looks for" in said(card())
    checked()
    at = card()
    problems = next(one.value for one in at.table if "severity" in one.value)
    assert problems["finding"][0] == "Identical images in different parts"
    assert "UTC, version 1." in said(at)


def test_a_near_pair_shows_its_correlation_which_is_numpys_and_how_it_is_turned(twinned: Dataset) -> None:
    at = checked(NEAR)
    a, b = np.flatnonzero(twinned.table["id"].isin(pair_ids(at, NEAR)))
    expected = np.corrcoef(twinned.images[a].ravel(), twinned.images[b][:, ::-1].ravel())[0, 1]
    assert f"correlation {expected:.3f}, mirrored" in said(at)
    faces = "\n".join(element.proto.body for element in at.get("html"))
    assert faces.count("<img") == 2
    assert "· test · happy" in faces
    assert "· train · happy" in faces


def pair_ids(at: AppTest, start: str) -> list[str]:
    rows = button(at, start, "-keep").removeprefix(f"{start}-").removesuffix("-keep").split("-")
    return [library.load(library.DRAWN).table["id"].iloc[int(row)] for row in rows]


def test_keeping_a_pair_together_tells_the_parts_before_and_undo_brings_them_back(twinned: Dataset) -> None:
    at = checked(NEAR)
    ids = pair_ids(at, NEAR)
    at.button(button(at, NEAR, "-keep")).click().run()
    before = split.make(twinned, SplitPlan())
    counts = at.dataframe[-1].value.set_index("part")
    assert counts["before"].tolist() == [
        len(before.train),
        len(before.validation),
        len(before.test),
        len(before.left_out),
    ]
    assert counts.loc["left out", "after"] == len(before.left_out) + 1
    assert "2 images are now kept together in 1 group." in said(at)

    at.button("check-do").click().run()

    now = library.load(library.DRAWN)
    assert now.table[now.table["id"].isin(ids)]["family"].nunique() == 1
    assert len(split.make(now, SplitPlan()).left_out) == len(before.left_out) + 1
    at = page(who="Ada", opened=(NEAR,))
    assert "These findings are about version 1. The dataset is now at version 2." in said(at)
    assert at.button(button(at, NEAR, "-keep")).disabled

    at.button("check-undo").click().run()

    pd.testing.assert_frame_equal(library.load(library.DRAWN).table, twinned.table)
    assert [version.who for version in versions.all_versions(library.DRAWN)][:2] == ["Ada", "Ada"]


def test_copies_of_one_picture_are_kept_together_already_and_the_button_says_so(twinned: Dataset) -> None:
    at = checked(EXACT)
    keep = at.button(button(at, EXACT, "-keep"))
    assert keep.disabled
    assert keep.help == "These images are already kept together."
    assert "Pairs that are already kept together: 1." in said(at)


def test_dropping_one_of_a_pair_keeps_the_test_image(twinned: Dataset) -> None:
    at = checked(EXACT)
    ids = pair_ids(at, EXACT)
    at.button(button(at, EXACT, "-drop")).click().run()
    at.button("check-do").click().run()
    left = library.load(library.DRAWN).table["id"]
    assert [key for key in ids if key in set(left)] == [key for key in ids if key.startswith("test/")]
    assert "1 pair not shown, because an image was removed" in said(page(opened=(EXACT,)))


def test_one_picture_with_two_labels_is_settled_by_a_click(twinned: Dataset) -> None:
    at = checked(CONFLICT)
    ids = pair_ids(at, CONFLICT)
    assert "The same picture has two values. Choose one for both. Label:" in said(at)
    at.button(button(at, CONFLICT, "-emotion-neutral")).click().run()
    assert "The fingerprint becomes" in said(at)
    at.button("check-do").click().run()
    now = library.load(library.DRAWN)
    assert set(now.table[now.table["id"].isin(ids)]["emotion"]) == {"neutral"}
    assert now.fingerprint != twinned.fingerprint


def test_without_a_nickname_the_dialog_says_where_to_sign_in(twinned: Dataset) -> None:
    checked()
    at = page(opened=(NEAR,))
    at.button(button(at, NEAR, "-move")).click().run()
    assert at.button("check-do").disabled
    assert choice.SIGN_FIRST in said(at)


def test_rotated_copies_are_looked_for_on_demand(small_faces: Dataset) -> None:
    images, table = np.array(small_faces.images), small_faces.table.drop(columns="family")
    train, test = (int(np.flatnonzero(table["split"] == part)[0]) for part in ("train", "test"))
    images[test] = ndimage.rotate(images[train].astype(float), 10, reshape=False, order=1, mode="nearest").round()
    library.save(assemble(library.DRAWN, images, table))
    checked()
    assert not any("nearly the same" in element.label for element in page().expander)

    at = page()
    at.button_group(key="check-also").set_value(["Rotated copies"]).run()
    at.button("check-start").click().run()

    assert "rotated by" in said(page(opened=(NEAR,)))
    assert "The search included rotated copies" in said(page())


def test_a_check_that_failed_says_why(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(job: Job) -> None:
        raise EmoError("There is no room.", "disk_quota")

    monkeypatch.setitem(tasks.JOBS, "audit", fails)
    page().button("check-start").click().run()
    assert "There is no room." in said(page())


def test_a_check_that_no_engine_got_has_one_started_by_whoever_looks(
    faces: Dataset, engine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(client, "submit_job", jobs.release)  # As when the server ended, or failed, right after
    monkeypatch.setattr(client, "warm", lambda: asked.append("warm"))

    page().button("check-start").click().run()
    (progress,) = page().get("progress")

    assert progress.proto.text == "The engine is starting. This takes a few seconds."
    assert len(asked) > 1
    assert jobs.queued()


def test_a_subset_merges_caps_and_remembers_where_it_comes_from(faces: Dataset) -> None:
    at = page("Choose a subset")
    at.button_group(key="subset-classes-drawn-faces").set_value(["focused", "neutral", "happy"]).run()
    at.text_input("subset-name-drawn-faces-focused").set_value("neutral").run()
    at.number_input("subset-most-drawn-faces").set_value(16).run()
    at.text_input("subset-called-drawn-faces").set_value("small").run()
    shown = at.dataframe[0].value.set_index("class")
    assert shown.loc["neutral", ["from", "available", "used"]].tolist() == ["focused, neutral", 64, 16]
    assert shown.loc["happy", ["train", "test"]].tolist() == [12, 4]

    at.button("subset-make").click().run()

    made = library.load("small")
    assert made.table["emotion"].value_counts().to_dict() == {"neutral": 16, "happy": 16}
    assert "at most 16 images of each class, drawn with seed 42" in library.summary("small").provenance
    assert f"drawn-faces@{faces.fingerprint}" in made.table["source"].iloc[0]
    assert at.query_params["dataset"] == "small"


def test_a_class_of_another_dataset_is_added_to_a_subset(faces: Dataset) -> None:
    library.save(replace(faces, name="others"))
    at = page("Choose a subset")
    key = "subset-added-drawn-faces"
    at.selectbox(key).set_value("others").run()
    assert [at.selectbox(f"{key}-others-{name}").value for name in faces.classes] == list(faces.classes)
    for name in faces.classes[1:]:
        at.selectbox(f"{key}-others-{name}").set_value("Leave out").run()
    at.selectbox(f"{key}-others-focused").set_value("happy").run()
    at.text_input("subset-called-drawn-faces").set_value("both").run()
    at.button("subset-make").click().run()

    assert not at.exception
    made = library.load("both").table["emotion"].value_counts().to_dict()
    assert made == {"focused": 32, "happy": 64, "neutral": 32, "surprised": 32}


def test_a_subset_can_leave_out_what_was_found(twinned: Dataset) -> None:
    checked()
    at = page("Choose a subset")
    box = at.multiselect(key="subset-findings-drawn-faces")
    box.set_value([next(option for option in box.options if "identical images" in option)]).run()
    assert f"{len(twinned) - 1} of {len(twinned)} images" in said(at)


def test_the_npz_has_the_reports_arrays(faces: Dataset) -> None:
    with np.load(io.BytesIO(subset._npz(faces)), allow_pickle=False) as arrays:
        assert arrays["X"].shape == (128, 2304)
        assert arrays["names"].tolist() == list(faces.classes)
        assert arrays["y"].tolist() == faces.labels.tolist()


def test_a_taken_name_is_refused_before_anything_is_made(faces: Dataset) -> None:
    at = page("Choose a subset")
    at.text_input("subset-called-drawn-faces").set_value("drawn-faces").run()
    assert "There is already a dataset" in said(at)
    assert not [one for one in at.button if one.key == "subset-make"]


def test_the_split_on_the_screen_is_the_one_that_a_run_would_get(faces: Dataset) -> None:
    at = page("Split")
    drawn = split.make(faces, SplitPlan())
    shown = {metric.label: metric.value for metric in at.metric}
    expected = {part: f"{len(getattr(drawn, part.lower())):,}" for part in ("Train", "Validation", "Test")}
    assert shown == expected | {"Fingerprint": drawn.fingerprint}


def test_a_new_split_is_chosen_by_clicks_and_kept_in_the_address(faces: Dataset) -> None:
    at = page("Split")
    at.button_group(key="split-parts").set_value("A new split").run()
    at.number_input("split-test").set_value(25).run()
    at.button_group(key="split-stratify").set_value(["gender"]).run()
    plan = SplitPlan(test=0.25, own=False, stratify=("gender",))
    fingerprint = split.make(faces, plan).fingerprint
    assert {metric.label: metric.value for metric in at.metric}["Fingerprint"] == fingerprint
    again = page("Split", plan=at.query_params["plan"])
    assert {metric.label: metric.value for metric in again.metric}["Fingerprint"] == fingerprint


def test_counts_by_class_group_and_part_are_pandas_and_empty_cells_are_named(faces: Dataset) -> None:
    at = page("Split")
    at.button_group(key="split-by").set_value(["age", "gender"]).run()
    drawn = split.make(faces, SplitPlan())
    table = at.dataframe[0].value.set_index(["class", "age", "gender"])
    for part in ("train", "validation", "test"):
        rows = faces.table.iloc[getattr(drawn, part)]
        expected = rows.groupby(["emotion", "age", "gender"]).size()
        assert table[part][table[part] > 0].to_dict() == expected.to_dict()
    empty = int((table[["train", "validation", "test"]] == 0).sum().sum())
    assert (f"{empty} cells without images" in said(at)) == (empty > 1)


def test_a_dataset_without_attributes_is_counted_by_class_and_part_alone(faces: Dataset) -> None:
    library.save(replace(faces, name="bare", table=faces.table.drop(columns=["age", "gender"])))
    drawn = split.make(faces, SplitPlan())
    of_class = faces.table.iloc[drawn.train]["emotion"].value_counts().to_dict()
    bare, nothing_chosen = page("Split", dataset="bare"), page("Split")
    nothing_chosen.button_group(key="split-by").set_value([]).run()
    for at in (bare, nothing_chosen):
        assert not at.exception
        assert at.dataframe[0].value.set_index("class")["train"].to_dict() == of_class


def test_a_split_that_a_run_used_is_locked_until_one_says_so(faces: Dataset) -> None:
    creation.create(faces, SplitPlan(), TINY, "Ada")
    at = page("Split")
    assert "This split is locked, because it was used by tiny, run 1" in said(at)
    assert at.number_input("split-seed").disabled
    at.button("check-unlock").click().run()
    assert not at.number_input("split-seed").disabled


def test_a_damaged_plan_in_the_address_is_the_default(faces: Dataset) -> None:
    at = page("Split", plan=["drawn-faces", "x", "9", "nan", "new"])
    drawn = split.make(faces, SplitPlan())
    assert {metric.label: metric.value for metric in at.metric}["Fingerprint"] == drawn.fingerprint
    assert "plan" not in at.query_params


def test_a_split_that_is_not_possible_says_why(faces: Dataset) -> None:
    table = faces.table.drop(columns="family")
    parts = np.where(table["emotion"] == "surprised", "test", "train")
    library.save(assemble("few", np.array(faces.images), table.assign(split=parts)))
    at = page("Split", dataset="few")
    assert "All 32 images of surprised are in the test set" in said(at)
    at.button("split-problem-split").click().run()
    assert "The new split is chosen now" in at.success[0].value
    assert "has no image of" not in said(at)
    assert not at.number_input("split-test").disabled


def test_a_run_remembers_a_new_stratified_split(faces: Dataset) -> None:
    plan = SplitPlan(seed=7, own=False, stratify=("age", "gender"))
    run = store.read(creation.create(faces, plan, TINY).id)
    assert store.plan(run) == plan
    assert run.split["fingerprint"] == split.make(faces, plan).fingerprint
