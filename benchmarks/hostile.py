"""What hostile inputs cost: every case of the corpus through its reader, a third of them through a running server.

    python -m benchmarks.hostile [--every 3] [--kinds picture zip] [--json]

A child reads the cases of `tests/hostile`, one after another; beside it the memory of the child and of its own children
is looked at every few milliseconds. seconds: until the verdict. beyond: the most memory above that before the case and
above the size of the file. Then every third case that a browser can send is uploaded to a server of its own by a real
Chromium, while a person in another tab clicks: what is measured there is the time from that click to its answer.
Goals: a verdict within 5 s and 300 MB beyond the file, the other tab's click within a second.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from benchmarks.machine import machine
from emocore.settings import CHECKOUT
from tests.hostile.case import Case, written
from tests.hostile.corpus import KINDS
from tests.hostile.readers import VALUES, answered, problems

SECONDS, MEGABYTES, CLICK = 5.0, 300.0, 1.0
BETWEEN_LOOKS = 0.02
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000
"""Milliseconds after which a page counts as one that does not answer."""


@dataclass
class Measured:
    """A case: whether its answer was right, seconds until it stood, megabytes beyond the file, the click."""

    kind: str
    name: str
    right: bool
    seconds: float
    beyond: float = 0.0
    click: float = 0.0
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        values = asdict(self)
        return values | {"told": values.pop("fault")}


def main() -> int:
    """Measure and print; in the child, read."""
    parser = argparse.ArgumentParser(description="What hostile inputs cost.")
    parser.add_argument("--every", type=int, default=3, help="of so many cases one goes through the server; 0 for none")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", type=Path, help="read the cases in this folder and tell each on a line")
    asked = parser.parse_args()
    if asked.child:
        return _read_all(asked.child, asked.kinds)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for case in (case for kind in asked.kinds if kind not in VALUES for case in KINDS[kind]):
            written(case, home)
        before = machine()
        read = list(_through_readers(home, asked.kinds))
        served, why = _through_server(home, asked.kinds, asked.every)
    result = {"read": read, "served": served, "no server": why, "before": before, "after": machine()}
    if asked.json:
        print(json.dumps(result, default=Measured.to_json))
    else:
        _print(read, served, why, before)
    return 0


def _read_all(home: Path, kinds: list[str]) -> int:
    """In the child: read each case and tell when it begins and what was answered."""
    for case in (case for kind in kinds for case in KINDS[kind]):
        print(json.dumps({"begins": case.id}), flush=True)
        sys.stdin.readline()  # The parent has looked at the memory
        try:
            answer = answered(case, home)
            wrong, seconds = list(problems(case, answer)), answer.seconds
        except Exception as error:
            wrong, seconds = [f"{type(error).__name__} got out: {error}"], 0.0
        print(json.dumps({"wrong": wrong[:1], "seconds": seconds}), flush=True)
    return 0


class _Memory(threading.Thread):
    """The most megabytes that a process and its children hold, since it was last asked to begin."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.most, self.over = process, 0.0, False
        self.start()

    def now(self) -> float:
        held = 0.0
        with suppress(psutil.Error):
            for each in (self.process, *self.process.children(recursive=True)):
                with suppress(psutil.Error):
                    held += each.memory_info().rss
        return held / 2**20

    def run(self) -> None:
        while not self.over:
            self.most = max(self.most, self.now())
            time.sleep(BETWEEN_LOOKS)


