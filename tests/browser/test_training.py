"""Two people train at the same time: they see each other's runs live, stop one, refresh, and compare."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Server, sign_in

pytestmark = pytest.mark.browser
LONG = 90_000


def start(page: Page, server: Server, who: str) -> None:
    page.set_default_timeout(LONG)
    sign_in(page, who)
    page.goto(f"{server.url}/train")
    expect(page.get_by_role("textbox", name="Nickname")).to_have_value(who, timeout=LONG)
    for name, value in {"Patience": "0", "Maximum epochs": "1000"}.items():  # Nothing ends before somebody stops it
        field = page.get_by_label(name, exact=True).first
        field.fill(value)
        field.press("Enter")
    expect(page.get_by_text("for 1000 epochs")).to_be_visible()
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    expect(page.get_by_role("button", name="Start training")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("has started")).to_be_visible()
    expect(page.locator("#watched-run")).to_be_in_viewport()
    expect(page.get_by_text("running").first).to_be_visible(timeout=LONG)


def zoomed(page: Page) -> None:
    """Drag over a part of the first chart."""
    plot = page.locator(".plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 80, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 90, steps=4)
    page.mouse.up()


@pytest.mark.timeout(400)
def test_start_two_watch_both_stop_one_refresh_compare(page: Page, browser: Browser, server: Server) -> None:
    start(page, server, "Ada")
    other = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    start(other, server, "Bo")
    expect(page.get_by_text("Training now")).to_be_visible()
    expect(page.get_by_text("by Bo")).to_be_visible()
    expect(other.get_by_text("by Ada")).to_be_visible()

    expect(page.locator(".plot svg")).to_have_count(2, timeout=LONG)
    zoomed(page)
    whole = page.get_by_role("button", name="See all epochs")
    expect(whole).to_have_count(2)
    drawn = page.locator(".plot").first.get_attribute("aria-label")
    expect(page.locator(".plot").first).not_to_have_attribute("aria-label", drawn or "", timeout=LONG)
    expect(whole).to_have_count(2)  # An epoch later it shows the same part

    page.get_by_role("button", name="Watch").first.click()
    expect(page.get_by_text("Started by Bo.")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Bo started this. It stops for everybody.")).to_be_visible()
    page.wait_for_timeout(3500)  # The card is drawn anew meanwhile, and the question stays
    page.get_by_role("button", name="Stop it all the same").click()
    expect(other.get_by_text("Stopped on request")).to_be_visible(timeout=LONG)
    other.reload()
    expect(other.get_by_text("Stopped on request")).to_be_visible(timeout=LONG)
    expect(other.get_by_text("by Ada")).to_be_visible()

    other.get_by_text("Name and notes").click()
    other.get_by_role("textbox", name="Name", exact=True).fill("Cut short")
    other.keyboard.press("Tab")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_role("heading", name="Cut short, run")).to_be_visible()
    page.get_by_role("button", name="Watch").first.click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped on request")).to_be_visible(timeout=LONG)

    page.goto(f"{server.url}/compare")
    expect(page.get_by_text("Cut short, run").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Settings that differ")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(1, timeout=LONG)
    other.context.close()
