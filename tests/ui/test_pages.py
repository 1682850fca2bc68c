"""Home, Data, Train and Cross-validate as a visitor finds them: at first, in use, and after a mistake."""

from __future__ import annotations

import re

from emocore.data.dataset import Dataset
from emocore.settings import CHECKOUT
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


def test_no_uploader_refuses_a_file_by_its_ending_since_a_reader_says_why() -> None:
    sources = {path: path.read_text() for path in (CHECKOUT / "emocore" / "ui").rglob("*.py")}
    uploaders = sum(text.count("st.file_uploader(") for text in sources.values())

    assert uploaders >= 9
    found = [
        path.name
        for path, text in sources.items()
        for part in text.split("st.file_uploader(")[1:]
        if re.search(r"\btype=", part[: part.index("key=")]) and '"directory"' not in part[: part.index("key=")]
    ]
    assert found == [], "only of a whole folder the pictures and tables alone are taken"
