"""What a model's validation images say about its answers: how sure, how familiar, how often wrong.

The server may import this module: torch is loaded in the functions that only a worker calls.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emocore.arrays import Faces, Probabilities
from emocore.errors import EmoError
from emocore.files import read_json, write_json
from emocore.judge import calibration
from emocore.judge.confusion import counts
from emocore.judge.predictions import Predictions
from emocore.predict import centerface, loaded_networks
from emocore.predict.loaded_networks import Embedding, Ensemble, TrainingFaces
from emocore.runs import baselines
from emocore.runs.answers import derived_path, has_answers
from emocore.runs.answers import validation_answers as validation_answers
from emocore.runs.run import Run
from emocore.wording import counted

if TYPE_CHECKING:
    import torch

    from emocore.learn.network import Network

UNSURE_BELOW = 0.5
"""A highest probability below this counts as unsure."""
RARELY = 1
"""Percent of the validation images that are less familiar than the threshold."""
KEPT = "doubts.json"


@dataclass(frozen=True)
class Doubts:
    """What is known of a model's answers.

    temperature: divides the logs of the probabilities. familiar_from: log-sum-exp of the logits (the negative
    energy of Liu et al. 2020) that 99% of the validation images reach, or None where that cannot be known.
    near_from: the same for the likeness to the nearest training face. weaknesses: answer -> a sentence.
    message: how all of this was found, a sentence each. face_from: the score of `centerface.scores` below which a
    picture counts as no face, or None where that is not known.
    """

    temperature: float
    familiar_from: float | None
    near_from: float | None
    weaknesses: dict[str, str]
    message: tuple[str, ...]
    face_from: float | None = None

    def to_json(self) -> dict[str, object]:
        """As it is kept beside a run and in a model's card."""
        kept = asdict(self)
        return {"says" if name == "message" else name: value for name, value in kept.items()}


@dataclass(frozen=True, eq=False)
class Answers:
    """For N faces: (N, C) probabilities, and those of the mirror image; (N,) log-sum-exp of the logits; (N, D).

    members: (M, N) the answer of each of an ensemble's networks, or of the only one.
    """

    probabilities: Probabilities
    mirrored: Probabilities
    familiarity: NDArray[np.float32]
    embedding: Embedding
    members: NDArray[np.int64]


def doubts_of(run: Run, models: Ensemble) -> Doubts:
    """The doubts of a run: as it brought them, as they were kept, or computed now."""
    # A model from elsewhere brings its own, in its folder: what they were measured on is not here.
    own = run.folder / KEPT
    for path in (own, derived_path(run, KEPT)):
        try:
            kept = read_json(path)
            if "face_from" in kept or path == own:  # What an older program computed here is computed anew
                return _in_present_words(run, doubts_from_json(kept))
        except (OSError, EmoError, KeyError, TypeError, ValueError):
            continue
    found = _computed(run, models)
    if found.familiar_from is not None:  # Else a dataset is missing that may come back: ask again next time
        write_json(derived_path(run, KEPT), found.to_json())
    return found


def _in_present_words(run: Run, found: Doubts) -> Doubts:
    """Kept doubts, with the sentences on validation answers made anew: an older program used other words."""
    if not has_answers(run) or not len(validation := validation_answers(run)):
        return found
    return replace(found, weaknesses=weaknesses(validation, run.classes))


def doubts_from_json(kept: dict[str, object]) -> Doubts:
    """The Doubts in a JSON object. Raises KeyError, TypeError or ValueError where it is none."""
    temperature, familiar = float(str(kept["temperature"])), kept["familiar_from"]
    weaknesses, message = kept["weaknesses"], kept["says"]
    if not 0.01 <= temperature <= 100 or not isinstance(weaknesses, dict) or not isinstance(message, list | tuple):
        raise ValueError("these are no doubts")
    numbers = (familiar, kept["near_from"], kept.get("face_from"))  # Older programs knew nothing of the last
    familiar_from, near_from, face_from = (None if value is None else float(str(value)) for value in numbers)
    sentences = {str(name): str(text)[:300] for name, text in weaknesses.items()}
    return Doubts(
        temperature, familiar_from, near_from, sentences, tuple(str(text)[:300] for text in message), face_from
    )


def ask(models: Ensemble, faces: Faces) -> Answers:
    """What networks answer together for (N, 48, 48) faces, before any temperature: the mean of their probabilities."""
    each = [_asked(model, faces) for model in models]
    return Answers(
        np.mean([one.probabilities for one in each], axis=0, dtype=np.float32),
        np.mean([one.mirrored for one in each], axis=0, dtype=np.float32),
        np.mean([one.familiarity for one in each], axis=0, dtype=np.float32),
        loaded_networks.beside([one.embedding for one in each]),
        np.concatenate([one.members for one in each]),
    )


