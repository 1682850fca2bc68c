"""What no reader foresaw becomes one sentence with an id that finds it in the log."""

from __future__ import annotations

import io
import json
import logging
import random
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emocore.data import faces
from emocore.data.reading import annotations, decoding, readers
from emocore.errors import EmoError, reading
from emocore.exchange import prediction_table
from emocore.files import from_json
from emocore.judge.tables import reading as tables
from emocore.learn.recipe import RECIPES, recipe_from_json


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


NASTY = [
    b"\0",
    b"\xff\xfe",
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"[[[[",
    b"{",
    b'"',
    b",",
    b"\n",
    b"0xfff",
    b"\xe2\x80\xae",
]


def mutated(content: bytes, draw: random.Random) -> bytes:
    """A file with one to three damages: a flipped bit, a part gone, twice or replaced, an end that is missing."""
    made = bytearray(content)
    for _ in range(draw.randint(1, 3)):
        start = draw.randrange(len(made) + 1)
        end = start + draw.choice((1, 4, 30, 300))
        kind = draw.randrange(5)
        if kind == 0 and start < len(made):
            made[start] ^= 1 << draw.randrange(8)
        elif kind == 4:
            del made[start:]
        else:
            made[start:end] = (b"", made[start:end] * 2, draw.choice(NASTY))[kind % 3]
    return bytes(made)


def png(seed: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (48, 48), dtype=np.uint8)).save(content, "PNG")
    return content.getvalue()


def class_folders() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(6):
            archive.writestr(f"{'happy' if number % 2 else 'sad'}/{number}.png", png(number))
        archive.writestr("happy/via.csv", VIA)
    return content.getvalue()


VIA = "filename,file_attributes\n" + "\n".join(f'{n}.png,"{{""age"": ""{n}""}}"' for n in range(6))
ANSWERS = "id,truth,answer,p_a,p_b\n" + "\n".join(f"{n},a,a,.7,.3\n{n}x,b,a,.7,.3" for n in range(4))
PRINTED = "model,accuracy,n\nfirst,0.8,100\nsecond,0.7,100\n"


def imported(content: bytes, place: Path) -> object:
    (place / "x.zip").write_bytes(content)
    return readers.read_whole(place / "x.zip", "x")


READERS: dict[str, tuple[bytes, Callable[[bytes, Path], object]]] = {
    "picture": (png(1), lambda content, _: faces.read_picture(content, "x.png")),
    "photograph": (png(2), lambda content, _: decoding.photo(content, "x.png")),
    "zip": (class_folders(), imported),
    "annotations": (VIA.encode(), lambda content, _: annotations.parse(content, "x.csv")),
    "predictions": (ANSWERS.encode(), lambda content, _: prediction_table.read(content, "x.csv")),
    "printed table": (PRINTED.encode(), lambda content, _: tables.read_table(content.decode(errors="replace"))),
    "recipe": (json.dumps(RECIPES["modern"].to_json()).encode(), lambda content, _: recipe_in(content)),
}


def recipe_in(content: bytes) -> object:
    with suppress(ValueError):  # As of a run.json that is no JSON
        return recipe_from_json(from_json(content))
    return None


@pytest.mark.parametrize("kind", READERS)
def test_no_damage_of_a_file_gets_anything_out_of_a_reader_but_a_sentence_that_was_foreseen(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sound, read = READERS[kind]
    draw, said = random.Random(kind), list[str]()
    read(sound, tmp_path)

    for _ in range(12 if kind == "zip" else 60):
        try:
            read(mutated(sound, draw), tmp_path)
        except EmoError as error:
            said.append(error.message)
    assert said
    assert [sentence for sentence in said if not sentence.endswith(".")] == []
    assert not caplog.text, "an error that no reader foresaw"
