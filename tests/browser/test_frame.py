"""The frame around every page, on a server that was just started."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emocore.data import library
from emocore.settings import CHECKOUT
from tests.browser.conftest import Server, end, is_outside, sign_in, start

pytestmark = pytest.mark.browser
SCRIPTS = sorted((CHECKOUT / "pages").glob("*.py"))
PAGES = {path.stem.removeprefix("home"): re.findall(r'st\.title\("(.*?)"', path.read_text())[0] for path in SCRIPTS}
"""Path in the address -> title."""


def test_a_deep_link_on_a_cold_server_shows_the_frame(page: Page, tmp_path: Path) -> None:
    cold = start(tmp_path)
    try:
        sign_in(page, "Ada")
        page.goto(f"{cold.url}/train?who=ana")
        expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name="Home")).to_be_visible()
        expect(page.get_by_role("textbox", name="Nickname")).to_have_value("Ada")
        expect(page.get_by_text("drawn-faces, 1,600 images")).to_be_visible()
        assert "who" not in page.evaluate("location.search")
    finally:
        end(cold)


def test_the_first_visit_of_home_costs_at_most_a_second_of_cpu(page: Page, tmp_path: Path) -> None:
    cold = start(tmp_path)
    try:
        settled = _wait_until_idle(page, cold)
        page.goto(cold.url)
        expect(page.get_by_role("heading", name="Runs")).to_be_visible()
        page.wait_for_timeout(500)
        assert cold.cpu_seconds() - settled <= 1.0
    finally:
        end(cold)


def test_no_page_loads_torch_in_the_server_or_asks_a_host_outside(page: Page, server: Server) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if is_outside(request.url) else None)
    for path, title in PAGES.items():
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        page.wait_for_timeout(1000)
    assert outside == []
    libraries = server.libraries()
    assert any("arrow" in name for name in libraries)  # So the list is a real one
    assert not [name for name in libraries if "torch" in name]


def test_the_pages_fit_a_phone(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path, title in PAGES.items():
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        page.wait_for_function("document.querySelector('h1').getBoundingClientRect().top < 130")  # Our styles come late
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


LONG_LINES = """() => [...document.querySelectorAll('[data-testid=stMain] p')].filter(text => {
  const lines = Math.round(text.clientHeight / parseFloat(getComputedStyle(text).lineHeight))
  return lines > 2 && text.innerText.length / lines > 105 }).map(text => text.innerText)"""


def test_no_line_of_words_is_long_on_a_wide_screen(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1920, "height": 1000})
    for path in ("report", "bias", "table"):
        page.goto(f"{server.url}/{path}")
        expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible(timeout=60_000)
        page.wait_for_timeout(1000)
        assert page.evaluate(LONG_LINES) == []
        assert page.locator("[data-testid=stMainBlockContainer]").bounding_box()["width"] <= 1400


def test_numbers_of_the_report_stand_below_one_another_on_a_phone(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/report")
    page.locator("summary", has_text="8. Bias analysis").click()
    row = page.get_by_role("table", name="Numbers of Section 8.2", include_hidden=True).locator("tr").nth(1)
    expect(row).to_be_visible()
    boxes = [box for cell in row.locator("td").all() if (box := cell.bounding_box())]
    heads = row.locator("td").evaluate_all("cells => cells.map(one => getComputedStyle(one, '::before').content)")

    assert [box["y"] for box in boxes] == sorted({box["y"] for box in boxes})
    assert min(box["width"] for box in boxes) > 250
    assert [head.strip('"') for head in heads[1:]] == [
        "The report: ",
        "The report's protocol: ",
        "The corrected protocol: ",
    ]


def test_a_nickname_is_kept_by_the_browser_until_it_is_cleared(page: Page, server: Server) -> None:
    field = page.get_by_role("textbox", name="Nickname")
    page.goto(f"{server.url}/label")
    page.get_by_role("button", name="Sign in").click()
    expect(field).to_be_focused()
    page.keyboard.type("Eve")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox").first).to_be_visible()

    page.reload()
    expect(field).to_have_value("Eve")
    expect(page.get_by_role("listbox").first).to_be_visible()
    assert "Eve" not in page.url

    other = page.context.new_page()
    other.goto(f"{server.url}/table")
    expect(other.get_by_role("textbox", name="Nickname")).to_have_value("Eve")
    field.fill("")
    field.press("Enter")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(field).to_have_value("")


def test_the_header_opens_on_a_phone_and_chooses_another_dataset(
    page: Page, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOCORE_DATA", str(server.data))
    library.save(replace(library.load("drawn-faces"), name="others"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/train")
    page.get_by_role("button", name="Dataset drawn-faces").click()
    expect(page.get_by_text("seed 42").last).to_be_visible()
    page.get_by_text("others (1,600)").click()
    expect(page.get_by_role("button", name="Dataset others, 1,600 images")).to_be_visible()
    expect(page.get_by_text("others (1,600)")).to_be_hidden()


@pytest.mark.parametrize("model", ["report-final", "fer2013-seven"])
def test_the_header_of_a_page_about_a_model_is_one_line(page: Page, server: Server, model: str) -> None:
    page.goto(f"{server.url}/evaluate?model={model}")
    expect(page.get_by_text("sealed for you")).to_be_visible(timeout=60_000)
    parts = page.locator(".st-key-header > *")
    middles = parts.evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => box.top + box.height / 2)"
    )

    assert len(middles) >= 3
    assert max(middles) - min(middles) < 8


def test_a_theme_is_chosen_in_the_menu_and_taken_back(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/table")
    ground = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    light = page.evaluate(ground)
    for theme, color in (("Dark", "rgb(14, 17, 23)"), ("Light", light)):
        page.get_by_test_id("stMainMenu").get_by_role("button").click()
        page.get_by_role("menuitemradio", name=theme).click()
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", color)
        page.keyboard.press("Escape")


def test_two_keys_lead_past_the_menu_and_the_menu_shows_where_the_keyboard_is(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/train")
    expect(page.get_by_role("button", name="Start training")).to_be_visible(timeout=60_000)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Tab")
    home = page.get_by_role("link", name="Home")
    expect(home).to_be_focused()
    assert home.evaluate("made => getComputedStyle(made).outline").endswith("solid 3px")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('[data-testid=stMain]'))")


def _wait_until_idle(page: Page, server: Server) -> float:
    used = server.cpu_seconds()
    for _ in range(60):
        page.wait_for_timeout(500)
        before, used = used, server.cpu_seconds()
        if used - before < 0.02:
            return used
    raise AssertionError("the server never came to rest")
