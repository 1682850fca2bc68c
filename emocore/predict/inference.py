"""What networks see of a picture: faces, answers, and what is doubtful about each.

The server may import this module: torch and onnxruntime are loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from emocore.arrays import Face
from emocore.data import library
from emocore.data.reading import decoding
from emocore.data.reading.decoder import Photo
from emocore.errors import EmoError
from emocore.predict import centerface, face_detection, loaded_networks, uncertainty
from emocore.predict.face_detection import Box
from emocore.predict.loaded_networks import Ensemble, TrainingFaces
from emocore.predict.uncertainty import UNSURE_BELOW, Doubts
from emocore.runs import parents, store
from emocore.runs.answers import stamp
from emocore.runs.parents import Pictures as LearnedPictures
from emocore.runs.run import Run

if TYPE_CHECKING:
    from emocore.learn.network import Network

Pictures = Sequence[tuple[str, bytes]]
"""Name and content of each."""


@dataclass(frozen=True, eq=False)
class Model:
    """A run opened for answers.

    doubts: what its validation images say of its answers. learned: the pictures that its networks were trained on, as
    far as they are known. training: faces that a picture is compared with, None where they are not at hand.
    """

    run: Run
    networks: Ensemble
    doubts: Doubts
    learned: LearnedPictures
    training: TrainingFaces | None


@dataclass(frozen=True, eq=False)
class FaceAnswer:
    """The answer for one face.

    box: where it was cut from. face: (48, 48) what the network saw. probabilities: at the fitted temperature.
    familiar: None where that cannot be judged. mirrored: the answer for the mirror image. weakness: a sentence.
    members: what each network of an ensemble answers, in their order; one answer for a plain model.
    learned: whether a network was trained on this very picture, mirrored or turned. is_face: whether the face detector
    sees a face in what the network sees, None where that cannot be judged.
    """

    box: Box
    face: Face
    probabilities: dict[str, float]
    prediction: str
    familiar: bool | None
    mirrored: str
    weakness: str
    members: tuple[str, ...]
    learned: bool = False
    is_face: bool | None = None

    @property
    def unsure(self) -> bool:
        """Whether no class has half of the probability."""
        return self.probabilities[self.prediction] < UNSURE_BELOW


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture: its size when upright, a small JPEG to show, its faces line by line.

    how: its faces were "found", or "not found" so that its middle was taken; it was small enough to be one face
    already ("cropped"); or a person has "chosen" the box. problem: why it is "unreadable", else "".
    """

    file: str
    size: tuple[int, int]
    shown: bytes
    answers: tuple[FaceAnswer, ...]
    how: str
    problem: str = ""

    @property
    def no_face(self) -> bool:
        """Whether the whole middle of the picture was taken because no face was found."""
        return self.how == "not found"


FLAGS = {
    "no_face_found": "no face found",
    "not_a_face": "not a face",
    "learned": "is a training image",
    "unsure": "unsure",
    "unfamiliar": "unlike the training images",
    "mirror_differs": "other prediction for mirror image",
    "networks_disagree": "networks disagree",
}
"""Doubts about an answer by their codes, in words."""


def flags(seen: Seen, answer: FaceAnswer) -> tuple[str, ...]:
    """The codes of every doubt about an answer, keys of FLAGS."""
    is_so = {
        "no_face_found": seen.no_face,
        "not_a_face": answer.is_face is False,
        "learned": answer.learned,
        "unsure": answer.unsure,
        "unfamiliar": answer.familiar is False,
        "mirror_differs": answer.mirrored != answer.prediction,
        "networks_disagree": len(set(answer.members)) > 1,
    }
    return tuple(code for code in FLAGS if is_so[code])


def look_at(
    run_id: str, pictures: Pictures, box: Box | None = None, shown: bool = True, turns: int = 0
) -> tuple[list[Seen], tuple[str, ...]]:
    """What a run's model sees in pictures, in their order, and how its doubts were found.

    box: a place that a person chose, in every picture. shown: whether small copies to show are made.
    turns: by how many quarters against the clock a person turned the pictures.
    A picture that cannot be read gets a problem. Raises EmoError "no_run" or "no_weights".
    """
    model = opened(run_id)
    cuts = [_cut(name, content, box, shown, turns) for name, content in pictures]
    faces = [face for _, found in cuts for _, face in found]
    answered = iter(answers_for(model, faces))
    seen = []
    for picture, found in cuts:
        mine = tuple(_placed(next(answered), place, picture.how == "found") for place, _ in found)
        seen.append(Seen(picture.file, picture.size, picture.shown, mine, picture.how, picture.problem))
    return seen, model.doubts.message


