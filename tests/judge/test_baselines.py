"""Baselines answer for the same images, and gradient histograms are those of Dalal and Triggs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from emocore.errors import EmoError
from emocore.judge import baselines
from emocore.judge.baselines import BASELINES, Task, hog
from emocore.judge.metrics import evaluate


def bars(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Faces of class 0 with bars across, class 1 with bars down, in noise; class 2 is brighter and plain."""
    random = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = random.integers(0, 40, (n, 48, 48))
    images[labels == 0, ::6] += 120
    images[labels == 1, :, ::6] += 120
    images[labels == 2] += 150
    return images.astype(np.uint8), labels


def task(train: int = 90, judged: int = 30) -> Task:
    images, labels = bars(train)
    others, truth = bars(judged, 1)
    return Task(images, labels, np.arange(judged) + 500, others, truth, 3)


def in_loops(image: np.ndarray) -> np.ndarray:
    """One image's features, written out cell by cell."""
    cells = np.zeros((8, 8, 8))
    pixels = image / 255
    for y in range(48):
        for x in range(48):
            down = pixels[y + 1, x] - pixels[y - 1, x] if 0 < y < 47 else 0.0
            right = pixels[y, x + 1] - pixels[y, x - 1] if 0 < x < 47 else 0.0
            angle = math.degrees(math.atan2(down, right)) % 180
            cells[y // 6, x // 6, min(int(angle / 22.5), 7)] += math.hypot(down, right) / 36
    found = []
    for y in range(7):
        for x in range(7):
            block = cells[y : y + 2, x : x + 2].ravel()
            block = np.minimum(block / math.sqrt((block**2).sum() + 1e-10), 0.2)
            found.append(block / math.sqrt((block**2).sum() + 1e-10))
    return np.concatenate(found)


def test_histograms_are_those_written_out_in_loops():
    images = np.random.default_rng(0).integers(0, 256, (2, 48, 48), dtype=np.uint8)
    assert hog(images) == pytest.approx(np.stack([in_loops(image) for image in images]), abs=1e-5)
    assert hog(images[:0]).shape == (0, 1568)


def test_histograms_are_those_of_scikit_image():
    theirs = pytest.importorskip("skimage.feature", reason="scikit-image is not installed; the loops above still hold")
    images = bars(4)[0]
    expected = [
        theirs.hog(image / 255, orientations=8, pixels_per_cell=(6, 6), cells_per_block=(2, 2)) for image in images
    ]
    assert hog(images) == pytest.approx(np.array(expected), abs=1e-5)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_answers_for_the_judged_images(name):
    asked = task()
    found = BASELINES[name](asked)
    assert (found.rows == asked.rows).all()
    assert (found.truth == asked.truth).all()
    assert found.probabilities.shape == (30, 3)
    assert found.probabilities.sum(1) == pytest.approx(np.ones(30), abs=1e-5)


def test_each_baseline_sees_only_what_it_should():
    scores = {name: evaluate(answer(task()), ("across", "down", "plain")) for name, answer in BASELINES.items()}
    assert scores["Majority class"].accuracy == pytest.approx(1 / 3)
    assert scores["Brightness only"].per_class[2].recall == 1
    assert scores["Brightness only"].accuracy < 0.9
    assert scores["HOG and SVM"].accuracy == 1


def test_the_answer_of_the_machine_is_the_most_probable_class():
    from sklearn.svm import SVC

    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (60, 48, 48), dtype=np.uint8), np.arange(60) % 4
    asked = Task(
        images, labels, np.arange(40), random.integers(0, 256, (40, 48, 48), dtype=np.uint8), np.arange(40) % 4, 4
    )
    both = hog(np.concatenate([images, images[:, :, ::-1]]))
    machine = SVC(C=3.0).fit(both, np.concatenate([labels, labels]))
    assert (baselines.hog_svm(asked).answers == machine.predict(hog(asked.images))).all()


@pytest.mark.parametrize("answer", [baselines.brightness, baselines.hog_svm])
def test_classes_never_met_get_no_probability(answer):
    images, labels = bars(60)
    two_of_five = Task(images[labels != 1], labels[labels != 1] * 2, np.arange(9), images[:9], labels[:9], 5)
    assert (answer(two_of_five).probabilities[:, [1, 2, 3]] == 0).all()
    one = Task(images[labels == 1], labels[labels == 1], np.arange(9), images[:9], labels[:9], 3)
    assert (answer(one).answers == 1).all()


def test_a_baseline_of_nothing_is_refused_and_of_nothing_to_judge_is_empty():
    images, labels = bars(30)
    with pytest.raises(EmoError, match="no training image"):
        Task(images[:0], labels[:0], np.arange(3), images[:3], labels[:3], 3)
    nothing = Task(images, labels, np.arange(0), images[:0], labels[:0], 3)
    assert len(baselines.hog_svm(nothing)) == len(baselines.majority(nothing)) == 0


def test_many_images_are_cut_to_a_stratified_draw(monkeypatch):
    labels = np.repeat([0, 1], [300, 100])
    chosen = baselines._at_most(labels, 100)
    assert np.bincount(labels[chosen]).tolist() == [75, 25]
    assert len(set(chosen.tolist())) == 100
