"""Recipes that people kept, one JSON file each, beside those that come with the program."""

from __future__ import annotations

import dataclasses
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from emocore import files, moves, records, settings
from emocore.errors import EmoError
from emocore.files import write_json
from emocore.learn.recipe import DESCRIPTIONS, RECIPES, Recipe
from emocore.records import Damaged
from emocore.runs.run import slug


@dataclass(frozen=True)
class _File:
    """A kept recipe and what is said of it."""

    recipe: Recipe
    description: Annotated[str, Field(alias="about")] = ""


def all_recipes() -> dict[str, Recipe]:
    """All recipes by name, those of the program first. A damaged file is passed over."""
    kept = {one.recipe.name: one.recipe for one in _listed()[0]}
    return RECIPES | {name: recipe for name, recipe in kept.items() if name not in RECIPES}


def damaged() -> list[Damaged]:
    """The files of recipes that cannot be read."""
    return _listed()[1]


def _listed() -> tuple[list[_File], list[Damaged]]:
    return records.listed(sorted(_home().glob("*.json")), lambda path: records.read(_File, path))


def description(name: str) -> str:
    """What is said of a recipe, or ""."""
    if name in DESCRIPTIONS:
        return DESCRIPTIONS[name]
    with suppress(EmoError):
        return records.read(_File, _path(name)).description
    return ""


def named(name: str) -> Recipe:
    """A recipe of the program or of a person. Raises EmoError "no_recipe" naming those that exist."""
    found = all_recipes()
    if name not in found:
        raise EmoError(f"There is no recipe {name!r}. Use {', '.join(found)}.", "no_recipe")
    return found[name]


def keep(recipe: Recipe, name: str, words: str) -> Recipe:
    """Keep a recipe under a name of its own. Raises EmoError "bad_value" or "name_taken"."""
    kept = dataclasses.replace(recipe, name=name.strip())
    path = _path(kept.name)
    if kept.name in all_recipes() or path.exists():
        raise EmoError(f"There is already a recipe {kept.name!r}. Choose another name.", "name_taken")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"recipe": kept.to_json(), "about": words})
    return kept


def forget(name: str) -> tuple[Recipe, str]:
    """Move a kept recipe to the trash and give what `keep_again` needs; runs that were trained by it keep theirs.

    Raises EmoError "no_recipe".
    """
    path = _path(name)
    if not path.exists():
        raise EmoError(f"{name!r} is not a saved recipe, so it cannot be deleted.", "no_recipe")
    forgotten = named(name), description(name)
    moves.together([(path, files.trash("recipes") / f"{path.stem}-{secrets.token_hex(4)}.json")])
    return forgotten


def keep_again(forgotten: tuple[Recipe, str]) -> None:
    """Bring back what `forget` gave. Raises EmoError "name_taken"."""
    recipe, words = forgotten
    keep(recipe, recipe.name, words)


def _home() -> Path:
    return settings.data_dir() / "recipes"


def _path(name: str) -> Path:
    return _home() / f"{slug(name) or 'recipe'}.json"