def look_at_faces(run_id: str, faces: Sequence[Face]) -> list[FaceAnswer]:
    """What a run's model answers for (48, 48) faces as they are."""
    return answers_for(opened(run_id), faces)


def answers_for(model: Model, faces: Sequence[Face]) -> list[FaceAnswer]:
    """Answers and doubts for (48, 48) faces."""
    if not faces:
        return []
    run, doubts, stacked = model.run, model.doubts, np.stack(faces)
    answers = uncertainty.ask(model.networks, stacked)
    learned = loaded_networks.are_among(parents.pictures(stacked), model.learned)
    shares = uncertainty.softened(answers.probabilities, doubts.temperature)
    best, mirrored = answers.probabilities.argmax(1), answers.mirrored.argmax(1)
    familiar = uncertainty.is_familiar(doubts, model.training, answers)
    seen_faces = centerface.are_faces(stacked, doubts.face_from)
    each_face = []
    for number, face in enumerate(faces):
        answer = run.classes[best[number]]
        is_familiar = None if familiar is None else bool(familiar[number])
        probabilities = dict(zip(run.classes, shares[number].tolist(), strict=True))
        weakness = doubts.weaknesses.get(answer, "")
        mirror = run.classes[mirrored[number]]
        members = tuple(run.classes[label] for label in answers.members[:, number])
        box, seen = face_detection.Box(0, 0, 48), bool(learned[number])
        one = FaceAnswer(box, face, probabilities, answer, is_familiar, mirror, weakness, members, seen)
        each_face.append(replace(one, is_face=seen_faces[number]))
    return each_face


def opened(run_id: str) -> Model:
    """A run with all that its answers need, kept until its answers change.

    Raises EmoError "no_run", "no_weights", or "no_member" for an ensemble of which a member is gone.
    """
    run = store.read(run_id)
    saved = stamp(run)
    if not saved or run.members:  # Weights still change while it trains, and a member may be deleted meanwhile
        return _loaded(run)
    dataset = loaded_networks.changed(library.home(run.dataset) / library.MARKER)  # A missing one may come back
    return replace(_kept(run.id, saved, dataset), run=run)


@lru_cache(maxsize=8)
def _kept(run_id: str, _stamp: str, _dataset: int) -> Model:
    """`_stamp` makes a retrained run count as another one, `_dataset` one whose dataset came, changed or went."""
    return _loaded(store.read(run_id))


def _loaded(run: Run) -> Model:
    networks = loaded_networks.networks(run)
    doubts = uncertainty.doubts_of(run, networks)
    training = None
    if doubts.near_from is not None:
        with suppress(EmoError, OSError):  # The training faces may be gone by now
            training = loaded_networks.training(run)
    return Model(run, networks, doubts, loaded_networks.learned(run)[0], training)


def network_of(run_id: str) -> Network:
    """The network of a run, for what can be asked of one only. Raises EmoError "no_weights"."""
    return loaded_networks.network(store.read(run_id).weights)


def _cut(name: str, content: bytes, box: Box | None, shown: bool, turns: int) -> tuple[Seen, list[tuple[Box, Face]]]:
    try:
        picture = decoding.photo(content, name, shown, turns)
        places, how = _places(picture, box)
        cuts = [(place, face_detection.cut(picture, place)) for place in places]
    except EmoError as error:
        return Seen(name, (0, 0), b"", (), "unreadable", error.message), []
    return Seen(name, picture.size, picture.shown, (), how), cuts


def _places(picture: Photo, box: Box | None) -> tuple[list[Box], str]:
    if box is not None:
        return [face_detection.inside(box, *picture.size)], "chosen"
    if face_detection.is_cropped(picture):
        return [face_detection.centre(*picture.size)], "cropped"
    found = face_detection.boxes(picture)
    return (found, "found") if found else ([face_detection.centre(*picture.size)], "not found")


def _placed(answer: FaceAnswer, place: Box, found: bool) -> FaceAnswer:
    """found: the detector has seen the face with all that is around it, which is more than the crop tells."""
    return replace(answer, box=place, is_face=True if found else answer.is_face)
