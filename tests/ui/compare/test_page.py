"""Compare lists all runs, and tells of a few what differs and whether it could be chance."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import streamlit as st
from statsmodels.stats.contingency_tables import mcnemar
from streamlit.testing.v1 import AppTest

from emocore import settings
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.engine import tasks
from emocore.learn.variations import FOLDS
from emocore.reproduction import results
from emocore.reproduction.numbers import CORNERS
from emocore.runs import store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import comparison, crossval, explanation
from emocore.runs.run import Run
from emocore.ui.compare import run_picker, side_by_side
from emocore.wording import score
from tests.trained import answered, crossvalidated, edited, trained
from tests.visiting import page_at, said


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def page(tab: str = "Settings and curves", runs: tuple[Run, ...] = (), **query: str) -> AppTest:
    chosen = {"runs": [run.id for run in runs]} if runs else {}
    return page_at("compare", compare_tab=tab, **chosen, **query)


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def test_without_any_run_the_next_step_is_offered(
    faces: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "shipped_dir", lambda: tmp_path / "nothing")

    at = page()

    assert "There are no runs yet" in said(at)
    assert at.button("compare-train").label == "Train a network"


def test_one_run_is_not_compared_with_itself(faces: Dataset) -> None:
    at = page(runs=(store.read("report-final"),))

    assert "Choose at least two runs" in said(at)


def test_the_table_tells_of_each_run_what_decides_and_how_well_it_did(faces: Dataset) -> None:
    run = trained(faces, owner="Ada", seed=7)

    row = page().dataframe[0].value.set_index("id").loc[run.id]

    best = store.best_epoch(store.epochs(run))
    assert best is not None
    assert (row["recipe"], row["dataset"], row["split"]) == ("tiny", faces.name, run.split["fingerprint"])
    assert (row["seed"], row["state"], row["owner"], row["n"]) == (
        7,
        "finished",
        "Ada",
        len(validation_answers(run)),
    )
    assert (row["kept epoch"], row["last epoch"]) == (best.epoch, len(store.epochs(run)))
    assert row["low"] <= row["validation accuracy"] == pytest.approx(best.validation_accuracy)
    assert row["validation accuracy"] <= row["high"]


def test_the_table_can_be_searched_and_filtered(faces: Dataset) -> None:
    run = trained(faces, owner="Ada")
    at = page()
    assert len(at.dataframe[0].value) >= 2

    at.text_input("compare-search").set_value("ada tiny").run()
    assert list(at.dataframe[0].value["id"]) == [run.id]
    at.text_input("compare-search").set_value("").run()
    at.selectbox("compare-dataset").set_value("report").run()
    assert set(at.dataframe[0].value["dataset"]) == {"report"}
    at.text_input("compare-search").set_value("no such run").run()
    assert "No run matches" in said(at)


def test_settings_that_differ_are_listed_and_the_chosen_runs_lie_in_the_address(faces: Dataset) -> None:
    pair = trained(faces), trained(faces, learning_rate=0.02)

    at = page(runs=pair)

    table = next(frame.value for frame in at.dataframe if "setting" in frame.value)
    assert table.to_dict("records") == [
        {"setting": "learning rate", f"tiny, run {pair[0].number}": "0.001", f"tiny, run {pair[1].number}": "0.02"}
    ]
    assert at.query_params["runs"] == [run.id for run in pair]
    at.multiselect("compare-runs").set_value([pair[1].id]).run()
    assert at.query_params["runs"] in (pair[1].id, [pair[1].id])


def test_each_block_that_differs_is_a_row_and_values_are_words() -> None:
    differ = {
        "blocks": ("32 of 3x3; 64 of 5x5", "32 of 3x3; 64 of 3x3; 128 of 3x3"),
        "activation": ("relu", "leaky_relu"),
    }

    assert dict(side_by_side._in_rows(differ)) == {
        "block 2": ["64 of 5x5", "64 of 3x3"],
        "block 3": ["none", "128 of 3x3"],
        "activation": ["ReLU", "leaky ReLU"],
    }


def test_two_runs_are_tested_on_the_same_images_and_the_images_where_they_differ_are_shown(faces: Dataset) -> None:
    first, second = answered(trained(faces), 0.9, seed=1), answered(trained(faces, seed=2), 0.3, seed=2)

    at = page("Chance or not", (first, second))

    one, other = validation_answers(first), validation_answers(second)
    only = one.right & ~other.right
    p = mcnemar([[0, int(only.sum())], [int((other.right & ~one.right).sum()), 0]], exact=True).pvalue
    names = run_picker.names([first, second])
    right = sorted(zip(names, (int(one.right.sum()), int(other.right.sum())), strict=True), key=lambda each: -each[1])
    assert f"Of {len(one)} images, {' and '.join(f'{name} is right for {n}' for name, n in right)}." in said(at)
    assert f"p = {p:.2f}" in said(at) or p < 0.01
    ids = faces.table["id"].to_numpy()[one.rows[only]]
    assert all(f"{identity}: labeled" in html(at) for identity in ids)
    assert html(at).count("<figure") == len(ids)
    (kinds,) = (each for each in at.button_group if each.label == "Images with different predictions")
    apart = int((~one.right & ~other.right & (one.answers != other.answers)).sum())
    assert kinds.options[-1] == f"Two different wrong predictions: {apart}"


def test_three_runs_get_cochrans_q_and_holm(faces: Dataset) -> None:
    runs = tuple(answered(trained(faces, seed=seed), 0.3 * seed, seed=seed) for seed in (1, 2, 3))

    at = page("Chance or not", runs)

    assert "For these 3 models" in said(at)
    pairs = next(frame.value for frame in at.dataframe if "p after Holm" in frame.value)
    assert len(pairs) == 3
    assert (pairs["p after Holm"] >= pairs["p"]).all()


def test_runs_on_other_images_get_no_test_but_a_reason(faces: Dataset) -> None:
    at = page("Chance or not", (trained(faces), store.read("report-final")))

    assert "different data" in said(at)


def test_scores_and_matrices_have_n_and_intervals(faces: Dataset) -> None:
    pair = trained(faces), trained(faces, seed=2)

    at = page("Scores", pair)

    table = next(frame.value for frame in at.dataframe if "macro F1" in frame.value)
    assert set(table["n"]) == {len(validation_answers(pair[0]))}
    assert table["accuracy"].str.contains(r"\[.*\]").all()
    assert len(at.get("vega_lite_chart")) + len(at.get("arrow_vega_lite_chart")) >= 3


def test_seeds_of_one_recipe_are_told_with_mean_spread_and_all_points(faces: Dataset) -> None:
    runs = [answered(trained(faces, seed=seed), 0.5, seed=seed) for seed in (1, 2, 3)]

    at = page("Seeds", (runs[0], runs[1]))

    accuracy = [round(float(validation_answers(run).right.mean()), 4) for run in runs]
    assert f"trained with 3 seeds. Mean validation accuracy: {sum(accuracy) / 3:.3f}." in said(at)
    points = next(frame.value for frame in at.dataframe if "value" in frame.value)
    assert list(points["value"]) == pytest.approx(accuracy, abs=1e-4)
    assert said(at).count("3 seeds") == 1


def test_a_run_that_still_waits_is_listed_and_not_judged(faces: Dataset) -> None:
    run = trained(faces)
    (run.folder / "predictions.npz").unlink()

    at = page("Scores", (run, store.read("report-final")))

    assert "no predictions yet" in said(at)


def test_a_warm_page_takes_at_most_150_ms(faces: Dataset) -> None:
    at = page("Chance or not", (trained(faces), trained(faces, seed=2)))
    seconds = []
    for _ in range(4):
        before = time.process_time()
        at.run()
        seconds.append(time.process_time() - before)

    assert min(seconds) <= 0.15


def test_two_cross_validations_are_compared_fold_by_fold(faces: Dataset) -> None:
    first, second = crossvalidated(faces), crossvalidated(faces, learning_rate=0.02)
    pair = trained(faces), trained(faces, seed=2)

    at = page("Folds", pair)

    chosen = at.selectbox("folds-first").value
    other = {first.id: second, second.id: first}[chosen]
    assert comparison.folds_against(crossval.read(chosen), other).message in said(at)
    assert "corrected resampled t-test" in said(at)


def test_without_two_cross_validations_the_next_step_is_offered(faces: Dataset) -> None:
    at = page("Folds", (trained(faces), trained(faces, seed=2)))

    assert "You need two finished cross-validations with the same folds" in said(at)
    assert at.button("folds-crossval").label == "Cross-validate"


def test_why_two_runs_differ_is_told_once_every_combination_is_trained(faces: Dataset) -> None:
    slow, fast = (trained(faces, epochs=1, learning_rate=rate) for rate in (1e-3, 1e-1))
    offered = page("Why", (slow, fast))
    assert "learning rate" in said(offered)
    assert offered.button("start-explain").label == "Train 4 networks"

    made = explanation.of_runs(slow, fast, folds=1, seeds=1)
    for run in explanation.advance(made):
        for _ in tasks.training(run.id, threads=1):
            pass
    shown = said(page("Why", (slow, fast)))

    found = explanation.result(made)
    assert f"from {score(found.start)} to {score(found.end)}" in shown
    assert "n = " in shown


def test_why_two_runs_of_a_dataset_that_is_not_here_differ_cannot_be_trained(faces: Dataset) -> None:
    at = page("Why", tuple(store.read(name) for name in ("report-final", "modern-pretrained")))

    assert not at.exception
    assert 'There is no dataset "report".' in said(at)
    assert "Import" in [button.label for button in at.button]
    assert "start-explain" not in [button.key for button in at.button]


def test_a_training_that_cannot_begin_says_why_and_the_page_stands(twins: Dataset) -> None:
    first, second = trained(twins), trained(twins, seed=2, mirror=False)
    at = page("Why", (first, second))
    assert at.button("start-explain")
    library.delete(twins.name)

    at.button("start-explain").click().run()

    assert not at.exception
    assert f'There is no dataset "{twins.name}".' in said(at)
    assert at.title[0].value == "Compare"


def test_why_the_reports_numbers_disagree_is_asked_on_the_chosen_dataset(faces: Dataset) -> None:
    run, other = trained(faces), trained(faces, seed=5)
    at = page("Why", (run, other), dataset=faces.name)
    assert "is chance" in said(at)
    at.button_group("explain-what").set_value("The report: 0.49 and 0.70").run()
    assert not at.exception
    assert at.button("start-explain").label == "Train 16 networks"
    assert all(factor.name in said(at) for factor in FOLDS.factors)

    for corner in CORNERS:
        scored = {"protocol": corner, "recipe": FOLDS.recipe, "seed": 0, "fold": 1, "settings": [], "cut": 0}
        results.keep(faces.fingerprint, corner, scored | {"n": 100, "right": 90 - len(corner), "made": "2026"})
    at.run()
    assert not at.exception
    assert f"from {score(0.9 - 0.01 * len(CORNERS[0]))} to {score(0.9 - 0.01 * len(CORNERS[-1]))}" in said(at)
    assert "n = 100 for each combination and seed, with 1 fold of 10 and 1 seed" in said(at)


def test_the_networks_that_ship_are_tested_on_the_images_that_both_judged(faces: Dataset) -> None:
    at = page("Chance or not", tuple(store.read(name) for name in ("report-final", "modern-pretrained")))

    assert "120 images are compared, because all runs used them for validation (179 and 120 images)" in said(at)
    assert "Of 120 images, modern-pretrained is right for 99 and report-final is right for 75." in said(at)


def test_runs_of_different_datasets_are_not_chosen_at_the_start(faces: Dataset) -> None:
    assert page().multiselect("compare-runs").value == ["modern-pretrained", "report-final"]
    first = trained(faces)
    trained(edited(faces), seed=2)
    other = trained(faces, seed=3)

    assert page().multiselect("compare-runs").value == [other.id, first.id]
