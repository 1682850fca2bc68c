"""Two runs are compared on the same validation images, or not at all."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import t
from statsmodels.stats.contingency_tables import mcnemar

from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.data.split import SplitPlan
from emocore.engine import tasks
from emocore.errors import EmoError
from emocore.runs import creation, store
from emocore.runs.answers import held_out_answers, validation_answers
from emocore.runs.experiments import comparison, crossval
from emocore.runs.experiments.crossval import Plan
from tests.laboratory import TINY
from tests.trained import answered, crossvalidated, edited, trained


def test_the_comparison_is_mcnemars_and_goes_to_json(faces: Dataset) -> None:
    first, second = answered(trained(faces), 0.9, seed=1), answered(trained(faces, seed=2), 0.4, seed=2)

    output = json.loads(json.dumps(comparison.compare_runs(first, second)))

    right = [validation_answers(run).right for run in (first, second)]
    only = [int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())]
    assert output["right"] == [int(one.sum()) for one in right]
    assert [output["only_first_right"], output["only_second_right"]] == only
    assert output["p"] == pytest.approx(mcnemar([[0, only[0]], [only[1], 0]], exact=False, correction=False).pvalue)
    assert output["difference"] == pytest.approx((right[0].sum() - right[1].sum()) / len(right[0]))
    assert output["interval"][0] <= output["difference"] <= output["interval"][1]
    assert f"of {len(right[0])}" in output["says"]


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


def test_runs_with_other_splits_are_compared_on_the_images_that_both_judged() -> None:
    """The two networks that ship: counted from their own tables."""
    pair = [store.read(name) for name in ("report-final", "modern-pretrained")]
    tables = [store.rows(run).set_index("id") for run in pair]
    both = sorted(set.intersection(*(set(table.index[table["part"] == "validation"]) for table in tables)))
    right = []
    for run, table in zip(pair, tables, strict=True):
        answers = validation_answers(run)
        place = {row: at for at, row in enumerate(answers.rows.tolist())}
        right.append([bool(answers.right[place[table.loc[name, "row"]]]) for name in both])

    output = comparison.compare_runs(*pair)

    assert (output["n"], output["judged"]) == (len(both), [179, 120])
    assert output["right"] == [sum(one) for one in right]
    assert "120 images are compared" in comparison.shared_images(pair).message


def test_after_an_edit_only_the_images_are_left_out_whose_label_changed(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "FEWEST", 5)
    before = trained(faces)
    judged = store.rows(before).query("part == 'validation'")["id"].tolist()
    edited(faces, part="test", images=2)
    after = trained(edited(library.load(faces.name), ids=judged[:6]))

    shared = comparison.shared_images([before, after])

    both = [name for name in judged if name in set(store.rows(after).query("part == 'validation'")["id"])]
    changed = [name for name in both if name in judged[:6]]
    table = store.rows(before).set_index("row")
    assert table.loc[shared.answers[0].rows, "id"].tolist() == [name for name in both if name not in changed]
    assert shared.relabelled == len(changed) > 0
    assert f"{len(changed)} image" in shared.message
    assert "whose label changed between the runs" in shared.message
    monkeypatch.setattr(comparison, "FEWEST", 30)
    with pytest.raises(EmoError, match=f"Train tiny again on the dataset {faces.name} and the split"):
        comparison.shared_images([before, after])


def test_images_that_a_network_was_trained_on_are_not_compared(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "FEWEST", 1)
    before = trained(faces, seed=1)
    judged = validation_answers(before).rows
    learned = creation.create(faces, SplitPlan(seed=7), dataclasses.replace(TINY, seed=2))
    for _ in tasks.training(learned.id, threads=1):
        pass
    after = trained(faces, seed=3, start_from=learned.id)  # Its first weights saw some of the images that it judges

    shared = comparison.shared_images([before, after])

    table = store.rows(learned).set_index("row")["part"]
    trained_on = [row for row in judged.tolist() if table[row] == "train"]
    assert shared.seen >= len(trained_on) > 0
    assert not set(trained_on) & set(shared.answers[0].rows.tolist())
    assert "of which a network was trained on a copy" in shared.message


def test_other_seeds_are_runs_that_differ_in_nothing_else(faces: Dataset) -> None:
    one, two = trained(faces, seed=1), trained(faces, seed=2, name="renamed")
    trained(faces, seed=3, learning_rate=0.02)

    assert [run.id for run in comparison.with_other_seeds(two)] == [one.id, two.id]


def test_two_cross_validations_are_compared_by_the_corrected_t_test(
    faces: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = crossvalidated(faces), crossvalidated(faces, learning_rate=0.02)

    assert main(["compare", first.id, second.id, "--json"]) == 0

    output = json.loads(capsys.readouterr().out)
    folds = [[held_out_answers(run).right.mean() for run in crossval.runs(made)] for made in (first, second)]
    apart = np.subtract(*folds)
    scale = np.sqrt(apart.var(ddof=1) * (1 / 3 + crossval.test_share(first)))
    assert output["difference"] == pytest.approx(apart.mean())
    assert output["p"] == pytest.approx(2 * t.sf(abs(apart.mean()) / scale, 2))
    assert output["interval"] == pytest.approx(apart.mean() + t.ppf([0.025, 0.975], 2) * scale)
    assert output["says"].split(",")[0] in comparison.folds_against(first, second).message


def test_cross_validations_on_other_folds_or_beside_a_run_are_refused(
    faces: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (crossval.create(faces, Plan(folds=3, seed=seed), TINY) for seed in (1, 2))

    with pytest.raises(EmoError) as error:
        comparison.folds_against(first, second)

    assert error.value.code == "different_folds"
    assert main(["compare", first.id, "report-final"]) == 2
    assert "two runs or two cross-validations" in capsys.readouterr().err
