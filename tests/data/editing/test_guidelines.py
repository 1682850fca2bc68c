"""Each class has its guideline, with its source; people may write their own."""

from __future__ import annotations

from emocore.data.dataset import Dataset
from emocore.data.editing import guidelines, journal


def test_every_class_of_the_report_has_its_guideline_with_its_source() -> None:
    assert set(guidelines.GIVEN) == {"focused", "happy", "neutral", "surprised"}
    assert all("the report, figure 3." in guideline.source for guideline in guidelines.GIVEN.values())


def test_a_guideline_is_rewritten_for_one_dataset_signed_and_set_back(faces: Dataset) -> None:
    guidelines.write(faces.name, "happy", "Teeth to be seen.", "Ada")
    known = guidelines.read(faces.name, (*faces.classes, "bored"))
    assert (known["happy"].text, known["happy"].source) == ("Teeth to be seen.", "written by Ada")
    assert known["neutral"] == guidelines.GIVEN["neutral"]
    assert known["bored"].text == ""
    guidelines.write(faces.name, "happy", "", "Ada")
    assert guidelines.read(faces.name, faces.classes)["happy"] == guidelines.GIVEN["happy"]
    assert [entry.edit.reason for entry in journal.entries(faces.name)] == [
        "Guideline of happy set back",
        "Guideline of happy written: Teeth to be seen.",
    ]
