"""How many faces of a picture are found, and how many pictures without one are told from faces.

    python -m benchmarks.faces --json [--number 200] [--haar]
    python -m benchmarks.faces --json --tune

Pictures are made by code from FER2013's PublicTest (fer2013.zip; EMOCORE_TEST_DATA says where it is): a face, enlarged
and soft at its rim, lies at a chance place on 512x512 pixels of one gray, of soft clouds or of a photograph without
faces (scikit-image). A face is found when a box has its middle in the middle half of the face and .5 to 2 times its
side. spurious: boxes on no face, for each picture. --haar asks OpenCV's frontal Haar cascade as well, as this program
did before, where `opencv-python-headless<5` is installed.

no_face: what share of pictures without a face each shipped model flags, and of those validation images that had no part
in its threshold (for models whose dataset is here; FER2013's is that of `benchmarks.pretraining`).
happy: what two shipped networks answer where at least nine of ten voters of FER+ say happiness (ferplus_votes.csv), on
images that none of the networks behind them was trained on.

--tune asks Training's faces instead how large a square frames a face as FER2013 does: its own side, in longer sides of
the box that is found around it on a ground of its mean gray.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skimage.data
from PIL import Image, ImageDraw, ImageFilter

from benchmarks import inputs, no_faces
from benchmarks.machine import machine
from emocore.arrays import Face, Faces
from emocore.data.dataset import Dataset
from emocore.data.reading import readers
from emocore.errors import EmoError
from emocore.predict import centerface, face_detection, inference, loaded_networks, uncertainty
from emocore.predict.face_detection import Box
from emocore.runs import baselines, parents, store
from emocore.runs.answers import validation_answers

MODELS = ("modern-pretrained", "fer2013-seven", "report-final", "drawn-main")
SIDE, FACE, SMALL = 512, 160, 32
ANGLES = (0, 15, 30, 45, 60, 90, 180)
CONDITIONS = (*ANGLES, "dark", "small", "half hidden", "several", "fills the picture")
GROUNDS: tuple[Callable[[], Any], ...] = (
    skimage.data.coffee, skimage.data.brick, skimage.data.rocket, skimage.data.grass, skimage.data.gravel,
)  # fmt: skip

Random = np.random.Generator
Gray = np.ndarray
Place = tuple[float, float, float]
"""Middle from the left and the top, and side of a face."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Faces found, and pictures told from faces.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--haar", action="store_true")
    parser.add_argument("--tune", action="store_true")
    asked = parser.parse_args()
    whole = readers.read_whole(inputs.path("fer2013.zip"), "fer2013").dataset
    if asked.tune:
        result: dict[str, Any] = {"square": framing(_some(whole, "train", asked.number))}
    else:
        faces = _some(whole, "validation", asked.number)
        finders = {"now": face_detection.find} | ({"haar": _haar()} if asked.haar else {})
        result = {
            "found": {
                name: {str(one): found(faces, one, finder) for one in CONDITIONS} for name, finder in finders.items()
            },
            "no_face": {name: flagged(name) for name in MODELS},
            "happy": {name: happy(name, whole) for name in MODELS[:2]},
        }
    print(json.dumps(result | {"machine": machine()}, indent=None if asked.json else 1))
    return 0


def _some(whole: Dataset, part: str, number: int) -> Faces:
    rows = np.flatnonzero((whole.table["split"] == part).to_numpy())
    return np.array(whole.images[np.sort(np.random.default_rng(5).permutation(rows)[:number])])


def found(faces: Faces, condition: int | str, finder: Callable[[Gray], list[Box]]) -> dict[str, float]:
    """The share of faces found under a condition, of n, and boxes on no face a picture."""
    random = np.random.default_rng(1)
    hits = boxes = 0
    several = 4 if condition == "several" else 1
    groups = [faces[start : start + several] for start in range(0, len(faces) - several + 1, several)]
    for group in groups:
        picture, places = composite(group, condition, random)
        answers = finder(picture)
        boxes += len(answers)
        hits += sum(any(_is_hit(box, place) for box in answers) for place in places)
    n = len(groups) * several
    return {"share": round(hits / n, 3), "n": n, "spurious": round(max(0, boxes - hits) / len(groups), 3)}


