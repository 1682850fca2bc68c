"""A model leaves and comes back the same; whatever else is brought in is refused with a reason."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
from PIL import Image

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.exchange import model_file
from emocore.predict import inference
from emocore.runs import store
from emocore.runs.run import Run
from emocore.settings import CHECKOUT
from tests.trained import trained


@pytest.fixture
def packed(faces: Dataset, tmp_path: Path) -> Path:
    """The folder of an unpacked export."""
    run = trained(faces)
    inference.look_at_faces(run.id, [np.array(faces.images[0])])  # So its doubts are known
    with zipfile.ZipFile(io.BytesIO(model_file.packed(run))) as archive:
        archive.extract("model.safetensors", tmp_path)
        archive.extract("card.json", tmp_path)
        archive.extract("load.py", tmp_path)
    return tmp_path


def test_a_model_comes_back_with_the_same_answers_and_doubts(packed: Path, faces: Dataset) -> None:
    face = np.array(faces.images[3])
    (there,) = [run for run in store.runs() if isinstance(run, Run) and not run.shipped]
    (before,) = inference.look_at_faces(there.id, [face])

    run_id = model_file.admit((packed / "model.safetensors").read_bytes(), "mine.safetensors", "Ada")

    library.delete(faces.name)
    (after,) = inference.look_at_faces(run_id, [face])
    assert after.probabilities == pytest.approx(before.probabilities, abs=1e-6)
    assert (after.weakness, after.familiar) == (before.weakness, True)
    assert store.read(run_id).owner == "Ada"
    assert model_file.admit((packed / "model.safetensors").read_bytes(), "again.safetensors") == run_id


def test_the_card_tells_what_the_model_is_and_nothing_of_its_test_part(packed: Path) -> None:
    card = json.loads((packed / "card.json").read_text())

    assert card["classes"] == ["focused", "happy", "neutral", "surprised"]
    assert card["recipe"]["name"] == "tiny"
    assert card["validation"]["n"] > 0
    assert not [name for name in card if name.startswith("test")]


def test_the_snippet_of_the_export_runs_and_answers(packed: Path, faces: Dataset) -> None:
    Image.fromarray(faces.images[3]).save(packed / "face.png")

    said = subprocess.run(
        [sys.executable, packed / "load.py", packed / "face.png"], cwd=CHECKOUT, capture_output=True, text=True,
        env={"PYTHONPATH": str(CHECKOUT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip

    answer = eval(said.stdout)
    assert list(answer) == ["focused", "happy", "neutral", "surprised"], said.stderr
    assert sum(answer.values()) == pytest.approx(1, abs=0.01)
    assert len([line for line in model_file.SNIPPET.splitlines() if line and not line.startswith('"""')]) <= 10


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "other"}, "no_metadata"),
        ({"classes": '["a", "<img src=x>"]'}, "no_metadata"),
        ({"classes": '["a", "a"]'}, "no_metadata"),
        ({"classes": '["happy"]'}, "no_metadata"),
        ({"classes": '["a", "b", "c", "d", "e"]'}, "shape_mismatch"),
        ({"recipe": "[" * 50_000}, "no_metadata"),
        ({"recipe": '{"name": "x", "blocks": [{"filters": 512, "kernel": 15, "pool": 1}]}'}, "shape_mismatch"),
    ],
)
def test_a_model_with_other_words_about_itself_is_refused(packed: Path, change: dict[str, str], code: str) -> None:
    content = (packed / "model.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + size])["__metadata__"] | change
    if len(json.loads(metadata["classes"])) == 5:  # One more class needs a few more bytes than the file has weights for
        metadata.pop("card")
    changed = safetensors.torch.save(safetensors.torch.load(content), metadata)

    with pytest.raises(EmoError) as caught:
        model_file.admit(changed, "mine.safetensors")

    assert caught.value.code == code
    assert "<img" not in caught.value.message


def with_tensor(packed: Path, ending: str, value: float) -> bytes:
    """The exported model with every number of the tensors of a name replaced."""
    content = (packed / "model.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + size])["__metadata__"]
    tensors = safetensors.torch.load(content)
    changed = [name for name in tensors if name.endswith(ending)]
    assert changed
    for name in changed:
        tensors[name] = tensors[name] * 0 + value
    return safetensors.torch.save(tensors, metadata)


@pytest.mark.parametrize(
    ("ending", "value", "message"),
    [
        ("weight", 3e38, "tried on 4 pictures and answers no numbers"),
        ("deviation", 0.0, "a pixel's deviation is 0 or less"),
        ("running_var", -1.0, "a layer's variance is below 0"),
    ],
)
def test_a_model_that_would_answer_no_numbers_is_refused_at_the_door(
    packed: Path, ending: str, value: float, message: str
) -> None:
    with pytest.raises(EmoError, match=message) as caught:
        model_file.admit(with_tensor(packed, ending, value), "mine.safetensors")

    assert caught.value.code == "non_finite"
    assert caught.value.message.startswith("mine.safetensors: ")


@pytest.mark.parametrize("card", ['{"doubts": {"temperature": NaN}}', '{"a": 1, "a": 2}', '{"a": 1e999}', "[" * 50_000])
def test_a_card_that_is_no_sound_json_is_refused(packed: Path, card: str) -> None:
    content = (packed / "model.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + size])["__metadata__"] | {"card": card}

    with pytest.raises(EmoError) as caught:
        model_file.admit(safetensors.torch.save(safetensors.torch.load(content), metadata), "mine.safetensors")

    assert caught.value.code == "no_metadata"


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_damaged_weights_do_not_leave(faces: Dataset, share: float) -> None:
    run = trained(faces)
    whole = run.weights.read_bytes()
    run.weights.write_bytes(whole[: int(share * len(whole))])

    with pytest.raises(EmoError, match=r"weights.safetensors"):
        model_file.packed(run)


def test_a_model_that_would_compute_for_very_long_is_refused_before_it_is_built(
    packed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_file, "MOST_MULTIPLY_ADDS", 1000)

    with pytest.raises(EmoError, match="times as long for each face as the largest network shipped here") as caught:
        model_file.admit((packed / "model.safetensors").read_bytes(), "mine.safetensors")

    assert caught.value.code == "too_slow"
