"""Versions: an edit is never lost, never applied to what somebody else changed, and always undoable."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, with_labels
from emocore.data.editing import journal, mend, versions
from emocore.data.editing.edits import Edit
from emocore.data.editing.versions import StaleEditError
from emocore.errors import EmoError
from emocore.settings import CHECKOUT


def ids_of(dataset: Dataset, emotion: str, count: int = 3) -> tuple[str, ...]:
    return tuple(dataset.table["id"][dataset.table["emotion"] == emotion][:count])


def relabel(dataset: Dataset, ids: tuple[str, ...], to: str) -> Edit:
    old = dataset.table.set_index("id")["emotion"]
    return Edit("relabel", "emotion", ids, tuple(old[list(ids)]), (to,) * len(ids), "looks so")


def test_a_relabelled_dataset_is_a_new_version_with_another_fingerprint(faces: Dataset) -> None:
    ids = ids_of(faces, "happy")
    made = versions.commit(faces.name, [relabel(faces, ids, "neutral")], "Ada", "second look")
    now = library.load(faces.name)
    assert (made.number, made.who, made.reason, made.message) == (2, "Ada", "second look", "3 images relabeled")
    assert now.fingerprint == made.fingerprint != faces.fingerprint
    changed = now.table["emotion"] != faces.table["emotion"]
    assert tuple(now.table["id"][changed]) == ids
    assert set(now.table["emotion"][changed]) == {"neutral"}
    oracle = with_labels(faces.name, faces.images, now.table)
    assert (oracle.fingerprint, oracle.classes) == (now.fingerprint, now.classes)
    assert np.array_equal(oracle.labels, now.labels)
    assert isinstance(now.images, np.memmap)


def test_dropped_images_leave_the_table_but_not_the_disk(faces: Dataset, laboratory: Path) -> None:
    before = (laboratory / "datasets" / faces.name / "images.npy").read_bytes()
    mended = mend.drop(faces, [0, 5, 9])
    versions.save(mended.dataset, "Ada", mended.message, "blurred")
    now = library.load(faces.name)
    kept = np.setdiff1d(np.arange(len(faces)), [0, 5, 9])
    assert list(now.table["id"]) == list(faces.table["id"].iloc[kept])
    assert np.array_equal(now.images, faces.images[kept])
    assert isinstance(now.images, np.memmap)
    assert not now.images.flags.writeable
    assert np.array_equal(now.table["family"], mended.dataset.table["family"])
    assert now.fingerprint == mended.dataset.fingerprint
    assert (laboratory / "datasets" / faces.name / "images.npy").read_bytes() == before
    assert library.summary(faces.name).images == len(kept)


def test_a_version_is_restored_as_a_new_one_and_brings_back_what_was_dropped(faces: Dataset) -> None:
    versions.save(mend.drop(faces, [0, 5]).dataset, "Ada", "2 left out")
    versions.commit(faces.name, [relabel(library.load(faces.name), ids_of(faces, "neutral"), "happy")], "Bob")
    made = versions.restore(faces.name, 1, "Eve", "start again")
    now = library.load(faces.name)
    assert [version.number for version in versions.all_versions(faces.name)] == [4, 3, 2, 1]
    assert made.fingerprint == now.fingerprint == faces.fingerprint
    assert now.table.equals(faces.table)
    assert np.array_equal(now.images, faces.images)
    assert [edit.words() for edit in versions.difference(faces.name, 3, 1)] == [
        "2 images brought back",
        "3 images: label to neutral",
    ]


def test_an_older_version_can_be_loaded_and_found_by_its_fingerprint(faces: Dataset) -> None:
    versions.save(mend.drop(faces, [0, 5]).dataset, "Ada", "2 left out")
    versions.restore(faces.name, 1, "Ada")
    old = versions.load(faces.name, 2)
    assert len(old) == len(faces) - 2
    assert np.array_equal(old.images, np.delete(faces.images, [0, 5], axis=0))
    assert versions.with_fingerprint(faces.name, old.fingerprint) == 2
    assert versions.with_fingerprint(faces.name, faces.fingerprint) == 3
    assert versions.with_fingerprint(faces.name, "0" * 16) == 0
    assert versions.as_was(faces.name, old.fingerprint).fingerprint == old.fingerprint
    assert versions.as_was(faces.name, "0" * 16).fingerprint == library.load(faces.name).fingerprint
    with pytest.raises(EmoError, match="has no version 9"):
        versions.load(faces.name, 9)


def test_families_and_splits_of_mended_twins_are_kept_and_undone(faces: Dataset) -> None:
    mended = mend.keep_together(faces, np.array([[3, 40], [40, 41]]))
    versions.save(mended.dataset, "Ada", mended.message)
    now = library.load(faces.name)
    assert np.array_equal(now.table["family"], mended.dataset.table["family"])
    versions.restore(faces.name, 1, "Ada")
    assert np.array_equal(library.load(faces.name).table["family"], faces.table["family"])


def test_edits_of_two_people_that_touch_different_images_are_merged(faces: Dataset) -> None:
    first, second = ids_of(faces, "happy", 2)
    versions.commit(faces.name, [relabel(faces, (first,), "neutral")], "Ada")
    versions.save(with_word(faces, second, "surprised"), "Bob", "one relabeled", base=1)
    now = library.load(faces.name).table.set_index("id")["emotion"]
    assert (now[first], now[second]) == ("neutral", "surprised")


def test_a_stale_edit_is_refused_with_a_sentence_and_nothing_is_saved(faces: Dataset) -> None:
    (key,) = ids_of(faces, "happy", 1)
    versions.commit(faces.name, [relabel(faces, (key,), "neutral")], "Ada")
    with pytest.raises(versions.StaleEditError) as refused:
        versions.commit(faces.name, [relabel(faces, (key,), "surprised")], "Bob")
    assert (
        f"{key}, the label was happy when you saw it, now it is neutral, and you chose surprised"
        in refused.value.message
    )
    assert [stale.id for stale in refused.value.stale] == [key]
    assert library.summary(faces.name).version == 2
    assert [entry.who for entry in journal.entries(faces.name)] == ["Ada"]


def test_an_edit_that_is_so_already_makes_no_version(faces: Dataset) -> None:
    edit = relabel(faces, ids_of(faces, "happy"), "neutral")
    versions.commit(faces.name, [edit], "Ada")
    assert versions.commit(faces.name, [edit], "Bob").number == 2
    assert len(journal.entries(faces.name)) == 1


def test_a_class_that_would_be_too_small_is_refused(faces: Dataset) -> None:
    with pytest.raises(EmoError, match="Each class needs at least 2 pictures"):
        versions.commit(faces.name, [relabel(faces, ids_of(faces, "happy", 1), "sad")], "Ada")
    assert library.summary(faces.name).version == 1


def test_nobody_saves_without_a_name_or_other_images(faces: Dataset) -> None:
    with pytest.raises(EmoError, match="Enter a nickname first"):
        versions.commit(faces.name, [relabel(faces, ids_of(faces, "happy"), "neutral")], " ")
    table = faces.table.assign(id=[f"other/{key}" for key in faces.table["id"]])
    with pytest.raises(EmoError, match="its images are different"):
        versions.save(replace(faces, table=table), "Ada", "swapped")


def test_many_people_at_once_lose_no_edit(faces: Dataset) -> None:
    ids = ids_of(faces, "happy", 8)
    made: dict[str, int] = {}

    def save(who: str, key: str) -> None:
        made[who] = versions.commit(faces.name, [relabel(faces, (key,), "neutral")], who).number

    people = [threading.Thread(target=save, args=(f"person {number}", key)) for number, key in enumerate(ids)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    table = library.load(faces.name).table.set_index("id")
    assert set(table["emotion"][list(ids)]) == {"neutral"}
    assert library.summary(faces.name).version == 9
    assert {version.who: version.number for version in versions.all_versions(faces.name)[:-1]} == made
    assert {entry.who for entry in journal.entries(faces.name)} == {f"person {number}" for number in range(8)}


KILLED = """
import os, signal, sys
import {module}
from emocore.data.editing import versions
from emocore.data.editing.edits import Edit
def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{module}.{function} = dies
versions.commit({name!r}, [Edit("relabel", "emotion", ({key!r},), ("happy",), ("neutral",))], "Ada")
"""


def killed_at(faces: Dataset, module: str, function: str) -> str:
    (key,) = ids_of(faces, "happy", 1)
    script = KILLED.format(module=module, function=function, name=faces.name, key=key)
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, cwd=CHECKOUT, check=False)
    assert done.returncode == -signal.SIGKILL
    return key


def test_a_save_killed_after_the_journal_is_finished_by_the_next_who_looks(faces: Dataset) -> None:
    key = killed_at(faces, "emocore.data.library", "point_at")
    assert library.load(faces.name).fingerprint == faces.fingerprint
    assert versions.all_versions(faces.name)[0].who == "Ada"
    now = library.load(faces.name)
    assert now.table.set_index("id")["emotion"][key] == "neutral"
    assert now.fingerprint == with_labels("x", faces.images, now.table).fingerprint
    other = ids_of(faces, "surprised", 1)
    assert versions.commit(faces.name, [relabel(faces, other, "happy")], "Bob").number == 3


def test_a_save_killed_before_the_journal_left_everything_as_it_was(faces: Dataset) -> None:
    key = killed_at(faces, "emocore.data.editing.journal", "append_edits")
    assert versions.all_versions(faces.name)[0].number == 1
    assert library.load(faces.name).table.equals(faces.table)
    assert versions.commit(faces.name, [relabel(faces, (key,), "neutral")], "Ada").number == 2


def with_word(dataset: Dataset, key: str, emotion: str) -> Dataset:
    """The dataset with one image under another label."""
    table = dataset.table.assign(emotion=dataset.table["emotion"].mask(dataset.table["id"] == key, emotion))
    return with_labels(dataset.name, dataset.images, table)


def test_a_refusal_of_a_late_edit_comes_back_whole_from_a_worker(faces: Dataset) -> None:
    ids = ids_of(faces, "happy", 1)
    versions.commit(faces.name, [relabel(faces, ids, "focused")], "Ada")
    with pytest.raises(StaleEditError) as caught:
        versions.commit(faces.name, [relabel(faces, ids, "neutral")], "Grace")

    back = pickle.loads(pickle.dumps(caught.value))

    assert (back.message, back.code, back.stale) == (caught.value.message, "stale_edit", caught.value.stale)


def test_a_damaged_version_offers_the_one_before_and_its_edits_stay_in_the_history(faces: Dataset) -> None:
    ids = ids_of(faces, "happy")
    versions.commit(faces.name, [relabel(faces, ids, "neutral")], "Ann")
    (library.home(faces.name) / "versions" / "0002.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(EmoError, match="Version 2 of the dataset") as refused:
        library.load(faces.name)

    older = versions.newest_whole(faces.name)
    made = versions.replace_damaged(faces.name, "Ben")

    assert (refused.value.code, older, made.number) == ("damaged_version", 1, 3)
    assert made.message == "Version 1 restored, since version 2 could not be opened"
    assert library.load(faces.name).table["emotion"].tolist() == faces.table["emotion"].tolist()
    assert [version.number for version in versions.all_versions(faces.name)] == [3, 2, 1]
    versions.commit(faces.name, [relabel(faces, ids, "neutral")], "Ann")
    assert library.summary(faces.name).version == 4
