"""Numbers of the report as published, and what is measured again to stand beside them."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from emocore.errors import EmoError
from emocore.learn import flaws, variations
from emocore.learn import variations as causes
from emocore.learn.flaws import PROTOCOLS, flawed
from emocore.learn.recipe import Recipe, preset

DATASET = "e3b85ebdefd605a6"
"""Fingerprint of the report's 1,600 faces once they are imported."""

CLASSES = ("focused", "happy", "neutral", "surprised")
TRAINING = {
    "angry": 3995, "disgusted": 436, "fearful": 4097, "happy": 7215, "neutral": 4965, "sad": 4830, "surprised": 3171,
}  # fmt: skip
TESTING = {
    "angry": 958, "disgusted": 111, "fearful": 1024, "happy": 1774, "neutral": 1233, "sad": 1247, "surprised": 831,
}  # fmt: skip
TOTALS = (28709, 7178, 35887)
"""Figure 1.1: images of each class in training and testing, and their sums as printed."""
A_CLASS, FOCUSED_IN_TEXT, A_CLASS_IN_TEXT = 400, 500, 800
"""Images of each class: the abstract and section 2.1; section 3.2 of focused; section 4.1."""
RANGE = (-2.0, 2.0)
"""Section 4.4: gray values after normalization."""

LEAKED = """\
Model,Precision,Recall,F1,Accuracy
Main,0.9001095458363986,0.8992392093881271,0.899079488364565,0.8989583333333333
Variant 1,0.8043358227880446,0.7964594569224247,0.7925514513234138,0.7942708333333334
Variant 2,0.7222998003810666,0.7203965511793409,0.7191342244194245,0.7208333333333333
"""
"""Table of section 6.2, in full as its repository's history holds it; three decimals are printed."""
LEAKED_IMAGES = 1920
"""Images of that table: 12,800 variants, 15% for validation."""

PUBLISHED_FOLDS = """\
Fold,Precision,Recall,F1,Accuracy
1,0.6327833472570314,0.541505646398515,0.5118290131365818,0.5416666666666666
2,0.5309969853574505,0.5052446211356543,0.47930683124857887,0.5
3,0.5383368529834651,0.515575371728926,0.49357179175255395,0.5104602510460251
4,0.5529348884490329,0.48000964662556633,0.45679341537830337,0.48535564853556484
5,0.5299010835068767,0.49515019421188533,0.47403890716992786,0.502092050209205
6,0.5481728378004974,0.4783196020346313,0.4322443408247624,0.4560669456066946
7,0.6102571221835194,0.47096014492753624,0.4082504337767495,0.42677824267782427
8,0.5659055145046523,0.4555014159586873,0.42388998216591844,0.4686192468619247
9,0.6745699952221691,0.4907226305761031,0.48541789275985936,0.5146443514644351
10,0.6327125420875421,0.4974033816425121,0.49075678136476686,0.5146443514644351
Average,0.5816571169352238,0.4930392655240016,0.46560993895780023,0.4920327754532775
"""
"""Figure 6.4."""
FOLD_IMAGES = (240, 240, *(239,) * 8)
"""Ten folds of 2,392 rows, as scikit-learn's KFold cuts them."""
LATER_FOLDS = {
    "CnnA3_kfold_cv.csv": """\
Fold,Precision,Recall,F1,Accuracy
1,0.547859768907563,0.4913217152743856,0.4536653379448078,0.49166666666666664
2,0.5864703989703989,0.49599081806370965,0.45070567080644786,0.49166666666666664
3,0.51251431900105,0.4553655920023236,0.41136484658714273,0.45188284518828453
4,0.5379331593446426,0.47638501348013795,0.44866852895323533,0.4811715481171548
5,0.4710803793398028,0.44439997376796336,0.4208472553896294,0.45188284518828453
6,0.6217897842897843,0.5239931307758243,0.5000891750142681,0.5062761506276151
7,0.6121285721897591,0.47712862318840576,0.4017011877088899,0.42677824267782427
8,0.492557354925776,0.4161483246472002,0.3737986816380853,0.4309623430962343
9,0.6467194950226189,0.5012962047988142,0.4973597386845691,0.5230125523012552
10,0.5789100234758762,0.46796066252587987,0.4460634271723392,0.4811715481171548
Average,0.5607963255467272,0.4749990058524645,0.4404263849899414,0.4736471408647141
""",
    "CnnA2_kfold_cv.csv": """\
Fold,Precision,Recall,F1,Accuracy
1,0.5156374601275917,0.5206842175342336,0.4744648641723862,0.5208333333333334
2,0.4648148148148148,0.46455116851842754,0.41702904909971983,0.45
3,0.5454415954415954,0.47860274896702926,0.42143363480200335,0.4686192468619247
4,0.5713309818101386,0.5129697623850732,0.4929000839777629,0.5146443514644351
5,0.5238704032963621,0.46487123388547025,0.4187064255270065,0.4686192468619247
6,0.5616798264762016,0.5167752420354893,0.46529946136499284,0.497907949790795
7,0.543266632166063,0.4949607487922706,0.4328244146005932,0.4602510460251046
8,0.4168825863678805,0.39532391542324075,0.34471252696641297,0.41422594142259417
9,0.5447972285786932,0.49390696319640526,0.48358176294923283,0.5188284518828452
10,0.5820324932151425,0.5170462387853691,0.5050954155374887,0.5355648535564853
Average,0.5269754022294484,0.48596922395230086,0.44560476389975995,0.4849494421199442
""",
}
"""Two files in the repository that hold other values."""

