"""Pages are tested without an engine that only looks on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from emocore.engine import client


@pytest.fixture(scope="session", autouse=True)
def one_look_for_components() -> Iterator[None]:
    """Every AppTest looks for components in all installed packages, an eighth of a second in which nothing changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def no_engine_for_a_look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that shows waiting work starts an engine; seven seconds a test that nobody asked for.

    A test that wants one takes the fixture `engine`, or asks it for work by itself.
    """
    if "engine" not in request.fixturenames:
        monkeypatch.setattr(client, "ensure_up", lambda: True)
