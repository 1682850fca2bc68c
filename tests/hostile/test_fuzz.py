"""Bounded fuzzing by Hypothesis: whatever bytes, texts and values come in, every refusal is one that was foreseen.

The same examples in each run, so that a failure is everybody's. A reader's boundary turns what nobody foresaw into an
EmoError "unreadable_file" and logs it: that counts as a failure here.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from emocore.data import faces, library, slices
from emocore.data.dataset import Dataset
from emocore.data.reading import annotations, archive
from emocore.errors import EmoError
from emocore.exchange import model_file, prediction_table, schemas
from emocore.judge.tables import reading
from emocore.learn import variations
from emocore.learn.recipe import RECIPES, recipe_from_json
from tests.hostile import archives, models, pictures, tables

pytestmark = pytest.mark.long
UNFORESEEN = "unreadable_file"


def bounded(examples: int) -> Any:
    """So many examples, the same in each run; nothing is kept on the disk."""
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=calm)


SEEDS = (
    pictures.png(),
    pictures.jpeg(),
    pictures.jpeg(1, progressive=True),
    pictures.transparent(),
    pictures.animation("GIF", 2),
    pictures.saved(pictures.gray(2), "BMP"),
    pictures.saved(pictures.gray(2).convert("RGB"), "WEBP"),
    pictures.turned(6),
)
ZIP_SEEDS = (
    archives.packed([("a/b.png", pictures.png()), ("a/c.txt", b"x" * 50)]),
    archives.packed([("a/b.png", pictures.png()), ("ä.png", b"")], method=0, comment=b"comment"),
    archives.two_names("happy/aaa.png", "happy/bbb.png"),
)
CSV_SEEDS = (
    tables.via(tables.sex).decode(),
    tables.rows_of(tables.PLAIN).decode(),
    tables.answers(tables.SHARES, *tables.SOUND_SHARES).decode(),
    tables.answers(tables.HEADER + ",network", *(f"{line},one" for line in tables.SOUND)).decode(),
    "class,precision,recall,n\nhappy,.8,.8,10\nsad,.8,.8,10\n",
)


@some.composite
def altered(draw: Callable[[Any], Any], seeds: tuple[bytes, ...]) -> bytes:
    """A sound file with bytes changed, cut out, doubled or put in."""
    content = bytearray(draw(some.sampled_from(seeds)))
    for _ in range(draw(some.integers(1, 4))):
        at = draw(some.integers(0, max(0, len(content) - 1)))
        length = draw(some.sampled_from((1, 1, 1, 2, 4, 40)))
        way = draw(some.sampled_from(("change", "change", "cut", "double", "insert", "end")))
        if way == "change":
            new = draw(some.sampled_from((b"\0" * length, b"\xff" * length)) | some.binary(min_size=1, max_size=length))
            content[at : at + len(new)] = new
        elif way == "cut":
            del content[at : at + length]
        elif way == "double":
            content[at:at] = content[at : at + length]
        elif way == "insert":
            content[at:at] = draw(some.binary(min_size=1, max_size=8))
        else:
            del content[at:]
    return bytes(content)


ODD_WORDS = some.sampled_from(
    ("", "\0", "\ufeff", "\u202e", '"', '""', ",", "\r", "\t", "nan", "1e999", "-1", "0x" + "f" * 5_000, "9" * 5_000,
     "[" * 200, "{'a': 1}", '{"a": {"b": [1]}}', "\udcff", "é" * 300, "=1+1")
)  # fmt: skip


@some.composite
def altered_text(draw: Callable[[Any], Any], seeds: tuple[str, ...]) -> str:
    """A sound table with words changed, lines doubled or cut."""
    lines = draw(some.sampled_from(seeds)).splitlines(keepends=True)
    for _ in range(draw(some.integers(1, 4))):
        at = draw(some.integers(0, len(lines) - 1))
        word = draw(ODD_WORDS | some.text(max_size=12))
        place = draw(some.integers(0, len(lines[at])))
        lines[at] = draw(
            some.sampled_from((lines[at][:place] + word + lines[at][place:], lines[at][:place], lines[at] * 2))
        )
    return "".join(lines)


VALUES = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(10**30), 10**30)
    | some.floats()
    | some.text(max_size=8)
    | ODD_WORDS,
    lambda inner: (
        some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=6) | ODD_WORDS, inner, max_size=4)
    ),
    max_leaves=8,
)
"""Whatever JSON, or nearly JSON, can hold."""


def foreseen(action: Callable[..., object], *arguments: object) -> None:
    """Do it; an EmoError that somebody foresaw is all that may get out, on one line and not endless."""
    code, message = "", ""
    try:
        action(*arguments)
    except EmoError as error:
        code, message = error.code, error.message
    assert code != UNFORESEEN, message
    assert message.isprintable(), repr(message)
    assert len(message) <= 1_500, message


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "emocore")


@given(altered(SEEDS))
@bounded(250)
def test_a_picture_of_any_bytes(content: bytes) -> None:
    foreseen(faces.read_picture, content, "a.png")


@given(altered(ZIP_SEEDS))
@bounded(500)
def test_a_zip_of_any_bytes(content: bytes) -> None:
    def read_all() -> None:
        with archive.members(io.BytesIO(content), "a.zip") as found:
            for member in found.files:
                with suppress(EmoError):  # A member's damage has the code of what nobody foresaw
                    member.read(10**6)

    foreseen(read_all)


@given(altered_text(CSV_SEEDS))
@bounded(150)
def test_a_table_of_any_text(text: str) -> None:
    content = text.encode("utf-8", "surrogateescape")
    foreseen(annotations.parse, content, "a.csv")
    foreseen(prediction_table.read, content, "a.csv")
    foreseen(lambda: reading.read_table(reading.decoded(content, "a.csv")))


@given(some.text(max_size=60) | VALUES.map(repr) | VALUES.map(json.dumps))
@bounded(400)
def test_a_cell_of_attributes_of_any_text(cell: str) -> None:
    foreseen(annotations.parse, tables.via(lambda at: cell, ["a.png"]).replace(b"\0", b""), "a.csv")


SOUND_RUN = json.loads(models.sound()["run.json"])


@given(some.sampled_from(sorted(SOUND_RUN["recipe"])), VALUES, some.sampled_from(sorted(SOUND_RUN)), VALUES)
@bounded(250)
def test_a_recipe_and_a_run_of_any_json(setting: str, value: Any, field: str, other: Any) -> None:
    foreseen(recipe_from_json, SOUND_RUN["recipe"] | {setting: value})
    foreseen(recipe_from_json, value)
    foreseen(schemas.refuse_other, schemas.RunFile, SOUND_RUN | {field: other}, "It is not so")
    foreseen(schemas.refuse_other, schemas.Card, {"doubts": value, field: other}, "It is not so")


@given(some.sampled_from(("recipe", "classes", "card", "more")), VALUES.map(json.dumps) | some.text(max_size=30))
@bounded(150)
def test_a_model_that_says_anything_of_itself(name: str, text: str) -> None:
    foreseen(model_file.check, models.said(**{name: text})(), "a.safetensors")


HEADER, BODY = models.header_of(models.sound()["weights.safetensors"])


@given(altered((json.dumps(HEADER).encode(),)))
@bounded(150)
def test_a_model_with_any_header(text: bytes) -> None:
    foreseen(model_file.check, models.tensors(text, BODY), "a.safetensors")


@given(some.text(max_size=20) | ODD_WORDS, some.text(max_size=20) | ODD_WORDS)
@bounded(200)
def test_a_setting_of_any_text(name: str, text: str) -> None:
    recipe = RECIPES["report-main"]
    for setting in (name, "epochs", "learning_rate", "mirror", "flaw", "depth", "kernel"):
        foreseen(variations.changed, recipe, {setting: text})
        foreseen(variations.varied, recipe, {setting: text})


IN_ADDRESSES = (some.text(max_size=8) | ODD_WORDS).filter(lambda word: "\udcff" not in word)
"""What an address can hold: no half of a letter."""
PARAMETERS = some.dictionaries(
    some.sampled_from(("class", "split", "text", "finding", "attribute-age", "attribute-row", "attribute-")),
    some.lists(IN_ADDRESSES, max_size=3),
    max_size=4,
)


@given(PARAMETERS)
@bounded(200)
def test_a_slice_by_any_address(small_faces: Dataset, query: dict[str, list[str]]) -> None:
    foreseen(lambda: slices.from_query(query).rows(small_faces.table))


def shows_the_plan() -> None:
    """The page that the next test asks for."""
    import streamlit  # In a script of its own

    from emocore.data import library  # In a script of its own
    from emocore.ui.state import choice  # In a script of its own

    summary = library.summary("drawn-faces")
    streamlit.text(choice.split_in_words(summary, choice.chosen_plan(summary)))


@given(some.lists(IN_ADDRESSES, max_size=6))
@bounded(8)
def test_a_split_by_any_address(faces: Dataset, words: list[str]) -> None:
    test = AppTest.from_function(shows_the_plan, default_timeout=30)
    test.query_params["plan"] = [library.DRAWN, *words]
    test.run()

    assert not test.exception
    assert test.text
