"""Copies of a picture are found by pixels, and a stored copy is told from its original."""

from __future__ import annotations

import numpy as np

from emocore.data.copies.hashes import families, stored_copies

FACES = np.random.default_rng(5).integers(0, 256, (4, 48, 48), dtype=np.uint8)


def test_turned_pictures_are_one_family() -> None:
    first, second = FACES[0], FACES[1]
    images = np.stack([first, second, first[:, ::-1], first[::-1], first[::-1, ::-1], second])

    assert list(families(images)) == [0, 1, 0, 0, 0, 1]


def test_an_upside_down_copy_is_found_whatever_its_name() -> None:
    images = np.stack([FACES[0], FACES[1], FACES[2], FACES[0][::-1]])

    assert stored_copies(images, ["a/im10.png", "a/im11.png", "a/im12.png", "a/b.png"]) == {3: (0, "upside-down copy")}


def test_of_two_twins_the_commoner_kind_of_name_is_the_original() -> None:
    images = np.stack([FACES[0][::-1], FACES[0], FACES[1], FACES[2][::-1, ::-1], FACES[2]])
    ids = ["a/x.png", "a/im1.png", "a/im2.png", "a/qq.png", "a/im3.png"]

    assert stored_copies(images, ids) == {0: (1, "upside-down copy"), 3: (4, "half-turn copy")}


def test_a_mirrored_twin_counts_only_where_its_name_continues_the_originals() -> None:
    images = np.stack([FACES[0], FACES[0][:, ::-1], FACES[1], FACES[1][:, ::-1]])

    assert stored_copies(images, ["a/1.png", "a/1_mirrored.png", "a/2.png", "a/3.png"]) == {1: (0, "mirror copy")}


def test_a_parent_is_never_a_copy_itself() -> None:
    images = np.stack([FACES[0], FACES[0][::-1], FACES[0][::-1], FACES[0][::-1, ::-1]])
    copies = stored_copies(images, ["a/1.png", "a/1_b.png", "a/1_b_c.png", "a/1_b_d.png"])

    assert copies.keys() == {1, 2, 3}
    assert {parent for parent, _ in copies.values()} == {0}


def test_a_picture_that_is_its_own_mirror_image_is_no_copy() -> None:
    assert stored_copies(np.zeros((3, 48, 48), np.uint8), ["a.png", "ab.png", "abc.png"]) == {}
