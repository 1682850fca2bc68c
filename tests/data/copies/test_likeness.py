"""Likeness is Pearson's correlation, and the coarse filter never loses a pair that is alike."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.ndimage import rotate
from scipy.stats import pearsonr, rankdata

from emocore.data.copies import likeness
from emocore.data.dataset import Dataset
from tests.laboratory import real


def test_likeness_is_the_correlation_of_scipy(small_faces: Dataset) -> None:
    first, second = np.array([0, 1, 2]), np.array([5, 6, 7])
    ours = likeness.correlations(small_faces.images, first, second, likeness.LOOKS["as it is"])

    theirs = [
        pearsonr(small_faces.images[a].ravel().astype(float), small_faces.images[b].ravel().astype(float)).statistic
        for a, b in zip(first, second, strict=True)
    ]
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_the_filter_keeps_every_pair_that_is_alike(small_faces: Dataset) -> None:
    rows = np.arange(60)
    images = small_faces.images
    threshold, look = 0.3, likeness.LOOKS["mirrored"]
    places = set(zip(*map(list, likeness.candidates(*likeness.coarse(images, rows, look), threshold)), strict=True))

    all_pairs = np.array([(a, b) for a in rows for b in rows])
    alike = likeness.correlations(images, all_pairs[:, 0], all_pairs[:, 1], look) >= threshold
    assert 0 < alike.sum() < len(all_pairs)
    assert {(int(a), int(b)) for a, b in all_pairs[alike]} <= {(int(a), int(b)) for a, b in places}


def test_ranks_are_those_of_scipy_and_forget_brightness_and_gamma(small_faces: Dataset) -> None:
    face = np.array(small_faces.images[:1])
    (ours,) = likeness.ranks(face)

    middle = (rankdata(face[0].ravel()) - 0.5) / face[0].size
    assert ours.ravel() == pytest.approx(middle, abs=1e-6)
    darker = (face.astype(np.int64) // 2 + 20).astype(np.uint8)
    assert np.corrcoef(likeness.ranks(darker).ravel(), ours.ravel())[0, 1] > 0.999


def test_a_rotated_copy_is_alike_inside_the_circle_only(small_faces: Dataset) -> None:
    face = np.array(small_faces.images[3])
    turned = np.clip(rotate(face, 10, reshape=False, order=1, mode="nearest"), 0, 255).astype(np.uint8)
    images, first, second = np.stack([face, turned]), np.array([0]), np.array([1])

    (plain,) = likeness.correlations(images, first, second, likeness.LOOKS["as it is"])
    (looked_for,) = likeness.correlations(images, first, second, likeness.LOOKS["rotated by 10 degrees"])
    assert looked_for > 0.99 > plain


def test_a_picture_of_one_gray_is_flat_and_like_nothing() -> None:
    images = np.full((2, 48, 48), 90, np.uint8)
    images[1, ::2] = 10

    assert likeness.is_flat(images).tolist() == [True, False]
    assert likeness.units(images[:1].astype(np.float32)).any() == np.False_


def test_each_look_on_demand_can_be_ticked_by_one_name() -> None:
    ticked = [look for looks in likeness.CHOICES.values() for look in looks]

    assert sorted(ticked) == sorted(likeness.ON_DEMAND)


def saved_anew(face: np.ndarray) -> np.ndarray:
    """The face as a JPEG of another brightness."""
    file = io.BytesIO()
    Image.fromarray((0.8 * face + 20).astype(np.uint8)).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


def test_a_picture_saved_anew_or_mirrored_is_seen_and_strangers_are_not(small_faces: Dataset) -> None:
    originals, others = small_faces.images[:64], small_faces.images[64:]
    anew = np.stack([saved_anew(face) for face in originals])
    hashes = likeness.sign_hashes(originals)

    assert (likeness.bits_away(anew, hashes) <= likeness.SURELY_APART).all()
    assert (likeness.bits_away(anew[:, :, ::-1], hashes) <= likeness.SURELY_APART).all()
    assert (likeness.bits_away(others, hashes) > likeness.MOST_APART).all()


def test_flat_pictures_are_never_seen() -> None:
    flat = np.full((2, 48, 48), 90, np.uint8)

    assert (likeness.bits_away(flat, likeness.sign_hashes(flat)) == 256).all()


def test_bits_in_which_two_pictures_differ_are_the_angle_between_them(small_faces: Dataset) -> None:
    means = small_faces.images.reshape(-1, 16, 3, 16, 3).mean(axis=(2, 4)).reshape(-1, 256)
    angles = np.arccos(np.clip(np.corrcoef(means), -1, 1)) / np.pi

    apart = likeness.distances(*[likeness.sign_hashes(small_faces.images)] * 2) / 256

    assert abs(apart - angles).max() < 5 * np.sqrt(0.25 / 256)
    assert abs((apart - angles).mean()) < 0.01


def test_a_hash_that_is_kept_means_the_same_in_every_version() -> None:
    ramp = (np.arange(48 * 48).reshape(1, 48, 48) % 251).astype(np.uint8)

    kept = np.frombuffer(bytes.fromhex("ff53b46220c4fa2e8274f636f8e69abe5fe7ac55528d009ba35a6f71d29f1fc5"), np.uint8)
    assert likeness.distances(likeness.sign_hashes(ramp), kept[None])[0, 0] <= 1, (
        "a product near 0 may round to either side"
    )


def test_all_report_pictures_in_fer2013_are_at_most_24_bits_apart() -> None:
    pairs = pd.read_csv(real("report_in_fer2013.csv"), dtype=str)
    with zipfile.ZipFile(real("report_dataset.zip")) as report, zipfile.ZipFile(real("fer2013.zip")) as fer:
        members = {name.rpartition("/")[2].partition(".")[0]: name for name in fer.namelist()}
        pairs["member"] = (pairs["fer_split"] + "_" + pairs["fer_id"]).map(members)
        pairs = pairs.dropna()
        first = [
            _opened(report, f"data_w_metadata/{part}/{file}")
            for part, file in pairs[["seed_part", "seed_file"]].to_numpy()
        ]
        second = [_opened(fer, name) for name in pairs["member"]]
    apart = [
        np.diag(likeness.distances(likeness.sign_hashes(images), likeness.sign_hashes(np.stack(second))))
        for images in (np.stack(first), np.stack(first)[:, :, ::-1])
    ]

    assert len(pairs) == 1783
    assert (np.minimum(*apart) <= likeness.MOST_APART).all()


def _opened(file: zipfile.ZipFile, name: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file.read(name))).convert("L").resize((48, 48)))
