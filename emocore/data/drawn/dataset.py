"""The dataset that comes with the laboratory: 1,600 drawn faces, so that no page is ever empty.

Nobody was photographed. People, expressions and photographs are drawn from random numbers; the same
seed gives the same bytes on every machine (`emocore.data.drawn.strokes` says how). 400 faces a class, of
which 300 are for training. Age and gender are as drawn.

Some facts are planted, for the audits and the bias page to find. `PLANTED` holds them with their ids:

| fact | where | what |
|---|---|---|
| a weaker group | old women | 20 instead of 60 to 110 training faces a class, their photographs dull, blurred, grainy |
| twins across the split | 6 test faces | 4 exact and 2 mirrored copies of training faces |
| wrong labels | 8 training faces | the label is not what was drawn |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emocore.arrays import Faces, Labels
from emocore.data.dataset import Dataset, assemble
from emocore.data.drawn import portrait
from emocore.data.drawn.strokes import Looks, photographed, stamp

Column = NDArray[np.float64]
"""(N,) one number a face."""
Truth = NDArray[np.bool_]
"""(N,) whether a face is so."""

CLASSES = ("focused", "happy", "neutral", "surprised")
GROUPS = (("young", "female"), ("young", "male"), ("old", "female"), ("old", "male"))
EVEN = {"train": (75, 75, 75, 75), "test": (25, 25, 25, 25)}
UNEVEN = {"train": (110, 110, 20, 60), "test": (30, 30, 20, 20)}
"""Faces of each group in each class."""

BATCH = 16
"""Faces drawn at a time: more do not fit the processor's cache. Changing it changes the faces."""


class Twin(NamedTuple):
    test: str
    train: str
    how: str


class WrongLabel(NamedTuple):
    id: str
    labelled: str
    drawn: str


class Planted(NamedTuple):
    """What somebody who examines the planted dataset ought to find."""

    weaker_group: dict[str, str]
    twins: tuple[Twin, ...]
    wrong_labels: tuple[WrongLabel, ...]


PLANTED = Planted(
    weaker_group={"age": "old", "gender": "female"},
    twins=(
        Twin("test/focused/d0336.png", "train/focused/d0102.png", "exact copy"),
        Twin("test/happy/d0729.png", "train/happy/d0519.png", "exact copy"),
        Twin("test/neutral/d1162.png", "train/neutral/d0930.png", "exact copy"),
        Twin("test/surprised/d1553.png", "train/surprised/d1377.png", "exact copy"),
        Twin("test/happy/d0781.png", "train/happy/d0640.png", "mirror copy"),
        Twin("test/neutral/d1117.png", "train/neutral/d1071.png", "mirror copy"),
    ),
    wrong_labels=(
        WrongLabel("train/focused/d0057.png", "focused", "happy"),
        WrongLabel("train/focused/d0211.png", "focused", "surprised"),
        WrongLabel("train/happy/d0463.png", "happy", "neutral"),
        WrongLabel("train/happy/d0588.png", "happy", "surprised"),
        WrongLabel("train/neutral/d0874.png", "neutral", "happy"),
        WrongLabel("train/neutral/d1003.png", "neutral", "surprised"),
        WrongLabel("train/surprised/d1252.png", "surprised", "happy"),
        WrongLabel("train/surprised/d1470.png", "surprised", "focused"),
    ),
)

# Tables read better in columns.
# fmt: off
EXPRESSIONS = {
    # trait     focused  happy  neutral surprised  spread
    "brow_up": (-1.00,   0.00,   0.10,   1.30,     0.18),
    "frown":   ( 1.30,   0.00,   0.00,  -0.30,     0.18),
    "lid":     (-0.30,  -0.25,   0.00,   0.55,     0.12),
    "low_lid": (-0.27,  -0.35,   0.00,   0.25,     0.12),
    "cheek":   ( 0.00,   1.00,   0.00,   0.00,     0.15),
    "smile":   (-0.25,   1.30,   0.00,  -0.30,     0.25),
    "gape":    ( 0.00,   0.45,   0.00,   0.80,     0.08),
    "teeth":   ( 0.30,   1.20,   0.30,   0.20,     0.25),
    "wide":    (-0.10,   0.35,   0.00,  -0.35,     0.12),
}
"""How far a face moves from rest, and how much two faces of one class differ: the classes overlap."""

