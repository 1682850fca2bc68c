"""How long an answer takes on a worker: a 48x48 face, a 12-megapixel photograph, 1,000 faces.

    python -m benchmarks.predict --json [--model report-final] [--times 60]

Time from the bytes of a picture to its answers, all doubts included, one thread, after a warm-up: what the quick
worker does; the way there and back adds some milliseconds. On a busy machine look at cpu, the processor's own time.
The photograph has a face (`skimage.data.astronaut`, a dev dependency), 4000 x 3000 pixels as JPEG; face finding is
included. Runs in a laboratory of its own.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Seconds for an answer.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--model", default="report-final")
    parser.add_argument("--times", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMOCORE_DATA"] = folder
        result = measure(asked.model, asked.times)
    result["machine"] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


def measure(model: str, times: int) -> dict[str, Any]:
    """p50 and p95 in milliseconds of single pictures, and seconds for 1,000 faces."""
    import torch

    from emocore.data import library
    from emocore.data.drawn import dataset
    from emocore.predict import inference, predictor

    torch.set_num_threads(1)
    library.ensure_drawn()
    faces = [_encoded(Image.fromarray(face), "PNG") for face in dataset.drawn_faces(planted=False).images[:1000]]
    photograph = _photograph()
    inference.look_at(model, [("a.jpg", photograph), ("a.png", faces[0])])
    start, cpu = time.perf_counter(), time.process_time()
    rows = predictor.table(model, [(f"{number}.png", face) for number, face in enumerate(faces)])
    thousand = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    assert len(rows) == 1000
    return {
        "model": model,
        "face_48": _milliseconds(lambda number: inference.look_at(model, [("a.png", faces[number])]), times),
        "photograph_12_mp": _milliseconds(lambda _: inference.look_at(model, [("a.jpg", photograph)]), times),
        "faces_1000": {name: round(seconds, 2) for name, seconds in thousand.items()},
    }


def _milliseconds(answer: Callable[[int], object], times: int) -> dict[str, float]:
    taken, cpu = [], time.process_time()
    for number in range(times):
        start = time.perf_counter()
        answer(number)
        taken.append(1000 * (time.perf_counter() - start))
    mean = 1000 * (time.process_time() - cpu) / times
    return {f"p{percent}": round(float(np.percentile(taken, percent)), 1) for percent in (50, 95)} | {
        "cpu": round(mean, 1)
    }


def _photograph() -> bytes:
    """Real detail, not a smooth enlargement: noise of a sensor on the enlarged picture."""
    import skimage.data

    large = np.asarray(Image.fromarray(skimage.data.astronaut()[:384]).resize((4000, 3000), Image.Resampling.BICUBIC))
    noise = np.random.default_rng(0).normal(0, 6, large.shape[:2])[:, :, None]
    return _encoded(Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8)), "JPEG", quality=90)


def _encoded(image: Image.Image, kind: str, **how: int) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **how)
    return content.getvalue()


if __name__ == "__main__":
    sys.exit(main())
