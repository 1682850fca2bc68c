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
    rows = pd.DataFrame({"row": np.arange(300)} | {name: random.choice(known, 300) for name, known in words.items()})
    scores = [score for by in words for score in groups.scores(made_up(300), rows, [by], NAMES)]
    told = json.loads(json.dumps(printed.bias_json(scores, gaps.gaps(scores))))
    assert list(told) == ["age", "gender"]
    assert [group["group"] for group in told["age"]["groups"]] == ["middle", "old", "young"]
    assert all(group["low"] <= group["accuracy"] <= group["high"] for group in told["age"]["groups"])
    assert len(told["age"]["gaps"]) == 3
    assert told["age"]["gap"]["p"] == min(gap["p"] for gap in told["age"]["gaps"])
    assert told["gender"]["gap"]["low"] < told["gender"]["gap"]["difference"] < told["gender"]["gap"]["high"]


def test_an_attribute_with_one_group_has_no_gap(made_up):
    rows = pd.DataFrame({"row": np.arange(50), "age": "young"})
    scores = groups.scores(made_up(50), rows, ["age"], NAMES)
    assert printed.bias_json(scores, gaps.gaps(scores))["age"]["gap"] is None