def _through_readers(home: Path, kinds: list[str]) -> Iterator[Measured]:
    environment = os.environ | {"EMOCORE_DATA": str(home / "laboratory"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.hostile", "--child", str(home), "--kinds", *kinds]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=CHECKOUT,
        env=environment, text=True,
    ) as child:  # fmt: skip
        assert child.stdin
        assert child.stdout
        memory = _Memory(psutil.Process(child.pid))
        for kind in kinds:
            for case in KINDS[kind]:
                assert json.loads(child.stdout.readline())["begins"] == case.id
                memory.most = before = memory.now()
                print("go", file=child.stdin, flush=True)
                answer = json.loads(child.stdout.readline())
                beyond = max(0.0, memory.most - before - _size(case, home))
                yield Measured(
                    kind, case.name, not answer["wrong"], answer["seconds"], beyond, fault="".join(answer["wrong"])
                )
        memory.over = True


def _size(case: Case, home: Path) -> float:
    path = home / case.kind / case.name
    return path.stat().st_size / 2**20 if path.is_file() else 0.0


def _through_server(home: Path, kinds: list[str], every: int) -> tuple[list[Measured], str]:
    """The cases that went through a server and a browser, or none and why."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not every or chromium is None:
        return [], "not asked for" if not every else "there is no Chromium on this machine"
    from playwright.sync_api import sync_playwright  # Of the development group

    from tests.browser.conftest import QUIET, end, start  # Needs Playwright

    (home / "served").mkdir()
    server = start(home / "served")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
            page, other = (browser.new_context().new_page() for _ in range(2))
            for each in (page, other):
                each.set_default_timeout(PATIENCE)
            other.goto(f"{server.url}/data?data-tab=import")
            other.get_by_role("tab", name="Import").click()
            memory = _Memory(psutil.Process(server.process.pid))
            cases = [case for kind in kinds if kind in SENT for case in KINDS[kind]][::every]
            measured = [_served(case, home, server.url, page, other, memory, at) for at, case in enumerate(cases)]
            memory.over = True
            browser.close()
    finally:
        end(server)
    return measured, ""


def _served(case: Case, home: Path, url: str, page: Any, other: Any, memory: _Memory, at: int) -> Measured:
    """One case through a browser, and a click in the other tab while it is being read."""
    SENT[case.kind](case, home, url, page)
    memory.most = before = memory.now()
    start = time.perf_counter()
    name, shown = (("A folder", "A folder that contains"), ("One file", "A zip or tar.gz"))[at % 2]
    other.get_by_role("radio", name=name).click()
    other.get_by_text(shown).first.wait_for()
    click = time.perf_counter() - start
    try:
        page.wait_for_function(ANSWERED, timeout=PATIENCE)
        seconds = time.perf_counter() - start
        right = page.locator("[data-testid=stException]").count() == 0
        fault = "" if right else page.locator("[data-testid=stException]").first.inner_text()[:200]
    except Exception as error:
        seconds, right, fault = time.perf_counter() - start, False, f"no answer: {type(error).__name__}"
    beyond = max(0.0, memory.most - before - _size(case, home))
    return Measured(case.kind, case.name, right, seconds, beyond, click, fault)


ANSWERED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const waits = document.querySelector('[data-testid=stSpinner], [data-testid=stProgress]');
    const said = [...document.querySelectorAll('[data-testid=stAlert], [data-testid=stException], img, h1')];
    return app && app.getAttribute('data-test-script-state') === 'notRunning' && !waits && said.length > 0;
}"""
"""Nothing runs and nothing waits on the page, and something is said there."""


def _look(case: Case, home: Path, url: str, page: Any) -> None:
    page.goto(f"{url}/predict?model=drawn-main")
    path = home / case.kind / case.name
    name = case.upload_name or path.name
    sent = {"name": name.encode(errors="replace").decode(), "mimeType": "image/png", "buffer": path.read_bytes()}
    page.locator("input[type=file]").first.set_input_files([sent])


def _preview(case: Case, home: Path, url: str, page: Any) -> None:
    page.goto(f"{url}/data")
    page.get_by_role("tab", name="Import").click()
    page.locator("input[type=file]").first.set_input_files(home / case.kind / case.name)
    page.get_by_role("button", name="Preview", exact=True).click()


def _bring(case: Case, home: Path, url: str, page: Any) -> None:
    page.goto(f"{url}/compare")
    page.get_by_text("Import and export runs").first.click()
    page.locator("input[type=file]").first.set_input_files(home / case.kind / case.name)
    page.get_by_role("button", name="Import", exact=True).first.click()


def _open(case: Case, home: Path, url: str, page: Any) -> None:
    assert home
    name, query = case.content
    page.goto(f"{url}/{name}?{urlencode(query, doseq=True)}"[:8_000])


SENT: dict[str, Callable[[Case, Path, str, Any], None]] = {
    "picture": _look,
    "name": _look,
    "zip": _preview,
    "faces csv": _preview,
    "arrays": _preview,
    "model": _bring,
    "run": _bring,
    "address": _open,
}
"""Kind -> how a person in a browser brings a case of it."""


def _print(read: list[Measured], served: list[Measured], why: str, before: dict[str, Any]) -> None:
    print(f"{before['processor']}, {before['cores']} cores, load before {before['load']}, after {machine()['load']}")
    print(f"\nThrough the readers (goal: {SECONDS:g} s, {MEGABYTES:g} MB)")
    _print_table(read)
    print(f"\nThrough a server and a browser (goal: the other tab's click within {CLICK:g} s)")
    print(why and f"not done: {why}", end="")
    _print_table(served)


def _print_table(measured: list[Measured]) -> None:
    print(f"{'kind':14} {'cases':>5} {'right':>5} {'slowest':>8} {'most memory':>12} {'slowest click':>14}")
    kinds = list(dict.fromkeys(one.kind for one in measured))
    for kind in [*kinds, "all"]:
        of_kind = [one for one in measured if kind in (one.kind, "all")]
        if not of_kind:
            continue
        right, slowest = sum(one.right for one in of_kind), max(of_kind, key=lambda one: one.seconds)
        most, click = max(one.beyond for one in of_kind), max(one.click for one in of_kind)
        print(
            f"{kind:14} {len(of_kind):5} {right:5} {slowest.seconds:6.2f} s {most:9.0f} MB {click:12.2f} s"
            f"  {slowest.name}"
        )
    for one in measured:
        if not one.right or one.seconds > SECONDS or one.beyond > MEGABYTES or one.click > CLICK:
            cost = f"{one.seconds:.1f} s, {one.beyond:.0f} MB, click {one.click:.1f} s"
            print(f"  {one.kind}/{one.name}: {cost} {one.fault}")


if __name__ == "__main__":
    sys.exit(main())
