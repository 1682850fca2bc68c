"""The usual split is told beside splits that keep copies, films and persons on one side."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks import persons_apart
from emocore.data.reading import readers
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block

RECIPE = Recipe(
    "small",
    (Block(6, 3, 6),),
    normalization="per-image",
    mirror=False,
    learning_rate=1e-2,
    batch_size=16,
    epochs=12,
    patience=0,
    keep="last",
)


def ck48(folder: Path) -> Path:
    """32 films of 8 persons, three frames each; what a film shows has nothing to do with its label."""
    random = np.random.default_rng(5)
    for film in range(32):
        emotion = ("anger", "happy")[film % 2]
        (folder / emotion).mkdir(parents=True, exist_ok=True)
        shown = np.kron(random.integers(30, 220, (8, 8)), np.ones((6, 6)))
        for frame in range(3):
            gray = (shown + random.normal(0, 25, (48, 48))).clip(0, 255).astype(np.uint8)
            name = f"S{film // 4:03}_{film % 4:03}_{frame + 11:08}.png"
            Image.fromarray(gray).save(folder / emotion / name)
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = ck48(tmp_path_factory.mktemp("ck") / "CK+48")
    dataset = readers.read_whole(folder, "CK48").dataset
    return persons_apart.measured(dataset, RECIPE, 2, 1)


@pytest.mark.long
def test_what_was_learned_by_heart_counts_the_usual_way_and_not_with_films_or_persons_apart(
    found: dict[str, Any],
) -> None:
    ways = found["ways"]

    assert list(ways) == ["usual", "copies", "film", "person"]
    assert ways["usual"]["accuracy"] > 0.7
    assert ways["film"]["accuracy"] < 0.65
    assert ways["person"]["accuracy"] < 0.65
    assert found["groups"] == {"film": 32, "person": 8}


def test_every_image_is_judged_once_each_way(found: dict[str, Any]) -> None:
    assert {(way["n"], way["trainings"], way["left_out"]) for way in found["ways"].values()} == {(96, 2, 0)}
    assert len(persons_apart.sentences(found)) == 5


def test_an_interval_counts_frames_of_one_person_as_far_as_they_vary_together(found: dict[str, Any]) -> None:
    low, high = found["ways"]["film"]["interval"]

    assert high - low > 2 * 1.96 * 0.5 / 96**0.5


@pytest.mark.parametrize("way", ["film", "person"])
def test_no_film_and_no_person_stands_on_both_sides(way: str, tmp_path: Path) -> None:
    dataset = readers.read_whole(ck48(tmp_path / "CK+48"), "CK48").dataset
    names = dataset.table[way].to_numpy()

    splits = list(persons_apart.parts(dataset, way, 4, 0))

    assert sorted(np.concatenate([one.test for one in splits])) == list(range(96))
    for one in splits:
        assert not set(names[one.test]) & set(names[one.train])
        assert len(one.validation)


def test_where_the_dataset_brings_a_test_part_copies_of_it_leave_training_and_the_test_images_stay(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(1)
    for part, number in (("train", 40), ("test", 20)):
        for place in range(number):
            folder = tmp_path / "faces" / part / ("happy", "sad")[place % 2]
            folder.mkdir(parents=True, exist_ok=True)
            gray = np.kron(random.integers(30, 220, (12, 12)), np.ones((4, 4))).astype(np.uint8)
            Image.fromarray(gray).save(folder / f"{place}.png")
    Image.fromarray(gray // 2 + 20).save(tmp_path / "faces" / "train" / "sad" / "twin.png")
    dataset = persons_apart.with_families(readers.read_whole(tmp_path / "faces", "faces").dataset)

    [usual], [apart] = (list(persons_apart.parts(dataset, way, 10, 0)) for way in ("usual", "copies"))

    assert len(usual.left_out) == 0
    assert [dataset.table["id"].iloc[row].endswith("twin.png") for row in apart.left_out] == [True]
    assert usual.test.tolist() == apart.test.tolist()
    assert len(usual.test) == 20


def test_the_program_prints_what_it_measured_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(2)
    (tmp_path / "jaffe").mkdir()
    for number, (person, emotion) in enumerate([("KA", "HA"), ("KA", "SA"), ("KL", "HA"), ("KL", "SA")] * 3):
        gray = np.kron(random.integers(30, 220, (12, 12)), np.ones((4, 4))).astype(np.uint8)
        Image.fromarray(gray).save(tmp_path / "jaffe" / f"{person}.{emotion}{number // 4 + 1}.{number}.png")
    words = ["persons_apart", str(tmp_path / "jaffe"), "--recipe", "report-variant-2", "--epochs", "1"]
    monkeypatch.setattr(sys, "argv", [*words, "--folds", "2", "--threads", "1", "--json"])

    assert persons_apart.main() == 0

    found = json.loads(capsys.readouterr().out)
    assert found["groups"] == {"person": 2}
    assert [way["n"] for way in found["ways"].values()] == [12, 12, 12]
