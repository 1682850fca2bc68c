"""Pictures of one person or one film on both sides are found where an attribute says so, in data and in runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emocore.audit.run_checks import checked
from emocore.audit.run_findings import run_findings
from emocore.data.dataset import Dataset
from tests.laboratory import findings_by_code
from tests.trained import trained


def with_people(faces: Dataset, persons: int, name: str = "person") -> Dataset:
    """The same faces, each of one of some persons, who stand in all parts."""
    words = [f"p{number:02}" for number in np.arange(len(faces)) % persons]
    return replace(faces, table=faces.table.assign(**{name: words}))


@pytest.mark.parametrize("name", ["person", "Subject ID", "film", "video_name", "identity"])
def test_persons_and_films_on_both_sides_are_a_high_finding(faces: Dataset, name: str) -> None:
    (found,) = findings_by_code(with_people(faces, 8, name))["same_person_across_splits"]

    judged = int((faces.table["split"] == "test").sum())
    assert found.severity == "high"
    assert found.count == judged
    assert f"{judged:,} of {judged} judged images share their {name} with images in training" in found.message
    assert "8 values" in found.message


def test_other_attributes_and_values_of_one_image_each_tell_of_nobody(faces: Dataset) -> None:
    assert findings_by_code(with_people(faces, 8, "age group"))["same_person_across_splits"] == []
    assert findings_by_code(with_people(faces, len(faces)))["same_person_across_splits"] == []


def test_persons_who_stay_on_one_side_are_no_finding(faces: Dataset) -> None:
    sides = faces.table["split"].map({"train": "a", "test": "b"}).fillna("c")
    dataset = replace(faces, table=faces.table.assign(person=[f"{side}{n % 4}" for n, side in enumerate(sides)]))
    assert findings_by_code(dataset)["same_person_across_splits"] == []


def test_a_run_says_so_too_unless_each_person_was_kept_on_one_side(faces: Dataset) -> None:
    dataset = with_people(faces, 8)
    mixed = trained(dataset)
    (found,) = [one for one in run_findings(mixed) if one.code == "same_person_across_splits"]
    assert found.severity == "high"
    assert "judged images share their person" in found.message


def test_where_nothing_names_people_it_is_unknown(faces: Dataset) -> None:
    (told,) = [one for one in checked(trained(faces)) if one.code == "same_person_across_splits"]
    assert (told.state, told.message) == ("unknown", "No attribute says which person or film an image shows.")
