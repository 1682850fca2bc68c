"""An edit is told as old and new, applied to a table, and refused where it is out of date."""

from __future__ import annotations

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, with_labels
from emocore.data.editing import edits, mend, versions
from emocore.data.editing.edits import Edit
from emocore.errors import EmoError


def ids_of(dataset: Dataset, emotion: str, count: int = 3) -> tuple[str, ...]:
    return tuple(dataset.table["id"][dataset.table["emotion"] == emotion][:count])


def relabel(dataset: Dataset, ids: tuple[str, ...], to: str) -> Edit:
    old = dataset.table.set_index("id")["emotion"]
    return Edit("relabel", "emotion", ids, tuple(old[list(ids)]), (to,) * len(ids), "looks so")


def test_an_attribute_leaves_the_fingerprint_as_it_was(faces: Dataset) -> None:
    ids = ids_of(faces, "happy")
    edit = [Edit("add column", "glasses"), Edit("attribute", "glasses", ids, ("unknown",) * 3, ("yes",) * 3)]
    made = versions.commit(faces.name, edit, "Ada")
    table = library.load(faces.name).table
    assert made.fingerprint == faces.fingerprint
    assert table["glasses"].value_counts().to_dict() == {"unknown": len(faces) - 3, "yes": 3}
    assert library.summary(faces.name).attributes == (*faces.attributes, "glasses")


def test_an_edit_of_an_image_that_was_left_out_meanwhile_is_refused(faces: Dataset) -> None:
    edit = relabel(faces, (faces.table["id"][0],), "neutral")
    versions.save(mend.drop(faces, [0]).dataset, "Ada", "1 left out")
    with pytest.raises(versions.StaleEditError, match="now the image is left out"):
        versions.commit(faces.name, [edit], "Bob")


def test_every_difference_leads_from_one_table_to_the_other(faces: Dataset) -> None:
    dropped = mend.drop(with_word(faces, faces.table["id"][7], "neutral"), [1, 30]).dataset
    found = edits.difference(faces.table, dropped.table)
    assert edits.applied(faces.table, found).table.equals(dropped.table)


def with_word(dataset: Dataset, key: str, emotion: str) -> Dataset:
    """The dataset with one image under another label."""
    table = dataset.table.assign(emotion=dataset.table["emotion"].mask(dataset.table["id"] == key, emotion))
    return with_labels(dataset.name, dataset.images, table)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("\tage now", "Use age now."),
        ("\u202egla\u200bsses", "Use glasses."),
        ("glasse\u0301", "Use glassé."),
        ("AGE", "Use AGE 2."),
        ("a" * 99, "Use aaa"),
        (" ", "Use visible letters."),
        ("Row of images.npy", "the program uses that name itself. Choose another name."),
        ("part", "the program uses that name itself. Choose another name."),
    ],
)
def test_an_edit_gives_no_attribute_a_name_that_no_other_door_would(faces: Dataset, name: str, called: str) -> None:
    for wanted in (Edit("add column", name), Edit("attribute", name, ids_of(faces, "happy", 1), ("unknown",), ("x",))):
        with pytest.raises(EmoError) as refused:
            edits.applied(faces.table, [wanted])

        assert refused.value.code == "bad_name"
        assert called in refused.value.message


def test_an_attribute_that_an_older_program_named_so_can_still_be_edited(faces: Dataset) -> None:
    table = faces.table.rename(columns={"age": "\tAGE"})
    (key,) = ids_of(faces, "happy", 1)
    old = str(table.set_index("id")["\tAGE"][key])

    changed = edits.applied(table, [Edit("attribute", "\tAGE", (key,), (old,), ("old",))])

    assert changed.table.set_index("id")["\tAGE"][key] == "old"
