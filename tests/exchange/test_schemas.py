"""JSON from outside has the fields that our programs write, each of its type, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emocore.errors import EmoError
from emocore.exchange import schemas
from emocore.settings import CHECKOUT

SHIPPED = sorted((CHECKOUT / "data" / "shipped" / "runs").iterdir())
OLDER = sorted((CHECKOUT / "tests" / "frozen" / "data" / "runs").iterdir())


@pytest.mark.parametrize("folder", [*SHIPPED, *OLDER], ids=lambda folder: folder.name)
def test_whatever_a_program_of_ours_wrote_is_known(folder: Path) -> None:
    schemas.refuse_strange(folder)


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        (schemas.RunFile, {"favorite": 1}, "field 'favorite' that it does not know"),
        (schemas.RunFile, {"images": "1600"}, "'images' holds something else"),
        (schemas.RunFile, {"images": True}, "'images' holds something else"),
        (schemas.RunFile, {"owner": "x" * 301}, "'owner' holds something else"),
        (schemas.RunFile, {"created": "yesterday"}, "'created' holds something else"),
        (schemas.RunFile, {"split": {}}, "field 'split.seed' is missing"),
        (schemas.RunFile, {"recipe": {"name": "x"}}, "'blocks'"),
        (schemas.Card, {"doubts": {"temperature": "hot"}}, "'doubts.temperature' holds something else"),
        (schemas.Card, {"<b>": 1}, "field '<b>' that it does not know"),
        (schemas.Card, {"validation": {"accuracy": 2.0, "n": 5, "interval": [0, 1]}}, "'validation.accuracy'"),
    ],
)
def test_another_field_or_type_is_refused_by_name(kind: Any, change: dict[str, Any], message: str) -> None:
    sound = {} if kind is schemas.Card else json.loads((SHIPPED[0] / "run.json").read_text())
    schemas.refuse_other(kind, sound, "It is not so")

    with pytest.raises(EmoError, match=message) as caught:
        schemas.refuse_other(kind, sound | change, "It is not so")

    assert caught.value.message.startswith("It is not so: ")


@pytest.mark.parametrize("value", [[], 5, None, "x"])
def test_what_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(EmoError, match="something else"):
        schemas.refuse_other(schemas.Card, value, "It is not so")
