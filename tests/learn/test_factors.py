"""Causes of a difference become recipes, one for every combination of them."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.errors import EmoError
from emocore.learn import factors, presets
from emocore.learn.flaws import flawed
from emocore.learn.named_protocols import following
from emocore.learn.recipe_parts import Block
from tests.laboratory import TINY

MAIN = presets.named("report-main")


def test_the_corners_of_the_reports_case_are_the_corrected_protocol_and_its_ten_folds() -> None:
    recipes = factors.combinations(MAIN, factors.FOLDS.factors)
    its = following(MAIN, "its-ten-folds")

    assert len(recipes) == 8
    assert recipes[0] == MAIN
    assert set(recipes[-1].flaws) == set(its.flaws)
    assert dataclasses.replace(recipes[-1], name=its.name, flaw=its.flaw) == its


def test_bits_of_the_place_say_which_cause_is_in() -> None:
    recipes = factors.combinations(MAIN, factors.FOLDS.factors)
    for mask, recipe in enumerate(recipes):
        assert ("class-sorted" in recipe.flaws) == bool(mask & 1)
        assert ("stored-flips" in recipe.flaws, recipe.mirror) == (bool(mask & 2), not mask & 2)
        assert recipe.patience == MAIN.patience + bool(mask & 4)


def test_two_recipes_differ_by_parts_and_the_last_combination_is_the_second() -> None:
    other = dataclasses.replace(TINY, blocks=(Block(8, 3, 4),), mirror=False, learning_rate=0.01, seed=9)
    found = factors.between(TINY, flawed(other, "last-weights"))
    recipes = factors.combinations(TINY, found)

    assert [one.name for one in found] == ["network", "augmentation", "training", "protocol"]
    assert "learning rate" in found[2].words
    assert recipes[0] == TINY
    assert dataclasses.replace(recipes[-1], seed=9, name="x", flaw="") == dataclasses.replace(other, name="x")
    assert recipes[-1].flaws == ("last-weights",)


def test_a_flaw_that_goes_is_a_cause_too() -> None:
    first, second = flawed(TINY, "class-sorted,last-weights"), flawed(TINY, "last-weights")
    (only,) = factors.between(first, second)

    assert [recipe.flaws for recipe in factors.combinations(first, (only,))] == [first.flaws, second.flaws]
    assert only.words.endswith("goes class-sorted.")


def test_recipes_that_differ_in_the_seed_alone_differ_by_chance() -> None:
    with pytest.raises(EmoError, match="is chance"):
        factors.between(TINY, dataclasses.replace(TINY, seed=7, name="other"))
