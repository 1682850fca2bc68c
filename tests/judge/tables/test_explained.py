"""Each line shows its arithmetic, and the table has the worst verdict of them."""

from __future__ import annotations

import json

import pytest

from emocore.judge.tables.explained import checked
from emocore.judge.tables.reading import read_table


@pytest.mark.parametrize(
    ("cells", "arithmetic", "verdict"),
    [
        (".7302,215", "157 of 215 = 0.7302", "can be true"),
        (".7102,215", "152 of 215 = 0.70698, 153 of 215 = 0.71163: there is nothing between", "cannot be true"),
        (".70,404", "281 to 284 right of 404 are printed so", "can be true"),
        (".7,404", "so few decimals tell little", "can be true"),
        (".703,", "The number of images is not told", "not checked"),
        (f"{201 / 289!r},", "201 right of 289 images or of a multiple of that", "can be true"),
        (",0", "There is no accuracy", "not checked"),
        (".5,0", "There is no image", "not checked"),
    ],
)
def test_a_line_shows_its_arithmetic(cells: str, arithmetic: str, verdict: str) -> None:
    table = read_table(f"Who,Accuracy,n\nyes,.5,2\nhappy,{cells}\n")
    line = checked(table, seeds=1, cut=False).lines[1]
    assert arithmetic in line.arithmetic
    assert line.verdict == verdict


def test_a_mean_over_five_networks_shows_its_answers() -> None:
    (line,) = checked(read_table("Model,Accuracy,n\nA,.712,404\n"), seeds=5).lines
    assert line.arithmetic == "1,438 to 1,439 right of 2,020 answers (5 networks, 404 images) are printed so."


def test_the_worst_line_decides_and_all_of_it_is_plain_json() -> None:
    found = checked(read_table("Attribute,Group,n,Accuracy\nsex,m,215,.7102\nsex,f,189,.6561\n"), seeds=1)
    told = json.loads(json.dumps(found.to_json()))
    assert told["verdict"] == "cannot be true"
    assert [line["verdict"] for line in told["lines"]] == ["cannot be true", "can be true"]
    assert told["found"][0]["where"] == "sex, m"
