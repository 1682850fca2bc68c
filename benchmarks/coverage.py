"""How often the intervals hold the truth, and how often the tests raise a false alarm, on simulated images.

    python -m benchmarks.coverage [--draws 1000] [--json]

Four classes, every class equally likely, every mistake equally likely. A share of 95% intervals of .93 and more is
asked on the whole grid, a share of false alarms of at most .05 (each has a standard error of about .007 at 1,000).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emocore.data.editing.second_opinion import agreement_of
from emocore.judge import compare, folds, metrics, seeds
from emocore.judge.groups import gaps
from emocore.judge.groups.scores import ClassRecall, GroupScore
from emocore.judge.intervals import clopper_pearson
from emocore.judge.predictions import Predictions

SIZES = (5, 8, 12, 30, 60, 120, 404)
ACCURACIES = (0.6, 0.8, 0.9, 0.95, 1.0)
CLASSES = ("focused", "happy", "neutral", "surprised")

Random = np.random.Generator
Truths = NDArray[np.int64]


def answered(truth: Truths, right: NDArray[np.bool_], random: Random) -> Predictions:
    """Predictions that are right where said, and else any other class."""
    classes = len(CLASSES)
    other = (truth + random.integers(1, classes, len(truth))) % classes
    shares = np.full((len(truth), classes), 0.1, np.float32)
    shares[np.arange(len(truth)), np.where(right, truth, other)] = 0.7
    rows = np.arange(len(truth))
    return Predictions(rows, np.zeros_like(rows), truth, shares)


def drawn(n: int, accuracy: float, random: Random) -> Predictions:
    """n answers of a network of this accuracy."""
    truth = random.integers(0, len(CLASSES), n)
    return answered(truth, random.random(n) < accuracy, random)


def share(n: int, accuracy: float, random: Random) -> bool:
    """Accuracy."""
    low, high = clopper_pearson(int(random.binomial(n, accuracy)), n)
    return low <= accuracy <= high


def macro_f1(n: int, accuracy: float, random: Random) -> bool:
    """Macro F1, whose true value is the accuracy here, since every class is as good as the others."""
    low, high = metrics.evaluate(drawn(n, accuracy, random), CLASSES).intervals["f1"]
    return low <= accuracy + 1e-12 and accuracy <= high + 1e-12


def kappa(n: int, accuracy: float, random: Random) -> bool:
    """Cohen's kappa of two people who agree on this share of images."""
    answers = drawn(n, accuracy, random)
    found = agreement_of({"one": list(answers.truth.astype(str)), "two": list(answers.answers.astype(str))})
    chance = 1 / len(CLASSES)
    true = (accuracy - chance) / (1 - chance)
    return found.kappa_interval is None or found.kappa_interval[0] <= true + 1e-9 <= found.kappa_interval[1] + 2e-9


def paired_difference(n: int, accuracy: float, random: Random) -> bool:
    """The difference of two networks on the same images, the second of them right on 9 of 10 images of the first."""
    truth = random.integers(0, len(CLASSES), n)
    first = random.random(n) < accuracy
    second = np.where(random.random(n) < 0.9, first, random.random(n) < 0.5)
    true = accuracy - (0.9 * accuracy + 0.1 * 0.5)
    found = compare.two(answered(truth, first, random), answered(truth, second, random))
    return found.interval[0] <= true <= found.interval[1]


def mean_of_folds(n: int, accuracy: float, random: Random) -> bool:
    """The mean accuracy of five folds, of networks that are all equally good."""
    answers = drawn(max(n, 10), accuracy, random)
    number = np.arange(len(answers)) % 5 + 1
    folded = Predictions(answers.rows, number, answers.truth, answers.probabilities)
    low, high = folds.cross_validation(folded, CLASSES).intervals["accuracy"]
    return low <= accuracy + 1e-12 and accuracy <= high + 1e-12


INTERVALS: dict[str, Callable[[int, float, Random], bool]] = {
    "accuracy": share,
    "macro F1": macro_f1,
    "kappa": kappa,
    "difference of two networks": paired_difference,
    "mean of five folds": mean_of_folds,
}


def group(by: str, name: str, cells: list[tuple[int, int]]) -> GroupScore:
    """A group of (images, right answers) a class."""
    recalls = tuple(
        ClassRecall(emotion, n, right, right / n if n else None, (0.0, 1.0))
        for emotion, (n, right) in zip(CLASSES, cells, strict=True)
    )
    n, right = (sum(column) for column in zip(*cells, strict=True))
    return GroupScore((by,), (name,), n, right, right / n if n else None, (0.0, 1.0), {}, {}, recalls)


