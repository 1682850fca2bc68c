"""What no reader foresaw becomes one sentence with an id that finds it in the log."""

from __future__ import annotations

import logging
import re

import pytest

from emocore.errors import EmoError, reading


def test_only_an_error_for_people_gets_out_and_its_id_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(EmoError) as caught, reading("x.png"):
        raise ZeroDivisionError("/secret/path")

    number = re.search(r"error ([0-9a-f]{8})", caught.value.message)
    assert number
    assert caught.value.message.startswith("x.png: ")
    assert "secret" not in caught.value.message
    assert number[1] in caplog.text
    assert "ZeroDivisionError: /secret/path" in caplog.text


def test_a_sentence_passes_the_boundary_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(EmoError, match=r"^too large$") as caught, reading("x.png"):
        raise EmoError("too large", "too_large")

    assert caught.value.code == "too_large"
    assert not caplog.text
