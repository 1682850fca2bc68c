"""What watching costs: people look at the Train page while a network trains on the same cores.

    python -m benchmarks.watchers --json [--watchers 30] [--rounds 3] [--seconds 20] [--against FOLDER]

A server and an engine of their own are started; `report-final` trains on the drawn faces. Each watcher is a real
client that speaks Streamlit's protocol: it opens the page of the run and asks as often as the page tells a browser to,
the address `watch` and, where the page says so, for parts of itself. The clients run beside the training and are
counted in. In every round

quiet       nobody looks
watched     all look: slowdown is one minus the median of watched by quiet images a second
clicking    all look, and each clicks every 5 s +- 50% (the whole page is drawn anew): milliseconds to the answer

The training's images are counted from its own progress, so validation passes are counted in. On a busy machine look at
server_cores, processor time of the server by the clock, and at cpu_ms_a_poll, that of one question to `watch`.
against: a checkout of another version, whose server tells of the same training in rounds of its own, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.machine import machine
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.engine import client
from emocore.learn.recipe import RECIPES
from emocore.runs import creation, status, store
from emocore.runs.run import Run
from emocore.settings import CHECKOUT

WATCH = "address"
THINK = 5.0
SETTLE = 3.0
KINDS = {"quiet": (False, 0.0), "watched": (True, 0.0), "clicking": (True, THINK)}


@dataclass
class Seen:
    """What the watchers of one kind of round saw: milliseconds to answers."""

    opened: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)


@dataclass
class Found:
    """What the rounds of one server gave, by kind of round: images a second, the server's cores, and what was seen."""

    rates: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    cores: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    seen: dict[str, Seen] = field(default_factory=lambda: {kind: Seen() for kind in KINDS})

    def summary(self) -> dict[str, Any]:
        """Slowdown by watching, images a second and cores of each round, milliseconds to answers."""
        slower = [
            1 - watched / quiet for watched, quiet in zip(self.rates["watched"], self.rates["quiet"], strict=True)
        ]
        return {
            "slowdown": round(statistics.median(slower), 3),
            "slowdown_each_round": [round(each, 3) for each in slower],
            "images_per_second": self.rates,
            "server_cores": self.cores,
            "click_ms": _percentiles(self.seen["clicking"].clicks),
            "poll_ms": _percentiles(self.seen["watched"].polls),
            "open_ms": _percentiles(self.seen["watched"].opened),
        }


