"""Pictures of one person or one film on both sides are found where an attribute says so, in data and in runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from emocore.audit.run_findings import checked_run, run_findings
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from tests.laboratory import findings_by_code
from tests.trained import trained

UNTOLD = "Neither an attribute nor the file names of near copies say which person or film an image shows."


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
    assert f"{judged:,} of {judged} judged images have the same {name} as a training image" in found.message
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
    assert "judged images have the same person" in found.message


def test_where_nothing_names_people_it_is_unknown(faces: Dataset) -> None:
    (finding,) = [one for one in checked_run(trained(faces)) if one.code == "same_person_across_splits"]
    assert (finding.state, finding.message) == ("unknown", UNTOLD)


def filmed(faces: Dataset, films: int = 16, is_split: bool = True, are_alike: bool = True) -> Dataset:
    """Four frames of each film, nearly alike, named as films are; the frames of each stand in all parts."""
    random = np.random.default_rng(1)
    per_film = np.flatnonzero(faces.table["split"] == "train")[:: 96 // films][:films]
    rows = np.repeat(per_film, 4)
    images = faces.images[rows].astype(np.int16)
    if are_alike:
        images += random.integers(-6, 7, images.shape).astype(np.int16)
    else:
        images = faces.images[random.permutation(len(faces))[: len(rows)]].astype(np.int16)
    emotions = faces.table["emotion"].to_numpy()[rows]
    of_film = list(enumerate(emotions[::4]))
    names = [f"{word}/T{film:03}_{film % 3}_{frame:04}.png" for film, word in of_film for frame in range(4)]
    parts = np.tile(["train", "train", "validation", "test"], films) if is_split else [""] * len(rows)
    table = pd.DataFrame({"id": names, "emotion": emotions, "split": parts, "source": names})
    return assemble("filmed", images.clip(0, 255).astype(np.uint8), table)


def test_frames_of_a_film_are_a_high_finding_by_their_names_where_near_copies_confirm_it(faces: Dataset) -> None:
    (found,) = findings_by_code(filmed(faces))["same_person_across_splits"]

    assert (found.severity, found.count) == ("high", 32)
    assert "File names that begin alike (such as T0" in found.message
    assert "32 of 32 judged images have the same film or person" in found.message


def test_without_parts_any_new_split_would_tear_a_film(faces: Dataset) -> None:
    (found,) = findings_by_code(filmed(faces, is_split=False))["same_person_across_splits"]

    assert (found.severity, found.count) == ("high", 64)
    people = findings_by_code(with_people(replace(faces, table=faces.table.assign(split="")), 8))
    assert [one.severity for one in people["same_person_across_splits"]] == ["high"]


def test_names_alone_prove_nothing(faces: Dataset) -> None:
    assert findings_by_code(filmed(faces, are_alike=False))["same_person_across_splits"] == []


def test_a_run_on_frames_of_films_says_so_by_names_too(faces: Dataset) -> None:
    library.save(filmed(faces))
    (found,) = [one for one in run_findings(trained(filmed(faces))) if one.code == "same_person_across_splits"]

    assert found.severity == "high"
    assert "File names that begin alike" in found.message
