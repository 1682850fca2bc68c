"""Evaluate shows scores that scikit-learn agrees with, and keeps the test part sealed until somebody opens it."""

from __future__ import annotations

import os
import time
from types import ModuleType

import numpy as np
import pytest
import streamlit as st
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    recall_score,
)
from streamlit.testing.v1 import AppTest

from emocore.data import library
from emocore.data.dataset import Dataset, with_labels
from emocore.data.editing import drafts
from emocore.engine import client, jobs, tasks
from emocore.judge import confusion
from emocore.predict import robustness
from emocore.runs import baselines, openings, store
from emocore.runs.answers import validation_answers, write_answers
from emocore.runs.experiments import control
from emocore.ui.evaluate.confusion import picked
from emocore.ui.state import evaluation
from tests.trained import answered, crossvalidated, trained
from tests.visiting import header, page_at, said

SHIPPED = "report-final"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


def page(tab: str = "Scores", model: str = SHIPPED, **query: str) -> AppTest:
    return page_at("evaluate", evaluate_tab=tab, model=model, **query)


def shown(value: float) -> str:
    return f"{value:.3f}"


def opened(at: AppTest) -> AppTest:
    at.button("open-test").click().run()
    at.button("confirm-open-test").click().run()
    assert not at.exception
    return at


