"""A confusion matrix shows counts or shares, and each cell says which label and answer it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from emocore.figures.scores import Show, deepest, matrix, matrix_cells

CLASSES = ("focused", "happy", "neutral")
TRUTH = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
ANSWERS = np.array([0, 2, 2, 1, 0, 2, 2, 0, 1])
COUNTS = confusion_matrix(TRUTH, ANSWERS)


def grid(cells: list[dict], field: str) -> np.ndarray:
    return np.array([cell[field] for cell in cells], dtype=object).reshape(3, 3)


@pytest.mark.parametrize(("show", "normalize"), [("Images", None), ("Row %", "true"), ("Column %", "pred")])
def test_values_are_scikit_learns(show: Show, normalize: str | None) -> None:
    cells = matrix_cells(COUNTS, CLASSES, show, hide_diagonal=False)

    expected = confusion_matrix(TRUTH, ANSWERS, normalize=normalize)
    np.testing.assert_allclose(grid(cells, "value").astype(float), expected, atol=1e-4)
    assert cells[2] == {"truth": "focused", "answer": "neutral", "images": 2} | {
        name: cells[2][name] for name in ("row", "column", "value", "text")
    }


def test_a_hidden_diagonal_has_no_shade_and_leaves_the_scale_to_the_mistakes() -> None:
    cells = matrix_cells(COUNTS, CLASSES, "Images", hide_diagonal=True)

    assert [grid(cells, "value")[at, at] for at in range(3)] == [None] * 3
    assert deepest(cells, "Images") == 2
    assert deepest(matrix_cells(COUNTS, CLASSES, "Row %", hide_diagonal=True), "Row %") == pytest.approx(
        2 / 3, abs=1e-4
    )
    assert deepest(matrix_cells(COUNTS, CLASSES, "Row %", hide_diagonal=False), "Row %") == 1


def test_a_class_without_images_or_answers_counts_as_zero() -> None:
    cells = matrix_cells([[2, 0], [0, 0]], ("a", "b"), "Column %", hide_diagonal=False)

    assert [cell["value"] for cell in cells] == [1, 0, 0, 0]


def test_a_cell_can_be_picked_by_label_and_answer() -> None:
    spec = matrix(matrix_cells(COUNTS, CLASSES, "Images", False), CLASSES, 2)

    (parameter,) = spec["params"]
    assert parameter["name"] == "cell"
    assert parameter["select"] == {"type": "point", "fields": ["truth", "answer"]}
    assert parameter["views"] == [spec["layer"][0]["name"]]
    assert (spec["encoding"]["y"]["field"], spec["encoding"]["x"]["field"]) == ("truth", "answer")
    assert spec["encoding"]["x"]["sort"] == list(CLASSES)


def test_many_classes_leave_the_numbers_to_the_tooltip() -> None:
    classes = tuple(f"class {number}" for number in range(20))

    spec = matrix(matrix_cells(np.eye(20, dtype=int), classes, "Images", False), classes, 1)

    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect"]
