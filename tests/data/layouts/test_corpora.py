"""Public datasets are recognized as they lie on a disk, and come in with their classes, splits and persons."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emocore.data.layouts import corpora, listing, tables
from emocore.data.layouts.plan import Wishes
from emocore.data.reading import members
from emocore.data.reading.look import look
from emocore.data.reading.readers import read_whole
from tests.laboratory import real
from tests.public_layouts import LAYOUTS, face, faces, laid_out, zipped


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_public_dataset_is_recognized_and_read_as_its_documentation_says(tmp_path: Path, name: str) -> None:
    built = LAYOUTS[name]()
    path = zipped(tmp_path / f"{name}.zip", built.files)

    seen = look(path)
    table = read_whole(path, name).dataset.table

    assert seen.plan.layout == built.layout
    assert table["emotion"].value_counts().to_dict() == built.classes
    assert table["split"].value_counts().to_dict() == built.splits
    assert {column: set(table[column]) for column in built.attributes} == built.attributes
    assert seen.counts == {
        split: images["emotion"].value_counts().sort_index().to_dict() for split, images in table.groupby("split")
    }


def test_each_face_of_a_picture_of_several_is_cut_out_at_its_box(tmp_path: Path) -> None:
    built = LAYOUTS["exp_w"]()
    dataset = read_whole(zipped(tmp_path / "expw.zip", built.files), "expw").dataset
    alone = read_whole(
        laid_out(tmp_path / "alone", {f"{'ab'[n % 2]}/{n}.png": face(n) for n in range(8)}), "alone"
    ).dataset

    assert {image.tobytes() for image in dataset.images} == {image.tobytes() for image in alone.images}
    angry = np.stack([dataset.images[row] for row in np.flatnonzero(dataset.table["emotion"] == "angry")])
    assert {image.tobytes() for image in angry} == {image.tobytes() for image in alone.images[alone.labels == 0]}


def test_frames_without_a_label_stay_out_and_are_named(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "ck", LAYOUTS["ck_plus"]().files), "ck")

    reasons = {row.file: row.reason for row in result.skipped if row.file.endswith(".png")}
    assert len(reasons) == 16
    assert set(reasons.values()) == {"a frame before the last, or of a film without a label"}


def test_a_folder_of_plain_classes_is_no_known_dataset(tmp_path: Path) -> None:
    found = members.members(laid_out(tmp_path / "mine", faces("happy/1.png", "sad/2.png")), "mine")

    assert corpora.recognized(listing.sort_out(found, "mine")) is None


def test_raf_db_takes_the_aligned_face_where_both_are_there(tmp_path: Path) -> None:
    built = LAYOUTS["raf_db"]()
    originals = {f"basic/Image/original/train_{n:05d}.jpg": face(100 + n, 96, "JPEG") for n in range(1, 9)}
    result = read_whole(laid_out(tmp_path / "raf", {**built.files, **originals}), "raf")

    assert set(result.dataset.table["source"].str.contains("aligned")) == {True}
    assert {row.file for row in result.skipped if row.file.endswith(".jpg")} == set(originals)


def test_affectnets_boxes_that_lie_outside_of_their_picture_are_named(tmp_path: Path) -> None:
    files = LAYOUTS["affectnet_tables"]().files
    files["training.csv"] = files["training.csv"].replace(b"0/0.jpg,0,0,96,96", b"0/0.jpg,900,900,96,96")
    result = read_whole(laid_out(tmp_path / "affectnet", files), "affectnet")

    (reason,) = [row.reason for row in result.skipped if row.file.endswith("0/0.jpg")]
    assert "outside of the picture" in reason


def test_faces_that_affectnet_calls_no_expression_stay_out_with_their_number(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "affectnet", LAYOUTS["affectnet_tables"]().files), "affectnet")

    reasons = [row.reason for row in result.skipped if row.file.endswith(".jpg")]
    assert reasons == ["its number 10 does not stand for an expression"] * 4


def test_votes_without_a_majority_leave_a_picture_out(tmp_path: Path) -> None:
    result = read_whole(laid_out(tmp_path / "ferplus", LAYOUTS["fer_plus"]().files), "ferplus")

    reasons = [row.reason for row in result.skipped if row.file.endswith(".png")]
    assert reasons == ["its votes have no majority for an expression"] * 12


def test_votes_given_beside_fer2013s_pictures_tell_the_classes_by_fer_plus_own_rule(tmp_path: Path) -> None:
    names = [f"train/{word}/Training_{n}.png" for word in ("happy", "sad") for n in range(4)]
    header = "file,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
    given = ("8,0,0,0,0,0,0,0,2,0", "1,7,1,1,0,0,0,0,0,0", "5,5,0,0,0,0,0,0,0,0", "0,9,0,1,0,0,0,0,0,0")
    table = tmp_path / "ferplus_votes.csv"
    table.write_text(header + "".join(f"{name},{given[n % 4]}\n" for n, name in enumerate(names)))
    result = read_whole(laid_out(tmp_path / "fer", faces(*names)), "fer", annotations=[table]).dataset.table

    assert result["emotion"].value_counts().to_dict() == {"happy": 4, "neutral": 2}
    assert set(result["votes happiness"]) == {"0", "7", "9"}
    assert set(result["split"]) == {"train"}


def test_fer_plus_on_fer2013_is_the_majority_of_its_votes_for_every_picture(tmp_path: Path) -> None:
    votes = pd.read_csv(real("ferplus_votes.csv")).groupby("file").first().iloc[::160]
    with zipfile.ZipFile(real("fer2013.zip")) as whole:
        path = zipped(tmp_path / "fer.zip", {name: whole.read(name) for name in votes.index})
    seen = look(path, annotations=[real("ferplus_votes.csv")])
    counts = votes[list(tables.COUNTED)]
    kept = counts.where(counts > 1, 0)
    clear = kept.max(axis=1) * 2 > kept.sum(axis=1)
    expected = kept.idxmax(axis=1)[clear].value_counts().drop(["unknown", "NF"], errors="ignore")

    assert seen.plan.layout == "FER+"
    assert seen.faces == expected.sum()
    assert sorted(sum(map(Counter, seen.counts.values()), Counter()).values()) == sorted(expected)


@pytest.mark.parametrize("name", [name for name, build in LAYOUTS.items() if set(build().splits) != {""}])
def test_a_split_that_is_shown_can_be_left_where_it_is(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / f"{name}.zip", LAYOUTS[name]().files)
    assert "split" in [part.meaning for part in look(path).plan.parts]

    none = Wishes(split_from="none")
    assert "split" not in [part.meaning for part in look(path, none).plan.parts]
    assert set(look(path, none).counts) == {""}
    assert set(read_whole(path, name, wishes=none).dataset.table["split"]) == {""}
