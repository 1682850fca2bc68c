"""An exported dataset can be looked at by anyone and imports again to the same dataset."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from emocore.data.dataset import Dataset, assemble, with_labels
from emocore.data.reading import readers
from emocore.exchange.dataset_zip import export_zip
from tests.laboratory import report_faces


def faces(ids: list[str], seed: int = 0, **attributes: list[str]) -> Dataset:
    """Noise under the given ids, whose folders are split and class, or class alone."""
    images = np.random.default_rng(seed).integers(0, 256, (len(ids), 48, 48), dtype=np.uint8)
    parts = [identity.split("/") for identity in ids]
    splits = [part[0] if len(part) == 3 else "" for part in parts]
    rows = {"id": ids, "emotion": [part[-2] for part in parts], "split": splits, **attributes}
    return assemble("few", images, pd.DataFrame(rows))


SPLIT = [
    f"{split}/{emotion}/im{n}.png" for split in ("train", "test") for emotion in ("happy", "sad") for n in range(3)
]
WHOLE = [f"{emotion}/im{n}.png" for emotion in ("happy", "sad") for n in range(3)]


def exported(dataset: Dataset) -> bytes:
    file = io.BytesIO()
    export_zip(dataset, file)
    return file.getvalue()


def again(dataset: Dataset, into: Path, *, keep_copies: bool = True) -> Dataset:
    path = into / "few.zip"
    path.write_bytes(exported(dataset))
    result = readers.read_whole(path, dataset.name, keep_copies=keep_copies)
    assert [one.file for one in result.skipped] == ["README.md", "croissant.json"]
    return result.dataset


def same(one: Dataset, other: Dataset) -> bool:
    columns = [column for column in one.table.columns if column != "source"]
    pd.testing.assert_frame_equal(one.table[columns], other.table[columns], check_dtype=False)
    return one.fingerprint == other.fingerprint


def test_each_picture_lies_under_its_split_and_class_and_keeps_its_pixels():
    dataset = faces(SPLIT)
    with zipfile.ZipFile(io.BytesIO(exported(dataset))) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert pictures == list(dataset.table["id"])
        for row, name in enumerate(pictures):
            assert (np.asarray(Image.open(archive.open(name))) == dataset.images[row]).all()


@pytest.mark.parametrize("ids", [SPLIT, WHOLE], ids=["split", "no split"])
def test_an_export_imports_again_to_the_same_dataset(ids: list[str], tmp_path: Path):
    ages = [("old", "young", "")[n % 3] for n in range(len(ids))]
    dataset = faces(ids, age=ages, gender=["female", "male"] * (len(ids) // 2))
    assert same(dataset, again(dataset, tmp_path))


def test_a_dataset_without_attributes_carries_no_annotations(tmp_path: Path):
    dataset = faces(SPLIT)
    assert b"via.csv" not in exported(dataset)
    assert same(dataset, again(dataset, tmp_path))


def test_a_table_at_the_top_and_in_each_split_names_every_picture_with_its_label_and_attributes():
    dataset = faces(SPLIT, age=["old", "young"] * 6)
    with zipfile.ZipFile(io.BytesIO(exported(dataset))) as archive:
        whole, test = (pd.read_csv(archive.open(name)) for name in ("metadata.csv", "test/metadata.csv"))
        assert set(whole["file_name"]) == set(dataset.table["id"])
    wanted = dataset.table.set_index("id")
    assert list(whole["label"]) == list(wanted.loc[whole["file_name"], "emotion"])
    assert list(whole["age"]) == list(wanted.loc[whole["file_name"], "age"])
    assert set("test/" + test["file_name"]) == set(wanted.index[wanted["split"] == "test"])


def test_the_card_starts_with_the_front_matter_of_the_hub_and_no_name_breaks_out_of_it():
    dataset = with_labels('say "hi": [x]', *(lambda one: (one.images, one.table))(faces(SPLIT)))
    with zipfile.ZipFile(io.BytesIO(exported(dataset))) as archive:
        _, front, text = archive.read("README.md").decode().split("---\n", 2)
    facts = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in front.strip().split("\n"))}
    assert facts["pretty_name"] == 'say "hi": [x]'
    assert (facts["task_categories"], facts["size_categories"]) == (["image-classification"], ["n<1K"])
    assert "| happy | 3 | 3 |" in text


def test_the_description_for_programs_names_the_table_and_its_columns():
    dataset = faces(SPLIT, age=["old", "young"] * 6)
    with zipfile.ZipFile(io.BytesIO(exported(dataset))) as archive:
        description = json.loads(archive.read("croissant.json"))
        table = archive.read("metadata.csv")
    (file, pictures), (records,) = description["distribution"], description["recordSet"]
    assert (file["contentUrl"], file["sha256"]) == ("metadata.csv", hashlib.sha256(table).hexdigest())
    assert pictures["includes"] == "**/*.png"
    assert [field["source"]["extract"]["column"] for field in records["field"]] == ["file_name", "label", "age"]


def test_it_loads_as_an_image_folder_and_as_croissant_where_those_programs_are_there(tmp_path: Path):
    """Neither is among our dependencies: `pip install datasets mlcroissant` beside, and this test runs."""
    datasets = pytest.importorskip("datasets")
    mlcroissant = pytest.importorskip("mlcroissant")
    zipfile.ZipFile(io.BytesIO(exported(faces(SPLIT, age=["old", "young"] * 6)))).extractall(tmp_path / "few")
    loaded = datasets.load_dataset("imagefolder", data_dir=str(tmp_path / "few"))
    assert {name: len(part) for name, part in loaded.items()} == {"train": 6, "test": 6}
    assert set(loaded["train"]["age"]) == {"old", "young"}
    records = mlcroissant.Dataset(jsonld=tmp_path / "few" / "croissant.json").records(record_set="images")
    assert len(list(records)) == 12


ODD = ["im 1.png", "im'2.png", "Ñandú.png", "im1 (2).png", "a.b.c.png", "im~1.png", "a&b.png", "x" * 90 + ".png"]


def test_odd_file_names_and_attributes_survive(tmp_path: Path):
    ids = [f"train/{emotion}/{name}" for emotion in ("happy", "sad") for name in ODD]
    wear = ['=1+1", "', "{}", "-2", "@x", "a,b", "'", "é", "[1]"] * 2
    dataset = faces(ids, wears=wear)
    assert same(dataset, again(dataset, tmp_path))


def test_names_that_a_stranger_chose_survive_the_second_round(tmp_path: Path):
    """The reader tames names such as =1+1.png once; from then on they stay."""
    first = tmp_path / "strange.zip"
    with zipfile.ZipFile(first, "w") as archive:
        for n, name in enumerate(["=1+1.png", "-x.jpg", "@a.PNG", "con.png", "a|b.webp", "Im.png", "a.jpg", "a.bmp"]):
            for emotion in ("=happy", "sad"):
                picture = io.BytesIO()
                Image.fromarray(faces(WHOLE, seed=n).images[len(emotion) % 2]).save(picture, "PNG")
                archive.writestr(f"{emotion}/{name}", picture.getvalue())
    dataset = readers.read_whole(first, "few", keep_copies=True).dataset
    assert again(dataset, tmp_path).fingerprint == dataset.fingerprint


def test_stored_copies_survive_with_their_parents(tmp_path: Path):
    plain = faces(SPLIT)
    images = np.concatenate([plain.images, plain.images[:2, ::-1]])
    flipped = [name.replace(".png", "_flipped.png") for name in plain.table["id"][:2]]
    parents = [""] * len(plain) + list(plain.table["id"][:2])
    table = pd.concat([plain.table, plain.table[:2].assign(id=flipped)], ignore_index=True).assign(parent=parents)
    dataset = assemble("few", images, table.drop(columns=["family", "source"]))
    assert same(dataset, again(dataset, tmp_path))


def test_an_edited_label_decides_the_folder_and_no_picture_is_lost(tmp_path: Path):
    """train/happy/im0.png becomes sad, where there is an im0.png already."""
    plain = faces(SPLIT)
    words = plain.table["emotion"].mask(plain.table["id"] == "train/happy/im0.png", "sad")
    edited = with_labels("few", plain.images, plain.table.assign(emotion=words))
    back = again(edited, tmp_path)
    assert set(back.table["id"]) - set(plain.table["id"]) == {"train/sad/im0-2.png"}
    assert contents(back) == contents(edited)


def contents(dataset: Dataset) -> list[tuple[bytes, str]]:
    """Faces with their labels, in no particular order."""
    return sorted((image.tobytes(), word) for image, word in zip(dataset.images, dataset.table["emotion"], strict=True))


def test_the_same_dataset_gives_the_same_bytes():
    assert exported(faces(SPLIT, age=["old"] * 12)) == exported(faces(SPLIT, age=["old"] * 12))


def test_annotations_are_a_via_table_in_which_no_cell_is_a_formula():
    dataset = faces(WHOLE, wears=["=1+1", "+2", "-3", "@x", "%y", "|z"])
    with zipfile.ZipFile(io.BytesIO(exported(dataset))) as archive:
        text = archive.read("happy/via.csv").decode()
        sizes = {name: archive.getinfo(name).file_size for name in archive.namelist()}
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["filename"], json.loads(row["file_attributes"])["wears"]) for row in rows] == [
        ("im0.png", "=1+1"),
        ("im1.png", "+2"),
        ("im2.png", "-3"),
    ]
    assert [int(row["file_size"]) for row in rows] == [sizes[f"happy/im{n}.png"] for n in range(3)]
    assert not any(cell.startswith(("=", "+", "-", "@", "|", "%")) for row in rows for cell in row.values())


@pytest.mark.long
def test_the_report_s_real_faces_come_back(tmp_path: Path):
    dataset = report_faces(keep_copies=True).dataset
    assert same(dataset, again(dataset, tmp_path))


def test_every_class_has_a_folder_of_its_own_inside_the_zip(tmp_path: Path) -> None:
    classes = ["..", ".", "a/b", "a_b", "A_B", "con", "happy", "é", "e\u0301"]
    emotions = [name for name in classes for _ in range(3)]
    images = np.random.default_rng(0).integers(0, 256, (len(emotions), 48, 48), dtype=np.uint8)
    ids = [f"x{number}/same.png" for number in range(len(emotions))]
    strange = assemble("few", images, pd.DataFrame({"id": ids, "emotion": emotions}))

    with zipfile.ZipFile(io.BytesIO(exported(strange))) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]

    folders = {name.rpartition("/")[0].casefold() for name in pictures}
    assert len(folders) == len(classes)
    assert not [part for name in pictures for part in name.split("/") if not part.strip(".")]
    (tmp_path / "few.zip").write_bytes(exported(strange))
    back = readers.read_whole(tmp_path / "few.zip", "few").dataset
    assert len(back) == len(strange)
    assert set(back.classes) == {"..", ".", "a/b", "a_b", "con", "happy", "é"}, "the table of labels tells them"
