"""A real server and a real Chromium for the tests in this folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from emocore.settings import CHECKOUT

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass
class Server:
    """A running dashboard: where it answers, where its data lie, and its process."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def libraries(self) -> set[str]:
        """Names of the shared libraries that the process has loaded."""
        maps = Path(f"/proc/{self.process.pid}/maps").read_text()
        return {Path(line.split()[-1]).name for line in maps.splitlines() if ".so" in line}

    def cpu_seconds(self) -> float:
        """CPU time that the server process has used."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system


def start(data: Path) -> Server:
    """Start the dashboard as `make run` does and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = os.environ | {"EMOCORE_DATA": str(data)}
    with (data / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return Server(f"http://127.0.0.1:{port}", data, process)
        except OSError:
            time.sleep(0.2)
    raise AssertionError((data / "server.log").read_text())


def end(server: Server) -> None:
    """Stop the dashboard and the engine that it started."""
    server.process.terminate()
    server.process.wait(10)
    subprocess.run(
        [sys.executable, "-c", "from emocore.engine import client as engine; engine.shut_down()"],
        cwd=CHECKOUT,
        env=os.environ | {"EMOCORE_DATA": str(server.data)},
        check=True,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failed test what its server and engine said, and how far their work was."""
    report = yield
    used = getattr(item, "funcargs", {}).get("server")
    if report.failed and used:
        for path in (used.data / "server.log", used.data / "engine" / "log.txt", *used.data.glob("jobs/*/state.json")):
            if path.exists():
                report.sections.append((str(path), "\n".join(path.read_text(errors="replace").splitlines()[-40:])))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing: .ci/run installs it, or run apt-get install chromium."
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = start(tmp_path_factory.mktemp("laboratory"))
    yield started
    end(started)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()


def sign_in(page: Page, who: str) -> None:
    """Have the browser of a page keep a nickname, as after signing in on an earlier day."""
    page.add_init_script(f"localStorage.setItem('mindailytics-nickname', {json.dumps(who)})")


def is_outside(url: str) -> bool:
    """Whether an address leaves this machine."""
    return not re.match(r"(data|blob|about):|(https?|wss?)://127\.0\.0\.1[:/]", url)
