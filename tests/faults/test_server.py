"""A server outlives what strangers send to it."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from emocore.settings import CHECKOUT
from tests.laboratory import wait_until

UPGRADE = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def is_well(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


@pytest.mark.long
def test_nonsense_on_the_websocket_ends_no_server(laboratory: Path) -> None:
    laboratory.mkdir()
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
    with (laboratory / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=CHECKOUT, env=dict(os.environ), stdout=log, stderr=log)
    try:
        wait_until(lambda: is_well(port))
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
                stranger.sendall(UPGRADE.format(port=port).encode())
                assert b"101" in stranger.recv(1000).split(b"\r\n")[0]
                with suppress(OSError):  # It may end the connection at the first nonsense
                    stranger.sendall(b"\x82\xfe\x01\xf4" + secrets.token_bytes(504))
                    stranger.sendall(secrets.token_bytes(500))
            assert is_well(port)
        assert server.poll() is None
    finally:
        server.terminate()
        server.wait(20)
