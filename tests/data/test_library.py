"""Datasets on disk are whole or absent, cheap to list and to open, and deleted undoably."""

from __future__ import annotations

import dataclasses
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.errors import EmoError
from tests.laboratory import code_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMOCORE_DATA", str(tmp_path))
    return tmp_path


def faces(name: str = "few", seed: int = 0, number: int = 12) -> Dataset:
    """Noise with names, splits and one attribute."""
    images = np.random.default_rng(seed).integers(0, 256, (number, 48, 48), dtype=np.uint8)
    emotions = [("happy", "neutral")[row % 2] for row in range(number)]
    splits = [("train", "test")[row % 4 == 3] for row in range(number)]
    ids = [f"{split}/{emotion}/im{row}.png" for row, (split, emotion) in enumerate(zip(splits, emotions, strict=True))]
    ages = [("old", "young", "")[row % 3] for row in range(number)]
    return assemble(name, images, pd.DataFrame({"id": ids, "emotion": emotions, "split": splits, "age": ages}))


def in_python(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_a_saved_dataset_loads_as_it_was():
    saved = faces()
    library.save(saved)
    loaded = library.load("few")
    assert (loaded.images == saved.images).all()
    assert (loaded.labels == saved.labels).all()
    assert loaded.fingerprint == saved.fingerprint
    assert (loaded.name, loaded.classes, loaded.attributes) == (saved.name, saved.classes, saved.attributes)
    pd.testing.assert_frame_equal(loaded.table, saved.table)


def test_images_stay_on_disk_and_cannot_be_written():
    library.save(faces())
    images = library.load("few").images
    assert isinstance(images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def test_a_loaded_dataset_can_be_saved_over_itself():
    library.save(faces())
    library.save(library.load("few"), replace=True)
    assert library.load("few").fingerprint == faces().fingerprint


def test_a_summary_tells_what_is_inside_without_opening_it():
    library.save(faces(), provenance="Uploaded", notes=["1 picture left out"])
    (summary,) = library.summaries()
    assert (summary.name, summary.images, summary.classes, summary.attributes) == (
        "few",
        12,
        ("happy", "neutral"),
        ("age",),
    )
    assert summary.counts == {"test": {"neutral": 3}, "train": {"happy": 6, "neutral": 3}}
    assert summary.fingerprint == faces().fingerprint
    assert (summary.provenance, summary.notes, summary.problem) == ("Uploaded", ("1 picture left out",), "")
    assert summary.created.endswith("+00:00")


def test_listing_and_deleting_never_import_pandas():
    library.save(faces())
    program = (
        "import sys; from emocore.data import library as l; l.check_name('a'); l.restore(l.delete('few')); l.sweep();"
        "print([m for m in ('pandas', 'pyarrow', 'PIL') if m in sys.modules], l.summaries()[0].images)"
    )
    assert in_python(program).communicate()[0] == "[] 12\n"


def test_an_empty_library_lists_nothing():
    assert library.summaries() == []


@pytest.mark.parametrize("name", ["a", "9", "fer-2013_v1.0", "A" * 60, "concert"])
def test_plain_names_are_accepted(name: str):
    library.check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", ".x", "-x", "A" * 61, "a b", "é", "CON", "nul.txt", "com1", "a.", "a\n"],
)
def test_names_that_some_system_cannot_keep_are_refused(name: str):
    assert code_of(library.check_name, name) == "bad_name"
    assert code_of(library.delete, name) == "bad_name"
    assert code_of(library.load, name) == "no_dataset"


def test_a_taken_name_is_refused_unless_asked_to_replace():
    library.save(faces(seed=1))
    assert code_of(library.save, faces(seed=2)) == "exists"
    assert library.load("few").fingerprint == faces(seed=1).fingerprint
    library.save(faces(seed=2), replace=True)
    assert library.load("few").fingerprint == faces(seed=2).fingerprint


def test_a_replacement_can_be_undone():
    library.save(faces(seed=1))
    token = library.save(faces(seed=2), replace=True)
    assert library.restore(token, replace=True) == "few"
    assert library.load("few").fingerprint == faces(seed=1).fingerprint


def test_a_missing_dataset_names_those_that_exist():
    library.save(faces("one"))
    library.save(faces("two"))
    with pytest.raises(EmoError, match=r'There is no dataset "three"\. There are: one, two\.'):
        library.load("three")


def test_a_deleted_dataset_is_gone_and_can_be_brought_back():
    library.save(faces())
    token = library.delete("few")
    assert library.summaries() == []
    assert code_of(library.load, "few") == "no_dataset"
    assert library.restore(token) == "few"
    assert library.load("few").fingerprint == faces().fingerprint


def test_deleting_what_is_not_there_says_so():
    assert code_of(library.delete, "few") == "no_dataset"


def test_bringing_back_does_not_overwrite_a_newcomer():
    library.save(faces(seed=1))
    token = library.delete("few")
    library.save(faces(seed=2))
    assert code_of(library.restore, token) == "exists"
    assert library.load("few").fingerprint == faces(seed=2).fingerprint


@pytest.mark.parametrize("token", ["", "..", "../datasets", "dataset-" + "0" * 16])
def test_only_what_lies_in_the_trash_can_be_brought_back(token: str):
    library.save(faces())
    assert code_of(library.restore, token) == "not_in_trash"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("dataset.json", b'{"images": 1'),
        ("dataset.json", b"[]"),
        ("dataset.json", b'{"images": 12}'),
        ("dataset.json", None),
        ("images.npy", b""),
        ("images.npy", None),
        ("table.parquet", None),
    ],
)
def test_a_damaged_dataset_is_listed_with_its_problem_and_can_be_deleted(home: Path, file: str, content: bytes | None):
    library.save(faces("few"))
    library.save(faces("good"))
    damaged = home / "datasets" / "few" / file
    damaged.unlink() if content is None else damaged.write_bytes(content)
    problems = {summary.name: bool(summary.problem) for summary in library.summaries()}
    assert problems == {"few": True, "good": False}
    assert code_of(library.load, "few") == "damaged"
    library.delete("few")
    assert [summary.name for summary in library.summaries()] == ["good"]


