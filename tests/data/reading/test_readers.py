"""Folders, zips and tables become one Dataset; the real data of the report comes out as the report says."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emocore.data import library
from emocore.data.events import Progress
from emocore.data.reading import readers
from emocore.data.reading.readers import Import, read, read_and_save, read_whole, summary
from emocore.errors import EmoError
from emocore.settings import CHECKOUT
from tests.laboratory import real, report_faces

CLASSES = ("focused", "happy", "neutral", "surprised")
MEASURED = """
import re, sys, time
from pathlib import Path
from emocore.data.reading.readers import Import, read
steps = list(read(Path(sys.argv[1]), "FER2013"))
result = steps.pop()
# Not ru_maxrss: a child starts with the peak of the process that made it
mib = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
told = all(step.done <= step.total for step in steps)
print(len(result.dataset), len(result.skipped), len(steps), told, time.process_time(), mib)
"""


def picture(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (48, 48), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def few(prefix: str = "", start: int = 0) -> dict[str, bytes]:
    """Two classes of three pictures."""
    names = [f"{prefix}{emotion}/{number}.png" for emotion in ("happy", "sad") for number in range(3)]
    return {name: picture(start + seed) for seed, name in enumerate(names)}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def laid_out(home: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    return home


def codes(result: Import) -> list[str]:
    return [note.code for note in result.notes]


def refused(path: Path, **options: list[Path]) -> EmoError:
    with pytest.raises(EmoError) as caught:
        read_whole(path, "mine", **options)
    return caught.value


@pytest.fixture(scope="session")
def report() -> Import:
    return report_faces()


@pytest.fixture(scope="session")
def report_with_copies() -> Import:
    return report_faces(keep_copies=True)


def test_a_folder_and_a_zip_of_it_are_the_same_data(tmp_path: Path) -> None:
    files = {**few("train/"), **few("Test/", 50), "train/happy/notes.txt": b"x"}
    folder = read_whole(laid_out(tmp_path / "faces", files), "mine")
    archive = read_whole(zipped(tmp_path / "faces.zip", files), "mine")

    assert folder.dataset.fingerprint == archive.dataset.fingerprint
    assert list(folder.dataset.table["id"]) == list(archive.dataset.table["id"])
    assert set(folder.dataset.table["split"]) == {"train", "test"}
    assert folder.dataset.name == "mine"
    assert codes(folder) == codes(archive) == ["ignored_files"]


def test_what_is_read_is_kept_with_its_warnings_and_a_taken_name_is_refused_before_reading(tmp_path: Path) -> None:
    path = zipped(tmp_path / "faces.zip", {**few(), "happy/notes.txt": b"x"})

    *_, made = read_and_save(path, "mine", "A zip")

    assert isinstance(made, Import)
    kept = library.summary("mine")
    assert (kept.provenance, kept.fingerprint) == ("A zip", made.dataset.fingerprint)
    assert list(kept.notes) == [note.message for note in made.notes] != []
    with pytest.raises(EmoError, match="There is already a dataset"):
        next(read_and_save(path, "mine", "Again"))
    *_, again = read_and_save(zipped(tmp_path / "b.zip", few(start=9)), "mine", "Again", replace=True)
    assert library.summary("mine").fingerprint == again.dataset.fingerprint != kept.fingerprint


def test_an_import_leaves_its_source_as_it_was_and_unpacks_nothing(tmp_path: Path) -> None:
    path = zipped(tmp_path / "faces.zip", few())
    before = path.read_bytes()
    read_whole(path, "mine")

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_cannot_be_read_are_named_with_the_reason_and_the_others_used(tmp_path: Path) -> None:
    bad = {"happy/note.png": b"hello", "sad/empty.png": b"", "sad/cut.png": picture(9)[:900]}
    result = read_whole(zipped(tmp_path / "faces.zip", {**few(), **bad}), "mine")

    assert len(result.dataset) == 6
    assert {row.file: row.reason.partition(".")[0] for row in result.skipped} == {
        "happy/note.png": "this is not a picture",
        "sad/empty.png": "the file is empty (0 bytes)",
        "sad/cut.png": "the end of the picture is missing",
    }
    assert codes(result) == ["skipped_files"]


def test_a_table_beside_the_pictures_gives_attributes_and_one_without_use_is_left_out(tmp_path: Path) -> None:
    tables = {"happy/any.csv": b"filename,age\n0.png,old\n1.png,old\n2.png,\n", "other.csv": b"a,b\n1,2\n"}
    result = read_whole(laid_out(tmp_path / "faces", {**few(), **tables}), "mine")

    assert result.dataset.attributes == ("age",)
    assert list(result.dataset.table["age"]) == ["old", "old", *["unknown"] * 4]
    assert [row.file for row in result.skipped] == ["other.csv"]


def test_tables_given_apart_are_joined_and_repeated_names_listed(tmp_path: Path) -> None:
    path = zipped(tmp_path / "faces.zip", {**few(), "sad/only.png": picture(77)})
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("filename,gender\nonly.png,female\n0.png,male\n", encoding="utf-8")
    second.write_text("filename,class,gender\n0.png,happy,male\n", encoding="utf-8")

    result = read_whole(path, "mine", annotations=[first, second])

    genders = result.dataset.table.set_index("id")["gender"]
    assert dict(genders[genders != "unknown"]) == {"happy/0.png": "male", "sad/only.png": "female"}
    assert [row.file for row in result.skipped] == ["a.csv, row 2: 0.png"]


def test_a_table_that_names_none_of_the_pictures_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("filename,age\nother.png,old\n", encoding="utf-8")

    assert refused(zipped(tmp_path / "faces.zip", few()), annotations=[table]).code == "no_match"


@pytest.mark.parametrize("inside", [False, True])
def test_fer2013s_csv_is_read_bare_and_inside_a_zip(tmp_path: Path, inside: bool) -> None:
    faces = np.random.default_rng(1).integers(0, 256, (6, 48 * 48), dtype=np.uint8)
    usages = ["Training"] * 4 + ["PublicTest", "PrivateTest"]
    lines = [f"{row % 2 + 3},{' '.join(map(str, face))},{usages[row]}" for row, face in enumerate(faces)]
    content = "\n".join(["emotion,pixels,Usage", *lines, "9,1,Training", ""]).encode()
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content)
    if inside:
        path = zipped(tmp_path / "fer.zip", {"fer2013/fer2013.csv": content, "fer2013/README": b"x"})

    result = read_whole(path, "FER2013")

    assert list(result.dataset.table["id"]) == [
        "test/sad/0000005.png",
        "train/happy/0000000.png",
        "train/happy/0000002.png",
        "train/sad/0000001.png",
        "train/sad/0000003.png",
        "validation/happy/0000004.png",
    ]
    np.testing.assert_array_equal(result.dataset.images[1].ravel(), faces[0])
    assert [row.file for row in result.skipped] == ["row 6"]


def test_progress_comes_first_and_the_import_last_and_only_once(tmp_path: Path) -> None:
    steps = list(read(zipped(tmp_path / "faces.zip", few()), "mine"))

    assert all(isinstance(step, Progress) for step in steps[:-1])
    assert len(steps) >= 2
    assert isinstance(steps[-1], Import)


def test_progress_is_told_at_most_ten_times_a_second() -> None:
    steps = (Progress(number, 10_000, "") for number in range(10_000))

    assert 1 <= len(list(readers.paced(steps))) <= 5


def test_an_import_that_is_left_early_closes_its_files(tmp_path: Path) -> None:
    steps = read(zipped(tmp_path / "faces.zip", few()), "mine")
    next(steps)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        del steps


def test_what_cannot_be_a_dataset_is_refused_by_name(tmp_path: Path) -> None:
    text, table = tmp_path / "a.txt", tmp_path / "a.csv"
    text.write_text("x", encoding="utf-8")
    table.write_text("filename,age\n1.png,old\n", encoding="utf-8")

    assert refused(tmp_path / "nowhere").code == "not_found"
    assert refused(text).code == "wrong_format"
    assert refused(table).code == "wrong_format"
    assert "nowhere" in refused(tmp_path / "nowhere").message
    assert str(tmp_path) not in refused(tmp_path / "nowhere").message


def test_a_summary_is_plain_json(tmp_path: Path) -> None:
    output = json.loads(json.dumps(summary(read_whole(zipped(tmp_path / "faces.zip", few()), "mine"))))

    assert len(output.pop("fingerprint")) == 16
    assert output == {
        "dataset": "mine",
        "images": 6,
        "classes": {"happy": 3, "sad": 3},
        "attributes": [],
        "skipped": [],
        "notes": [],
    }


def test_hostile_names_do_no_harm_under_a_plain_locale_and_a_tight_umask(tmp_path: Path) -> None:
    names = ["a\nb/1.png", "a\nb/2.png", "悲しい/\u202egnp.png", "悲しい/é.png", "悲しい/=1+1.png"]
    path = zipped(tmp_path / "faces.zip", {name: picture(seed) for seed, name in enumerate(names)})
    script = (
        "import os, sys; from pathlib import Path; os.umask(0o777); from emocore.data.reading.readers import *;"
        "print(ascii(list(read_whole(Path(sys.argv[1]), 'mine').dataset.table['id'])))"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], env=environment, capture_output=True, text=True, check=True
    )

    expected = ["a b/1.png", "a b/2.png", "悲しい/_1+1.png", "悲しい/gnp.png", "悲しい/é.png"]
    assert done.stdout.strip() == ascii(expected)


def test_the_report_has_1600_originals_in_its_own_splits(report: Import) -> None:
    counts = report.dataset.table.groupby(["split", "emotion"]).size()

    assert len(report.dataset) == 1600
    assert report.dataset.classes == CLASSES
    assert {key: int(count) for key, count in counts.items()} == {
        **{("train", emotion): 299 for emotion in CLASSES},
        **{("test", emotion): 101 for emotion in CLASSES},
    }


def test_the_reports_1196_stored_copies_are_left_out_and_named(report: Import) -> None:
    reasons = {row.file: row.reason for row in report.skipped}

    assert len(reasons) == len(report.skipped) == 1196
    assert all(file.endswith("_flipped.png") for file in reasons)
    assert reasons["train/happy/im749_flipped.png"] == "upside-down copy of train/happy/im749.png"
    assert set(report.dataset.table["parent"]) == {""}


def test_the_reports_age_and_gender_come_with_it(report: Import) -> None:
    table = report.dataset.table.set_index("id")

    assert report.dataset.attributes == ("age", "gender")
    assert set(table["gender"]) == {"female", "male"}
    assert list(table.index[table["age"] == "unknown"]) == ["train/surprised/im274.png"]
    assert table.loc["train/happy/im749.png", ["age", "gender"]].to_list() == ["old", "female"]
    assert table.loc["test/focused/im2100.png", ["age", "gender"]].to_list() == ["young", "male"]


def test_the_reports_own_leak_is_noted(report: Import) -> None:
    leak = [note.message for note in report.notes if note.code == "train_test_leak"]

    assert len(leak) == 1
    assert "test/surprised/im459.png" in leak[0]


def test_a_face_of_the_report_has_the_pixels_of_its_file(report: Import) -> None:
    row = list(report.dataset.table["id"]).index("test/happy/im1048.png")
    with zipfile.ZipFile(real("report_dataset.zip")) as archive:
        content = archive.read("data_w_metadata/test/happy/im1048.png")

    np.testing.assert_array_equal(report.dataset.images[row], np.asarray(Image.open(io.BytesIO(content)).convert("L")))


def test_copies_that_are_kept_name_their_parents(report_with_copies: Import) -> None:
    table = report_with_copies.dataset.table
    copies = table[table["parent"] != ""]

    assert len(table) == 2796
    assert len(copies) == 1196
    assert list(copies["parent"]) == list(copies["id"].str.replace("_flipped", ""))
    assert report_with_copies.skipped == ()


@pytest.mark.parametrize("length", [3, 30])
def test_copies_are_found_by_pixels_when_their_names_tell_nothing(tmp_path: Path, report: Import, length: int) -> None:
    generator = random.Random(length)
    path = tmp_path / "renamed.zip"
    with zipfile.ZipFile(real("report_dataset.zip")) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            if entry.filename.endswith("_flipped.png"):
                name = "".join(generator.choices("abcdefghijkmnpqrstuvwxyz", k=length)) + f"{generator.random()}"[2:6]
                new.writestr(f"{entry.filename.rpartition('/')[0]}/{name}.png", old.read(entry))
            elif entry.filename.endswith(".png"):
                new.writestr(entry.filename, old.read(entry))

    result = read_whole(path, "renamed")

    assert list(result.dataset.table["id"]) == list(report.dataset.table["id"])
    assert result.dataset.fingerprint == report.dataset.fingerprint
    assert len(result.skipped) == 1196


@pytest.mark.long
def test_the_reports_tables_given_apart_say_the_same_where_nothing_is_ambiguous(tmp_path: Path, report: Import) -> None:
    bare, tables = tmp_path / "bare.zip", []
    with zipfile.ZipFile(real("report_dataset.zip")) as old, zipfile.ZipFile(bare, "w") as new:
        for entry in (entry for entry in old.infolist() if not entry.is_dir()):
            split, emotion, file = entry.filename.split("/")[-3:]
            if file.endswith(".csv"):
                tables.append(tmp_path / f"{split}_{emotion}.csv")
                tables[-1].write_bytes(old.read(entry))
            elif file.endswith(".png"):
                new.writestr(entry.filename, old.read(entry))

    result = read_whole(bare, "apart", annotations=tables)
    joined = tmp_path / "all.csv"
    lines = [
        line for table in tables if table.name.startswith("train") for line in table.read_text("utf-8").splitlines()
    ]
    joined.write_text("\n".join([lines[0], *(line for line in lines if line != lines[0])]), encoding="utf-8")
    ambiguous = read_whole(bare, "apart", annotations=[joined])

    assert result.dataset.table.drop(columns="family").equals(report.dataset.table.drop(columns="family"))
    has_gender = ambiguous.dataset.table["gender"] != "unknown"
    assert ambiguous.dataset.table["gender"][has_gender].equals(report.dataset.table["gender"][has_gender])
    assert "ambiguous_rows" in codes(ambiguous)
    assert sum("row" in row.file for row in ambiguous.skipped) > 358


@pytest.mark.long
def test_fer2013_comes_in_whole_within_a_minute_of_work_and_600_mib() -> None:
    command = [sys.executable, "-c", MEASURED, str(real("fer2013.zip"))]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    images, skipped, steps, has_note, seconds, mib = done.stdout.split()

    assert (int(images), int(skipped), has_note) == (32_298, 0, "True")
    assert int(steps) >= 20
    assert float(seconds) < 60
    assert float(mib) < 600
