"""Labels leave as one csv and come back as edits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import versions
from emocore.data.editing.edits import Edit, applied
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.exchange import dataset_files
from emocore.runs import creation, store
from tests.laboratory import TINY


@pytest.mark.parametrize("column", ["emotion", "label", "Expression"])
def test_new_labels_in_a_plain_table_are_edits(small_faces: Dataset, column: str) -> None:
    first, second = small_faces.table["id"].iloc[[0, -1]]
    was = small_faces.table["emotion"].iloc[-1]
    content = f"filename,{column}\n{first},{was}\n{second},{was}\n".encode()

    found = dataset_files.read(small_faces, content, "new.csv")

    assert found.rows == 2
    assert [(edit.column, edit.ids, edit.new) for edit in found.edits] == [("emotion", (first,), (was,))]


def test_ten_counts_of_votes_become_labels_by_the_rule_of_ferplus_and_stay_as_attributes(small_faces: Dataset) -> None:
    ids = list(small_faces.table["id"][:3])
    header = "file,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    given = ("1,8,1,0,0,0,0,0,0,0", "5,5,0,0,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,10,0")
    rows = [f"{identity},{counts}" for identity, counts in zip(ids, given, strict=True)]

    edits = dataset_files.read(small_faces, "\n".join([header, *rows]).encode(), "votes.csv").edits

    labels = [edit for edit in edits if edit.column == "emotion"]
    was = small_faces.table["emotion"].iloc[0]
    assert [(edit.ids, edit.new) for edit in labels] == ([] if was == "happy" else [((ids[0],), ("happy",))])
    assert was != "happy"
    (happy,) = [edit for edit in edits if edit.column == "votes happiness" and edit.what == "attribute"]
    assert dict(zip(happy.ids, happy.new, strict=True)) == dict(zip(ids, ("8", "5", "0"), strict=True))


FER2013 = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
EKMAN = ("anger", "disgusted", "fearful", "happiness", "neutrality", "sadness", "surprised")


def called(classes: Sequence[str]) -> Dataset:
    """A face of noise for each class, in class folders."""
    table = pd.DataFrame(
        {"id": [f"train/{name}/{name}.png" for name in classes], "emotion": classes, "split": "train", "source": ""}
    )
    images = np.random.default_rng(0).integers(0, 256, (len(classes), 48, 48), dtype=np.uint8)
    return assemble("called", images, table)


def labels_of(dataset: Dataset, lines: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What a csv makes of the labels: class of the folder -> new label; and its notes, code -> sentence."""
    read = dataset_files.read(dataset, "\n".join(lines).encode(), "new.csv")
    new = {
        identity.split("/")[1]: word for edit in read.edits if edit.column == "emotion"
        for identity, word in zip(edit.ids, edit.new, strict=True)
    }  # fmt: skip
    return new, {note.code: note.message for note in read.notes}


@pytest.mark.parametrize(("here", "words"), [(FER2013, EKMAN), (EKMAN, FER2013)])
def test_other_words_for_classes_that_are_here_become_these_classes(here: Sequence[str], words: Sequence[str]) -> None:
    turned = dict(zip(here, (*here[1:], here[0]), strict=True))
    rows = [f"{name}.png,{words[here.index(turned[name])].title()}" for name in here]

    new, notes = labels_of(called(here), ["filename,emotion", *rows])

    assert new == turned
    assert set(notes) == {"label_words"}
    assert all(
        f"{word.title()} as {name} (1 image)" in notes["label_words"] for word, name in zip(words, here, strict=True)
    )


def test_votes_of_ferplus_become_the_words_of_the_dataset() -> None:
    header = "file,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    votes = [",".join("9" if column == wanted else "0" for column in range(10)) for wanted in range(8)]
    files = ("happy", "surprise", "sad", "angry", "disgust", "fear", "neutral")

    new, notes = labels_of(
        called(FER2013), [header, *(f"{a}.png,{b}" for a, b in zip(files, votes[:6] + votes[7:], strict=True))]
    )

    assert new == {
        "happy": "neutral", "surprise": "happy", "sad": "surprise", "angry": "sad", "disgust": "angry",
        "fear": "disgust", "neutral": "contempt",
    }  # fmt: skip
    assert notes["new_classes"].endswith("no class that is here and stay as they are: contempt (1 image).")