@pytest.mark.parametrize(("file", "content"), [("table.parquet", b"PAR1 no"), ("images.npy", bytes(99_999))])
def test_damage_that_a_listing_cannot_see_is_a_sentence_on_opening(home: Path, file: str, content: bytes):
    library.save(faces())
    (home / "datasets" / "few" / file).write_bytes(content)
    assert code_of(library.load, "few") == "damaged"


def test_images_of_another_dataset_are_noticed(home: Path):
    library.save(faces("few", number=12))
    library.save(faces("more", number=20))
    os.replace(home / "datasets" / "more" / "images.npy", home / "datasets" / "few" / "images.npy")
    assert code_of(library.load, "few") == "damaged"


def test_a_full_disk_leaves_what_was_there_and_nothing_else(home: Path, monkeypatch: pytest.MonkeyPatch):
    library.save(faces(seed=1))

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert code_of(library.save, faces(seed=2), replace=True) == "disk_full"
    assert library.load("few").fingerprint == faces(seed=1).fingerprint
    assert {entry.name for entry in (home / "datasets").iterdir()} == {"few", ".writing.lock"}
    assert not (home / "trash").exists()


def dead_save(home: Path, name: str, *, marker: bool) -> None:
    """What a writer leaves that was killed before its marker, or between its marker and its last rename."""
    library.save(faces(name))
    shell = home / "datasets" / f"{library.UNFINISHED}{'0' * 16}"
    shell.mkdir()
    (home / "datasets" / name).rename(shell / name)
    if not marker:
        (shell / name / "dataset.json").unlink()


def test_sweeping_clears_what_a_dead_writer_left(home: Path):
    dead_save(home, "few", marker=False)
    library.sweep()
    assert library.summaries() == []
    assert {entry.name for entry in (home / "datasets").iterdir()} == {".writing.lock"}


def test_sweeping_finishes_a_save_that_only_lacked_its_rename(home: Path):
    dead_save(home, "few", marker=True)
    library.sweep()
    assert library.load("few").fingerprint == faces().fingerprint


