"""Every page and tab passes axe-core, in light and in dark, but for a short list of what is not ours to mend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, sign_in
from tests.browser.test_frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NOT_OURS = {
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
    "svg-img-alt": ".brush_brush, .brush_brush_bg",
    "color-contrast": "[data-testid=stWidgetLabel][disabled] *, [data-testid=stCode] .token",
}
"""Rule -> what Streamlit 1.67 draws so: the sections of its menu as <div> in a <ul>, the (empty) brush of Vega, and the
labels of what is grayed, which WCAG 1.4.3 leaves out but axe does not recognize, and the
colors of code."""
SERIOUS = {"serious", "critical"}
BUSY = "[data-testid=stStatusWidget], [data-stale=true], [data-testid=stSkeleton], [data-testid=stSpinner]"
BARE = """() => [...document.querySelectorAll(`[data-testid=stPlotlyChart], [data-testid=stVegaLiteChart],
  [data-testid=stImage] img, [data-testid=stDataFrame]`)]
  .filter(shown => !(shown.getAttribute('aria-label') || shown.getAttribute('alt')
    || shown.querySelector('[aria-label], [alt]:not([alt=""])'))).length"""
IS_OURS = """nodes => nodes.filter(([rule, own, target]) => {
  const shown = document.querySelector(target); return !(shown && own && shown.matches(own)) })"""


def settle(page: Page) -> None:
    """Wait until nothing is drawn any more."""
    before = -1
    for _ in range(600):
        now = page.evaluate("document.body.innerHTML.length")
        if now == before and not page.locator(BUSY).count():
            return
        before = now
        page.wait_for_timeout(150)
    raise AssertionError("the page never came to rest")


def tabs(page: Page) -> Iterator[str]:
    """Open one tab after another, those in tabs too; pages without tabs count as one."""
    shown = page.locator("[data-testid=stMain] [role=tab]")
    for number in range(max(1, shown.count())):
        if shown.count():
            shown.nth(number).click()
        settle(page)
        yield shown.nth(number).inner_text() if shown.count() else ""


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds that is serious and ours: rule, element and reason."""
    only: dict[str, Any] = {"runOnly": rules} if rules else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **only}).response["violations"]
    nodes = [
        [problem["id"], NOT_OURS.get(problem["id"], ""), node["target"][-1], node["html"][:120], node["failureSummary"]]
        for problem in found
        if problem["impact"] in SERIOUS
        for node in problem["nodes"]
    ]
    return [f"{rule}: {html}: {why}" for rule, _, _, html, why in page.evaluate(IS_OURS, nodes)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_violation_in_light_or_dark(path: str, page: Page, server: Server) -> None:
    sign_in(page, "Ada")
    page.goto(f"{server.url}/{path}?model=drawn-main")
    expect(page.get_by_role("heading", name=PAGES[path], exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    found = []
    for tab in tabs(page):
        found += [f"{path} {tab} light: {one}" for one in violations(page)]
        found += [f"{path} {tab}: a chart or table has no text alternative"] * page.evaluate(BARE)
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(300)
        found += [f"{path} {tab} dark: {one}" for one in violations(page, ["color-contrast"])]
        page.emulate_media(color_scheme="light")
    assert found == []


def test_axe_finds_what_is_wrong(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/table")
    expect(page.get_by_role("heading", name=PAGES["table"], exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    page.evaluate("""document.querySelector('h1').insertAdjacentHTML('afterend',
      '<p style="color: #aaa; background: #fff">pale</p><img src="data:,">')""")

    found = violations(page)

    assert {re.split(":", one)[0] for one in found} >= {"color-contrast", "image-alt"}