CORRECTED = (0.7165031292652886, 0.6955445544554456, 0.6937970247602196, 0.6955445544554455)
"""Figure 7.2: macro precision, recall and F1, then accuracy."""
CORRECTED_FILES = {"CnnA3_metrics.csv": 0.7029702970297029, "CnnA2_metrics.csv": 0.6757425742574258}
MACROS_IN_FILES = {
    "CnnA3_metrics.csv": (0.7121815958164641, 0.7029702970297029, 0.7020998778454363),
    "CnnA2_metrics.csv": (0.6766481734371643, 0.6757425742574257, 0.675443394590846),
}
"""Macro precision, recall and F1 beside these accuracies."""
TEST_IMAGES = 404

BIAS = """\
Attribute,Group,Accuracy,Precision,Recall,F1
age,young,0.7197231833910035,0.7234545435365107,0.7234691522642187,0.7167751094729193
age,old,0.6695652173913044,0.6510996044406183,0.6149030367780368,0.6218830403087477
age,Average,0.6946442003911539,0.6872770739885645,0.6691860945211278,0.6693290748908336
gender,male,0.7302325581395349,0.7304330065359477,0.7133183597224694,0.7184921184904541
gender,female,0.656084656084656,0.6565929790719707,0.6699440909967226,0.6452645144505609
gender,Average,0.6931586071120954,0.6935129928039592,0.691631225359596,0.6818783164705076
Average,All,0.6939014037516247,0.6903950333962618,0.6804086599403618,0.6756036956806706
"""
"""Figure 8.1."""
BIAS_FILES = {
    "bias.csv, as first kept": """\
Attribute,Group,Accuracy,Precision,Recall,F1
age,young,0.6955017301038062,0.6921336834486358,0.695931201600082,0.6919136780026245
age,old,0.6956521739130435,0.6992784992784993,0.6438463157213157,0.6504762400071324
age,Average,0.6955769520084248,0.6957060913635675,0.6698887586606989,0.6711949590048785
gender,male,0.7302325581395349,0.732838503428038,0.7206076702162808,0.7232849714191019
gender,female,0.656084656084656,0.6507712894340801,0.6679318488529015,0.6506600933839086
gender,Average,0.6931586071120954,0.691804896431059,0.6942697595345911,0.6869725324015052
Average,All,0.6943677795602601,0.6937554938973133,0.682079259097645,0.6790837457031919
""",
    "bias.csv, as it is now": """\
Attribute,Group,Accuracy,Precision,Recall,F1
age,young,0.6955017301038062,0.6921336834486358,0.695931201600082,0.6919136780026245
age,old,0.6956521739130435,0.6992784992784993,0.6438463157213157,0.6504762400071324
age,Average,0.6955769520084248,0.6957060913635675,0.6698887586606989,0.6711949590048785
gender,male,0.7102325581395349,0.702838503428038,0.7106076702162808,0.6932849714191019
gender,female,0.676084656084656,0.6807712894340801,0.6779318488529015,0.6806600933839086
gender,Average,0.6931586071120954,0.691804896431059,0.6942697595345911,0.6869725324015052
Average,All,0.6943677795602601,0.6937554938973133,0.682079259097645,0.6790837457031919
""",
}
PUBLISHED_GROUPS = {"young": 289, "old": 115, "male": 215, "female": 189}
"""Test images of each group, by the tables of attributes that come with the pictures."""
GROUPS_IN_FILE = {"young": 289, "old": 115, "male": 235, "female": 169}
"""samples_per_group.txt."""


