"""t-SNE keeps neighbors as well as scikit-learn's, and tells how far it is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from emocore.data.dataset import Dataset
from emocore.data.events import Progress
from emocore.data.exploring import projection
from emocore.data.exploring.projection import Map


def test_it_keeps_neighbours_as_well_as_scikit_learn(small_faces: Dataset):
    flat = projection.pixels_of(small_faces.images, np.arange(len(small_faces)))
    points = PCA(30, random_state=1).fit_transform(flat).astype(np.float32)

    *_, (done, ours) = projection.tsne_steps(points, points[:, :2], perplexity=20)

    theirs = TSNE(perplexity=20, init="pca", random_state=1, method="exact").fit_transform(points)
    assert done == projection.STEPS
    assert trustworthiness(points, ours) > trustworthiness(points, theirs) - 0.02
    assert trustworthiness(points, ours) > trustworthiness(points, points[:, :2]) + 0.02


def test_affinities_have_the_perplexity_that_was_asked_for():
    points = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
    apart = ((points[:, None].astype(float) - points) ** 2).sum(2)
    near = projection.affinities(points, 10.0)

    assert near.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(near, near.T, atol=1e-9)
    np.fill_diagonal(apart, np.inf)
    low, high = np.full(60, 1e-6), np.full(60, 1e6)
    for _ in range(200):  # By hand, one bandwidth after the other
        middle = np.sqrt(low * high)
        chances = np.exp(-apart * middle[:, None])
        wide = entropy(chances, axis=1) > np.log(10)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    chances /= chances.sum(1, keepdims=True)
    np.testing.assert_allclose(near, (chances + chances.T) / 120, atol=1e-5)


def test_equal_points_and_few_points_do_not_fail():
    equal = np.zeros((8, 3), np.float32)
    *_, (_, places) = projection.tsne_steps(equal, equal[:, :2])
    assert np.isfinite(places).all()


def test_a_map_tells_every_step_and_groups_stay_apart():
    images = np.zeros((40, 48, 48), np.uint8)
    images[20:] = 200
    images += np.random.default_rng(1).integers(0, 30, images.shape, dtype=np.uint8)
    rows = np.arange(40)

    *events, made = projection.steps(projection.pixels_of(images, rows), rows, 99, "t-SNE")

    assert isinstance(made, Map)
    assert (made.whole, made.explained) == (99, ())
    dones = [step.done for step in events if isinstance(step, Progress)]
    assert dones == sorted(dones)
    assert len(dones) > 50
    away = np.linalg.norm(made.points[:, None] - made.points[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert ((away.argmin(1) < 20) == (rows < 20)).all()


def test_the_same_seed_gives_the_same_map(small_faces: Dataset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projection, "STEPS", 100)
    rows = np.arange(40)
    features = projection.pixels_of(small_faces.images, rows)
    one, other = ([*projection.steps(features, rows, 40, "t-SNE", 3)][-1] for _ in range(2))
    assert np.array_equal(one.points, other.points)


def test_a_map_goes_to_json_and_back(small_faces: Dataset):
    made = projection.pca(small_faces.images, np.arange(10))
    back = projection.map_from_json(made.to_json())
    np.testing.assert_allclose(back.points, made.points, atol=1e-3)
    assert np.array_equal(back.rows, made.rows)
    assert (back.explained, back.whole) == (made.explained, made.whole)


def test_the_map_is_the_two_first_principal_components(faces: Dataset):
    rows = np.arange(len(faces))
    made = projection.pca(faces.images, rows)
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    u, s, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    np.testing.assert_allclose(np.abs(made.points), np.abs(u[:, :2] * s[:2]), rtol=1e-2, atol=s[0] * 1e-3)
    np.testing.assert_allclose(made.explained, s[:2] ** 2 / (s**2).sum(), rtol=1e-3)
    assert made.whole == len(faces)


def test_a_map_of_many_images_is_a_sample_that_says_of_how_many(faces: Dataset):
    made = projection.pca(faces.images, np.arange(len(faces)), most=20)
    assert len(made.rows) == len(made.points) == 20
    assert made.whole == len(faces)
    assert (np.diff(made.rows) > 0).all()


@pytest.mark.parametrize("number", [1, 2])
def test_a_map_of_hardly_any_images_does_not_fail(faces: Dataset, number: int):
    assert projection.pca(faces.images, np.arange(number)).points.shape == (number, 2)
