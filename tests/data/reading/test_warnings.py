"""An import warns of what would spoil training or its judgement, and refuses what cannot be trained."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emocore.data.dataset import Dataset, assemble
from emocore.data.layouts.plan import Part, Plan
from emocore.data.reading.warnings import check_classes, findings, reading
from emocore.errors import EmoError


def dataset(emotions: str, splits: str = "", same: tuple[int, ...] = (), **attributes: list[str]) -> Dataset:
    """One image a letter; splits by letter (t train, e test); images at `same` show one picture."""
    images = np.random.default_rng(0).integers(0, 256, (len(emotions), 48, 48), dtype=np.uint8)
    for row in same:
        images[row] = images[same[0]]
    words = {"t": "train", "e": "test"}
    table = pd.DataFrame(
        {"id": [f"{row:03d}.png" for row in range(len(emotions))], "emotion": list(emotions), **attributes}
    )
    table["split"] = [words[letter] for letter in splits] if splits else ""
    return assemble("few", images, table)


def codes(data: Dataset) -> list[str]:
    return [note.code for note in findings(data)]


def refused(emotions: str, splits: str = "") -> str:
    with pytest.raises(EmoError) as caught:
        check_classes(dataset(emotions, splits).table, "my.zip")
    assert caught.value.message.startswith("my.zip: ")
    return caught.value.code


def test_a_sound_dataset_raises_no_word() -> None:
    data = dataset("aabb", "tete", age=["old", "young"] * 2)

    check_classes(data.table, "my.zip")
    assert codes(data) == []


def test_too_few_classes_or_images_are_refused() -> None:
    assert refused("aaaa") == "too_few_classes"
    assert refused("aaab") == "too_few_images"


def test_a_test_class_that_is_never_trained_is_refused() -> None:
    assert refused("aabbcc", "ttttee") == "class_mismatch"


def test_a_class_five_times_the_smallest_is_noted() -> None:
    assert codes(dataset("aaaaaaaaaabb")) == ["imbalance"]
    assert codes(dataset("aaaaaaaaabb")) == []


def test_one_picture_under_two_classes_is_a_conflict() -> None:
    note = next(iter(findings(dataset("aabb", same=(1, 2)))))

    assert note.code == "label_conflict"
    assert "001.png, 002.png" in note.message


def test_a_test_picture_that_was_trained_on_is_a_leak() -> None:
    note = next(iter(findings(dataset("aabb", "tett", same=(0, 1)))))

    assert note.code == "train_test_leak"
    assert "001.png" in note.message
    assert "000.png" not in note.message
    assert "leaves such copies out" in note.message, "what the trainings of this program do with it"


def test_attributes_that_cannot_be_compared_are_noted() -> None:
    def codes_of(*words: str) -> list[str]:
        return codes(dataset("aabb", age=list(words)))

    assert codes_of("old", "old", "old", "old") == ["one_group"]
    assert codes_of("old", "old", "old", "young") == ["small_group"]
    assert codes_of("old", "", "young", "young") == ["missing_values", "small_group"]
    assert codes_of("Old", "Old", "old", "old") == ["similar_values"]
    assert codes_of("=1+1", "=1+1", "<b>", "<b>") == ["odd_values"]


def test_a_plain_folder_a_class_needs_no_word() -> None:
    assert reading(Plan("class folders", (Part("folder:1", "split"), Part("folder:2", "class")))) == []


def test_anything_else_is_told_with_what_speaks_for_it() -> None:
    (note,) = reading(Plan("KDEF", (Part("names", "class"), Part("names", "person")), ("File names such as AF01HAS.",)))

    assert note.code == "layout"
    assert note.message == "Read as KDEF. File names such as AF01HAS. (names is the class; names is the person)"


def test_a_question_to_the_person_is_told() -> None:
    assert [note.code for note in reading(Plan("class folders", questions=("What do 1 and 2 mean?",)))] == ["question"]


def test_a_class_that_no_training_part_would_have_is_told_when_it_comes_in() -> None:
    found = dataset("aaaaaabb", "tttteeee")

    (note,) = [note for note in findings(found) if note.code == "class_too_small"]
    assert "no image of b" in note.message
    assert "class_too_small" not in [note.code for note in findings(dataset("aaaabbbb", "tteettee"))]
