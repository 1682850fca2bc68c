"""Home, Data, Train and Cross-validate as a visitor finds them: at first, in use, and after a mistake."""

from __future__ import annotations

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


def test_home_names_dataset_model_and_next_steps(faces: Dataset) -> None:
    test = visited("home")

    assert not test.exception
    assert "128 images" in text_of(test)
    assert "modern\\-pretrained, came with the program" in text_of(test)
    assert {"Train a network", "Try it on a picture", "See and import data"} <= {button.label for button in test.button}


def test_a_dataset_in_the_address_that_is_not_here_is_told(faces: Dataset) -> None:
    test = visited("data", dataset="gone")

    assert not test.exception
    assert "gone is not here" in text_of(test)
    assert "Choose another one above" in text_of(test)
