"""Paths of public datasets are known by how they are built, and ordinary ones are not mistaken for them."""

from __future__ import annotations

import pytest

from emocore.data.layouts.patterns import named, recognized
from tests.public_layouts import LAYOUTS


@pytest.mark.parametrize(
    ("builder", "name"), [("kdef", "KDEF"), ("jaffe", "JAFFE"), ("ferg", "FERG"), ("sfew", "SFEW")]
)
def test_paths_are_recognized(builder: str, name: str) -> None:
    found = recognized(list(LAYOUTS[builder]().files))

    assert found is not None
    assert found[0].name == name


def test_ordinary_folders_are_not() -> None:
    assert recognized([f"train/{word}/{n}.jpg" for word in ("happy", "sad") for n in range(9)]) is None
    assert named([f"happy/im_{n}.jpg" for n in range(9)]) is None


def test_a_few_strange_names_among_ordinary_ones_are_no_pattern() -> None:
    assert recognized(["AF01HAS.JPG", "AF01SAS.JPG", *(f"x/{n}.jpg" for n in range(8))]) is None


def test_copies_that_roboflow_made_share_what_stands_before_the_code() -> None:
    found = named([f"a_jpg.rf.{n:032x}.jpg" for n in range(3)])

    assert found is not None
    assert {match["original"] for match in found[1] if match} == {"a_jpg"}