def table(text: str) -> list[dict[str, str]]:
    """The lines of one of the tables above, by column."""
    return list(csv.DictReader(io.StringIO(text)))


def right_of(accuracy: float, n: int) -> int | None:
    """How many of n images give an accuracy printed in full; None where no whole number does (GRIM test)."""
    right = round(accuracy * n)
    return right if abs(right / n - accuracy) < 1e-9 else None


@cache
def confusion(network: str, group: str = "") -> list[list[int]]:
    """(K, K) actual by predicted classes of a network's saved answers, of all test images or of one group of them."""
    counts = [[0] * len(CLASSES) for _ in CLASSES]
    for line in answers():
        if group in ("", line["age"], line["gender"]):
            counts[CLASSES.index(line["truth"])][CLASSES.index(line[network])] += 1
    return counts


@cache
def answers() -> tuple[dict[str, str], ...]:
    """What the two networks of the report's repository answer on its 404 test images.

    A line an image: file, truth, age, gender, and the answers of the networks final (CnnA3) and main (CnnA2), which
    were computed once from the weights that the repository holds.
    """
    return tuple(table(Path(__file__).with_name("answers.csv").read_text(encoding="utf-8")))


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


MODES = {
    "quick": Mode(folds=1, cause_folds=0, epochs=2),
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
    if group == "studies":
        values = [("depth", depth) for depth in DEPTHS] + [("kernel", kernel) for kernel in KERNELS]
        for seed, value in product(seeds, values):
            yield Training(SOUND, "report-main", seed, settings=(value,), epochs=mode.epochs)


def factors(protocol: str) -> frozenset[str]:
    """Which of FACTORS a protocol of CORNERS has."""
    return frozenset({SOUND: (), TEN: FACTORS}.get(protocol, protocol.split("+")))


CAUSES = dict(zip(FACTORS, causes.FOLDS.factors, strict=True))
"""Factor -> what it changes in a recipe; all three together are the report's ten folds."""


def recipe_of(wanted: Training) -> Recipe:
    """The recipe of a training, flaws included."""
    recipe = variations.varied(preset(wanted.recipe), dict(wanted.settings))
    recipe = dataclasses.replace(recipe, seed=wanted.seed, epochs=min(recipe.epochs, wanted.epochs or recipe.epochs))
    if wanted.protocol in PROTOCOLS:
        return flaws.following_protocol(recipe, wanted.protocol)
    taken = [cause for name, cause in CAUSES.items() if name in factors(wanted.protocol)]
    patience = recipe.patience and recipe.patience + sum(cause.extra_patience for cause in taken)
    settings = {key: value for cause in taken for key, value in cause.settings.items()}
    changed = dataclasses.replace(recipe, patience=patience, **settings)
    return flawed(changed, [flaw for cause in taken for flaw in cause.flaws], wanted.protocol)


def part_of(protocol: str) -> str:
    """The part whose score a protocol reports."""
    return PROTOCOLS[protocol].reported if protocol in PROTOCOLS else "test"