RANGES = {
    "roll": (-0.16, 0.16), "yaw": (-0.30, 0.30), "pitch": (-0.10, 0.10),
    "scale": (0.96, 1.38), "shift_x": (-0.14, 0.14), "shift_y": (-0.14, 0.16),
    "width": (0.66, 0.82), "jaw": (0.05, 0.26), "neck": (0.42, 0.56), "mottle": (0.02, 0.08),
    "relief": (0.25, 0.60), "gleam": (0.02, 0.22),
    "light_x": (-1.3, 1.3), "light_y": (-1.0, 0.2), "ambient": (0.15, 0.65),
    "eye_gap": (0.28, 0.335), "eye_width": (0.13, 0.165), "eye_height": (-0.20, -0.10), "eye_tilt": (-0.05, 0.20),
    "iris": (0.064, 0.080), "iris_tone": (0.05, 0.35), "glint": (0.0, 1.0), "lash": (0.006, 0.016),
    "gaze_x": (-0.06, 0.06), "gaze_y": (-0.02, 0.03), "skew": (-0.6, 0.6),
    "brow_height": (-0.39, -0.33), "brow_arch": (0.0, 0.07), "brow_thick": (0.018, 0.045), "brow_dense": (0.5, 0.95),
    "nose_tip": (0.14, 0.24), "nose_width": (0.09, 0.14),
    "mouth_height": (0.43, 0.52), "lip": (0.030, 0.065), "lip_tone": (0.55, 0.85),
    "streak": (0.03, 0.12), "hair_side": (0.3, 1.2), "parting": (-0.35, 0.35), "ragged": (0.01, 0.10),
    "hair_volume": (0.02, 0.14), "beard_edge": (0.30, 0.42),
    "wall_fade": (-0.3, 0.3), "wall_tilt": (-0.25, 0.25),
    "frame_tone": (0.02, 0.40), "lens": (0.13, 0.20), "lens_tone": (0.1, 0.6), "lens_dark": (0.0, 0.3),
    "contrast": (0.95, 1.55), "exposure": (0.46, 0.68), "grain": (0.005, 0.05), "compression": (1.0, 5.0),
}
"""Traits of which the middle is common and the ends are rare."""

WIDE_RANGES = {
    "skin": (0.34, 0.92), "hair": (0.03, 0.45), "hairline": (-0.85, -0.60), "curl": (-0.6, 1.0),
    "shirt": (0.03, 0.95), "wall": (0.02, 1.0), "blur": (0.0, 1.0),
}
"""Traits of which every value is as common."""
# fmt: on


def drawn_faces(seed: int = 42, planted: bool = True) -> Dataset:
    """1,600 drawn faces of four classes; with `planted` the facts of PLANTED, without it none of them."""
    random = np.random.Generator(np.random.PCG64(seed))
    table = _people(UNEVEN if planted else EVEN, random)
    shown = table["emotion"].to_numpy(copy=True)
    row = {name: number for number, name in enumerate(table["id"])}
    if planted:
        for wrong in PLANTED.wrong_labels:
            shown[row[wrong.id]] = wrong.drawn
    drawn = np.array([CLASSES.index(emotion) for emotion in shown], dtype=np.int64)
    images = _pictures(_looks(table, drawn, planted, random), random)
    if planted:
        for twin in PLANTED.twins:
            original = images[row[twin.train]]
            images[row[twin.test]] = original[:, ::-1] if twin.how == "mirror copy" else original
            table.loc[row[twin.test], ["age", "gender"]] = table.loc[row[twin.train], ["age", "gender"]]
    return assemble("drawn-faces", images, table)


def _people(sizes: Mapping[str, tuple[int, ...]], random: np.random.Generator) -> pd.DataFrame:
    """One row a face, numbered throughout; the groups of a class in random order."""
    rows: list[tuple[str, str, str, str, str]] = []
    for emotion in CLASSES:
        for split, counts in sizes.items():
            people = [group for group, count in zip(GROUPS, counts, strict=True) for _ in range(count)]
            # Not random.shuffle: only random() and integers() are used here, the steadiest of its methods.
            for place in np.argsort(random.random(len(people)), kind="stable"):
                number = len(rows) + 1
                rows.append((f"{split}/{emotion}/d{number:04d}.png", emotion, split, *people[place]))
    return pd.DataFrame(rows, columns=["id", "emotion", "split", "age", "gender"])


def _pictures(looks: Looks, random: np.random.Generator) -> Faces:
    batches = []
    for start in range(0, len(looks["roll"]), BATCH):
        some = {trait: column[start : start + BATCH] for trait, column in looks.items()}
        scene = portrait.draw(some, random)
        for picture in scene:
            if random.random() < 0.08:
                corner = (int(random.integers(18, 38)), int(random.integers(0, 9)))
                stamp(picture, "DRAWN", corner, 0.12 + 0.18 * random.random())
        batches.append(photographed(scene, some, random))
    return np.concatenate(batches)


def _looks(table: pd.DataFrame, drawn: Labels, planted: bool, random: np.random.Generator) -> Looks:
    """Everything that `portrait` and the camera want to know of each face."""
    old, male = (table["age"] == "old").to_numpy(), (table["gender"] == "male").to_numpy()
    count = len(table)
    looks = {name: low + (high - low) * random.random(count) for name, (low, high) in WIDE_RANGES.items()}
    for name, (low, high) in RANGES.items():
        looks[name] = low + (high - low) * (random.random(count) + random.random(count)) / 2
    looks |= _expression(drawn, random)
    _add_hair(looks, old, male, random)
    _add_signs(looks, old, male, random)
    _add_scene(looks, old, random)
    if planted:
        weak = old & ~male
        looks["contrast"] = np.where(weak, 0.5 * looks["contrast"], looks["contrast"])
        looks["more_blur"] = np.where(weak, 1.0, looks["more_blur"])
        looks["grain"] = np.where(weak, 0.055, looks["grain"])
    return {trait: column.astype(np.float32).reshape(-1, 1, 1) for trait, column in looks.items()}


