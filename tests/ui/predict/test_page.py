"""Predict shows what a worker saw; here the worker is this process."""

from __future__ import annotations

import ast
import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from filelock import FileLock
from PIL import Image
from streamlit.testing.v1 import AppTest

from emocore import wording
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.engine import client
from emocore.exchange import model_file
from emocore.predict import explanation, predictor
from emocore.predict.face_detection import Box
from emocore.predict.inference import FaceAnswer, Seen
from emocore.settings import CHECKOUT
from emocore.ui.predict import many_pictures
from emocore.ui.predict.answers import boxed
from emocore.ui.predict.closer import WAYS, colored, painted
from emocore.ui.state import datasets
from tests.trained import trained
from tests.visiting import page_at, said


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions to the worker are answered here and now."""

    def ask(function: Callable[..., Any], *arguments: Any, seconds: float = 0, long: bool = False) -> Any:
        return function(*arguments)

    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(client, "ask", ask)
    monkeypatch.setattr(client, "warm", lambda: None)


def page(model: str, tab: str = "Your pictures") -> AppTest:
    return page_at("predict", {"predict-tab": tab}, model=model)


def png(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "format", "expected"),
    [
        ("face.jfif", "JPEG", "images labeled"),
        ("face.gif", "GIF", "images labeled"),
        ("face.tiff", "TIFF", "images labeled"),
        ("face.jp2", "JPEG2000", "face.jp2: JPEG 2000 files are not read, only PNG, JPEG, WebP, BMP, GIF and TIFF"),
        ("face.pdf", "PDF", "face.pdf: PDF files are not read"),
    ],
)
@pytest.mark.parametrize("key", ["pictures", "many"])
def test_each_kind_of_file_is_answered_or_refused_in_a_sentence(
    faces: Dataset, name: str, format: str, expected: str, key: str
) -> None:
    content = io.BytesIO()
    Image.fromarray(faces.images[0]).save(content, format)
    at = page("drawn-main", "Your pictures" if key == "pictures" else "Many pictures")

    at.file_uploader(key=key).set_value((name, content.getvalue(), "application/octet-stream")).run()

    assert not at.exception
    text = said(at) + "".join(str(error.value) for error in at.error)
    text += "".join(str(frame.value.to_dict()) for frame in at.dataframe)
    wanted = expected if key == "pictures" or "read" in expected else "Pictures: 1. Faces: 1."
    assert wanted in text.replace("\\", "")


def test_an_example_is_answered_and_tells_its_label_by_a_click_only(faces: Dataset) -> None:
    at = page(trained(faces).id, "An example")

    assert "images labeled" in said(at)
    assert not [word for word in ("The label in the dataset is", "train/", "test/", ".png") if word in said(at)]
    at.session_state[f"example-label-{at.session_state['example-seed']}"] = True
    at.run()
    assert "The label in the dataset is" in said(at)
    assert "validation image" in said(at)


def seen(*faces: tuple[float, float, str], how: str = "found") -> Seen:
    """A picture of 300 x 200 pixels with faces of 30: left, top and prediction of each."""
    answers = tuple(
        FaceAnswer(Box(left, top, 30), np.zeros((48, 48), np.uint8), {word: 0.9}, word, True, word, "", (word,))
        for left, top, word in faces
    )
    return Seen("a.png", (300, 200), b"", answers, how)


def test_a_picture_shows_the_prediction_at_each_face_where_there_is_room_for_words() -> None:
    apart, tight = (10, 50, "happy"), (60, 50, "surprised")

    assert ">happy</span>" in boxed(seen(apart))
    assert ">1 happy</span>" in boxed(seen(apart, (200, 50, "neutral")))
    assert [f">{number}</span>" in boxed(seen(apart, tight)) for number in (1, 2)] == [True, True]
    assert "happy" not in boxed(seen(apart, how="not found"))


def test_that_no_face_was_found_is_told_before_the_picture_is_shown(faces: Dataset) -> None:
    at = page(trained(faces).id)
    at.file_uploader(key="pictures").set_value(("hill.png", png(np.full((300, 400, 3), 128, np.uint8)), "image/png"))

    at.run()

    kinds = [(part.type, str(part.value)) for part in at.main if part.type in ("alert", "html", "warning")]
    sentence = next(place for place, (_, value) in enumerate(kinds) if "No face found" in value)
    picture = next(place for place, (_, value) in enumerate(kinds) if "The picture with" in value)
    assert sentence < picture


def test_each_row_of_the_table_counts_once_as_face_doubt_or_picture_without_a_face() -> None:
    rows = [
        {"file": str(at), "flags": flags, "problem": "", "is_face": True} for at, flags in enumerate(["", "unsure"])
    ]
    rows += [{"file": "cat", "flags": "no face found; unsure", "problem": "", "is_face": False}]

    summary = many_pictures.summary([*rows, {"file": "pdf", "flags": "", "problem": "cannot be read", "is_face": None}])

    assert summary == (
        "Pictures: 4. Faces: 2. Faces with a warning: 1. Pictures without a face: 1. Pictures that cannot be read: 1."
    )


def test_the_page_opens_with_a_drawn_face_answered_and_another_one_can_be_chosen(faces: Dataset) -> None:
    at = page(trained(faces).id)
    assert "do not show real people" in said(at)
    assert "Example 1" in said(at)
    assert "images labeled" in said(at)

    at.session_state["predict-example"] = "example 5"
    at.run()

    assert "Example 5" in said(at)
    assert "Example 1" not in said(at)


@pytest.mark.parametrize("way", list(WAYS))
def test_every_way_to_look_closer_shows_something_and_no_error(way: str, faces: Dataset) -> None:
    at = page(trained(faces).id, "An example")
    before = len(at.get("html"))

    (closer,) = [group for group in at.get("button_group") if group.label == "Look closer"]
    closer.set_value(way).run()

    assert not at.exception
    assert len(at.get("html")) > before


def test_the_screen_says_that_the_engine_starts_where_none_runs(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(st, "spinner", lambda message, show_time: said.append(message))

    datasets.spinner("The network is looking at the picture")
    with FileLock(client.home() / "lock"):
        datasets.spinner("The network is looking at the picture")

    assert said == [wording.STARTING, "The network is looking at the picture"]


def test_every_spinner_around_a_question_to_a_worker_says_that_the_engine_starts() -> None:
    own = [
        f"{path.name}: {ast.unparse(node.items[0])}"
        for path in (CHECKOUT / "emocore" / "ui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.With)
        and "st.spinner(" in ast.unparse(node.items[0])
        and "client.ask(" in ast.unparse(node)
    ]

    assert own == []


def test_a_missing_model_is_a_sentence_and_not_an_error() -> None:
    assert "The chosen model is not available" in said(page("none"))


def test_heat_is_orange_where_it_is_high_blue_below_zero_and_grey_elsewhere() -> None:
    values = np.zeros((48, 48), np.float32)
    values[0, 0], values[1, 1] = 1, -1
    heat = explanation.Heat("Occlusion", "happy", values, 12, True, "")

    shown = colored(heat, np.full((48, 48), 100, np.uint8)).astype(int)

    assert shown[0, 0, 0] > shown[0, 0, 2]
    assert shown[1, 1, 0] < shown[1, 1, 2]
    assert (shown[5, 5] == 100).all()


def test_what_the_browser_painted_is_the_face_and_anything_else_leaves_it() -> None:
    face = np.arange(48 * 48, dtype=np.uint32).reshape(48, 48).astype(np.uint8)
    sent = base64.b64encode(face[::-1].tobytes()).decode()

    assert np.array_equal(painted(sent, face), face[::-1])
    for other in (None, 7, "", "no base64!", sent[:-8], sent * 9, base64.b64encode(b"short").decode()):
        assert painted(other, face) is face


def test_the_tab_of_models_offers_the_export(faces: Dataset) -> None:
    at = page(trained(faces).id, "Export and import")

    assert model_file.SNIPPET.strip() in [code.value.strip() for code in at.code]


def test_the_table_of_many_pictures_has_a_row_a_picture(faces: Dataset) -> None:
    run = trained(faces)

    rows = predictor.table(run.id, [("a.png", png(faces.images[0])), ("b.png", b"none")])

    assert [(row["file"], bool(row["problem"])) for row in rows] == [("a.png", False), ("b.png", True)]


def test_an_ensemble_is_made_on_its_tab_and_shows_itself_beside_its_members(faces: Dataset) -> None:
    runs = [trained(faces, seed=seed) for seed in (1, 2)]
    at = page(runs[0].id, "Ensemble")

    assert set(at.multiselect[0].value) == {run.id for run in runs}
    at.button(key="make-ensemble").click().run()

    assert not at.exception
    assert at.query_params["model"].startswith("ensemble-")
    assert "The first bar is the ensemble" in said(at)
    at.session_state["predict-tab"] = "An example"
    at.run()
    assert "Predictions of the 2 networks" in said(at)
    (closer,) = [group for group in at.get("button_group") if group.label == "Look closer"]
    closer.set_value("Heatmap").run()
    assert not at.exception
    assert "Network of the ensemble" in [box.label for box in at.selectbox]


def test_a_model_is_judged_on_another_dataset(faces: Dataset) -> None:
    run = trained(faces)
    darker = np.maximum(np.array(faces.images), 9) - 9
    library.save(assemble("darker", darker, faces.table.drop(columns="family")))
    at = page(run.id, "Another dataset")

    at.button(key="judge-elsewhere").click().run()

    assert not at.exception
    assert "Evaluated on 128 images of darker" in said(at)
    assert "95% interval" in said(at)
