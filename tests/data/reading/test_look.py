"""A look tells what an import would read, costs next to nothing, and decodes ten pictures."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import pytest

from emocore.data.layouts import listing
from emocore.data.reading.look import look
from emocore.data.reading.readers import read_whole
from tests.public_layouts import face, faces, laid_out, zipped


def test_a_look_tells_the_plan_the_counts_ten_faces_and_every_place_to_choose_from(tmp_path: Path) -> None:
    names = [
        f"{part}/{word}/p{n % 3}_{n}.png" for part in ("train", "test") for word in ("happy", "sad") for n in range(5)
    ]
    files = {**faces(*names), "people.csv": b"filename,age\np0_0.png,old\n"}
    seen = look(laid_out(tmp_path / "mine", files))

    assert seen.faces == 20
    assert seen.counts == {"test": {"happy": 5, "sad": 5}, "train": {"happy": 5, "sad": 5}}
    assert len(seen.sample) == 10
    assert {emotion for emotion, _ in seen.sample} == {"happy", "sad"}
    assert [offer.source for offer in seen.offers] == ["folder:1", "folder:2", "name:1", "name:2", "people.csv:age"]
    assert json.loads(json.dumps(seen.to_json()))["plan"]["layout"] == "class folders"


def test_a_look_tells_which_columns_of_tables_say_something_of_people(tmp_path: Path) -> None:
    table = b"image,age,gender\n1.png,old,female\n2.png,young,female\n"
    seen = look(laid_out(tmp_path / "mine", {**faces("happy/1.png", "sad/2.png"), "people.csv": table}))

    columns = [(each.source, each.meaning, each.examples) for each in seen.attributes]
    assert columns == [("people.csv:age", "age", ("old", "young")), ("people.csv:gender", "gender", ("female",))]
    assert [each["meaning"] for each in seen.to_json()["attributes"]] == ["age", "gender"]


def test_a_look_at_ten_thousand_pictures_decodes_only_its_sample(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{('happy', 'sad')[number % 2]}/{number}.png", face(1) if number < 50 else b"no picture")
    before = time.process_time()
    seen = look(path)

    assert seen.faces == 10_000
    assert time.process_time() - before < 2


def test_a_look_and_a_reading_sort_the_files_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_once, sources = listing.sort_out, []
    monkeypatch.setattr(listing, "sort_out", lambda *given: sources.append(given[1]) or sorted_once(*given))
    path = zipped(tmp_path / "few.zip", faces(*(f"{word}/{n}.png" for word in ("happy", "sad") for n in range(3))))
    look(path)
    assert sources == ["few.zip"]

    read_whole(path, "few")
    assert sources == ["few.zip"] * 2


def test_a_picture_that_cannot_be_read_is_passed_over_in_the_sample(tmp_path: Path) -> None:
    files = {**faces("happy/1.png", "sad/1.png"), "sad/0.png": b"no picture"}

    assert len(look(zipped(tmp_path / "few.zip", files)).sample) == 2


def test_fer2013s_csv_is_looked_at_too(tmp_path: Path) -> None:
    row = " ".join(["7"] * 48 * 48)
    (tmp_path / "fer.csv").write_text(f"emotion,pixels\n3,{row}\n")
    seen = look(tmp_path / "fer.csv")

    assert seen.plan.layout == "FER2013 csv"
    assert [emotion for emotion, _ in seen.sample] == ["happy"]


def test_all_ages_of_a_table_given_besides_are_told_with_bins_to_begin_with(tmp_path: Path) -> None:
    names = [f"{word}/{word}{n}.png" for word in ("happy", "sad") for n in range(10)]
    table = tmp_path / "people.csv"
    table.write_text("filename,age\n" + "".join(f"{Path(name).name},{n + 5}\n" for n, name in enumerate(names)))
    seen = look(laid_out(tmp_path / "mine", faces(*names)), annotations=[table]).to_json()

    assert [(each["attribute"], each["suggested"]) for each in seen["numbers"]] == [("age", "13, 20")]
    assert [number for number, _ in seen["numbers"][0]["counts"]] == list(range(5, 25))
    assert "people.csv:age" in [offer["source"] for offer in seen["offers"]]


def test_a_table_given_besides_tells_the_classes_of_one_flat_folder(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("filename,label\n1.png,happy\n2.png,sad\n3.png,sad\n4.png,happy\n")
    folder = laid_out(tmp_path / "flat", faces(*(f"{n}.png" for n in range(1, 5))))
    seen = look(folder, annotations=[table])

    assert seen.counts == {"": {"happy": 2, "sad": 2}}
    read = read_whole(folder, "flat", annotations=[table]).dataset
    assert dict(zip(read.table["source"], read.table["emotion"], strict=True))["2.png"] == "sad"
