"""The page Search: a search is started, watched and kept; what no trial could use is said there."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from emocore.data.dataset import Dataset
from emocore.engine import client, tasks
from emocore.learn import recipe
from emocore.runs import kept_recipes
from emocore.runs.experiments import search
from tests.laboratory import TINY
from tests.visiting import page_at


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(client, "ask", lambda function, *arguments, **_: function(*arguments))
    monkeypatch.setattr(client, "warm", lambda: None)
    monkeypatch.setattr(client, "submit_run", lambda run: list(tasks.training(run.id, threads=1)))
    monkeypatch.setitem(recipe.RECIPES, "report-main", TINY)


def page() -> AppTest:
    return page_at("search")


def test_a_search_is_started_shown_and_its_best_kept_as_a_recipe(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "AT_ONCE", 100)
    at = page()
    at.multiselect(key="search-names").set_value(["learning_rate", "dropout"]).run()
    at.text_input(key="space-learning_rate-True").set_value("1e-2, 1e-5")
    at.text_input(key="space-dropout-True").set_value("0, 0.3").run()
    assert "4 trials x 1 seed = 4 networks." in [caption.value for caption in at.caption]

    at.button(key="start-search").click().run()

    assert not at.exception
    (made,) = search.searches()
    assert len(search.trials(made)) == 4
    assert "validation images. The best score is too good" in "\n".join(caption.value for caption in at.caption)
    at.text_input(key=f"keep-name-{made.id}").set_value("mine")
    at.button(key=f"keep-{made.id}").click().run()
    best = search.best(search.trials(made))
    assert f"{kept_recipes.named('mine').learning_rate:g}" == f"{float(best.settings['learning_rate']):g}"

    at.button(key=f"delete-{made.id}").click().run()
    assert not at.exception
    assert search.searches() == []
    at.button(key="undo-search").click().run()
    assert not at.exception
    assert search.best(search.trials(search.read(made.id))) == best


def test_a_setting_without_values_is_said_and_a_study_shows_intervals(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "AT_ONCE", 100)
    monkeypatch.setitem(search.STUDIES, "kernel", {"kernel": ("3", "5")})
    at = page()
    at.text_input(key="space-learning_rate-True").set_value("fast").run()

    at.button(key="start-search").click().run()

    assert any("learning_rate=fast" in error.value.replace("\\", "") for error in at.error)
    at.number_input(key="study-seeds").set_value(2)
    at.button(key="study-kernel").click().run()
    assert not at.exception
    assert "95% interval" in "\n".join(caption.value for caption in at.caption)