def test_sweeping_leaves_the_save_of_a_living_writer_alone(home: Path):
    dead_save(home, "few", marker=False)
    shell = home / "datasets" / f"{library.UNFINISHED}{'0' * 16}"
    with FileLock(home / "datasets" / ".writing.lock"):
        library.sweep()
    assert shell.is_dir()


def test_sweeping_empties_the_trash_after_a_week(home: Path):
    library.save(faces("old"))
    library.save(faces("new"))
    old, new = library.delete("old"), library.delete("new")
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(home / "trash" / old, (eight_days_ago, eight_days_ago))
    library.sweep()
    assert code_of(library.restore, old) == "not_in_trash"
    assert library.restore(new) == "new"


def test_a_clock_that_jumps_ahead_empties_no_trash(home: Path, monkeypatch: pytest.MonkeyPatch):
    library.save(faces("few"))
    token = library.delete("few")
    library.sweep()
    right = time.time()

    for days in (8, 8.01, 8.5):  # It jumped; then the program is started again and again
        monkeypatch.setattr(time, "time", lambda days=days: right + days * 86_400)
        library.sweep()
        assert (home / "trash" / token).exists(), days
    monkeypatch.setattr(time, "time", lambda: right + 86_400 / 2)  # Somebody set it right
    library.sweep()

    assert library.restore(token) == "few"


def test_the_trash_is_emptied_after_a_pause_and_a_day_in_which_the_clock_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    library.save(faces("few"))
    token, start = library.delete("few"), time.time()
    there = []
    for days in (0, 30, 30.5, 31.2):
        monkeypatch.setattr(time, "time", lambda days=days: start + days * 86_400)
        library.sweep()
        there.append((home / "trash" / token).exists())

    assert there == [True, True, True, False]


def test_a_killed_save_leaves_the_dataset_before_it(home: Path):
    library.save(faces(seed=1))
    program = (
        "import os, signal, sys; sys.path.insert(0, 'tests/data')\n"
        "from test_library import faces; from emocore.data import library\n"
        "library.files.write_json = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "library.save(faces(seed=2), replace=True)"
    )
    writer = in_python(program)
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    assert list((home / "datasets").glob(f"{library.UNFINISHED}*"))
    library.sweep()
    assert not list((home / "datasets").glob(f"{library.UNFINISHED}*"))
    assert library.load("few").fingerprint == faces(seed=1).fingerprint


@pytest.mark.long
def test_of_two_processes_that_save_one_name_one_wins():
    program = (
        "import sys; sys.path.insert(0, 'tests/data')\n"
        "from test_library import faces; from emocore.data import library; from emocore.errors import EmoError\n"
        "try: library.save(faces(number=400)); print('saved')\n"
        "except EmoError as error: print(error.code)"
    )
    writers = [in_python(program), in_python(program)]
    assert sorted(writer.communicate()[0].strip() for writer in writers) == ["exists", "saved"]
    assert library.load("few").fingerprint == faces(number=400).fingerprint


@pytest.mark.long
def test_the_drawn_faces_are_made_once_by_whichever_process_comes_first(home: Path):
    program = "from emocore.data import library; library.ensure_drawn(); print(library.load(library.DRAWN).fingerprint)"
    writers = [in_python(program), in_python(program)]
    first, second = (writer.communicate()[0] for writer in writers)
    assert first == second != ""
    assert not (home / "trash").exists()


def test_the_drawn_faces_are_found_at_once_the_second_time():
    library.ensure_drawn()
    made = library.summary(library.DRAWN).created
    start = time.perf_counter()
    library.ensure_drawn()
    assert time.perf_counter() - start < 0.05
    assert library.summary(library.DRAWN).created == made


def test_names_that_are_one_folder_on_another_system_are_refused(small_faces: Dataset, laboratory: Path) -> None:
    library.save(dataclasses.replace(small_faces, name="Faces"))

    for replace in (False, True):
        with pytest.raises(EmoError, match='"Faces" is the same name in other letter cases'):
            library.save(dataclasses.replace(small_faces, name="faces"), replace=replace)
