"""Numbers in sentences are short, signed where they are differences, and never more exact than three decimals."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from emocore import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.7029, "0.703"),
        (1.0, "1.000"),
        (0.9996, "1.000"),
        (0.0, "0.000"),
        (-0.0123, "-0.012"),
        (1.3, "1.300"),
        (None, "-"),
    ],
)
def test_shares(value, text):
    assert wording.score(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.088, "+8.8"), (-0.0012, "-0.1"), (0.0001, "0.0"), (-0.0001, "0.0")])
def test_points(value, text):
    assert wording.points(value) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.2416, "p = 0.24"), (0.0042, "p = 0.004"), (1e-9, "p < 0.001"), (1.0, "p = 1.00")]
)
def test_p_values(p, text):
    assert wording.p_value(p) == text


def test_lists_and_counts():
    assert wording.listing([]) == ""
    assert wording.listing(["a"]) == "a"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert (wording.counted(1, "image"), wording.counted(3000, "image")) == ("1 image", "3,000 images")
    assert wording.counted(2, "class", "classes") == "2 classes"


def test_a_score_with_its_interval_and_n_and_a_share_in_per_cent():
    assert wording.scored(0.7030, (0.657, 0.745), 404) == "0.703 [0.657, 0.745], n = 404"
    assert (wording.per_cent(0.2512), wording.per_cent(0.2512, 1), wording.per_cent(None)) == ("25%", "25.1%", "-")


def test_scores_and_shares_are_written_in_one_way_everywhere():
    checkout = Path(wording.__file__).parents[1]
    others = []
    for path in (*checkout.glob("pages/*.py"), *checkout.glob("emocore/**/*.py")):
        if path == Path(wording.__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            spec = node.format_spec if isinstance(node, ast.FormattedValue) else None
            own = re.search(r"\.3f|%", ast.unparse(spec)) if spec else None
            spaced = isinstance(node, ast.Constant) and re.search(r"\d %(?!\()", str(node.value))
            column = isinstance(node, ast.Constant) and node.value == "%.3f" and path.stem != "tables"
            bare = isinstance(node, ast.Constant) and node.value == "0." and path.parent.name != "tables"
            if own or spaced or column or bare:
                others.append(f"{path.name}, line {node.lineno}")
    assert not others
