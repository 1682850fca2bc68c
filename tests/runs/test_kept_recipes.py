"""A recipe that somebody kept is known by its name."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from emocore.errors import EmoError
from emocore.learn.recipe import RECIPES
from emocore.runs import kept_recipes
from tests.laboratory import TINY

ONE = dataclasses.replace(TINY, epochs=1)


def test_a_kept_recipe_is_known_by_its_name_and_can_be_forgotten(laboratory: Path) -> None:
    kept_recipes.keep(ONE, " mine ", "From a search.")

    assert kept_recipes.named("mine") == dataclasses.replace(ONE, name="mine")
    assert kept_recipes.description("mine") == "From a search."
    assert list(kept_recipes.all_recipes())[: len(RECIPES)] == list(RECIPES)
    for name in ("mine", "modern"):
        with pytest.raises(EmoError, match="already"):
            kept_recipes.keep(ONE, name, "")
    kept_recipes.forget("mine")
    with pytest.raises(EmoError, match="There is no recipe 'mine'"):
        kept_recipes.named("mine")