def composite(faces: Faces, condition: int | str, random: Random) -> tuple[Gray, list[Place]]:
    """A picture with faces in it under a condition, degrees or a word, and where they are."""
    if condition == "fills the picture":
        side = int(random.integers(96, 640))
        return np.asarray(Image.fromarray(faces[0]).resize((side, side))), [(side / 2, side / 2, side)]
    picture = Image.fromarray(_ground(random))
    side = SMALL if condition == "small" else FACE
    degrees = condition * int(random.choice((-1, 1))) if isinstance(condition, int) else 0
    room = 0.75 * side
    corners = ((0, 0), (1, 0), (0, 1), (1, 1)) if len(faces) > 1 else ((0.5, 0.5),)
    cell = SIDE / 2 if len(faces) > 1 else SIDE
    places: list[Place] = []
    for face, (x, y) in zip(faces, corners, strict=True):
        middle = [corner * (SIDE - cell) + random.uniform(room, cell - room) for corner in (x, y)]
        if condition == "half hidden":
            face = np.concatenate([face[:26], np.full((22, 48), random.integers(256), np.uint8)])
        _lay(picture, face, side, middle[0], middle[1], degrees)
        places.append((middle[0], middle[1], side))
    shown = np.asarray(picture)
    return (shown // 4 if condition == "dark" else shown), places


def _ground(random: Random) -> Gray:
    kind = random.integers(3)
    if kind == 0:
        return np.full((SIDE, SIDE), random.integers(30, 226), np.uint8)
    if kind == 1:
        few = Image.fromarray(random.integers(60, 200, (6, 6)).astype(np.uint8))
        return np.asarray(few.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    photograph = Image.fromarray(GROUNDS[random.integers(len(GROUNDS))]()).convert("L")
    side = min(photograph.size)
    return np.asarray(photograph.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=(0, 0, side, side)))


def _lay(picture: Image.Image, face: Face, side: int, across: float, down: float, degrees: int) -> None:
    large, rim = Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC), Image.new("L", (side, side), 0)
    soft = max(1, side // 24)
    ImageDraw.Draw(rim).rounded_rectangle((soft, soft, side - soft - 1, side - soft - 1), side // 5, fill=255)
    rim = rim.filter(ImageFilter.GaussianBlur(soft))
    large, rim = (one.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for one in (large, rim))
    picture.paste(large, (round(across - large.width / 2), round(down - large.height / 2)), rim)


def _is_hit(box: Box, place: Place) -> bool:
    across, down, side = place
    near = max(abs(box.left + box.side / 2 - across), abs(box.top + box.side / 2 - down)) < side / 4
    return near and 0.5 * side <= box.side <= 2 * side


def _haar() -> Callable[[Gray], list[Box]]:
    import cv2

    detector = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"))

    def find(grey: Gray) -> list[Box]:
        scale = min(1.0, 640 / max(grey.shape))
        size = (round(grey.shape[1] * scale), round(grey.shape[0] * scale))
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        places = detector.detectMultiScale(small, 1.2, 5, minSize=(32, 32))
        return [Box(*(float(value) / scale for value in place[:3])) for place in places]

    return find


def framing(faces: Faces) -> dict[str, float]:
    """A face's own square in longer sides of the box that the detector finds around it, of n faces."""
    ratios, side = [], FACE
    for face in faces:
        ground = np.full((2 * side, 2 * side), round(float(face.mean())), np.uint8)
        large = Image.fromarray(face).resize((side, side), Image.Resampling.BICUBIC)
        ground[side // 2 : -side // 2, side // 2 : -side // 2] = np.asarray(large)
        ratios += [side / max(one.height, one.width) for one in centerface.found([ground], 0.5)[0][:1]]
    low, middle, high = np.percentile(ratios, (25, 50, 75))
    return {"median": round(middle, 3), "quarter": round(low, 3), "three_quarters": round(high, 3), "n": len(ratios)}


def flagged(name: str, number: int = 200) -> dict[str, Any] | str:
    """The share flagged of each kind of picture without a face, and of faces that did not set the threshold."""
    run = store.read(name)
    threshold = uncertainty.doubts_of(run, loaded_networks.networks(run)).face_from
    shares = {kind: _share(make(number, np.random.default_rng(11)), threshold) for kind, make in no_faces.KINDS.items()}
    try:
        faces = baselines.dataset_of(run).images[validation_answers(run).rows]
    except EmoError as error:
        return shares | {"faces": error.message}
    asked = np.random.default_rng(centerface.SEED).permutation(len(faces))[: centerface.MOST]
    others = faces[asked[max(1, len(asked) // 2) :]]
    return shares | {"faces": _share(others, threshold), "faces_n": len(others), "n": number, "threshold": threshold}


def _share(pictures: Faces, threshold: float | None) -> float:
    return round(float(np.mean([one is False for one in centerface.are_faces(pictures, threshold)])), 3)


def happy(name: str, whole: Dataset) -> dict[str, Any]:
    """The probability of happy for broad smiles that a network did not learn from: its median, its tenth, and n."""
    votes = pd.read_csv(inputs.path("ferplus_votes.csv")).set_index("file")
    every = votes.drop(columns="ferplus_row").sum(axis=1)
    broad = set(votes.index[votes["happiness"] >= 0.9 * every])
    rows = np.flatnonzero(whole.table["file"].isin(broad) if "file" in whole.table else whole.table["id"].isin(broad))
    model = inference.opened(name)
    run = model.run
    rows = rows[~np.isin(parents.pictures(whole.images[rows]), model.learned)]
    answers = uncertainty.ask(model.networks, whole.images[rows])
    share = uncertainty.softened(answers.probabilities, model.doubts.temperature)[:, run.classes.index("happy")]
    low, middle = np.percentile(share, (10, 50))
    right = (answers.probabilities.argmax(1) == run.classes.index("happy")).mean()
    return {"median": round(float(middle), 3), "tenth": round(float(low), 3), "recall": round(float(right), 3)} | {
        "n": len(rows)
    }


if __name__ == "__main__":
    sys.exit(main())
