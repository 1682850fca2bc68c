"""What the engine sends to its workers: names of work, so that only a worker loads torch.

Dask sends a function to a worker as the name of its module and its own name, and calls it there. Whoever submits work
must be able to import that module; the server never loads torch, so the functions it submits stand here.
"""

from __future__ import annotations

from types import ModuleType


def train(run_id: str, data_dir: str) -> None:
    """Train a queued run."""
    _tasks().train(run_id, data_dir)


def work(job_id: str, data_dir: str) -> None:
    """Work off a queued job."""
    _tasks().work(job_id, data_dir)


def load_torch() -> None:
    """Load torch before the first picture needs it."""
    _tasks()


def _tasks() -> ModuleType:
    from emocore.engine import tasks  # Loads torch, which the server stays without

    return tasks