def test_words_that_say_what_is_there_already_change_nothing() -> None:
    rows = [f"{name}.png,{word}" for name, word in zip(FER2013, EKMAN, strict=True)]

    assert labels_of(called(FER2013), ["filename,emotion", *rows])[0] == {}


def test_words_for_no_class_that_is_here_stay_and_are_named() -> None:
    rows = ("angry.png,bored", "fear.png,silly", "happy.png,silly", "sad.png,SAD")

    new, notes = labels_of(called(FER2013), ["filename,emotion", *rows])

    assert new == {"angry": "bored", "fear": "silly", "happy": "silly"}
    assert set(notes) == {"new_classes"}
    assert notes["new_classes"].endswith("stay as they are: bored (1 image), silly (2 images).")


def test_the_command_line_tells_which_words_it_read_as_which_class(faces: Dataset, tmp_path: Path) -> None:
    first = faces.table["id"][faces.table["emotion"] == "happy"].iloc[0]
    (tmp_path / "new.csv").write_text(f"filename,emotion\n{first},surprise\n")

    output = dataset_files.import_from(faces.name, tmp_path / "new.csv", "command line")

    assert output["notes"] == [
        "new.csv: labels were read as the classes that are here: surprise as surprised (1 image)."
    ]
    assert library.load(faces.name).classes == faces.classes
    assert library.load(faces.name).table.set_index("id")["emotion"][first] == "surprised"


def test_an_attribute_with_an_underscore_is_never_taken_for_the_label(small_faces: Dataset) -> None:
    key, was = small_faces.table.loc[0, ["id", "emotion"]]
    text = f'filename,file_attributes\n{key},"{{""emotion"": ""{was}"", ""emotion_"": ""sad""}}"\n'

    edits = dataset_files.read(small_faces, text.encode(), "new.csv").edits

    assert {edit.column for edit in edits} == {"emotion_"}


def test_columns_with_names_of_our_own_become_attributes_and_change_no_image(
    small_faces: Dataset, laboratory: Path
) -> None:
    library.save(small_faces)
    before = dict(zip(small_faces.table["id"], small_faces.images.sum((1, 2)), strict=True))
    names = ["row of images.npy", "row", "part", "family", "source"]
    ids = list(small_faces.table["id"])
    lines = [f"{key},{','.join([str(len(ids) - row)] * len(names))}" for row, key in enumerate(ids)]
    found = dataset_files.read(small_faces, "\n".join([",".join(["filename", *names]), *lines]).encode(), "new.csv")
    versions.commit(small_faces.name, found.edits, "Ada")
    versions.commit(small_faces.name, [Edit("drop", "emotion", (ids[0],), (small_faces.table["emotion"][0],))], "Ada")

    now = library.load(small_faces.name)

    assert dict(zip(now.table["id"], now.images.sum((1, 2)), strict=True)) == {key: before[key] for key in ids[1:]}
    assert set(now.attributes) >= {f"{name}_" for name in names}
    run = creation.create(now, SplitPlan(), TINY)
    assert set(store.rows(run).columns) >= {"row", "row_", "part", "part_"}


@pytest.mark.parametrize("what", ["attribute", "add column", "remove column"])
@pytest.mark.parametrize("column", ["row", "part", "id", "row of images.npy", "Family"])
def test_no_edit_reaches_a_column_of_our_own_as_an_attribute(small_faces: Dataset, what: str, column: str) -> None:
    edit = Edit(what, column, (small_faces.table["id"][0],), ("",), ("x",))

    with pytest.raises(EmoError, match="An attribute cannot be called"):
        applied(small_faces.table, [edit])


def test_labels_that_went_out_and_come_back_change_nothing_however_attributes_are_written(
    small_faces: Dataset,
) -> None:
    table = small_faces.table.rename(columns={"gender": "Gender É", "age": "row_"})
    dataset = assemble(small_faces.name, np.array(small_faces.images), table)

    assert dataset_files.read(dataset, dataset_files.write(dataset), "labels.csv").edits == ()
