"""The Cross-validate page."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from tests.visiting import text_of, visited


@pytest.mark.parametrize("page", ["crossval"])
def test_cross_validate_opens_empty_and_names_the_next_step(faces: Dataset, page: str) -> None:
    test = visited(page)

    assert not test.exception
    assert "None yet." in text_of(test)
    assert not test.button(key="start-crossval").disabled
