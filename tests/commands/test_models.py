"""Commands around models."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.command_line import Said, answer, mistake

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_a_shipped_model_answers_a_picture(tmp_path: Path, capsys: Said) -> None:
    Image.linear_gradient("L").save(tmp_path / "a.png")

    (said,) = answer(capsys, "predict", tmp_path / "a.png")

    assert said["file"] == str(tmp_path / "a.png")
    assert said["answer"] == max(said["probabilities"], key=said["probabilities"].__getitem__)
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_a_picture_that_is_none_is_a_mistake(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")

    assert "a.png" in mistake(capsys, "predict", tmp_path / "a.png")
