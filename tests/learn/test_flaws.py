"""Flaws are a set: one as before, several joined by commas, and a sentence for those that cannot be at once."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.errors import EmoError
from emocore.learn.flaws import FLAWS, flawed, in_words
from emocore.learn.recipe import recipe_from_json
from tests.laboratory import TINY


def test_one_flaw_is_written_as_before_and_several_by_commas() -> None:
    one, three = flawed(TINY, "test-stops"), flawed(TINY, " augment-first, test-stops,upside-down,test-stops")

    assert (one.name, one.to_json()["flaw"]) == ("FLAWED tiny: test-stops", "test-stops")
    assert three.to_json()["flaw"] == "augment-first,test-stops,upside-down"
    assert (three.upside_down, three.mirror) == (True, False)
    assert recipe_from_json(three.to_json()) == three
    assert flawed(TINY, "") == TINY


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("test-stops,no-validation", "cannot go together"),
        ("scaler-all,scaler-group", "both decide what normalization is fitted on"),
        ("stored-flips,augment-first", "both decide which copies are stored"),
        ("validation-trained", "Use test-stops,validation-trained"),
        ("test-stops,cheat", "There is no flaw 'cheat'"),
    ],
)
def test_what_cannot_be_at_once_is_refused_in_one_sentence_with_the_next_step(names: str, says: str) -> None:
    with pytest.raises(EmoError, match=says):
        flawed(TINY, names)


def test_a_recipe_from_a_file_refuses_what_is_no_set() -> None:
    values = flawed(TINY, "test-stops").to_json()
    for text in ("test-stops,test-stops", "test-stops,", "test-stops;last-weights"):
        with pytest.raises(EmoError, match="is not possible"):
            recipe_from_json(values | {"flaw": text})


def test_a_long_set_still_has_a_name_that_a_recipe_may_have() -> None:
    long = flawed(dataclasses.replace(TINY, name="x" * 60), "test-stops,last-weights,class-sorted")
    assert len(long.name) == 60
    assert long.name.startswith("FLAWED ")


def test_flaws_are_named_in_a_sentence() -> None:
    assert in_words(("test-stops", "last-weights")) == "stop on the test part and best epoch not restored"
    assert all(flaw.words and flaw.message.endswith(".") for flaw in FLAWS.values())
