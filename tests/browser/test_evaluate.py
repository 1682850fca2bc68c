"""A click on a cell of the confusion matrix shows the faces behind its number."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.judge import confusion
from emocore.runs import openings
from emocore.runs.answers import validation_answers
from emocore.runs.run import Run
from tests.browser.conftest import Server, sign_in
from tests.trained import answered, trained

pytestmark = pytest.mark.browser


@pytest.fixture
def judged(server: Server, small_faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run in the server's laboratory with about half of its answers right."""
    monkeypatch.setenv("EMOCORE_DATA", str(server.data))
    library.save(assemble("few", np.array(small_faces.images), small_faces.table.drop(columns="family")), replace=True)
    return answered(trained(library.load("few")), 0.4, seed=3)


def test_a_clicked_cell_shows_its_faces_with_their_probabilities(page: Page, server: Server, judged: Run) -> None:
    answers = validation_answers(judged)
    wrong = answers.take(~answers.right)
    pairs, counts = np.unique(np.stack([wrong.truth, wrong.answers]), axis=1, return_counts=True)
    truth, answer = pairs[:, counts.argmax()].tolist()
    images = confusion.cell(answers, truth, answer)
    ids = library.load("few").table["id"].to_numpy()[images.rows]

    page.goto(f"{server.url}/evaluate?model={judged.id}&evaluate-tab=Confusion")
    expect(page.get_by_text("Click a cell to see its faces")).to_be_visible(timeout=60_000)
    _click_cell(page, judged.classes[truth], judged.classes[answer])

    heading = f"Labeled {judged.classes[truth]}, predicted {judged.classes[answer]}"
    expect(page.get_by_text(heading, exact=True)).to_be_visible()
    captions = page.locator(".st-key-confusion-cell figcaption")
    expect(captions).to_have_count(len(ids))
    expected = [
        f"{identity}: labeled {judged.classes[truth]}, predicted {judged.classes[answer]} " + f"{confidence:.3f}"
        for identity, confidence in zip(ids, images.confidence, strict=True)
    ]
    assert captions.all_inner_texts() == expected
    assert all(
        page.locator(".st-key-confusion-cell figure img").evaluate_all("all => all.map(one => one.naturalWidth)")
    )

    page.get_by_role("button", name=f"{judged.classes[truth]}, {judged.classes[answer]}").click()
    expect(captions).to_have_count(0)
    expect(page.get_by_text("Click a cell to see its faces")).to_be_visible()


def test_faces_of_a_cell_are_relabelled_into_the_history(page: Page, server: Server, judged: Run) -> None:
    answers = validation_answers(judged)
    wrong = answers.take(~answers.right)
    truth, answer = int(wrong.truth[0]), int(wrong.answers[0])
    first = library.load("few").table["id"].iloc[int(confusion.cell(answers, truth, answer).rows[0])]
    sign_in(page, "Ada")
    page.goto(f"{server.url}/evaluate?model={judged.id}&evaluate-tab=Confusion")
    expect(page.get_by_text("Click a cell to see its faces")).to_be_visible(timeout=60_000)
    _click_cell(page, judged.classes[truth], judged.classes[answer])

    page.get_by_text("Relabel", exact=True).click()
    face = page.get_by_role("option").first
    face.click()
    page.keyboard.press(str(answer + 1))
    expect(page.get_by_text("Unsaved: 1 image relabeled")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("No unsaved labels")).to_be_visible()
    page.get_by_role("button", name="Redo", exact=True).click()
    page.get_by_role("button", name="Save as version").click()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Version 2 saved")).to_be_visible()
    assert library.load("few").table.set_index("id").loc[first, "emotion"] == judged.classes[answer]
    page.get_by_text("Relabel", exact=True).click()
    captions = page.locator(".st-key-confusion-cell figcaption")
    expect(captions.first).to_contain_text(f"{first}: labeled {judged.classes[truth]}")


def test_the_test_part_opens_only_after_a_second_word(page: Page, server: Server, judged: Run) -> None:
    sign_in(page, "Ada")
    page.goto(f"{server.url}/evaluate?model={judged.id}&evaluate-part=Test")
    page.get_by_role("button", name="Open the test part").click()
    expect(page.get_by_text("Opening cannot be undone")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Opening cannot be undone")).to_be_hidden()
    assert openings.of_run(judged) == []

    page.get_by_role("button", name="Open the test part").click()
    page.get_by_role("button", name="Open and log").click()

    expect(page.get_by_text("was opened once, for 1 run")).to_be_visible()
    expect(page.get_by_text(f"n = {judged.split['counts']['test']}").first).to_be_visible()
    assert [look["by"] for look in openings.of_run(judged)] == ["Ada"]


def _click_cell(page: Page, truth: str, answer: str) -> None:
    """Find the cell by what its tooltip says, as a person with a mouse does."""
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("canvas, svg").first).to_be_visible(timeout=30_000)
    box = chart.bounding_box()
    assert box is not None
    for down in np.arange(0.2, 0.95, 0.08):
        for across in np.arange(0.25, 0.98, 0.08):
            place = {"x": box["width"] * across, "y": box["height"] * down}
            if _tooltip(page, chart, place)[:2] == [truth, answer]:
                chart.click(position=place)  # type: ignore[arg-type]
                return
    raise AssertionError(f"no cell labeled {truth} and answered {answer}")


def _tooltip(page: Page, chart: Locator, place: dict[str, float]) -> list[str]:
    chart.hover(position=place)  # type: ignore[arg-type]
    page.wait_for_timeout(60)
    shown = page.locator("#vg-tooltip-element.visible td.value")
    return shown.all_inner_texts()
