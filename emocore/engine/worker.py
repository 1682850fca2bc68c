"""What the engine sends to its workers: names of work, so that only a worker loads torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def train(run_id: str, data_dir: str) -> None:
    """Train a queued run."""
    from emocore.engine import tasks

    tasks.train(run_id, data_dir)


def work(job_id: str, data_dir: str) -> None:
    """Work off a queued job."""
    from emocore.engine import tasks

    tasks.work(job_id, data_dir)


def answer(weights: Path, pictures: list[tuple[str, bytes]]) -> Any:
    """`predictor.Answer`s of a network for (name, content) pictures."""
    from emocore.engine import tasks

    return tasks.answer(weights, pictures)


def warm() -> None:
    """Load torch before the first picture needs it."""
    from emocore.engine import tasks

    assert tasks
