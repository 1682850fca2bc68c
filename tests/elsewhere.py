"""Tables of predictions as another program would write them, for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emocore.data.dataset import Dataset
from emocore.exchange import prediction_table
from emocore.exchange.prediction_table import PredictionTable


def answers_of(dataset: Dataset, network: str, right: float, only_answers: bool = False) -> pd.DataFrame:
    """A line an image: its file, truth, age and gender, and probabilities or an answer; about such a share right."""
    random = np.random.default_rng(round(100 * right))
    labels, classes = np.asarray(dataset.labels), len(dataset.classes)
    other = (labels + random.integers(1, classes, len(labels))) % classes
    given = np.where(random.random(len(labels)) < right, labels, other)
    shares = random.dirichlet(np.ones(classes), len(labels)) + 3 * np.eye(classes)[given]
    shares = (shares / shares.sum(1, keepdims=True)).round(6)
    table = dataset.table[["id", "emotion", "age", "gender"]].set_axis(["file", "truth", "age", "gender"], axis=1)
    table.insert(0, "network", network)
    if only_answers:
        return table.assign(answer=np.array(dataset.classes)[given])
    return table.assign(**dict(zip(dataset.classes, shares.T, strict=True)))


def csv_of(dataset: Dataset, networks: dict[str, float], only_answers: bool = False) -> bytes:
    """The same of several networks, name -> share right, as a csv file."""
    tables = [answers_of(dataset, name, right, only_answers) for name, right in networks.items()]
    return pd.concat(tables).to_csv(index=False).encode()


def table_of(dataset: Dataset, networks: dict[str, float], only_answers: bool = False) -> PredictionTable:
    """The same, read."""
    return prediction_table.read(csv_of(dataset, networks, only_answers), "answers.csv")