def html(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def test_a_model_that_is_not_here_offers_the_next_step(faces: Dataset) -> None:
    at = page(model="nowhere")

    assert "is not available" in at.info[0].value
    assert at.button("evaluate-train").label == "Train a network"


def test_a_fold_that_is_looked_at_is_in_the_list_of_models(faces: Dataset) -> None:
    first = crossvalidated(faces).runs[0]

    chosen = page(model=first).selectbox(key=f"model-of-{first}")

    assert chosen.value == first
    assert sum("run" in option for option in chosen.options) == 1, "no other fold"


def test_the_scores_of_the_shipped_run_are_scikit_learns(faces: Dataset) -> None:
    at = page()

    answers = validation_answers(store.read(SHIPPED))
    shares = answers.probabilities.astype(float)
    values = {metric.label: metric.value for metric in at.metric}
    assert values["Accuracy"] == shown(accuracy_score(answers.truth, answers.answers))
    assert values["Macro F1"] == shown(f1_score(answers.truth, answers.answers, average="macro"))
    assert values["Balanced accuracy"] == shown(recall_score(answers.truth, answers.answers, average="macro"))
    assert values["Log loss"] == shown(log_loss(answers.truth, shares / shares.sum(1, keepdims=True)))
    assert all(metric.delta.endswith("n = 179") and metric.delta.startswith("[") for metric in at.metric)
    assert "Micro precision, micro recall and micro F1: 0.615, the same as the accuracy" in said(at)


def test_every_class_has_its_scores_support_and_intervals(faces: Dataset) -> None:
    at = page()

    run = store.read(SHIPPED)
    answers = validation_answers(run)
    table = next(frame.value for frame in at.dataframe if "precision low" in frame.value).set_index("class")
    precision, recall, f1, support = precision_recall_fscore_support(answers.truth, answers.answers)
    assert list(table.index) == list(run.classes)
    np.testing.assert_allclose(table["precision"], precision, atol=5.1e-4)
    np.testing.assert_allclose(table["recall"], recall, atol=5.1e-4)
    np.testing.assert_allclose(table["F1"], f1, atol=5.1e-4)
    assert list(table["images"]) == list(support)
    assert (table["recall low"] < table["recall"]).all()
    assert (table["recall"] < table["recall high"]).all()


def test_a_class_that_is_never_answered_is_told(faces: Dataset) -> None:
    run = trained(faces)
    old = validation_answers(run)
    never = np.where(np.arange(4) == 2, 0, old.probabilities + 0.1).astype(np.float32)
    mute = type(old)(old.rows, old.folds, old.truth, never)
    write_answers(run, {"validation": mute, "test": mute})

    assert "Never predicted: neutral (1 class of 4)" in said(page(model=run.id))


def test_the_matrix_is_scikit_learns_and_told_in_words(faces: Dataset) -> None:
    at = page("Confusion")

    run = store.read(SHIPPED)
    answers = validation_answers(run)
    table = at.dataframe[0].value.pivot(index="truth", columns="answer", values="images")
    expected = confusion_matrix(answers.truth, answers.answers)
    np.testing.assert_array_equal(table.loc[list(run.classes), list(run.classes)], expected)
    assert "Most often confused: focused predicted as neutral, 18 of 45" in said(at)
    assert "If focused counts as neutral" in said(at)
    assert "Click a cell" in said(at)


def test_a_cell_of_the_matrix_is_chosen_without_a_mouse(faces: Dataset) -> None:
    at = page("Confusion")
    (cells,) = [box for box in at.selectbox if box.label == "Or choose a cell"]
    assert cells.options[0] == "focused predicted as neutral (18)", "the most common mistake comes first"

    cells.select(cells.options[0]).run()

    assert "Labeled focused, predicted neutral" in [head.value for head in at.subheader]
    assert "18 images, sorted by confidence" in said(at)


def test_only_a_cell_of_known_classes_counts_as_picked() -> None:
    def event(*cells: dict[str, str]) -> dict[str, object]:
        return {"selection": {"cell": list(cells)}}

    classes = ("happy", "sad")

    assert picked(event({"truth": "happy", "answer": "sad"}), classes) == ("happy", "sad")
    assert picked(event({"truth": "happy", "answer": "<b>"}), classes) is None
    assert picked(event(), classes) is None


def test_mistakes_come_with_the_most_confident_first(faces: Dataset) -> None:
    run = answered(trained(faces), 0.5, seed=4)

    at = page("Faces", run.id)

    wrong = confusion.mistakes(validation_answers(run))
    ids = faces.table["id"].to_numpy()[wrong.rows]
    places = [html(at).index(f"{identity}: labeled") for identity in ids]
    assert places == sorted(places)
    first = f"{ids[0]}: labeled {run.classes[wrong.truth[0]]}, predicted {run.classes[wrong.answers[0]]} "
    assert first + shown(wrong.confidence[0]) in html(at)


def test_the_shared_slice_filters_the_gallery(faces: Dataset) -> None:
    run = answered(trained(faces), 0.3, seed=4)

    at = page("Faces", run.id, **{"class": "happy"})

    wrong = confusion.mistakes(validation_answers(run))
    happy = int((wrong.truth == run.classes.index("happy")).sum())
    assert 0 < happy < len(wrong.rows)
    assert html(at).count("labeled happy") == 2 * happy  # Caption and words for those who cannot see it
    assert "labeled sad" not in html(at)
    assert f"of {happy}. Below each image you see its id" in said(at)


def test_without_the_runs_own_dataset_ids_are_shown_and_why(faces: Dataset) -> None:
    at = page("Faces")

    assert 'There is no dataset "report"' in said(at)
    answers = validation_answers(store.read(SHIPPED))
    assert len(at.dataframe[0].value) == 24
    assert f"24 images of {int((~answers.right).sum())}" in said(at)


def test_a_dataset_of_that_name_with_other_images_shows_no_wrong_faces(faces: Dataset) -> None:
    run = trained(faces)
    table = faces.table.copy()
    table.loc[0, "emotion"] = "surprised"
    library.save(with_labels(faces.name, np.array(faces.images), table), replace=True)

    assert "is not the one that this run was trained on" in said(page("Faces", run.id))


def test_calibration_is_told_with_both_kinds_of_bins_and_a_temperature(faces: Dataset) -> None:
    at = page("Calibration")

    assert list(at.dataframe[0].value["bins"]) == ["Equal width", "Equal mass"]
    assert set(at.dataframe[0].value["n"]) == {179}
    assert "perfectly calibrated" in said(at)
    before = at.dataframe[0].value["calibration error"][0]
    at.toggle("calibration-temperature").set_value(True).run()
    assert at.dataframe[0].value["calibration error"][0] != before
    assert "The temperature was fitted on these same images" in said(at)


def test_baselines_stand_beside_the_score_with_a_paired_test(faces: Dataset) -> None:
    run = trained(faces)
    assert page(model=run.id).button("measure-baselines").disabled is False
    baselines.measure(run.id, "validation", tuple(validation_answers(run).rows.tolist()))

    at = page(model=run.id)

    table = next(frame.value for frame in at.dataframe if "baseline right" in frame.value)
    assert list(table["baseline"]) == ["Majority class", "Brightness only", "HOG and SVM"]
    assert set(table["network right"]) == {int(validation_answers(run).right.sum())}
    assert "Against **HOG and SVM**" in said(at)


def test_baselines_need_the_dataset_and_say_so(faces: Dataset) -> None:
    at = page()

    assert at.button("measure-baselines").disabled
    assert "The baselines learn from the images of report" in said(at)
    assert said(at).count("The majority class ignores the image") == 1, "beside the prepared example, too"
    charts = "".join(str(chart.proto) for chart in at.get("vega_lite_chart"))
    assert "Accuracy (share right): drawn-main 0.9" in charts, "an example is not called this network"
    assert "Fetch a public one" in [button.label for button in at.button]


def test_robustness_is_drawn_once_it_was_measured(faces: Dataset) -> None:
    run = trained(faces)
    assert page("Robustness", run.id).button("measure-robustness").disabled is False
    robustness.measure(run.id, "validation", tuple(validation_answers(run).rows.tolist()))

    at = page("Robustness", run.id)

    table = at.dataframe[0].value
    assert set(table["kind"]) == set(robustness.KINDS)
    assert {header.value for header in at.subheader} >= {"Brightness", "Blur", "Rotation", "Occlusion"}
    assert f"Every point is measured on {len(validation_answers(run))} validation images." in said(at)


@pytest.mark.long
def test_a_click_has_a_worker_measure_and_the_page_shows_it(faces: Dataset, engine: ModuleType) -> None:
    run = trained(faces)
    at = page("Robustness", run.id)

    at.button("measure-robustness").click().run(timeout=100)

    assert not at.exception
    assert "Every point is measured on" in said(at)
    assert robustness.saved(run, "validation")


def test_the_table_of_runs_has_the_reports_columns_and_n(faces: Dataset) -> None:
    at = page("Table of runs")

    (table,) = [frame.value for frame in at.dataframe]
    assert list(table.columns)[:4] == ["model", "Macro Precision", "Macro Recall", "Macro F1"]
    assert list(table.columns)[-4:] == ["Accuracy", "Images", "Low", "High"]
    assert table["Images"][0] == 179


def test_the_test_part_is_sealed_until_it_is_opened_on_purpose(faces: Dataset) -> None:
    run = trained(faces)
    at = page(model=run.id, evaluate_part="Test", who="Ada")
    assert not at.metric
    assert "Nobody has opened this test part yet" in said(at)
    assert openings.of_run(store.read(run.id)) == []

    at.button("open-test").click().run()
    assert "Opening cannot be undone" in said(at)
    assert "under the nickname Ada" in said(at)
    assert openings.of_run(run) == []
    at.button("confirm-open-test").click().run()

    assert [look["by"] for look in openings.of_run(run)] == ["Ada"]
    n = run.counts["test"]
    assert at.metric[0].delta.endswith(f"n = {n}")
    assert "was opened once, for 1 run" in said(at)


def test_the_seal_says_that_the_test_part_chose_the_epoch_where_it_did(faces: Dataset) -> None:
    sound, flawed = trained(faces), trained(faces, flaw="test-stops", name="FLAWED tiny")

    assert "No decision in this run was based on the test images." in said(page(model=sound.id, evaluate_part="Test"))
    sealed = said(page(model=flawed.id, evaluate_part="Test"))
    assert "The loss on the test images chose the epoch of this run." in sealed
    assert "No decision in this run" not in sealed


def test_looking_again_in_one_session_is_not_logged_again_a_new_session_finds_the_seal(faces: Dataset) -> None:
    run = trained(faces)
    at = opened(page(model=run.id, evaluate_part="Test"))
    at.button_group(key="evaluate-part").set_value("Validation").run()
    assert at.metric[0].delta.endswith(f"n = {run.split['counts']['validation']}")
    at.button_group(key="evaluate-part").set_value("Test").run()

    assert at.metric
    assert len(openings.of_run(run)) == 1
    assert not page(model=run.id, evaluate_part="Test").metric


def test_what_somebody_opened_stays_open_after_a_reload_in_the_same_words_everywhere(faces: Dataset) -> None:
    run = trained(faces)
    openings.open_test(run, "Bob")
    before = page(model=run.id, evaluate_part="Test", who="Ada")
    assert "Test part **sealed for you**" in said(before)
    assert "for this run. The test part of this dataset was opened once" in said(before)
    assert not [word for word in (said(before),) if "opened 1 time" in word]

    opened(before)
    again = page(model=run.id, evaluate_part="Test", who="Ada")

    assert again.metric
    assert "Test part **opened by you**" in said(again)
    assert [look["by"] for look in openings.of_run(run)] == ["Bob", "Ada"]
    assert not page(model=run.id, evaluate_part="Test", who="Cleo").metric


def test_the_third_run_opened_on_a_test_part_is_called_tuned_on_test(faces: Dataset) -> None:
    runs = [trained(faces, seed=seed) for seed in (1, 2, 3)]
    for run in runs[:2]:
        openings.open_test(run, "Bob")

    at = opened(page(model=runs[2].id, evaluate_part="Test"))

    assert "**Tuned on test.**" in at.warning[0].value
    assert at.metric[0].label == "Accuracy, tuned on test"


def test_the_log_says_what_was_changed_since_the_look_before(faces: Dataset) -> None:
    first, second = trained(faces), trained(faces, learning_rate=0.02)
    openings.open_test(first, "Ada")
    openings.open_test(second, "Bob")

    log = page("Test log", second.id).dataframe[0].value

    assert list(log["who"]) == ["Bob", "Ada"]
    assert log["changed since the last opening"][0] == "Learning rate: 0.001 → 0.02"


def test_a_run_without_answers_says_so(faces: Dataset) -> None:
    run = trained(faces)
    (run.folder / "predictions.npz").unlink()

    at = page(model=run.id)

    assert "has no predictions yet" in at.info[0].value
    assert at.button("evaluate-runs").label == "Show the runs"


@pytest.mark.parametrize("tab", ["Scores", "Confusion", "Faces", "Calibration", "Robustness", "Table of runs"])
def test_a_warm_page_takes_at_most_150_ms_for_404_predictions(faces: Dataset, tab: str) -> None:
    at = opened(page(tab, evaluate_part="Test"))
    assert "opened by you" in said(at)

    seconds = []
    for _ in range(4):
        before = time.process_time()
        at.run()
        seconds.append(time.process_time() - before)

    assert min(seconds) <= 0.15


def test_faces_of_a_cell_can_be_marked_for_another_label_and_the_run_keeps_its_images(faces: Dataset) -> None:
    def script(run_id: str) -> None:
        import streamlit as st

        from emocore.judge import confusion
        from emocore.runs import store
        from emocore.runs.answers import validation_answers
        from emocore.ui.evaluate.confusion import draw_relabel
        from emocore.ui.state import choice
        from emocore.ui.state.evaluation import Judged

        run = store.read(run_id)
        choice.sign_in(st.session_state.get("someone", ""))
        answers = validation_answers(run)
        draw_relabel(Judged(run, "validation", answers), confusion.mistakes(answers))

    run = answered(trained(faces), 0.4, seed=3)
    at = AppTest.from_function(script, args=(run.id,), default_timeout=60).run()
    assert "Sign in to label" in said(at)
    at.session_state["someone"] = "Ada"
    at.run()
    assert not at.exception
    assert "No unsaved labels" in said(at)

    wrong = confusion.mistakes(validation_answers(run))
    key = str(faces.table["id"].iloc[int(wrong.rows[0])])
    drafts.mark(faces, "Ada", drafts.Mark(drafts.LABEL, (key,), "happy" if wrong.truth[0] != 1 else "neutral"))
    at.run()
    assert "1 image relabeled" in said(at)
    drafts.save(faces.name, "Ada")
    dataset, why = evaluation.dataset(run)
    assert (dataset is not None and dataset.fingerprint, why) == (run.fingerprint, "")


def test_a_control_is_one_click_and_says_what_it_found_and_what_it_cannot_see(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("submit_run", "submit_job"):
        monkeypatch.setattr(client, name, lambda _: None)  # This process works them off
    monkeypatch.setattr(client, "ensure_up", lambda: True)
    run = trained(faces)
    asked = {"run": run.id}
    at = page("Control", run.id)
    assert "above chance means that the protocol leaks" in said(at)
    assert "Copies that nobody has found" in said(at)

    at.button("quick-control").click().run()
    tasks.work(jobs.newest("control", asked).id, os.environ["EMOCORE_DATA"])
    at.button("train-control").click().run()
    made = control.newest_of(run.id)
    assert made is not None
    for run_id in made.runs:
        if store.read(run_id).status.state == "queued":
            for _ in tasks.training(run_id, threads=1):
                pass
    at.run()

    assert not at.exception
    assert len(at.success) == 2
    assert all("evaluated images are right" in each.value for each in at.success)
    names = [name for frame in at.dataframe if "run" in frame.value for name in frame.value["run"]]
    assert len(names) == 5
    assert all(name.startswith("CONTROL") for name in names)
    at.button(f"delete-{made.id}").click().run()
    assert control.newest_of(run.id) is None
    at.button("undo-control").click().run()
    assert control.newest_of(run.id) == made


def test_where_no_control_can_be_made_the_page_says_why() -> None:
    assert "A control is not possible for this run" in said(page("Control"))


def test_an_empty_cell_is_told_in_one_sentence(faces: Dataset) -> None:
    def script(run_id: str, truth: str, answer: str) -> None:
        from emocore.runs import store
        from emocore.runs.answers import validation_answers
        from emocore.ui.evaluate import confusion
        from emocore.ui.state.evaluation import Judged

        run = store.read(run_id)
        confusion._draw_cell(Judged(run, "validation", validation_answers(run)), truth, answer)

    run = trained(faces)
    answers = validation_answers(run)
    counted = confusion_matrix(answers.truth, answers.answers, labels=range(len(run.classes)))
    empty, full = np.argwhere(counted == 0)[0], np.argwhere(counted > 0)[0]
    said_of = {}
    for name, (truth, answer) in (("empty", empty), ("full", full)):
        at = AppTest.from_function(script, args=(run.id, run.classes[truth], run.classes[answer])).run()
        assert not at.exception
        said_of[name] = said(at)
    truth, answer = (run.classes[place] for place in empty)
    assert f"No validation image labeled {truth} was predicted {answer}." in said_of["empty"]
    assert "sorted by confidence" not in said_of["empty"]
    assert "sorted by confidence" in said_of["full"]


def test_the_names_of_interval_methods_are_explained_where_they_stand(faces: Dataset) -> None:
    (caption,) = [caption for caption in page(model=trained(faces).id).caption if "Clopper-Pearson" in caption.value]
    assert "true accuracies" in caption.help
    assert "drawn" in caption.help


def test_damaged_answers_stop_only_what_needs_them(faces: Dataset) -> None:
    run = trained(faces)
    answers = run.folder / "predictions.npz"
    answers.write_bytes(answers.read_bytes()[:100])
    sentence = f"predictions.npz of {run.id} is damaged. Delete it and score the run again."

    for page, others in (("evaluate", "Nobody has opened"), ("bias", "Is the model better"), ("compare", "")):
        test = page_at(page, model=run.id, compare=run.id, **{f"{page}_tab": "scores" if page == "compare" else ""})
        assert [error.value.replace("\\", "") for error in test.error] == [sentence], page
        assert page == "compare" or header(test)[-1] == f"Model **{run.label}**", page
        assert others in said(test), (page, said(test))
        assert page != "compare" or len(test.tabs) == 6
