"""Pages as a visitor opens and reads them, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from emocore.data import library
from emocore.settings import CHECKOUT
from emocore.ui.state import choice
from tests.laboratory import drawn_once

ROUTER = str(CHECKOUT / "emocore" / "ui" / "router.py")


def page_at(page: str, session: Mapping[str, Any] | None = None, who: str = "", **address: str | list[str]) -> AppTest:
    """A page opened by its address, without an exception. A `_` in a name stands for a `-`. who: signed in as."""
    if not library.home(library.DRAWN).parent.exists():
        library.save(drawn_once(), provenance="Drawn by the program, seed 42")  # The page would draw them for a second
    test = AppTest.from_file(ROUTER, default_timeout=60)
    test.switch_page(str(CHECKOUT / "pages" / f"{page}.py"))
    for name, value in address.items():
        test.query_params[name.replace("_", "-")] = value
    for name, value in (session or {}).items():
        test.session_state[name] = value
    sign_in(test, who)
    test.run()
    assert not test.exception
    return test


def sign_in(test: AppTest, who: str) -> None:
    """Sign in before the next run, as a browser does that has kept a nickname."""
    if who:
        test.session_state[choice.SIGNED_AS] = who


def text_of(test: AppTest) -> str:
    """Titles, sentences and messages on a page, as Markdown."""
    shown = [*test.title, *test.subheader, *test.markdown, *test.caption, *test.info, *test.error, *test.success]
    return " ".join(element.value for element in shown)


def said(at: AppTest) -> str:
    """Sentences and messages on a page, a line each, without the escapes of Markdown."""
    kinds = ("caption", "markdown", "info", "warning", "error", "success")
    return "\n".join(element.value.replace("\\", "") for kind in kinds for element in at.get(kind))


def header(at: AppTest) -> list[str]:
    """What stands on the parts of the header that open, without the escapes of Markdown."""
    labels = [each.proto.popover.label.replace("\\", "") for each in at.get("popover")]
    return [label for label in labels if label.startswith(("Dataset **", "Model **"))]
