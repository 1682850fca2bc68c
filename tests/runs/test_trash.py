"""Cross-validations and searches go with their runs, and come back as they were."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.runs import store
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import Plan
from tests.laboratory import TINY
from tests.trained import crossvalidated


def test_a_cross_validation_goes_with_its_folds_and_comes_back_with_them(faces: Dataset) -> None:
    made = crossvalidated(faces)
    before = crossval.predictions(made).probabilities

    crossval.delete(made.id)

    assert crossval.crossvals() == []
    assert [run for run in store.runs() if run.id in made.runs] == []
    with pytest.raises(EmoError, match="There is no cross-validation"):
        crossval.read(made.id)

    crossval.restore(made.id)

    assert crossval.crossvals() == [made]
    assert (crossval.predictions(made).probabilities == before).all()
    with pytest.raises(EmoError, match="is not in the trash"):
        crossval.restore(made.id)


def test_what_is_not_over_stays_whole(faces: Dataset) -> None:
    made = crossval.create(faces, Plan(folds=3), TINY, "Ada")

    with pytest.raises(EmoError, match="Stop it before you delete it"):
        crossval.delete(made.id)

    assert crossval.crossvals() == [made]
    assert len(crossval.runs(made)) == 3
