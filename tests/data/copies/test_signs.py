"""Sign hashes tell a picture that was saved anew from others, also one of the report's in FER2013."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
from PIL import Image

from emocore.data.copies import signs
from emocore.data.dataset import Dataset
from tests.laboratory import real


def saved_anew(face: np.ndarray) -> np.ndarray:
    """The face as a JPEG of another brightness."""
    file = io.BytesIO()
    Image.fromarray((0.8 * face + 20).astype(np.uint8)).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


def test_a_picture_saved_anew_or_mirrored_is_seen_and_strangers_are_not(small_faces: Dataset) -> None:
    known, others = small_faces.images[:64], small_faces.images[64:]
    anew = np.stack([saved_anew(face) for face in known])
    hashes = signs.sign_hashes(known)

    assert (signs.bits_away(anew, hashes) <= signs.SURELY_APART).all()
    assert (signs.bits_away(anew[:, :, ::-1], hashes) <= signs.SURELY_APART).all()
    assert (signs.bits_away(others, hashes) > signs.MOST_APART).all()


def test_flat_pictures_are_never_seen() -> None:
    flat = np.full((2, 48, 48), 90, np.uint8)

    assert (signs.bits_away(flat, signs.sign_hashes(flat)) == 256).all()


def test_bits_in_which_two_pictures_differ_are_the_angle_between_them(small_faces: Dataset) -> None:
    means = small_faces.images.reshape(-1, 16, 3, 16, 3).mean(axis=(2, 4)).reshape(-1, 256)
    angles = np.arccos(np.clip(np.corrcoef(means), -1, 1)) / np.pi

    apart = signs.distances(*[signs.sign_hashes(small_faces.images)] * 2) / 256

    assert abs(apart - angles).max() < 5 * np.sqrt(0.25 / 256)
    assert abs((apart - angles).mean()) < 0.01


def test_a_hash_that_is_kept_means_the_same_in_every_version() -> None:
    ramp = (np.arange(48 * 48).reshape(1, 48, 48) % 251).astype(np.uint8)

    kept = np.frombuffer(bytes.fromhex("ff53b46220c4fa2e8274f636f8e69abe5fe7ac55528d009ba35a6f71d29f1fc5"), np.uint8)
    assert signs.distances(signs.sign_hashes(ramp), kept[None])[0, 0] <= 1, "a product near 0 may round to either side"


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
        np.diag(signs.distances(signs.sign_hashes(images), signs.sign_hashes(np.stack(second))))
        for images in (np.stack(first), np.stack(first)[:, :, ::-1])
    ]

    assert len(pairs) == 1783
    assert (np.minimum(*apart) <= signs.MOST_APART).all()


def _opened(file: zipfile.ZipFile, name: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file.read(name))).convert("L").resize((48, 48)))
