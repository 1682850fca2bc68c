"""A model as ONNX answers like the model, for an ensemble too, and its own short program needs nothing of ours."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.exchange import onnx
from emocore.predict import inference
from emocore.runs.experiments import ensemble
from tests.trained import trained


@pytest.mark.long
def test_the_graph_of_an_ensemble_answers_like_it_and_its_program_says_so(faces: Dataset, tmp_path: Path) -> None:
    made = ensemble.create(
        [
            trained(faces, seed=1, mirror_answers=True, shift_answers=2),
            trained(faces, seed=2, normalization="per-image"),
        ]
    )
    with zipfile.ZipFile(io.BytesIO(onnx.packed(made.id))) as archive:
        for name in ("model.onnx", "card.json", "answer.py"):
            archive.extract(name, tmp_path)
    some = list(np.array(faces.images[::7]))
    looks = inference.look_at_faces(made.id, some)

    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (answers,) = session.run(None, {"images": np.stack(some).astype(np.float32)[:, None]})

    expected = [list(look.probabilities.values()) for look in looks]
    np.testing.assert_allclose(answers, expected, atol=1e-4)
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["onnx"]["networks"] == 2
    assert card["onnx"]["largest_difference"] <= 1e-4
    assert "validation images" in card["onnx"]["checked_on"]
    Image.fromarray(some[0]).save(tmp_path / "face.png")
    said = subprocess.run(
        [sys.executable, "answer.py", "face.png"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ast.literal_eval(said.stdout) == pytest.approx(looks[0].probabilities, abs=1e-3)

    with pytest.raises(EmoError, match="disagree by up to") as error:
        onnx.difference((tmp_path / "model.onnx").read_bytes(), np.roll(expected, 1, 1), np.stack(some))
    assert error.value.code == "export_differs"