@dataclass
class Watcher:
    """One browser on the page of a run.

    timers: fragment -> (next time, seconds between); the name WATCH stands for the address `watch`. shown: what a
    component watches -> the stamp that it has and the fragment around it. news: what the address told last.
    """

    socket: ClientConnection
    port: int
    run: Run
    page: str = ""
    timers: dict[str, tuple[float, float]] = field(default_factory=dict)
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)
    news: dict[str, Any] = field(default_factory=dict)
    stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, fragment: str = "") -> float:
        """Ask for the page or a part of it as a browser would; milliseconds until all of it is there."""
        wish = BackMsg()
        wish.rerun_script.query_string = f"run={self.run.id}"
        wish.rerun_script.page_name = "" if self.page else "train"
        wish.rerun_script.page_script_hash = self.page
        wish.rerun_script.fragment_id = fragment
        wish.rerun_script.is_auto_rerun = fragment in self.timers
        if not fragment:
            self.timers.clear()
            self.shown.clear()
        started = time.perf_counter()
        await self.socket.send(wish.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await self.socket.recv(decode=False))
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.page = message.navigation.page_script_hash
            elif kind == "auto_rerun":
                every = message.auto_rerun.interval
                self.timers[message.auto_rerun.fragment_id] = (time.perf_counter() + every, every)
            elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "bidi_component":
                self._note(message.delta.new_element.bidi_component.json, message.delta.fragment_id)
            elif kind == "script_finished":
                return 1000 * (time.perf_counter() - started)

    def _note(self, content: str, fragment: str) -> None:
        """What a component watches, and how often."""
        watch = json.loads(content or "{}").get("watch")
        if watch:
            self.timers.setdefault(WATCH, (time.perf_counter() + watch["every"], watch["every"]))
            self.shown[watch["what"]] = (watch["stamp"], fragment)

    async def poll(self) -> float:
        """Ask the address `watch`, and for the parts that it says have changed; milliseconds to its answer."""
        started = time.perf_counter()
        if self.stream is None:
            self.stream = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.stream
        query = urllib.parse.urlencode({"run": self.run.id, "seen": self.news.get("revision", "")})
        writer.write(f"GET /watch?{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert head.split()[1] in ("200", "204"), head
        if length := int(head.partition("content-length: ")[2].partition("\r")[0] or 0):
            self.news = json.loads(await reader.readexactly(length))
        took = 1000 * (time.perf_counter() - started)
        for what, (stamp, fragment) in list(self.shown.items()):
            if stamp and self.news["stamps"].get(what, stamp) != stamp:
                await self.ask(fragment)
        return took

    async def look(self, think: float, seen: Seen) -> None:
        """Poll as the page asks; click now and then if there is a time to think."""
        click_at = _next_click(think)
        while True:
            fragment = min(self.timers, key=lambda name: self.timers[name][0], default="")
            due = self.timers[fragment][0] if fragment else float("inf")
            await asyncio.sleep(max(0.0, min(due, click_at) - time.perf_counter()))
            if click_at < due:
                seen.clicks.append(await self.ask())
                click_at = _next_click(think)
            else:
                every = self.timers[fragment][1]
                self.timers[fragment] = (time.perf_counter() + every, every)
                seen.polls.append(await (self.poll() if fragment == WATCH else self.ask(fragment)))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What watching costs a training.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--watchers", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        os.environ["EMOCORE_DATA"] = folder
        run = opened.enter_context(_training())
        checkouts = {"ours": CHECKOUT} | ({"against": asked.against} if asked.against else {})
        servers = {name: opened.enter_context(_server(checkout)) for name, checkout in checkouts.items()}
        result = asyncio.run(measure(run, servers, asked))
    result["machine"] = machine()
    print(json.dumps(result) if asked.json else json.dumps(result, indent=1))
    return 0


async def measure(
    run: Run, servers: dict[str, tuple[int, psutil.Process]], asked: argparse.Namespace
) -> dict[str, Any]:
    """Rounds of quiet, watched and clicking, each server in turn; medians of the rounds."""
    found = {name: Found() for name in servers}
    for _ in range(asked.rounds):
        for name, (port, server) in servers.items():
            for kind, (looked_at, think) in KINDS.items():
                async with _watching(run, port, asked.watchers if looked_at else 0, think, found[name].seen[kind]):
                    rate, busy = await _rates(run, server, asked.seconds)
                found[name].rates[kind].append(round(rate, 1))
                found[name].cores[kind].append(round(busy, 3))
                line = f"{name}, {kind}: {rate:.1f} images a second, server {busy:.3f} cores"
                print(line, file=sys.stderr, flush=True)
    results = {name: each.summary() for name, each in found.items()}
    results["ours"]["cpu_ms_a_poll"] = await _cost_of_polls(run, *servers["ours"])
    return {"watchers": asked.watchers} | results.pop("ours") | results


async def _cost_of_polls(run: Run, port: int, server: psutil.Process, number: int = 1000) -> float:
    """Milliseconds of the server's processor time that one poll takes, of so many in a row; most find nothing new."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, max_size=None, compression=None) as opened:
        watcher = Watcher(opened, port, run)
        await watcher.poll()
        before = _cpu(server)
        for _ in range(number):
            await watcher.poll()
        return round(1000 * (_cpu(server) - before) / number, 3)


@contextlib.asynccontextmanager
async def _watching(run: Run, port: int, watchers: int, think: float, seen: Seen) -> AsyncIterator[None]:
    """So many watchers while the block lasts; it begins when all have the page before them."""
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with contextlib.AsyncExitStack() as opened:
        watching = []
        for _ in range(watchers):
            socket = await opened.enter_async_context(connect(address, max_size=None, compression=None))
            watching.append(Watcher(socket, port, run))
        seen.opened += await asyncio.gather(*(each.ask() for each in watching))
        tasks = [asyncio.create_task(each.look(think, seen)) for each in watching]
        await asyncio.sleep(SETTLE)
        yield
        for task in tasks:
            assert not task.done(), task.exception()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in watching:
            if each.stream:
                each.stream[1].close()
    await asyncio.sleep(SETTLE)


async def _rates(run: Run, server: psutil.Process, seconds: float) -> tuple[float, float]:
    """Images that the training saw in a second, from the first to the last news of it in so many seconds, and the
    server's cores."""
    busy, started = _cpu(server), time.perf_counter()
    news = [(time.perf_counter(), _images_seen(run))]
    while time.perf_counter() - started < seconds:
        await asyncio.sleep(0.2)
        if (images := _images_seen(run)) != news[-1][1]:
            news.append((time.perf_counter(), images))
    (first, before), (last, after) = news[1], news[-1]
    return (after - before) / (last - first), (_cpu(server) - busy) / (time.perf_counter() - started)


def _images_seen(run: Run) -> float:
    done, step = float(len(store.epochs(run))), store.step(run)
    if step is not None and step.epoch > done:
        done = step.epoch - 1 + step.step / step.steps
    return run.counts["train"] * done


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _next_click(think: float) -> float:
    return time.perf_counter() + think * random.uniform(0.5, 1.5) if think else float("inf")


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    return {f"p{percent}": round(float(np.percentile(milliseconds, percent)), 1) for percent in (50, 95)} | {
        "n": len(milliseconds)
    }


@contextlib.contextmanager
def _training() -> Iterator[Run]:
    """A training that outlasts the benchmark, on an engine of its own."""
    library.ensure_drawn()
    recipe = replace(RECIPES["report-final"], epochs=1000, patience=1000)
    run = creation.create(library.load(library.DRAWN), SplitPlan(), recipe, "benchmarks.watchers")
    try:
        client.submit_run(run)
        while len(store.epochs(run)) < 2:
            time.sleep(0.2)
        yield run
    finally:
        status.request_stop(run.folder)
        client.shut_down()


@contextlib.contextmanager
def _server(checkout: Path) -> Iterator[tuple[int, psutil.Process]]:
    """A dashboard of a checkout as `make run` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(f"http://127.0.0.1:{port}/_stcore/health"):
            assert process.poll() is None, "the server ended"
            time.sleep(0.2)
        time.sleep(10)  # It warms up behind the first page
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
