"""The drawn faces are the same everywhere, can be learned, and hold what is planted."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from emocore.data.dataset import Dataset
from emocore.data.drawn import dataset as demo

FINGERPRINT = "3a91fb3f899ff945"
PRINT_FINGERPRINT = "from emocore.data.drawn.dataset import drawn_faces; print(drawn_faces().fingerprint)"


@pytest.fixture(scope="module")
def faces() -> Dataset:
    return demo.drawn_faces()


@pytest.fixture(scope="module")
def clean() -> Dataset:
    return demo.drawn_faces(seed=7, planted=False)


def row(dataset: Dataset, name: str) -> int:
    return int(np.flatnonzero(dataset.table["id"] == name)[0])


def contrast(dataset: Dataset) -> np.ndarray:
    return dataset.images.reshape(len(dataset), -1).std(axis=1)


def score(dataset: Dataset, features: np.ndarray) -> float:
    """Share of test faces that a linear classifier, fitted on the train faces, gets right."""
    train = (dataset.table["split"] == "train").to_numpy()
    reduced = PCA(min(60, features.shape[1]), random_state=0)
    classifier = make_pipeline(reduced, StandardScaler(), LogisticRegression(max_iter=500))
    classifier.fit(features[train], dataset.labels[train])
    return float(classifier.score(features[~train], dataset.labels[~train]))


def test_the_seed_42_gives_the_fingerprint_that_shipped_runs_were_trained_on(faces: Dataset) -> None:
    assert faces.fingerprint == FINGERPRINT


@pytest.mark.long
def test_a_processor_without_vector_instructions_draws_the_same_bytes() -> None:
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    without = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found), "PYTHONPATH": os.getcwd()}

    said = subprocess.run([sys.executable, "-c", PRINT_FINGERPRINT], env=without, capture_output=True, text=True)

    assert said.stdout.strip() == FINGERPRINT, said.stderr


@pytest.mark.parametrize("planted", [True, False])
def test_each_class_has_300_faces_for_training_and_100_for_the_test(
    planted: bool, faces: Dataset, clean: Dataset
) -> None:
    counts = (faces if planted else clean).table.groupby(["split", "emotion"]).size()

    assert counts["train"].to_dict() == dict.fromkeys(demo.CLASSES, 300)
    assert counts["test"].to_dict() == dict.fromkeys(demo.CLASSES, 100)


def test_faces_describe_themselves_by_age_and_gender(faces: Dataset) -> None:
    assert faces.attributes == ("age", "gender")
    assert set(zip(faces.table["age"], faces.table["gender"], strict=True)) == set(demo.GROUPS)


def test_the_planted_twins_are_the_only_copies(faces: Dataset) -> None:
    for twin in demo.PLANTED.twins:
        copy, original = faces.images[row(faces, twin.test)], faces.images[row(faces, twin.train)]
        assert np.array_equal(copy[:, ::-1] if twin.how == "mirror copy" else copy, original)

    sizes = faces.table["family"].value_counts()
    twins = faces.table[faces.table["family"].isin(sizes.index[sizes > 1])]
    assert set(twins["id"]) == {name for twin in demo.PLANTED.twins for name in (twin.test, twin.train)}


def test_the_planted_wrong_labels_are_drawn_as_another_class_and_no_other_face_is(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = demo.PLANTED.wrong_labels
    monkeypatch.setattr(demo, "PLANTED", demo.PLANTED._replace(wrong_labels=()))

    right = demo.drawn_faces()

    differ = (right.images != faces.images).any(axis=(1, 2))
    assert set(faces.table["id"][differ]) == {label.id for label in wrong}
    assert [faces.table["emotion"][row(faces, label.id)] for label in wrong] == [label.labelled for label in wrong]
    assert all(label.drawn != label.labelled for label in wrong)


def test_wrong_labels_and_twins_do_not_overlap_and_spare_the_weaker_group(faces: Dataset) -> None:
    named = [name for twin in demo.PLANTED.twins for name in (twin.test, twin.train)]
    named += [label.id for label in demo.PLANTED.wrong_labels]

    people = faces.table.set_index("id").loc[named]

    assert people.index.is_unique
    assert not ((people["age"] == "old") & (people["gender"] == "female")).any()


def test_old_women_are_few_and_dim_only_where_planted(faces: Dataset, clean: Dataset) -> None:
    shares, dimness = [], []
    for dataset in (faces, clean):
        weak = ((dataset.table["age"] == "old") & (dataset.table["gender"] == "female")).to_numpy()
        train = (dataset.table["split"] == "train").to_numpy()
        shares.append(weak[train].mean())
        dimness.append(np.median(contrast(dataset)[weak]) / np.median(contrast(dataset)[~weak]))

    assert shares == [pytest.approx(20 / 300), pytest.approx(0.25)]
    # Grey hair alone costs a little contrast.
    assert dimness[0] < 0.6
    assert dimness[1] > 0.8


def test_a_clean_set_has_no_copies(clean: Dataset) -> None:
    assert clean.table["family"].is_unique


def test_brightness_and_contrast_alone_do_not_tell_the_class(faces: Dataset) -> None:
    brightness = faces.images.reshape(len(faces), -1).mean(axis=1)

    assert score(faces, np.stack([brightness, contrast(faces)], axis=1)) < 0.40


def test_pixels_tell_the_class_but_not_to_a_linear_classifier_alone(faces: Dataset) -> None:
    halves = faces.images.reshape(len(faces), 24, 2, 24, 2).mean(axis=(2, 4))

    assert 0.45 < score(faces, halves.reshape(len(faces), -1)) < 0.80
