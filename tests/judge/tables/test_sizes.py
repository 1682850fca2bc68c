"""Numbers of images that scores need are found, and those that are told are held against them."""

from __future__ import annotations

from emocore.judge.tables import sizes
from emocore.judge.tables.cells import ROUNDED
from emocore.judge.tables.lines import Check, Claim
from emocore.judge.tables.reading import read_table


def claims(check: Check, text: str, total: int | None = None) -> list[Claim]:
    return list(check(read_table(text).lines, ROUNDED, total))


def test_a_score_that_no_number_of_right_answers_gives_is_named_with_its_neighbors() -> None:
    (found,) = claims(sizes.unreachable, "Group,n,Accuracy\nmale,215,0.7102325581395349\n")
    assert "152 right would be 0.70698 and 153 right would be 0.71163" in found.message


def test_counts_in_a_cell_are_held_against_its_score() -> None:
    assert claims(sizes.unreachable, "Group,Accuracy\nmale,.730 (157/215)\n") == []
    assert [each.code for each in claims(sizes.unreachable, "Group,Accuracy\nmale,.740 (157/215)\n")] == [
        "counts_differ"
    ]


def test_groups_without_a_size_must_leave_room_for_one_another() -> None:
    text = f"Attribute,Group,Accuracy,n\nage,a,{201 / 289!r},\nage,b,.5,150\n"
    assert claims(sizes.without_sizes, text, 440) == []
    (found,) = claims(sizes.without_sizes, text, 430)
    assert found.code == "no_common_total"
    assert "at least 439 images" in found.message


def test_a_score_that_fits_no_number_of_images_up_to_the_bound_says_the_bound() -> None:
    text = "Group,Accuracy\nmale,0.7102325581395349\n"
    assert claims(sizes.without_sizes, text) == []
    (found,) = claims(sizes.without_sizes, text, 2149)
    assert "up to the 2,149 in all" in found.message
    assert claims(sizes.without_sizes, text, 2150) == []


def test_two_slicings_with_no_common_number_of_images_may_leave_some_out() -> None:
    text = (
        f"Attribute,Group,Accuracy\nage,a,{101 / 307!r}\nage,b,{202 / 311!r}\nsex,f,{9 / 5003!r}\nsex,m,{4 / 4799!r}\n"
    )
    (found,) = claims(sizes.without_sizes, text)
    assert found.only_if.startswith("if images without")


def test_the_smallest_sizes_that_fit_three_groups_are_inferred() -> None:
    rows = "".join(f"age,{name},{right / n!r}\n" for name, right, n in (("a", 5, 17), ("b", 7, 19), ("c", 11, 23)))
    (found,) = claims(sizes.inferred, "Attribute,Group,Accuracy\n" + rows)
    assert "a 17, b 19 and c 23. Together they are 59 images." in found.message


def test_a_size_in_a_name_is_held_against_its_column() -> None:
    (found,) = claims(sizes.stated_otherwise, "Group,n,Accuracy\nmale (235),215,.730\nfemale (189),189,.656\n")
    assert "male: 235 images are stated, but 215 are counted in the table." in found.message
