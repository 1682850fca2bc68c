"""The report's story first, then every item in its chapter, on the report's data or as a rehearsal."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.reproduction import cases, document, measuring, numbers, results
from emocore.runs import store
from emocore.ui.parts import markdown
from emocore.ui.report import charts, view
from tests.visiting import page_at, said

CHAPTERS = document.chapters()
KEYS = [f"report-{chapter.split('.')[0].casefold()}" for chapter in CHAPTERS]


def opened(key: str) -> AppTest:
    at = page_at("report")
    at.session_state[key] = True
    at.run()
    assert not at.exception
    return at


def test_the_story_comes_first_and_no_chapter_is_open(faces: Dataset) -> None:
    at = page_at("report")

    assert not at.exception
    assert "A leak, found late" in said(at)
    assert "neither verdict stands" in said(at)
    assert "Figure 8.1" not in said(at)


@pytest.mark.parametrize(("key", "chapter"), list(zip(KEYS, CHAPTERS, strict=True)))
def test_a_chapter_shows_each_of_its_items(key: str, chapter: str, faces: Dataset) -> None:
    text = said(opened(key))

    assert [one.item for one in document.items() if one.chapter == chapter and f"**{one.item}**" not in text] == []


def test_without_the_reports_data_the_page_is_a_rehearsal_with_a_way_to_fetch_it(faces: Dataset) -> None:
    at = page_at("report")

    assert "data is not in the library" in said(at)
    assert "report-fetch" in [button.key for button in at.button]


def test_a_rehearsal_shows_what_was_measured_on_the_drawn_faces(faces: Dataset) -> None:
    at = opened("report-7")
    at.button_group("report-numbers").set_value(view.REHEARSAL).run()
    assert "report-rehearse" in [button.key for button in at.button]

    list(measuring.measure_counts(library.summary(faces.name)))
    at.run()
    found = results.measurements(faces.fingerprint).values["matcher"]["leaked"]

    assert not at.exception
    assert "report-rehearse" not in [button.key for button in at.button]
    shown = " ".join(str(value) for table in at.table for value in table.value.to_numpy().ravel())
    assert markdown.sentence(f"{found['mean']:.3f} ± {found['deviation']:.3f}") in shown


def test_a_row_that_lacks_a_number_says_which_click_and_which_command_measure_it(faces: Dataset) -> None:
    at = opened("report-6")
    at.button_group("report-numbers").set_value(view.REHEARSAL).run()
    text = said(at)

    assert f'Click "{view.TRAIN}" above this list, or run `python -m emocore reproduce "Table 6.2" --dataset' in text
    assert {"report-rehearse", "report-train"} <= {button.key for button in at.button}
    assert "not measured yet" not in said(opened("report-6")), "of the report's own data everything ships"


def test_a_row_opens_its_own_network_where_one_is_kept_and_else_says_what_opens(faces: Dataset) -> None:
    summary, runs = library.summary(faces.name), store.trainings()

    sound = cases.network(runs, summary, numbers.DATASET, ("corrected report-main", "corrected report-final"))
    leaked = cases.network(runs, summary, numbers.DATASET, ("as-first-published report-final",))

    assert sound is not None
    assert sound.id == "report-final", "which ships"
    assert leaked is None
    assert "Of this row's networks only the numbers are kept" in said(opened("report-6"))
    assert f"It opens with {sound.label}, seed 42." in said(opened("report-8"))


def test_on_the_reports_data_the_page_says_so(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "DATASET", faces.fingerprint)
    at = page_at("report")

    assert "The report's data is in the library" in at.success[0].value
    assert "report-fetch" not in [button.key for button in at.button]


def test_every_chart_that_an_item_names_can_be_drawn() -> None:
    kinds = {one.chart.partition(":")[0] for one in document.items()} - {""}

    assert kinds == set(charts.OF_DATA) | set(charts.OF_RESULTS)
