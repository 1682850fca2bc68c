"""Counts, association, histograms, mean faces, shortcut and map, each against another route to the same number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import association as scipy_association
from skimage.measure import block_reduce
from sklearn.metrics import balanced_accuracy_score

from emocore.data.dataset import Dataset
from emocore.data.exploring import distribution, pixels, projection, summaries


def people(seed: int, n: int, dependence: float) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    emotion = generator.integers(0, 3, n)
    follows = generator.random(n) < dependence
    group = np.where(follows, emotion, generator.integers(0, 3, n))
    words = {"emotion": np.array(["happy", "neutral", "sad"])[emotion], "age": np.array(["mid", "old", "young"])[group]}
    return pd.DataFrame(words).assign(split="train")


def bergsma(counts: np.ndarray) -> float:
    """Cramér's V, bias corrected, written out from the paper."""
    n, (r, c) = counts.sum(), counts.shape
    phi2 = scipy_association(counts, "cramer") ** 2 * min(r - 1, c - 1)
    corrected = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    return float(np.sqrt(corrected / min(r - 1 - (r - 1) ** 2 / (n - 1), c - 1 - (c - 1) ** 2 / (n - 1))))


def test_the_distribution_is_pandas_cross_table(faces: Dataset):
    made = distribution.distribution(faces.table, ["split"])
    expected = pd.crosstab(faces.table["emotion"], faces.table["split"])
    for cell in made.itertuples():
        assert cell.images == expected.loc[cell[2], cell.group]
        assert cell.share == cell.images / expected[cell.group].sum()
    assert list(dict.fromkeys(made["group"])) == ["train", "test"]


def test_every_combination_of_two_attributes_is_a_cell_and_empty_and_tiny_ones_say_so():
    cells = [
        ("happy", "old", "female", 40),
        ("happy", "old", "male", 30),
        ("happy", "young", "male", 29),
        ("sad", "young", "male", 50),
    ]
    table = pd.DataFrame([row[:3] for row in cells for _ in range(row[3])], columns=["emotion", "age", "gender"])
    made = distribution.distribution(table, ["age", "gender"]).set_index(["class", "group"])
    assert made.loc[("happy", "old · female"), ["images", "note"]].tolist() == [40, ""]
    assert made.loc[("happy", "old · male"), "note"] == ""
    assert made.loc[("happy", "young · male"), ["images", "note"]].tolist() == [29, "tiny"]
    assert made.loc[("sad", "young · female"), ["images", "note"]].tolist() == [0, "empty"]
    assert made["images"].sum() == len(table)


def test_images_that_are_not_split_and_unknown_groups_come_by_name_and_last():
    table = pd.DataFrame({"emotion": ["happy"] * 3, "split": [""] * 3, "age": ["unknown", "young", "old"]})
    assert distribution.groups(table, ["split"])[1] == ["not split"]
    assert distribution.groups(table, ["age"])[1] == ["old", "young", "unknown"]
    assert distribution.groups(table, [])[1] == ["all"]


@pytest.mark.parametrize("dependence", [0.0, 0.2, 0.6, 1.0])
def test_association_is_the_corrected_v_of_the_paper(dependence: float):
    counts, classes, names = distribution.cross_counts(people(3, 600, dependence), ["age"])
    found = distribution.association(counts, classes, names)
    assert found.v == pytest.approx(bergsma(counts), abs=1e-12)
    assert found.interval[0] <= found.v <= found.interval[1]


def test_the_interval_covers_what_is_so_in_nine_of_ten_drawn_datasets_and_more():
    truth = 0.3  # Population V of the mixture: chance `dependence` to follow, else independent
    inside = 0
    for seed in range(100):
        low, high = distribution.association(*distribution.cross_counts(people(seed, 500, truth), ["age"])).interval
        inside += low <= truth <= high
    assert inside >= 88


def test_independent_groups_are_not_called_associated_even_in_many_cells():
    generator = np.random.default_rng(5)
    counts = generator.multinomial(2000, np.full(110, 1 / 110)).reshape(11, 10)
    found = distribution.association(counts, [f"c{row}" for row in range(11)], [f"g{column}" for column in range(10)])
    assert found.interval[0] == 0
    assert "if at all" in found.message


