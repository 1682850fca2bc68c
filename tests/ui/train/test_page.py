"""The Train page offers what fits, refuses nonsense at its control, and shows runs."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import streamlit as st
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.engine import client, tasks
from emocore.learn.events import Epoch, Step
from emocore.runs import creation, kept_recipes, status, store
from emocore.ui import server
from emocore.ui.train import live, others
from tests.laboratory import TINY
from tests.trained import trained
from tests.visiting import page_at, text_of


def test_train_shows_the_parameters_of_the_report_and_refuses_nonsense_at_its_control(faces: Dataset) -> None:
    test = page_at("train")
    assert test.metric[0].value == "454,084"

    test.number_input(key="report-final-epochs").set_value(0).run()

    assert "epochs=0 is not possible. Use 1 to 1000." in [error.value for error in test.error]
    assert test.button(key="start").disabled


def test_what_a_changed_setting_adds_stands_below_parameters_and_multiplications(faces: Dataset) -> None:
    at = page_at("train", {"preset": "report-main"})
    assert not any(metric.delta for metric in at.metric)
    at.selectbox(key="report-main-head").set_value("average").run()

    assert (at.metric[0].value, at.metric[0].delta) == ("113,892", f"{113_892 - 122_852:+,}")
    at.selectbox(key="preset").set_value("report-final").run()
    assert not any(metric.delta for metric in at.metric), "another recipe is no change of its settings"


def test_train_offers_first_weights_of_runs_with_the_same_network_only(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    for _ in tasks.training(run.id, threads=1):
        pass

    test = fold(page_at("train"), "Optimizer and regularization")
    offered = test.selectbox(key="report-final-start_from")
    assert offered.options == ["none", "report-final, came with the program"]

    offered.select("report-final").run()

    assert not test.error
    assert not test.button(key="start").disabled


def fold(test: AppTest, title: str, is_open: bool = True) -> AppTest:
    """The page with a fold of the recipe opened or closed."""
    test.session_state[f"report-final-{title}"] = is_open
    return test.run()


def test_a_closed_fold_keeps_what_was_set_and_says_what_is_wrong(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "submit_run", lambda run: None)
    test = fold(page_at("train"), "Augmentation")
    test.number_input(key="report-final-rotate").set_value(90.0).run()
    assert "rotate=90.0 is not possible" in test.error[0].value

    fold(test, "Augmentation", is_open=False)
    assert "rotate=90.0 is not possible" in test.error[0].value

    fold(test, "Augmentation").number_input(key="report-final-rotate").set_value(20.0).run()
    fold(test, "Augmentation", is_open=False).button(key="start").click().run()
    assert not test.exception
    assert [run.recipe.rotate for run in store.live()] == [20.0]


def test_a_kept_recipe_is_forgotten_and_comes_back(faces: Dataset) -> None:
    kept_recipes.keep(TINY, "mine", "Small.")
    test = page_at("train")
    assert not [button for button in test.button if button.label == "Delete this recipe"]
    test.selectbox(key="preset").select("mine").run()

    test.button(key="forget-mine").click().run()

    assert not test.exception
    assert "mine" not in kept_recipes.all_recipes()
    assert test.selectbox(key="preset").value == "report-final"
    test.button(key="undo-forget").click().run()
    assert kept_recipes.named("mine").blocks == TINY.blocks
    assert kept_recipes.description("mine") == "Small."
    assert test.selectbox(key="preset").value == "mine"


def test_a_choice_that_is_gone_is_not_trained_with_from_a_closed_fold(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "submit_run", lambda run: None)
    kept = creation.create(faces, SplitPlan(), TINY)
    for _ in tasks.training(kept.id, threads=1):
        pass
    test = page_at("train")
    test.session_state["report-final-start_from"] = kept.id
    test.session_state["report-final-label_smoothing"] = 0.25
    test.run()
    assert "changed settings: Label smoothing 0.25" in text_of(test).replace("\\.", ".")

    test.button(key="start").click().run()

    assert not test.exception
    assert [(run.recipe.start_from, run.recipe.label_smoothing) for run in store.live()] == [("", 0.25)]


def test_a_finished_run_shows_its_epochs_and_validation_score_with_interval(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY, owner="Ada <b>")
    for _ in tasks.training(run.id, threads=1):
        pass

    test = page_at("train", run=run.id)

    shown = text_of(test)
    assert f"n = {run.split['counts']['validation']}" in shown
    assert "Ada \\<b\\>" in shown
    assert [metric.value for metric in test.metric if metric.label == "Epochs"] == [str(len(store.epochs(run)))]
    assert test.button(key=f"use-{run.id}").label == "Use as model"


def test_a_finished_network_without_epochs_shows_its_score_and_says_why_it_has_no_curves(faces: Dataset) -> None:
    run, other = trained(faces), trained(faces, seed=2)
    (run.folder / "events.jsonl").unlink()
    sentence = f"n = {run.split['counts']['validation']}"

    for page in ("train", "home"):
        shown = text_of(page_at(page, run=run.id, model=run.id)).replace("\u00a0", " ")
        assert live.NO_CURVES in shown, page
        assert "Validation accuracy: " in shown, page
        assert sentence in shown, page
    compared = text_of(page_at("compare", runs=[run.id, other.id]))
    assert "No epochs were recorded, so there are no curves" in compared


def test_a_run_whose_parents_are_gone_cannot_be_trained_again_and_says_why() -> None:
    again = page_at("train", run="modern-pretrained").button(key="again-modern-pretrained")

    assert again.disabled
    assert "cannot be trained again here" in again.help
    assert not page_at("train", run="report-final").button(key="again-report-final").disabled


def test_a_damaged_run_is_told_and_the_list_still_shows_the_others(faces: Dataset, laboratory: Path) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    broken = laboratory / "runs" / "broken-run"
    broken.mkdir()
    (broken / "run.json").write_text("{")

    test = page_at("train")

    assert not test.exception
    assert any(":material/warning:" in line.value and "damaged" in line.value for line in test.markdown)
    assert any(run.recipe.name in frame.value.to_string() for frame in test.dataframe)


def test_a_started_run_says_that_it_prepares_images_then_how_far_its_first_epoch_is(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    with status.working(run.folder):
        assert others.how_far(store.read(run.id)) == (0.0, "Preparing the images")

        store.record_event(run, Step(epoch=1, step=5, steps=10, loss=1.0, images_per_second=100.0))
        share, words = others.how_far(store.read(run.id))

    assert share == pytest.approx(0.5 / run.recipe.epochs)
    assert words.startswith(f"Epoch 1 of at most {run.recipe.epochs}, 100 images per second, at most")


def test_the_start_of_a_training_is_told_where_one_looks_with_a_link_to_it(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "submit_run", lambda run: None)
    test = page_at("train")

    test.button(key="start").click().run()

    (toast,) = test.toast
    assert "has started" in toast.value
    assert f"(#{live.ANCHOR})" in toast.value


def test_the_table_of_runs_follows_when_a_run_that_was_queued_is_running(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ensure_up", lambda: True)
    run = creation.create(faces, SplitPlan(), TINY)
    test = page_at("train")
    before = test.session_state["live-now"]

    with status.working(run.folder):
        st.cache_resource.clear()
        test.run()

    assert [state for _, state in before] == ["queued"]
    assert [state for _, state in test.session_state["live-now"]] == ["running"]


@pytest.mark.parametrize(
    ("keep", "sentence", "title"),
    [("best", "lowest validation loss are kept", "Best epoch"), ("last", "last epoch are kept", "Last epoch")],
)
def test_the_page_says_which_weights_the_recipe_keeps(faces: Dataset, keep: str, sentence: str, title: str) -> None:
    run = creation.create(faces, SplitPlan(), dataclasses.replace(TINY, keep=keep, epochs=2))
    for number in (1, 2):
        store.record_event(run, Epoch(number, 1, 0.5, number, number / 10, number == 1, 1.0, 100.0))
    status.write(run.folder, "stopped", "Stopped on request.")

    test = page_at("train", run=run.id)

    (epoch,) = (metric for metric in test.metric if metric.label == title)
    assert sentence in epoch.help
    assert epoch.value == ("1" if keep == "best" else "2")


def test_a_run_that_is_the_model_leads_to_its_predictions(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    for _ in tasks.training(run.id, threads=1):
        pass
    test = page_at("train", run=run.id)

    test.button(key=f"use-{run.id}").click().run()

    assert test.button(key=f"predict-{run.id}").label == "Predict with this model"


def test_a_recipe_with_several_seeds_leads_to_their_mean_and_spread(faces: Dataset) -> None:
    first = trained(faces, seed=1)
    assert not [button for button in page_at("train", run=first.id).button if button.key == f"seeds-{first.id}"]

    trained(faces, seed=2)
    at = page_at("train", run=first.id)
    assert at.button(f"seeds-{first.id}").label == "Compare the 2 seeds"
    at.button(f"seeds-{first.id}").click().run()
    assert not at.exception
    assert "was trained with 2 seeds. Mean validation accuracy: " in text_of(at)


def test_a_run_says_that_its_weights_depend_on_its_threads(faces: Dataset) -> None:
    run = trained(faces)

    assert "Trained with 1 thread: with another number of threads" in text_of(page_at("train", run=run.id))


def test_what_starts_a_training_stands_beside_the_settings_and_above_the_table_of_layers(faces: Dataset) -> None:
    at = page_at("train")

    (network,) = (column for column in at.get("column") if [each.value for each in column.subheader] == ["The network"])
    kinds = [type(each).__name__ for each in network]
    assert network.button(key="start").label == "Start training"
    assert kinds.index("Button") < kinds.index("Dataframe")


def news_since(run_id: str, seen: str) -> dict[str, Any]:
    """What the server's address `watch` answers a browser, {} where nothing is new."""
    query = urlencode({"run": run_id, "seen": seen}).encode()
    (route,) = server.routes()
    scope = {"type": "http", "method": "GET", "path": "/watch", "query_string": query, "headers": []}
    answer = asyncio.run(route.endpoint(Request(scope)))
    assert (answer.status_code, answer.body) == (204, b"") or answer.status_code == 200
    return json.loads(answer.body) if answer.body else {}


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each question is looked up, also within a second."""
    monkeypatch.setattr(others, "SECONDS_BETWEEN_LOOKS", -1.0)
    yield
    others._looks.clear()


def test_a_browser_is_told_what_it_lacks_and_nothing_where_it_lacks_nothing(faces: Dataset, looks: None) -> None:
    run = creation.create(faces, SplitPlan(), dataclasses.replace(TINY, epochs=9))
    with status.working(run.folder):
        store.record_event(run, Epoch(1, 1, 0.5, 0.9, 0.4, True, 1.0, 100.0))
        first = news_since(run.id, "")
        assert news_since(run.id, first["revision"]) == {}

        store.record_event(run, Step(epoch=2, step=5, steps=10, loss=1.0, images_per_second=100.0))
        step = news_since(run.id, first["revision"])
        store.record_event(run, Epoch(2, 1, 0.5, 0.8, 0.6, True, 1.0, 100.0))
        second = news_since(run.id, step["revision"])

    assert first["panel"]["charts"][0]["series"][1]["values"] == [0.9]
    assert "panel" not in step
    assert step["progress"][run.id][0] == pytest.approx(1.5 / 9)
    assert second["panel"]["charts"][0]["series"][1]["values"] == [0.9, 0.8]
    assert {number["label"]: number["value"] for number in second["panel"]["numbers"]}["Best epoch"] == "2"
    assert first["stamps"][run.id] == second["stamps"][run.id]


def test_everybody_who_asks_within_a_second_gets_what_was_looked_up_for_the_first(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    with status.working(run.folder):
        first = asyncio.run(others.answer(run.id, ""))
        assert first

        async def ask_twice() -> tuple[bytes | None, bytes | None]:
            others._looks.clear()
            before = await others.answer(run.id, "")
            store.record_event(run, Step(epoch=1, step=5, steps=10, loss=1.0, images_per_second=100.0))
            return before, await others.answer(run.id, "")

        before, after = asyncio.run(ask_twice())
    assert before == after
    others._looks.clear()


def test_the_page_is_drawn_anew_when_more_than_the_progress_has_changed(
    faces: Dataset, looks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ensure_up", lambda: True)
    run = creation.create(faces, SplitPlan(), TINY)
    stamps = [news_since(run.id, "")["stamps"][run.id]]
    with status.working(run.folder):
        stamps.append(news_since(run.id, "")["stamps"][run.id])
        status.request_stop(run.folder)
        stamps.append(news_since(run.id, "")["stamps"][run.id])
        status.write(run.folder, "stopped", "Stopped on request.")
    stamps.append(news_since(run.id, "")["stamps"][run.id])
    store.delete(store.read(run.id))
    stamps.append(news_since(run.id, "")["stamps"][run.id])

    assert len(set(stamps)) == 5
    assert news_since("../../etc", "")["stamps"].keys() == {"", others.PULSE}


def test_who_shows_several_runs_is_told_of_another_epoch_or_state_of_any_and_of_nothing_else(
    faces: Dataset, looks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_up: list[bool] = []
    monkeypatch.setattr(client, "ensure_up", lambda: asked_up.append(True) or True)

    def pulse() -> str:
        others._live.clear()
        return str(news_since("", "")["stamps"][others.PULSE])

    pulses = [pulse()]
    assert not asked_up
    run = creation.create(faces, SplitPlan(), dataclasses.replace(TINY, epochs=9), part_of="crossval-1")
    pulses.append(pulse())
    assert asked_up, "the engine is started where something waits"
    with status.working(run.folder):
        pulses.append(pulse())
        store.record_event(run, Step(epoch=1, step=5, steps=10, loss=1.0, images_per_second=100.0))
        assert pulse() == pulses[-1], "a step is nothing to draw a table of runs for"
        store.record_event(run, Epoch(1, 1, 0.5, 0.9, 0.4, True, 1.0, 100.0))
        pulses.append(pulse())
        status.write(run.folder, "finished", "All done.")
    pulses.append(pulse())

    assert len(set(pulses)) == 4
    assert pulses[0] == pulses[-1], "nothing waits or trains any more"


def test_what_a_browser_has_drawn_carries_the_stamp_that_the_server_tells(faces: Dataset, looks: None) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    with status.working(run.folder):
        store.record_event(run, Epoch(1, 1, 0.5, 0.9, 0.4, True, 1.0, 100.0))
        st.cache_resource.clear()
        test = page_at("train", run=run.id)
        news = news_since(run.id, "")

    shown = [json.loads(each.proto.json) for each in test.get("bidi_component") if each.proto.json]
    drawn = {each["watch"]["what"]: each["watch"]["stamp"] for each in shown if each.get("watch")}
    assert drawn == news["stamps"]
    assert [each["numbers"] for each in shown if each.get("numbers")] == [news["panel"]["numbers"]]
