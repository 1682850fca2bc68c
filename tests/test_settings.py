"""The environment says where things lie, each time that it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from emocore import settings


def test_data_lie_where_the_environment_says_else_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOCORE_DATA", "~/faces")
    assert settings.data_dir() == Path("~/faces").expanduser().resolve()
    monkeypatch.delenv("EMOCORE_DATA")
    assert settings.data_dir() == settings.CHECKOUT / "data"
    assert (settings.shipped_dir() / "runs").is_dir()


def test_a_cluster_a_device_and_checkpoints_are_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings.scheduler_address(), settings.checkpoint_seconds()) == ("", 10.0)
    monkeypatch.setenv("EMOCORE_SCHEDULER", "tcp://host:8786")
    monkeypatch.setenv("EMOCORE_DEVICE", "cuda")
    monkeypatch.setenv("EMOCORE_CHECKPOINT_SECONDS", "2.5")

    assert settings.scheduler_address() == "tcp://host:8786"
    assert (settings.device(), settings.checkpoint_seconds()) == ("cuda", 2.5)
