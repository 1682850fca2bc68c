"""Protocols by name: what the report did, row by row, and what a recipe becomes under each."""

from __future__ import annotations

import numpy as np
import pytest

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.learn import named_protocols, presets, protocols
from emocore.learn.named_protocols import PROTOCOLS, following

FINAL = presets.named("report-final")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_each_protocol_can_be_followed_and_is_known_by_its_name(name: str) -> None:
    recipe = following(FINAL, name)

    assert recipe.flaws == PROTOCOLS[name].flaws
    assert recipe.name.startswith("FLAWED") == (name != "corrected")
    assert named_protocols.of(recipe) == (name if recipe.flaw else "")
    assert recipe.blocks == FINAL.blocks


def test_the_report_stops_after_one_more_epoch_than_its_patience() -> None:
    assert following(FINAL, "as-corrected-in-the-report").patience == FINAL.patience + 1
    assert following(FINAL, "corrected") == FINAL


def test_as_corrected_trains_on_every_training_image_and_its_flip_twins_too(twins: Dataset) -> None:
    drawn = split.make(twins, SplitPlan())
    recipe = following(FINAL, "as-corrected-in-the-report")
    made, parts = protocols.prepared(twins, drawn, recipe)

    assert len(drawn.left_out)
    assert len(parts.train) == 2 * (len(drawn.train) + len(drawn.validation) + len(drawn.left_out))
    assert len(parts.validation) == 0
    np.testing.assert_array_equal(made.images[parts.test], twins.images[drawn.test])
    np.testing.assert_array_equal(protocols.stopping_rows(parts, recipe), parts.test)
    assert (recipe.mirror, recipe.normalization) == (False, "per-pixel")


def test_as_first_published_shares_out_eight_variants_by_chance(twins: Dataset) -> None:
    recipe = following(FINAL, "as-first-published")
    made, parts = protocols.prepared(twins, split.make(twins, SplitPlan()), recipe)

    assert len(made) == 8 * len(twins)
    assert abs(len(parts.validation) / len(made) - 0.15) < 0.01
    assert len(protocols.fitted_on(parts, parts.train, recipe)) == len(made)


def test_its_folds_hold_a_tenth_of_the_rows_and_judge_flips(twins: Dataset) -> None:
    recipe, plan = following(FINAL, "its-ten-folds"), SplitPlan(folds=10, fold=3)
    made, parts = protocols.prepared(twins, split.make(twins, plan), recipe, plan)

    rows = 2 * len(split.pool(twins, plan))
    assert len(parts.train) + len(parts.test) == rows
    assert abs(len(parts.test) - rows / 10) < 1
    assert made.table["id"].iloc[parts.test].str.endswith("#1").any()


def test_what_is_no_protocol_or_flawed_already_is_refused() -> None:
    with pytest.raises(EmoError, match="Use as-first-published"):
        following(FINAL, "honest")
    with pytest.raises(EmoError, match="flawed already"):
        following(following(FINAL, "its-ten-folds"), "corrected")
