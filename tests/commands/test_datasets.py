"""Commands around datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.exchange.dataset_zip import export_zip
from tests.command_line import Said, answer, mistake
from tests.public_layouts import LAYOUTS, laid_out, zipped
from tests.public_layouts import faces as drawn

pytestmark = pytest.mark.usefixtures("tiny_recipe")


@pytest.fixture
def faces_zip(small_faces: Dataset, tmp_path: Path) -> Path:
    with (tmp_path / "faces.zip").open("wb") as file:
        export_zip(small_faces, file)
    return tmp_path / "faces.zip"


def test_an_import_tells_what_came_in(faces_zip: Path, small_faces: Dataset, capsys: Said) -> None:
    said = answer(capsys, "import", faces_zip, "--name", "few")

    assert {"dataset", "fingerprint", "images", "classes", "attributes", "skipped"} <= said.keys()
    assert (said["dataset"], said["images"], said["fingerprint"]) == ("few", 128, small_faces.fingerprint)
    assert said["classes"] == dict.fromkeys(small_faces.classes, 32)
    assert said["attributes"] == ["age", "gender"]
    assert library.load("few").fingerprint == small_faces.fingerprint


def test_an_import_onto_a_taken_name_is_refused_unless_asked_to_replace(faces_zip: Path, capsys: Said) -> None:
    answer(capsys, "import", faces_zip, "--name", "few")

    message = mistake(capsys, "import", faces_zip, "--name", "few")

    assert "already a dataset" in message
    assert answer(capsys, "import", faces_zip, "--name", "few", "--replace")["images"] == 128


def test_datasets_are_listed(faces: Dataset, capsys: Said) -> None:
    (listed,) = answer(capsys, "datasets")

    assert (listed["name"], listed["images"], listed["fingerprint"]) == (faces.name, 128, faces.fingerprint)


def test_a_look_tells_what_would_be_read_and_keeps_nothing(tmp_path: Path, capsys: Said) -> None:
    path = zipped(tmp_path / "casia.zip", LAYOUTS["oulu_casia"]().files)

    said = answer(capsys, "import", path, "--look")

    assert said["plan"]["layout"] == "Oulu-CASIA"
    assert said["counts"] == {"": {"Anger": 8, "Happiness": 8}}
    assert [summary["name"] for summary in answer(capsys, "datasets")] == [library.DRAWN]


def test_an_import_follows_what_a_person_says_of_the_levels(tmp_path: Path, capsys: Said) -> None:
    names = [f"{who}/{word}/{n}.png" for who in ("ann", "bob") for word in ("x", "y") for n in range(2)]
    path = zipped(tmp_path / "mine.zip", drawn(*names))

    said = answer(capsys, "import", path, "--name", "mine", "--as", "person/class")

    assert said["classes"] == {"x": 4, "y": 4}
    assert said["attributes"] == ["person"]
    assert "--name" in mistake(capsys, "import", path)


@pytest.fixture
def aged(tmp_path: Path) -> tuple[Path, Path]:
    """Twenty drawn faces in two folders, and a table of ages from 1 to 77."""
    names = [f"{word}/{word}{n}.png" for word in ("happy", "sad") for n in range(10)]
    table = tmp_path / "people.csv"
    table.write_text("filename,age\n" + "".join(f"{Path(name).name},{4 * n + 1}\n" for n, name in enumerate(names)))
    return laid_out(tmp_path / "aged", drawn(*names)), table


def test_ages_become_bins_when_they_come_in(aged: tuple[Path, Path], capsys: Said) -> None:
    folder, table = aged
    imported = answer(capsys, "import", folder, "--name", "aged", "--annotations", table, "--bins", "age=13,20,40")

    assert imported["attributes"] == ["age", "age group"]
    groups = library.load("aged").table["age group"].value_counts().to_dict()
    assert groups == {"under 13": 3, "13 to 19": 2, "20 to 39": 5, "40 and over": 10}


def test_ages_that_are_there_become_bins_afterwards(aged: tuple[Path, Path], capsys: Said) -> None:
    folder, table = aged
    output = answer(capsys, "import", folder, "--name", "aged", "--annotations", table)
    assert "numbers" in [note["code"] for note in output["notes"]]

    assert answer(capsys, "bins", "aged")["numbers"] == {"age": "20 different numbers from 1 to 77, median 37"}
    output = answer(capsys, "bins", "aged", "age=18,65")

    assert (output["version"], output["groups"]) == (
        2,
        {"age group": {"under 18": 5, "18 to 64": 11, "65 and over": 4}},
    )
    assert "There are: age, age group" in mistake(capsys, "bins", "aged", "height=1")


def test_a_class_of_one_picture_is_left_out_or_merged_on_request(tmp_path: Path, capsys: Said) -> None:
    names = [*(f"{word}/{word}{n}.png" for word in ("happy", "sad") for n in range(4)), "fear/1.png"]
    folder = laid_out(tmp_path / "few", drawn(*names))
    refused = mistake(capsys, "import", folder, "--name", "few")
    assert "the class fear has only 1 picture, fear/1.png. Each class needs at least 2 pictures" in refused
    assert "--without fear or --merge fear=" in refused

    left = answer(capsys, "import", folder, "--name", "left", "--without", "fear")
    both = answer(capsys, "import", folder, "--name", "both", "--merge", "Fear=sad")

    assert left["classes"] == {"happy": 4, "sad": 4}
    assert {"file": "fear/1.png", "reason": "you chose to leave out its class"} in left["skipped"]
    assert both["classes"] == {"happy": 4, "sad": 5}
    assert "There are: fear, happy, sad" in mistake(capsys, "import", folder, "--name", "x", "--without", "joy")
    assert "Write fear=sad" in mistake(capsys, "import", folder, "--name", "x", "--merge", "fear")


def test_a_new_label_of_one_picture_is_named_by_row_and_passed_over_or_merged_on_request(
    tmp_path: Path, capsys: Said
) -> None:
    names = [f"{word}/{word}{n}.png" for word in ("happy", "sad") for n in range(4)]
    answer(capsys, "import", laid_out(tmp_path / "two", drawn(*names)), "--name", "two")
    new = tmp_path / "new.csv"
    new.write_text("filename,emotion\nhappy0.png,sad\nhappy1.png,unknown\nsad1.png,hapy\n")

    refused = mistake(capsys, "labels", "import", "two", new)
    assert "new.csv, row 3: hapy would be a new class of only 1 image" in refused
    assert "--without hapy" in refused
    assert "--merge hapy=happy" in refused
    assert "no row has the label joy" in mistake(capsys, "labels", "import", "two", new, "--without", "joy")

    left = answer(capsys, "labels", "import", "two", new, "--without", "hapy")
    merged = answer(capsys, "labels", "import", "two", new, "--merge", "hapy=happy")
    assert [output["says"] for output in (left, merged)] == ["1 image relabeled"] * 2
    assert 'new.csv: labels that say that none is known change nothing: "unknown" (1 row).' in merged["notes"]


def test_a_class_that_the_training_part_lacks_gets_a_new_split_on_request(tmp_path: Path, capsys: Said) -> None:
    names = [*(f"{part}/{word}/{part}{word}{n}.png" for part in ("train", "test") for word in ("happy", "sad")
               for n in range(4)), *(f"test/fear/fear{n}.png" for n in range(4))]  # fmt: skip
    folder = laid_out(tmp_path / "parts", drawn(*names))
    refused = mistake(capsys, "import", folder, "--name", "parts")
    assert "no training pictures of fear" in refused
    assert "--new-split, --without fear or --merge fear=happy" in refused

    imported = answer(capsys, "import", folder, "--name", "anew", "--new-split")

    assert imported["classes"] == {"fear": 4, "happy": 8, "sad": 8}
    assert set(library.load("anew").table["split"]) == {""}
    assert "contradict" in mistake(capsys, "import", folder, "--name", "x", "--new-split", "--split-from", "folder:1")


def test_a_given_table_of_other_classes_names_the_two_ways_to_use_it(tmp_path: Path, capsys: Said) -> None:
    names = [f"{word}/{word}{n}.png" for word in ("happy", "sad") for n in range(4)]
    folder, new = laid_out(tmp_path / "two", drawn(*names)), tmp_path / "new.csv"
    rows = [f"{one}{n}.png,{other}" for one, other in (("happy", "sad"), ("sad", "happy")) for n in range(4)]
    new.write_text("\n".join(["filename,emotion", *rows]))

    refused = mistake(capsys, "import", folder, "--name", "x", "--annotations", new)
    assert "new.csv: all 8 rows that name a picture give another class than its folder" in refused
    assert "--class-from new.csv:COLUMN" in refused
    asked = ("--annotations", new, "--class-from", "new.csv:emotion")
    assert answer(capsys, "import", folder, "--name", "x", *asked)["classes"] == {"happy": 4, "sad": 4}
    table = library.load("x").table
    assert set(table["emotion"][table["source"].str.startswith("happy")]) == {"sad"}
