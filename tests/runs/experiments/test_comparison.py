"""Two runs are compared on the same validation images, or not at all."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.stats.contingency_tables import mcnemar

from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.errors import EmoError
from emocore.runs import store
from emocore.runs.answers import held_out_answers, validation_answers
from emocore.runs.experiments import comparison, crossval
from emocore.runs.experiments.crossval import Plan
from tests.laboratory import TINY
from tests.trained import answered, crossvalidated, trained


def test_the_comparison_is_mcnemars_and_goes_to_json(faces: Dataset) -> None:
    first, second = answered(trained(faces), 0.9, seed=1), answered(trained(faces, seed=2), 0.4, seed=2)

    told = json.loads(json.dumps(comparison.compare_runs(first, second)))

    right = [validation_answers(run).right for run in (first, second)]
    only = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    assert told["right"] == [int(one.sum()) for one in right]
    assert [told["only_first_right"], told["only_second_right"]] == only
    assert told["p"] == pytest.approx(mcnemar([[0, only[0]], [only[1], 0]], exact=False, correction=False).pvalue)
    assert told["difference"] == pytest.approx((right[0].sum() - right[1].sum()) / len(right[0]))
    assert told["interval"][0] <= told["difference"] <= told["interval"][1]
    assert f"of {len(right[0])}" in told["says"]


def test_runs_on_other_data_are_refused(faces: Dataset) -> None:
    run = trained(faces)

    with pytest.raises(EmoError) as error:
        comparison.compare_runs(run, store.read("report-final"))

    assert error.value.code == "different_data"


def test_runs_whose_data_lie_in_another_order_are_refused(faces: Dataset) -> None:
    first = trained(faces)
    table = faces.table.drop(columns="family").copy()
    table["id"] = [f"{faces.table['split'][row]}/{999 - row:03}.png" for row in range(len(faces))]
    library.save(assemble("again", np.array(faces.images), table))
    second = trained(library.load("again"))
    assert first.fingerprint == second.fingerprint

    with pytest.raises(EmoError) as error:
        comparison.common_answers([first, second])

    assert error.value.code in ("different_images", "different_labels")


def test_other_seeds_are_runs_that_differ_in_nothing_else(faces: Dataset) -> None:
    one, two = trained(faces, seed=1), trained(faces, seed=2, name="renamed")
    trained(faces, seed=3, learning_rate=0.02)

    assert [run.id for run in comparison.with_other_seeds(two)] == [one.id, two.id]


def test_two_cross_validations_are_compared_by_the_corrected_t_test(
    faces: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = crossvalidated(faces), crossvalidated(faces, learning_rate=0.02)

    assert main(["compare", first.id, second.id, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    folds = [[held_out_answers(run).right.mean() for run in crossval.runs(made)] for made in (first, second)]
    apart = np.subtract(*folds)
    scale = np.sqrt(apart.var(ddof=1) * (1 / 3 + crossval.test_share(first)))
    assert told["difference"] == pytest.approx(apart.mean())
    assert told["p"] == pytest.approx(2 * t.sf(abs(apart.mean()) / scale, 2))
    assert told["interval"] == pytest.approx(apart.mean() + t.ppf([0.025, 0.975], 2) * scale)
    assert told["says"].split(",")[0] in comparison.folds_against(first, second).message


def test_cross_validations_on_other_folds_or_beside_a_run_are_refused(
    faces: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (crossval.create(faces, Plan(folds=3, seed=seed), TINY) for seed in (1, 2))

    with pytest.raises(EmoError) as error:
        comparison.folds_against(first, second)

    assert error.value.code == "different_folds"
    assert main(["compare", first.id, "report-final"]) == 2
    assert "two runs or two cross-validations" in capsys.readouterr().err