def test_the_sentence_names_the_class_whose_share_differs_most():
    counts = np.array([[60, 30], [20, 35], [20, 35]])
    message = distribution.association(counts, ["happy", "neutral", "sad"], ["old", "young"]).message
    assert "60% of old are labelled happy, against 30% of young" in message


def test_unknown_groups_are_left_out_and_one_group_is_no_association():
    counts = np.array([[10, 5], [20, 9]])
    found = distribution.association(counts, ["happy", "sad"], ["old", "unknown"])
    assert (found.v, found.interval, found.images) == (0.0, (0.0, 0.0), 30)


@pytest.fixture
def known(faces: Dataset) -> summaries.Summaries:
    assert summaries.opened(faces) is None
    progress = list(summaries.build(faces))
    assert progress[-1].done == progress[-1].total
    found = summaries.opened(faces)
    assert found is not None
    return found


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
def test_the_histogram_of_a_class_is_numpys_over_all_its_pixels(faces: Dataset, known: summaries.Summaries, space: str):
    rows = np.flatnonzero((faces.table["emotion"] == "happy").to_numpy())
    values = normalized_by_hand(faces, space)[rows]
    made = pixels.histogram(known, rows, space)
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


def test_raw_histograms_are_exact(faces: Dataset, known: summaries.Summaries):
    rows = np.arange(0, len(faces), 3)
    made = pixels.histogram(known, rows, "raw")
    each = np.array([np.histogram(faces.images[row], made.edges)[0] for row in rows])
    np.testing.assert_array_equal(made.median * 2304 * 8, np.median(each, axis=0))


@pytest.mark.parametrize("space", list(pixels.SPACES))
def test_the_histogram_of_one_image_says_so_and_fills_all_its_pixels(
    faces: Dataset, known: summaries.Summaries, space: str
):
    made = pixels.of_one(faces.images[5], known, space)
    assert made.images == 1
    assert (made.median * np.diff(made.edges)).sum() + made.outside == pytest.approx(1)
    again = pixels.histogram(known, np.array([5]), space)
    np.testing.assert_allclose(again.median, made.median, atol=3.1 / (2304 * np.diff(made.edges).min()))


def test_a_summary_is_found_again_and_not_taken_for_another_dataset(faces: Dataset, known: summaries.Summaries):
    again = summaries.opened(faces)
    assert again is not None
    np.testing.assert_array_equal(again.raw, known.raw)
    np.testing.assert_array_equal(again.sums[:, 0], np.array(faces.images, dtype=np.int64).sum((1, 2)))
    other = Dataset(
        faces.name, faces.classes, faces.images, faces.labels, faces.table.assign(split="train"), faces.fingerprint
    )
    assert summaries.opened(other) is None


def test_an_interrupted_summary_leaves_nothing(faces: Dataset):
    steps = summaries.build(faces)
    next(steps)
    steps.close()
    assert summaries.opened(faces) is None
    folder = summaries._folder(faces.name).parent
    assert not list(folder.glob(".unfinished*"))


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
    assert "No better than chance" in alike.message
    assert apart.recall > 0.9
    assert "Clearly" in apart.message


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


def test_the_map_is_the_two_first_principal_components(faces: Dataset):
    rows = np.arange(len(faces))
    made = projection.pca(faces.images, rows)
    flat = np.array(faces.images, dtype=np.float64).reshape(len(faces), -1)
    u, s, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    np.testing.assert_allclose(np.abs(made.points), np.abs(u[:, :2] * s[:2]), rtol=1e-2, atol=s[0] * 1e-3)
    np.testing.assert_allclose(made.explained, s[:2] ** 2 / (s**2).sum(), rtol=1e-3)
    assert made.of == len(faces)


def test_a_map_of_many_images_is_a_sample_that_says_of_how_many(faces: Dataset):
    made = projection.pca(faces.images, np.arange(len(faces)), most=20)
    assert len(made.rows) == len(made.points) == 20
    assert made.of == len(faces)
    assert (np.diff(made.rows) > 0).all()


@pytest.mark.parametrize("number", [1, 2])
def test_a_map_of_hardly_any_images_does_not_fail(faces: Dataset, number: int):
    assert projection.pca(faces.images, np.arange(number)).points.shape == (number, 2)
