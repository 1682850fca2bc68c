"""The recipes that come with the program are the report's networks, and are found by name."""

from __future__ import annotations

import pytest

from emocore.errors import EmoError
from emocore.learn import presets
from emocore.learn.presets import RECIPES


def test_the_reports_networks_are_as_the_report_says() -> None:
    final, main = RECIPES["report-final"], RECIPES["report-main"]

    assert [(block.filters, block.kernel, block.pool) for block in final.blocks] == [
        (32, 3, 3),
        (64, 5, 3),
        (128, 7, 3),
    ]
    assert (final.activation, final.learning_rate, final.batch_size, final.epochs) == ("relu", 1e-4, 64, 100)
    assert [(block.filters, block.kernel, block.pool) for block in main.blocks] == [(16, 3, 2), (32, 5, 2), (64, 7, 2)]
    assert (main.activation, main.learning_rate, main.batch_size, main.epochs) == ("leaky_relu", 1e-3, 128, 50)
    report = [recipe for name, recipe in RECIPES.items() if name.startswith("report-")]
    assert len(report) == 4
    assert {(recipe.patience, recipe.weight_decay) for recipe in report} == {(4, 1e-3)}


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(EmoError, match="report-final") as caught:
        presets.named("report-best")

    assert caught.value.code == "no_recipe"