MIXES = ((0.25, 0.25, 0.25, 0.25), (0.4, 0.3, 0.2, 0.1)), ((0.1, 0.2, 0.3, 0.4), (0.25, 0.25, 0.25, 0.25))
"""Class mixes of the two groups of two attributes."""
RECALLS = (-0.15, -0.05, 0.05, 0.15)
"""What is added to the accuracy in each class; alike in all groups."""


def no_gaps(n: int, accuracy: float, random: Random) -> tuple[gaps.Gap, ...]:
    """Gaps of two attributes between groups that have other class mixes and the same accuracy within each class."""
    recall = np.clip(accuracy + np.array(RECALLS), 0, 1)
    groups = []
    for by, mixes in zip(("age", "gender"), MIXES, strict=True):
        for name, mix in zip(("first", "second"), mixes, strict=True):
            sizes = random.multinomial(n // 2, mix)
            groups.append(
                group(by, name, list(zip(sizes.tolist(), random.binomial(sizes, recall).tolist(), strict=True)))
            )
    return gaps.gaps(groups)


def clear_gap(n: int, accuracy: float, random: Random) -> bool:
    """Any of two gaps called clear, though there is none within classes."""
    return any(gap.verdict == "clear gap" for gap in no_gaps(n, accuracy, random))


def explained(n: int, accuracy: float, random: Random) -> bool:
    """ "Explained by class mix" said of a gap that is 5 points within each class as well."""
    recall = np.clip(accuracy + np.array(RECALLS), 0, 1)
    groups = []
    for name, mix, lower in zip(("first", "second"), MIXES[0], (0.0, 0.05), strict=True):
        sizes = random.multinomial(n // 2, mix)
        right = random.binomial(sizes, np.clip(recall - lower, 0, 1))
        groups.append(group("age", name, list(zip(sizes.tolist(), right.tolist(), strict=True))))
    return any(gap.verdict == "explained by class mix" for gap in gaps.gaps(groups))


def networks_differ(n: int, accuracy: float, random: Random) -> bool:
    """Two networks of one accuracy called different."""
    truth = random.integers(0, len(CLASSES), n)
    hard = random.random(n) < 0.5
    rights = [np.where(hard, random.random(n) < 2 * accuracy - 1, random.random(n) < 1) for _ in range(2)]
    first, second = (answered(truth, right, random) for right in rights)
    return compare.two(first, second).p < compare.ALPHA


def recipes_differ(n: int, accuracy: float, random: Random) -> bool:
    """Two recipes called different whose networks vary by two points from seed to seed and are alike on the mean."""
    truth = random.integers(0, len(CLASSES), n)
    ease = random.normal(0, 0.2, n)
    sides = [
        [
            answered(truth, random.random(n) < np.clip(accuracy + random.normal(0, 0.02) + ease, 0, 1), random)
            for _ in range(seeds.FEWEST)
        ]
        for _ in range(2)
    ]
    return seeds.recipes(*sides).effect.p < compare.ALPHA


ALARMS: dict[str, Callable[[int, float, Random], bool]] = {
    "clear gap": clear_gap,
    "explained by class mix": explained,
    "two networks": networks_differ,
    "two recipes": recipes_differ,
}


def rates(
    draws: int, sizes: tuple[int, ...] = SIZES, accuracies: tuple[float, ...] = ACCURACIES
) -> dict[str, dict[str, dict[str, float]]]:
    """Coverage and false alarms: name -> images -> accuracy -> share of the draws."""
    random = np.random.default_rng(12)
    made: dict[str, dict[str, dict[str, float]]] = {}
    for name, once in (INTERVALS | ALARMS).items():
        for n in sizes:
            for accuracy in accuracies:
                share_of = sum(once(n, accuracy, random) for _ in range(draws)) / draws
                made.setdefault(name, {}).setdefault(str(n), {})[str(accuracy)] = round(share_of, 4)
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    made = rates(asked.draws)
    if asked.json:
        print(json.dumps(made))
        return
    for name, by_size in made.items():
        kind = "holds the truth" if name in INTERVALS else "false alarms"
        print(f"\n{name}: {kind}, by images (rows) and accuracy {', '.join(map(str, ACCURACIES))}")
        for n, by_accuracy in by_size.items():
            print(f"{n:>5}  " + "  ".join(f"{share_of:.3f}" for share_of in by_accuracy.values()))


if __name__ == "__main__":
    main()
