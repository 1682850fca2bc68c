"""Home, Data, Train and Cross-validate as a visitor finds them: at first, in use, and after a mistake."""

from __future__ import annotations

from emocore.data.dataset import Dataset
from tests.visiting import text_of, visited


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
