"""Histograms, mean faces and neighbors are numpy's; light alone is judged out of fold."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.measure import block_reduce
from sklearn.metrics import balanced_accuracy_score

from emocore.data.dataset import Dataset
from emocore.data.exploring import pixels, summaries


def normalized_by_hand(faces: Dataset, space: str) -> np.ndarray:
    """(N, 2304) as numpy says it in one line each, from all pixels at once."""
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    fitted = flat[(faces.table["split"] == "train").to_numpy()]
    if space == "raw":
        return flat
    if space == "global":
        return (flat - fitted.mean()) / fitted.std()
    if space == "per-pixel":
        return (flat - fitted.mean(0)) / np.where(fitted.std(0) < 1e-6, 1, fitted.std(0))
    return (flat - flat.mean(1, keepdims=True)) / np.maximum(flat.std(1, keepdims=True), 8)


@pytest.mark.parametrize("space", list(pixels.SPACES))
def test_the_histogram_of_a_class_is_numpys_over_all_its_pixels(
    faces: Dataset, summary: summaries.Summaries, space: str
):
    rows = np.flatnonzero((faces.table["emotion"] == "happy").to_numpy())
    values = normalized_by_hand(faces, space)[rows]
    made = pixels.histogram(summary, rows, space)
    nudge = 1e-9 if space == "global" else 0  # Grey values lie on its edges, where rounding decides
    densities = np.array([np.histogram(image, made.edges - nudge)[0] for image in values]) / (
        2304 * np.diff(made.edges)
    )
    one_pixel = 1.01 / (2304 * np.diff(made.edges).min())  # A pixel on an edge may fall on either side of it
    for found, share in ((made.low, 0.25), (made.median, 0.5), (made.high, 0.75)):
        np.testing.assert_allclose(found, np.quantile(densities, share, axis=0), atol=one_pixel)
    assert made.mean == pytest.approx(values.mean(), abs=1e-5)
    assert made.deviation == pytest.approx(values.std(), abs=1e-5)
    assert made.black == (faces.images[rows] == 0).mean()
    assert made.white == (faces.images[rows] == 255).mean()
    assert made.outside == pytest.approx(
        ((values < made.edges[0] - nudge) | (values > made.edges[-1])).mean(), abs=1e-4
    )
    assert made.images == len(rows)


def test_raw_histograms_are_exact(faces: Dataset, summary: summaries.Summaries):
    rows = np.arange(0, len(faces), 3)
    made = pixels.histogram(summary, rows, "raw")
    each = np.array([np.histogram(faces.images[row], made.edges)[0] for row in rows])
    np.testing.assert_array_equal(made.median * 2304 * 8, np.median(each, axis=0))


@pytest.mark.parametrize("space", list(pixels.SPACES))
def test_the_histogram_of_one_image_says_so_and_fills_all_its_pixels(
    faces: Dataset, summary: summaries.Summaries, space: str
):
    made = pixels.of_one(faces.images[5], summary, space)
    assert made.images == 1
    assert (made.median * np.diff(made.edges)).sum() + made.outside == pytest.approx(1)
    again = pixels.histogram(summary, np.array([5]), space)
    np.testing.assert_allclose(again.median, made.median, atol=3.1 / (2304 * np.diff(made.edges).min()))


def test_mean_and_deviation_faces_are_numpys(faces: Dataset):
    groups = {name: np.flatnonzero(faces.labels == label) for label, name in enumerate(faces.classes)}
    made = pixels.mean_faces(faces.images, groups | {"nobody": np.array([], dtype=np.int64)})
    assert made.names == faces.classes
    for place, rows in enumerate(groups.values()):
        np.testing.assert_allclose(made.mean[place], faces.images[rows].mean(0), atol=1e-9)
        np.testing.assert_allclose(made.deviation[place], faces.images[rows].std(0), atol=1e-6)
        assert made.images[place] == len(rows)


def test_neighbours_are_those_of_the_highest_correlation(faces: Dataset):
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    expected = np.corrcoef(flat)[7]
    expected[7] = -2
    found = pixels.neighbours(faces.images, 7, np.arange(len(faces)), most=5)
    assert [row for row, _ in found] == np.argsort(-expected)[:5].tolist()
    np.testing.assert_allclose([r for _, r in found], np.sort(expected)[::-1][:5], atol=1e-5)


def test_shrinking_to_half_averages_areas_and_48_loses_nothing(faces: Dataset):
    face = np.kron(faces.images[3][::2, ::2], np.ones((2, 2), np.uint8))
    there, back, lost = pixels.through(faces.images[3], 48)
    assert lost == 0
    assert (there == faces.images[3]).all()
    there, back, lost = pixels.through(face, 24)
    assert np.abs(there - block_reduce(face, 2, np.mean)).mean() < 12
    assert lost == np.abs(back.astype(float) - face).mean() > 0
    assert pixels.through(face, 96)[0].shape == (96, 96)


def two_lights(seed: int, shift: float, copies: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2], 60)
    features = generator.normal(100, 20, (180, 2)) + shift * labels[:, None]
    return np.repeat(features, copies, 0), np.repeat(labels, copies), np.repeat(np.arange(180), copies)


def test_light_that_differs_is_told_from_light_that_does_not():
    alike, apart = pixels.shortcut(*two_lights(1, 0)), pixels.shortcut(*two_lights(1, 60))
    assert alike is not None
    assert apart is not None
    assert alike.chance == 1 / 3
    assert alike.interval[0] < 1 / 3 < alike.interval[1]
    assert "Brightness alone does not give the classes away" in alike.message
    assert apart.recall > 0.9
    assert "clearly better than random guessing" in apart.message


def test_recall_is_the_balanced_accuracy_of_out_of_fold_answers():
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    features, labels, family = two_lights(2, 20)
    answers = np.empty_like(labels)
    for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=1).split(features, labels, family):
        mean, deviation = features[train].mean(0), features[train].std(0)
        model = LogisticRegression(class_weight="balanced").fit((features[train] - mean) / deviation, labels[train])
        answers[test] = model.predict((features[test] - mean) / deviation)
    found = pixels.shortcut(features, labels, family)
    assert found is not None
    assert found.recall == pytest.approx(balanced_accuracy_score(labels, answers), abs=1e-12)
    assert found.interval[0] < found.recall < found.interval[1]
    assert found.images == 180


def test_too_few_different_pictures_give_no_verdict():
    features, labels, _ = two_lights(3, 0)
    assert pixels.shortcut(features, labels, np.zeros(180, np.int64)) is None
    assert pixels.shortcut(features[labels == 0], labels[labels == 0], np.arange(60)) is None