def _expression(drawn: Labels, random: np.random.Generator) -> dict[str, Column]:
    """Faces at rest, moved by what their class does, each as strongly as it happens to."""
    count = len(drawn)
    strength = 0.6 + 0.6 * random.random(count)
    looks = {}
    for trait, (*moves, spread) in EXPRESSIONS.items():
        move = np.array(moves)[drawn] * strength * (0.7 + 0.6 * random.random(count))
        # Three dice rather than one: most faces lie near the middle of their class.
        dice = random.random(count) + random.random(count) + random.random(count)
        looks[trait] = move + spread * (2 * dice - 3)
    looks["lid"] = np.maximum(0.15, 0.85 + looks["lid"])
    looks["low_lid"] = np.maximum(0.1, 0.7 + looks["low_lid"])
    looks["gape"] = np.clip(looks["gape"], 0, 1.2)
    looks["mouth_width"] = 0.26 * np.clip(1 + looks["wide"], 0.5, 1.5)
    return looks


def _add_hair(looks: dict[str, Column], old: Truth, male: Truth, random: np.random.Generator) -> None:
    """Dark hair on dark skin, gray hair of the old, mostly longer hair of women, beards, bald heads."""
    dice = random.random((12, len(old)))
    skin, hair = looks["skin"], looks["hair"]
    hair = np.where((dice[0] < 0.3) & (skin > 0.6), hair + 0.3, hair)
    hair = np.where(skin < 0.5, 0.4 * hair, hair)
    grey = old & (dice[1] < 0.85)
    looks["brow_tone"] = np.where(grey, 0.55 * skin, np.minimum(0.7 * hair, 0.5 * skin))
    looks["hair"] = np.where(grey, (0.45 + 0.4 * dice[2]) * (0.4 + 0.6 * skin), hair)
    looks["curl"] = np.maximum(0, looks["curl"])
    long = dice[3] < np.where(male, 0.08, 0.8)
    looks["hair_length"] = np.where(long, 0.4 + 1.2 * dice[4], -0.3)
    looks["hair_volume"] = looks["hair_volume"] + 0.06 * long
    looks["locks"] = np.where(long, 0.48 + 0.18 * dice[5], 0.66 + 0.06 * dice[5])
    looks["lock_end"] = np.where(long, looks["hair_length"], -0.1 + 0.2 * dice[6])
    looks["ears"] = np.where(long, 0.0, 1.0)
    fringe = dice[7] < np.where(male, 0.1, 0.22)
    bald = male & ~long & (dice[8] < np.where(old, 0.4, 0.08))
    looks["hairline"] = np.where(bald, -1.2, np.where(fringe, -0.56 + 0.1 * dice[9], looks["hairline"]))
    looks["hair_side"] = np.where(bald, 2.0, np.where(fringe, 0.1, looks["hair_side"]))
    looks["hairy"] = np.where(bald & (dice[9] < 0.5), 0.0, 1.0)
    looks["beard"] = np.where(male & (dice[10] < 0.4), 0.08 + 0.85 * dice[11] * dice[11], 0.0)


def _add_signs(looks: dict[str, Column], old: Truth, male: Truth, random: np.random.Generator) -> None:
    """What else age and gender look like in these drawings."""
    dice = random.random(len(old))
    looks["wrinkles"] = np.where(old, 0.35 + 0.4 * dice, 0.06 * dice)
    looks["mottle"] = looks["mottle"] * np.where(old, 1.4, 1.0)
    looks["brow_thick"] = looks["brow_thick"] * np.where(male, 1.25, 1.0)
    looks["lash"] = looks["lash"] * np.where(male, 0.6, 1.3)
    looks["lip"] = looks["lip"] * np.where(male, 0.8, 1.1)
    looks["lip_tone"] = looks["lip_tone"] * np.where(male, 1.05, 0.8)
    looks["width"] = looks["width"] * np.where(male, 1.02, 0.97)


def _add_scene(looks: dict[str, Column], old: Truth, random: np.random.Generator) -> None:
    """Glasses, a hand in the way, the wall behind, a camera out of focus."""
    dice = random.random((9, len(old)))
    looks["glasses"] = np.where(dice[0] < np.where(old, 0.3, 0.12), 0.95, 0.0)
    looks["hand"] = np.where(dice[1] < 0.08, 1.0, 0.0)
    side = np.where(dice[2] < 0.5, -1.0, 1.0)
    looks["hand_x"] = side * (0.45 + 0.3 * dice[3])
    looks["hand_y"] = 0.5 + 0.5 * dice[4]
    looks["hand_turn"] = side * (0.4 * dice[5])
    looks["clutter"] = np.where(dice[6] < 0.5, 1.6 * dice[6], 0.0)
    looks["wall"] = np.where(dice[7] < 0.2, 0.97, looks["wall"])
    looks["more_blur"] = np.maximum(0, 3.3 * dice[8] - 2.3)
