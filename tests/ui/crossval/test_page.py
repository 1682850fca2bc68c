"""The Cross-validate page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emocore.data.dataset import Dataset
from emocore.settings import CHECKOUT

ROUTER = str(CHECKOUT / "emocore" / "ui" / "router.py")


def visited(page: str, **address: str) -> AppTest:
    test = AppTest.from_file(ROUTER, default_timeout=30)
    for name, value in address.items():
        test.query_params[name] = value
    test.run()
    return test.switch_page(f"../../pages/{page}.py").run() if page != "home" else test


def text_of(test: AppTest) -> str:
    shown = [*test.title, *test.subheader, *test.markdown, *test.caption, *test.info, *test.error, *test.success]
    return " ".join(element.value for element in shown)


@pytest.mark.parametrize("page", ["crossval"])
def test_cross_validate_opens_empty_and_names_the_next_step(faces: Dataset, page: str) -> None:
    test = visited(page)

    assert not test.exception
    assert "None yet." in text_of(test)
    assert not test.button(key="start-crossval").disabled
