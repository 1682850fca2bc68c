"""Recipes varied by settings and by the shape of their network."""

from __future__ import annotations

import dataclasses

import pytest

from emocore.errors import EmoError
from emocore.learn import layers, variations
from emocore.learn.flaws import flawed, following_protocol
from emocore.learn.recipe import RECIPES, preset
from emocore.learn.recipe_parts import Block
from tests.laboratory import TINY

MAIN = RECIPES["report-main"]


def test_fewer_layers_are_the_reports_variants() -> None:
    assert variations.with_depth(MAIN, 1).blocks == RECIPES["report-variant-2"].blocks
    assert variations.with_depth(MAIN, 2).blocks == RECIPES["report-variant-1"].blocks
    assert variations.with_depth(MAIN, 3) == MAIN


def test_more_layers_double_the_filters_and_pool_while_there_is_something_to_pool() -> None:
    deep = variations.with_depth(MAIN, 7)

    assert [block.filters for block in deep.blocks] == [16, 32, 64, 128, 256, 256, 256]
    assert [block.pool for block in deep.blocks] == [2, 2, 2, 2, 2, 1, 1]
    assert layers.parameter_count(deep) > layers.parameter_count(MAIN)


def test_kernel_width_and_dropout_change_every_block() -> None:
    varied = variations.varied(
        MAIN, {"kernel": "9", "width": "0.5", "dropout": "0.2", "learning_rate": "3e-4", "mirror": "no"}
    )

    assert [(block.kernel, block.filters, block.dropout) for block in varied.blocks] == [
        (9, 8, 0.2),
        (9, 16, 0.2),
        (9, 32, 0.2),
    ]
    assert (varied.learning_rate, varied.mirror, varied.name) == (3e-4, False, MAIN.name)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"depth": "2.5"}, "whole number from 1 to 10"),
        ({"depth": "0"}, "depth=0"),
        ({"kernel": "4"}, "kernel=4 in block 1 is even"),
        ({"kernel": "big"}, "Use a number"),
        ({"blocks": "3"}, "'blocks' cannot be varied"),
        ({"learning_rate": "7"}, "learning_rate=7"),
    ],
)
def test_what_no_network_could_have_is_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(EmoError, match=message):
        variations.varied(MAIN, settings)


MAIN_OF_FACTORS = preset("report-main")


def test_the_corners_of_the_reports_case_are_the_corrected_protocol_and_its_ten_folds() -> None:
    recipes = variations.combinations(MAIN_OF_FACTORS, variations.FOLDS.factors)
    its = following_protocol(MAIN_OF_FACTORS, "its-ten-folds")

    assert len(recipes) == 8
    assert recipes[0] == MAIN_OF_FACTORS
    assert set(recipes[-1].flaws) == set(its.flaws)
    assert dataclasses.replace(recipes[-1], name=its.name, flaw=its.flaw) == its


def test_bits_of_the_place_say_which_cause_is_in() -> None:
    recipes = variations.combinations(MAIN_OF_FACTORS, variations.FOLDS.factors)
    for mask, recipe in enumerate(recipes):
        assert ("class-sorted" in recipe.flaws) == bool(mask & 1)
        assert ("stored-flips" in recipe.flaws, recipe.mirror) == (bool(mask & 2), not mask & 2)
        assert recipe.patience == MAIN_OF_FACTORS.patience + bool(mask & 4)


def test_two_recipes_differ_by_parts_and_the_last_combination_is_the_second() -> None:
    other = dataclasses.replace(TINY, blocks=(Block(8, 3, 4),), mirror=False, learning_rate=0.01, seed=9)
    found = variations.factors_between(TINY, flawed(other, "last-weights"))
    recipes = variations.combinations(TINY, found)

    assert [one.name for one in found] == ["network", "augmentation", "training", "protocol"]
    assert "learning rate" in found[2].words
    assert recipes[0] == TINY
    assert dataclasses.replace(recipes[-1], seed=9, name="x", flaw="") == dataclasses.replace(other, name="x")
    assert recipes[-1].flaws == ("last-weights",)


def test_a_flaw_that_goes_is_a_cause_too() -> None:
    first, second = flawed(TINY, "class-sorted,last-weights"), flawed(TINY, "last-weights")
    (only,) = variations.factors_between(first, second)

    assert [recipe.flaws for recipe in variations.combinations(first, (only,))] == [first.flaws, second.flaws]
    assert only.words.endswith("goes class-sorted.")


def test_recipes_that_differ_in_the_seed_alone_differ_by_chance() -> None:
    with pytest.raises(EmoError, match="is chance"):
        variations.factors_between(TINY, dataclasses.replace(TINY, seed=7, name="other"))
