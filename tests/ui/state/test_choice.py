"""What a page is about where nobody chose."""

from __future__ import annotations

import dataclasses

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn.flaws import flawed
from emocore.learn.recipe import Recipe
from emocore.runs import creation
from emocore.runs.run import Run
from emocore.ui.state import choice
from tests.laboratory import TINY


def with_weights(dataset: Dataset, recipe: Recipe) -> Run:
    run = creation.create(dataset, SplitPlan(), recipe)
    run.weights.touch()
    return run


def test_a_network_that_was_trained_wrongly_on_purpose_is_the_newest_model_only_where_no_other_is(
    small_faces: Dataset,
) -> None:
    mine = dataclasses.replace(small_faces, name="mine")
    wrong = with_weights(mine, flawed(TINY, "class-sorted"))
    assert choice.newest_models()["mine"] == wrong

    right = with_weights(mine, TINY)
    with_weights(mine, flawed(TINY, "class-sorted"))

    assert choice.newest_models()["mine"] == right
    assert choice.newest_models()["report"].dataset == "report", "what ships counts, too"
