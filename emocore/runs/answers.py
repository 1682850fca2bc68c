"""What a run's network answered, in predictions.npz; nothing here is logged, so pages ask `runs.store`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge.predictions import Predictions

FIELDS = ("rows", "folds", "truth", "probabilities")


def write(folder: Path, parts: Mapping[str, Predictions]) -> None:
    """Save the answers for the parts of a run."""
    arrays = {f"{part}_{field}": getattr(answers, field) for part, answers in parts.items() for field in FIELDS}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    write_bytes(folder / "predictions.npz", content.getvalue())


def read(folder: Path, part: str) -> Predictions:
    """The answers for a part. Raises EmoError "damaged_file"."""
    try:
        content = io.BytesIO((folder / "predictions.npz").read_bytes())
        with np.load(content, allow_pickle=False) as saved:
            return Predictions(*(saved[f"{part}_{field}"] for field in FIELDS))
    except (OSError, ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise EmoError(
            f"predictions.npz of {folder.name} is damaged. Delete it and score the run again.", "damaged_file"
        ) from error
