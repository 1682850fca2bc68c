"""What is measured for the page "The report": every measurement by a name that says how, and which a mode asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from emocore.errors import EmoError

FOLDS = 10
FACTORS = ("order", "rows", "weights")
"""What the report's ten folds have and corrected ones have not: order of batches; flips and twins as rows of their own;
last weights, stopped by the images that are judged."""
FIRST, FIXED, TEN, SOUND = "as-first-published", "as-corrected-in-the-report", "its-ten-folds", "corrected"
VARIANTS = ("report-main", "report-variant-1", "report-variant-2")
NETWORKS = (*VARIANTS, "report-final")
DEPTHS, KERNELS = ("1", "2", "3", "4", "5"), ("3", "5", "7", "9")
REWEIGHED = (("balance", "reweigh"), ("balance_by", "age,gender"))


@dataclass(frozen=True)
class Training:
    """One network. protocol: a name of `learn.named_protocols`, or FACTORS joined by "+" for one between two of them.

    fold: 1 to 10, 0 for the split that the dataset brings. settings: of the recipe. epochs: at most so many, 0 for as
    many as the recipe says.
    """

    protocol: str
    recipe: str
    seed: int = 0
    fold: int = 0
    settings: tuple[tuple[str, str], ...] = ()
    epochs: int = 0

    @property
    def name(self) -> str:
        """A name that is a file's name, too."""
        words = [self.protocol, self.recipe, *(f"{name}={value}" for name, value in self.settings)]
        words += [f"fold-{self.fold}"] if self.fold else []
        return "_".join([*words, f"seed-{self.seed}", *([f"{self.epochs}-epochs"] if self.epochs else [])])


@dataclass(frozen=True)
class Mode:
    """How much is trained."""

    seeds: int = 1
    folds: int = 3
    cause_folds: int = 2
    epochs: int = 0
    studies: bool = True


MODES = {
    "quick": Mode(folds=1, cause_folds=0, epochs=2, studies=False),
    "usual": Mode(),
    "full": Mode(seeds=3, folds=10, cause_folds=3),
}
GROUPS = (
    "facts", "matcher", "first", "fixed", "folds", "sound", "sound-folds", "variants", "causes", "measure", "studies",
)  # fmt: skip
"""Groups of measurements, in the order in which they are worth most to a reader; the first two need no training."""
PLAIN = GROUPS[:2]


def wanted(group: str, mode: Mode) -> list[Training]:
    """The trainings of a group. Raises EmoError "no_group"."""
    if group not in GROUPS:
        raise EmoError(f"There is no group {group!r}. Use {', '.join(GROUPS)}.", "no_group")
    return list(_trainings(group, mode))


def _trainings(group: str, mode: Mode) -> Iterator[Training]:
    seeds = range(mode.seeds)
    holdouts = {
        "first": (FIRST, VARIANTS[:1]),
        "variants": (FIRST, VARIANTS[1:]),
        "fixed": (FIXED, ("report-final", "report-main")),
        "sound": (SOUND, NETWORKS[::-1]),
    }
    if group in holdouts:
        protocol, recipes = holdouts[group]
        for recipe, seed in product(recipes, seeds):
            yield Training(protocol, recipe, seed, epochs=mode.epochs)
    if group in ("folds", "sound-folds"):
        protocol = TEN if group == "folds" else SOUND
        for fold in range(1, mode.folds + 1):
            yield Training(protocol, "report-final", 0, fold, epochs=mode.epochs)
    if group == "causes":
        for protocol, fold in product(corners(), range(1, mode.cause_folds + 1)):
            yield Training(protocol, "report-final", 0, fold, epochs=mode.epochs)
    if group == "measure":
        for seed in seeds:
            yield Training(SOUND, "report-final", seed, settings=REWEIGHED, epochs=mode.epochs)
    if group == "studies" and mode.studies:
        for seed in seeds:
            yield from (Training(SOUND, "report-main", seed, settings=(("depth", depth),)) for depth in DEPTHS)
            yield from (Training(SOUND, "report-main", seed, settings=(("kernel", kernel),)) for kernel in KERNELS)


def corners() -> list[str]:
    """The protocols between the corrected folds and the report's, both included."""
    sets = [
        "+".join(name for name, taken in zip(FACTORS, bits, strict=True) if taken) for bits in product((0, 1), repeat=3)
    ]
    return [SOUND, *sets[1:-1], TEN]


def factors(protocol: str) -> frozenset[str]:
    """Which of FACTORS a protocol of `corners` has."""
    return frozenset({SOUND: (), TEN: FACTORS}.get(protocol, protocol.split("+")))