def _asked(model: Network, faces: Faces) -> Answers:
    from emocore.learn import network  # The server stays without torch

    model.eval()

    def look(images: torch.Tensor) -> tuple[np.ndarray, ...]:
        both = images.repeat(2, 1, 1, 1)  # In one pass, which for one face takes little longer than the image alone
        both[len(images) :] = images.flip(3)
        seen, turned = loaded_networks.features(model, both).chunk(2)
        logits, flipped = loaded_networks.logits(model, seen), loaded_networks.logits(model, turned).softmax(1)
        plain = logits.softmax(1)
        if model.recipe.shift_answers:
            shares = network.shares(model, images)
        else:
            shares = (plain + flipped) / 2 if model.recipe.mirror_answers else plain
        # The log of the sum of exponentials is (minus) the energy: low where no class is called for (Liu et al. 2020).
        return shares.numpy(), flipped.numpy(), logits.logsumexp(1).numpy(), loaded_networks.of_length_1(seen)

    parts = loaded_networks.over(model, faces, look)
    shares, mirrored, familiarity, embedding = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Answers(shares, mirrored, familiarity, embedding, shares.argmax(1)[None])


def is_familiar(doubts: Doubts, training: TrainingFaces | None, answers: Answers) -> NDArray[np.bool_] | None:
    """(N,) whether each face looks like what the network was trained on; None where that cannot be judged."""
    if doubts.familiar_from is None:
        return None
    familiar = answers.familiarity >= doubts.familiar_from
    if doubts.near_from is not None and training:
        familiar &= training.nearest(answers.embedding) >= doubts.near_from
    return np.asarray(familiar)


def softened(probabilities: Probabilities, temperature: float) -> Probabilities:
    """(N, C) probabilities at a temperature; no answer changes."""
    nobody = np.zeros(len(probabilities), np.int64)
    return calibration.apply_temperature(Predictions(nobody, nobody, nobody, probabilities), temperature).probabilities


def _computed(run: Run, models: Ensemble) -> Doubts:
    if not has_answers(run):
        message = "The predictions for the validation images are missing, so the probabilities are not calibrated."
        return Doubts(1.0, None, None, {}, (message, "The picture also cannot be compared with the training images."))
    validation = validation_answers(run)
    if not len(validation):
        return Doubts(
            1.0,
            None,
            None,
            {},
            ("This model has no validation images, so it is not known how reliable its predictions are.",),
        )
    fitted = calibration.fit_temperature(validation)
    thresholds, message = _thresholds(run, models, validation)
    sentences: tuple[str, ...] = (fitted.message, message)
    face_from = None
    if thresholds[0] is not None:  # Else the images are not here
        face_from, fitting = centerface.fitted(baselines.dataset_of(run).images[validation.rows])
        sentences += (fitting,)
    return Doubts(fitted.temperature, *thresholds, weaknesses(validation, run.classes), sentences, face_from)


def _thresholds(run: Run, models: Ensemble, validation: Predictions) -> tuple[tuple[float | None, float | None], str]:
    try:
        dataset, training = baselines.dataset_of(run), loaded_networks.training(run)
    except (EmoError, OSError) as error:
        why = error.message if isinstance(error, EmoError) else "Its table of images is missing."
        return (None, None), f"A picture cannot be compared with the training images. {why}"
    answers = ask(models, dataset.images[validation.rows])
    message = (
        f"A picture counts as unlike the training images if {100 - RARELY}% of "
        f"{counted(len(validation), 'validation image')} have a higher energy score or are nearer to a training image "
        "in the second-to-last layer. Many unusual pictures are not detected."
    )
    # Thresholds from validation images, which the network did not learn: training images are always familiar.
    least = (
        float(np.percentile(values, RARELY)) for values in (answers.familiarity, training.nearest(answers.embedding))
    )
    return (next(least), next(least)), message


def weaknesses(validation: Predictions, classes: tuple[str, ...]) -> dict[str, str]:
    """Answer -> how often validation images answered so were labeled otherwise, with the numbers."""
    confusion = counts(validation.truth, validation.answers, len(classes))
    sentences = {}
    for answer, name in enumerate(classes):
        n, others = int(confusion[:, answer].sum()), confusion[:, answer].copy()
        others[answer] = 0
        most = int(others.argmax())
        if not n:
            sentences[name] = (
                f"The network did not predict {name} for any validation image, so it is not known how reliable this is."
            )
        elif others[most]:
            sentences[name] = (
                f"The network predicted {name} for {counted(n, 'validation image')}. Its most common mistake there: "
                f"{counted(int(others[most]), 'image')} labeled {classes[most]}."
            )
        else:
            sentences[name] = (
                f"The network predicted {name} for {counted(n, 'validation image')}. All of them are labeled {name}."
            )
    return sentences
