"""Flaws are a set: one as before, several joined by commas, and a sentence for those that cannot be at once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from emocore.data import split
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.learn import flaws, protocols
from emocore.learn.flaws import FLAWS, PROTOCOLS, flawed, following_protocol, in_words
from emocore.learn.recipe import preset, recipe_from_json
from tests.laboratory import TINY


def test_one_flaw_is_written_as_before_and_several_by_commas() -> None:
    one, three = flawed(TINY, "test-stops"), flawed(TINY, " augment-first, test-stops,upside-down,test-stops")

    assert (one.name, one.to_json()["flaw"]) == ("FLAWED tiny: test-stops", "test-stops")
    assert three.to_json()["flaw"] == "augment-first,test-stops,upside-down"
    assert (three.upside_down, three.mirror) == (True, False)
    assert recipe_from_json(three.to_json()) == three
    assert flawed(TINY, "") == TINY


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("test-stops,no-validation", "cannot be combined"),
        ("scaler-all,scaler-group", "both decide which images are used for normalization"),
        ("stored-flips,augment-first", "both decide which copies are stored"),
        ("validation-trained", "Use test-stops,validation-trained"),
        ("test-stops,cheat", "There is no flaw 'cheat'"),
    ],
)
def test_what_cannot_be_at_once_is_refused_in_one_sentence_with_the_next_step(names: str, message: str) -> None:
    with pytest.raises(EmoError, match=message):
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


FINAL = preset("report-final")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_each_protocol_can_be_followed_and_is_known_by_its_name(name: str) -> None:
    recipe = following_protocol(FINAL, name)

    assert recipe.flaws == PROTOCOLS[name].flaws
    assert recipe.name.startswith("FLAWED") == (name != "corrected")
    assert flaws.protocol_of(recipe) == (name if recipe.flaw else "")
    assert recipe.blocks == FINAL.blocks


def test_the_report_stops_after_one_more_epoch_than_its_patience() -> None:
    assert following_protocol(FINAL, "as-corrected-in-the-report").patience == FINAL.patience + 1
    assert following_protocol(FINAL, "corrected") == FINAL


def test_as_corrected_trains_on_every_training_image_and_its_flip_twins_too(twins: Dataset) -> None:
    drawn = split.make(twins, SplitPlan())
    recipe = following_protocol(FINAL, "as-corrected-in-the-report")
    made, parts = protocols.prepared(twins, drawn, recipe)

    assert len(drawn.left_out)
    assert len(parts.train) == 2 * (len(drawn.train) + len(drawn.validation) + len(drawn.left_out))
    assert len(parts.validation) == 0
    np.testing.assert_array_equal(made.images[parts.test], twins.images[drawn.test])
    np.testing.assert_array_equal(protocols.stopping_rows(parts, recipe), parts.test)
    assert (recipe.mirror, recipe.normalization) == (False, "per-pixel")


def test_as_first_published_shares_out_eight_variants_by_chance(twins: Dataset) -> None:
    recipe = following_protocol(FINAL, "as-first-published")
    made, parts = protocols.prepared(twins, split.make(twins, SplitPlan()), recipe)

    assert len(made) == 8 * len(twins)
    assert abs(len(parts.validation) / len(made) - 0.15) < 0.01
    assert len(protocols.fitted_on(parts, parts.train, recipe)) == len(made)


def test_its_folds_hold_a_tenth_of_the_rows_and_judge_flips(twins: Dataset) -> None:
    recipe, plan = following_protocol(FINAL, "its-ten-folds"), SplitPlan(folds=10, fold=3)
    made, parts = protocols.prepared(twins, split.make(twins, plan), recipe, plan)

    rows = 2 * len(split.pool(twins, plan))
    assert len(parts.train) + len(parts.test) == rows
    assert abs(len(parts.test) - rows / 10) < 1
    assert made.table["id"].iloc[parts.test].str.endswith("#1").any()


def test_what_is_no_protocol_or_flawed_already_is_refused() -> None:
    with pytest.raises(EmoError, match="Use as-first-published"):
        following_protocol(FINAL, "honest")
    with pytest.raises(EmoError, match="already has a flaw"):
        following_protocol(following_protocol(FINAL, "its-ten-folds"), "corrected")
