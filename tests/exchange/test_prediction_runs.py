"""Predictions from elsewhere become runs without weights that are judged as scikit-learn judges them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from emocore.audit.document import as_markdown
from emocore.audit.model_card import card
from emocore.audit.report_sections import report
from emocore.audit.run_findings import checked_run, run_findings
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.exchange import arrivals, prediction_runs, prediction_table, run_zip
from emocore.runs import baselines, store
from emocore.runs.answers import validation_answers
from emocore.runs.experiments import comparison
from emocore.runs.run import differing_settings
from tests.elsewhere import answers_of, table_of


def test_a_run_of_it_is_judged_as_scikit_learn_judges_it(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}), "Ada")
    run = store.read(run_id)
    table = answers_of(faces, "mine", 0.7)
    truth, shares = table["truth"], table[list(faces.classes)]
    shares = shares.div(shares.sum(axis=1), axis=0)
    said = shares.idxmax(axis=1)

    (part,) = card(run).parts

    assert (part.part, part.evaluation.n) == ("imported", len(faces))
    assert part.evaluation.accuracy == pytest.approx(accuracy_score(truth, said))
    assert part.evaluation.macro["f1"] == pytest.approx(f1_score(truth, said, average="macro"))
    assert part.evaluation.log_loss == pytest.approx(log_loss(truth, shares), abs=1e-4)
    assert {group.by for group in part.groups} == {("age",), ("gender",), ("age", "gender")}
    assert (run.owner, run.elsewhere, run.can_answer) == ("Ada", "answers.csv", False)


def test_the_same_table_again_is_the_same_run_and_another_answer_is_another(faces: Dataset) -> None:
    first = prediction_runs.admit(table_of(faces, {"mine": 0.7}))

    assert prediction_runs.admit(table_of(faces, {"mine": 0.7})) == first
    assert prediction_runs.admit(table_of(faces, {"mine": 0.5})) != first


def test_two_networks_are_compared_on_the_same_images_as_two_files_are(faces: Dataset) -> None:
    both = prediction_runs.admit(table_of(faces, {"good": 0.9, "bad": 0.4}))
    (alone,) = prediction_runs.admit(table_of(faces, {"third": 0.6}))
    good, bad, third = (store.read(run_id) for run_id in (*both, alone))

    found = comparison.compare_runs(good, bad)

    assert found["n"] == comparison.compare_runs(good, third)["n"] == len(faces)
    assert (found["difference"] > 0, found["part"]) == (True, "imported")
    assert comparison.with_other_seeds(good) == [good], "nobody knows its seed"
    assert comparison.row(good)["validation accuracy"] == pytest.approx(found["accuracy"][0]["value"])


def test_beside_a_training_its_settings_are_not_known(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}))

    differ = differing_settings([store.read("report-final"), store.read(run_id)])

    assert differ["learning rate"] == ("0.0001", "not known")
    assert differ["predictions from elsewhere"] == ("not known", "answers.csv")


def test_its_report_says_what_is_not_known_and_no_finding_is_made_up(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}))
    run = store.read(run_id)

    text = as_markdown(report(card(run)))

    assert "Predictions from elsewhere for 4 classes" in text
    assert "It is not known how the network was trained" in text
    for untrue in (
        "convolutional",
        "rained on",
        "test part is sealed",
        "The split has the fingerprint",
        "learning rate",
    ):
        assert untrue not in text
    assert run_findings(run) == ()
    assert {one.state for one in checked_run(run)} == {"unknown"}


def test_without_probabilities_what_needs_them_says_so(faces: Dataset) -> None:
    table = table_of(faces, {"mine": 0.7}, only_answers=True)
    (run_id,) = prediction_runs.admit(table)
    made = card(store.read(run_id))

    (part,) = made.parts
    judged = prediction_runs.judge(table)["networks"]["mine"]

    assert (part.calibration, part.evaluation.log_loss, part.evaluation.brier) == (None, None, None)
    assert "without probabilities" in as_markdown(report(made))
    assert "Log loss" not in as_markdown(report(made))
    assert "without probabilities" in judged["calibration"]["says"]
    assert judged["log_loss"] is None


def test_the_images_of_a_dataset_that_is_here_are_shown_and_no_other(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}), dataset=faces.name)
    run = store.read(run_id)

    assert run.has_pictures
    assert baselines.dataset_of(run).fingerprint == faces.fingerprint
    wrong = answers_of(faces, "mine", 0.7).assign(file=lambda table: "elsewhere/" + table["file"])
    table = prediction_table.read(wrong.to_csv(index=False).encode(), "answers.csv")
    with pytest.raises(EmoError, match="is not in it"):
        prediction_runs.admit(table, dataset=faces.name)


def test_it_leaves_and_comes_back_as_a_run_does(faces: Dataset) -> None:
    (run_id,) = prediction_runs.admit(table_of(faces, {"mine": 0.7}, only_answers=True))
    before = store.read(run_id)
    right = validation_answers(before).right
    content = run_zip.packed([before])
    store.delete(before)

    (came,) = arrivals.admit(content, "runs.zip")

    after = store.read(came)
    assert (after.elsewhere, after.only_answers) == ("answers.csv", True)
    assert np.array_equal(validation_answers(after).right, right)
