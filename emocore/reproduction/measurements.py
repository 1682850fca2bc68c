"""What is measured for the page "The report": every measurement by a name that says how, and which a mode asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from emocore.errors import EmoError
from emocore.learn import factors as causes
from emocore.learn import named_protocols, presets, variations
from emocore.learn.flaws import flawed
from emocore.learn.named_protocols import PROTOCOLS
from emocore.learn.recipe import Recipe

FOLDS = 10
FACTORS = ("order", "rows", "weights")
"""What the report's ten folds have and corrected ones have not: order of batches; flips and twins as rows of their own;
last weights, stopped by the images that are judged."""
FIRST, FIXED, TEN, SOUND = "as-first-published", "as-corrected-in-the-report", "its-ten-folds", "corrected"
CORNERS = (
    SOUND,
    *("+".join(name for at, name in enumerate(FACTORS) if mask >> at & 1) for mask in range(1, 2 ** len(FACTORS) - 1)),
    TEN,
)
"""(8,) the protocols between the corrected folds and the report's; bit k of the place says whether factor k is in."""
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
    "facts", "matcher", "path",
    "first", "fixed", "folds", "sound", "sound-folds", "variants", "causes", "measure", "studies",
)  # fmt: skip
"""Groups of measurements, in the order in which they are worth most to a reader; the first three need no training."""
PLAIN = GROUPS[:3]


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
        for protocol, fold in product(CORNERS, range(1, mode.cause_folds + 1)):
            yield Training(protocol, "report-final", 0, fold, epochs=mode.epochs)
    if group == "measure":
        for seed in seeds:
            yield Training(SOUND, "report-final", seed, settings=REWEIGHED, epochs=mode.epochs)
    if group == "studies" and mode.studies:
        for seed in seeds:
            yield from (Training(SOUND, "report-main", seed, settings=(("depth", depth),)) for depth in DEPTHS)
            yield from (Training(SOUND, "report-main", seed, settings=(("kernel", kernel),)) for kernel in KERNELS)


def factors(protocol: str) -> frozenset[str]:
    """Which of FACTORS a protocol of CORNERS has."""
    return frozenset({SOUND: (), TEN: FACTORS}.get(protocol, protocol.split("+")))


CAUSES = dict(zip(FACTORS, causes.FOLDS.factors, strict=True))
"""Factor -> what it changes in a recipe; all three together are the report's ten folds."""


def recipe_of(wanted: Training) -> Recipe:
    """The recipe of a training, flaws included."""
    recipe = variations.varied(presets.named(wanted.recipe), dict(wanted.settings))
    recipe = dataclasses.replace(recipe, seed=wanted.seed, epochs=min(recipe.epochs, wanted.epochs or recipe.epochs))
    if wanted.protocol in PROTOCOLS:
        return named_protocols.following(recipe, wanted.protocol)
    taken = [cause for name, cause in CAUSES.items() if name in factors(wanted.protocol)]
    patience = recipe.patience and recipe.patience + sum(cause.extra_patience for cause in taken)
    settings = {key: value for cause in taken for key, value in cause.settings.items()}
    changed = dataclasses.replace(recipe, patience=patience, **settings)
    return flawed(changed, [flaw for cause in taken for flaw in cause.flaws], wanted.protocol)


def part_of(protocol: str) -> str:
    """The part whose score a protocol reports."""
    return PROTOCOLS[protocol].reported if protocol in PROTOCOLS else "test"
