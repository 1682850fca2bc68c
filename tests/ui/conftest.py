"""Pages are tested without an engine that only looks on."""

from __future__ import annotations

import pytest

from emocore.engine import client


@pytest.fixture(autouse=True)
def no_engine_for_a_look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that shows waiting work starts an engine; seven seconds a test that nobody asked for.

    A test that wants one takes the fixture `engine`, or asks it for work by itself.
    """
    if "engine" not in request.fixturenames:
        monkeypatch.setattr(client, "ensure_up", lambda: True)
