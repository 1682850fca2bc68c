"""What is computed from a run after training and kept, so that it is computed once.

Kept in the data directory and not in the run's folder, since a shipped run is never written to. Another set
of answers gives other file names, so nothing stale is ever read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from emocore import settings
from emocore.runs.run import Run


def stamp(run: Run) -> str:
    """Changes whenever the run's answers are saved anew; "" before there are any."""
    try:
        about = (run.folder / "predictions.npz").stat()
    except FileNotFoundError:
        return ""
    facts = f"{run.id} {run.fingerprint} {run.split['fingerprint']} {about.st_size} {about.st_mtime_ns}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def path(run: Run, name: str) -> Path:
    """Where a result of this name is kept; its folder exists."""
    folder = settings.data_dir() / "derived" / run.id
    folder.mkdir(parents=True, exist_ok=True)
    first, _, last = name.rpartition(".")
    return folder / f"{first}-{stamp(run)}.{last}"
