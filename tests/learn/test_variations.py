"""Recipes varied by settings and by the shape of their network."""

from __future__ import annotations

import pytest

from emocore.errors import EmoError
from emocore.learn import layers, variations
from emocore.learn.presets import RECIPES

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
