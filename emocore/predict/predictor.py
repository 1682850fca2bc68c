"""One picture in, an answer out: which labelled images it looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emocore.arrays import Face
from emocore.data.faces import face_from_picture
from emocore.errors import EmoError
from emocore.learn import network
from emocore.learn.network import Network
from emocore.predict import loaded_networks
from emocore.predict.uncertainty import UNSURE_BELOW


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of one picture.

    face: (48, 48) what the network saw, or None with a `problem` that says why there is no answer.
    probabilities: for every class, in the order of the classes. answer: the most probable class.
    """

    file: str
    face: Face | None
    probabilities: dict[str, float]
    answer: str
    unsure: bool
    problem: str = ""


def answer_pictures(weights: Path, pictures: Sequence[tuple[str, bytes]]) -> list[Answer]:
    """Answers for (name, content) pictures in the same order; one that cannot be read gets a problem."""
    faces: list[Face | None] = []
    problems: list[str] = []
    for name, content in pictures:
        try:
            faces.append(face_from_picture(content, name))
            problems.append("")
        except EmoError as error:
            faces.append(None)
            problems.append(error.message)
    answers = iter(answer_faces(weights, [face for face in faces if face is not None]))
    return [
        _named(name, next(answers)) if face is not None else Answer(name, None, {}, "", False, problem)
        for (name, _), face, problem in zip(pictures, faces, problems, strict=True)
    ]


def answer_faces(weights: Path, faces: Sequence[Face]) -> list[Answer]:
    """Answers for (48, 48) faces."""
    model = loaded_networks.network(weights)
    stacked = np.stack(faces) if faces else np.zeros((0, 48, 48), np.uint8)
    return [_answer(model, face, row) for face, row in zip(faces, network.probabilities(model, stacked), strict=True)]


def _answer(model: Network, face: Face, row: np.ndarray) -> Answer:
    probabilities = {emotion: float(share) for emotion, share in zip(model.classes, row, strict=True)}
    best = max(probabilities, key=probabilities.__getitem__)
    return Answer("", face, probabilities, best, probabilities[best] < UNSURE_BELOW)


def _named(name: str, answer: Answer) -> Answer:
    return Answer(name, answer.face, answer.probabilities, answer.answer, answer.unsure)
