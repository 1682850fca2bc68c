"""What the command line prints of gaps holds plain values, one gap an attribute first."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from emocore.judge.groups import gaps
from emocore.judge.groups import scores as groups
from emocore.judge.tables import printed

NAMES = ("a", "b", "c", "d")


def test_bias_as_json_has_groups_and_the_gap_of_lowest_p(made_up):
    random = np.random.default_rng(3)
    words = {"age": ["middle", "old", "young"], "gender": ["female", "male"]}
    rows = pd.DataFrame(
        {"row": np.arange(300)} | {name: random.choice(choices, 300) for name, choices in words.items()}
    )
    scores = [score for by in words for score in groups.scores(made_up(300), rows, [by], NAMES)]
    output = json.loads(json.dumps(printed.bias_json(scores, gaps.gaps(scores))))
    assert list(output) == ["age", "gender"]
    assert [group["group"] for group in output["age"]["groups"]] == ["middle", "old", "young"]
    assert all(group["low"] <= group["accuracy"] <= group["high"] for group in output["age"]["groups"])
    assert len(output["age"]["gaps"]) == 3
    assert output["age"]["gap"]["p"] == min(gap["p"] for gap in output["age"]["gaps"])
    assert output["gender"]["gap"]["low"] < output["gender"]["gap"]["difference"] < output["gender"]["gap"]["high"]


def test_an_attribute_with_one_group_has_no_gap(made_up):
    rows = pd.DataFrame({"row": np.arange(50), "age": "young"})
    scores = groups.scores(made_up(50), rows, ["age"], NAMES)
    assert printed.bias_json(scores, gaps.gaps(scores))["age"]["gap"] is None
