"""Make .venv and install what is missing there; nothing happens when nothing changed.

    python3 tools/setup.py          what the dashboard needs (make run)
    python3 tools/setup.py --dev    and what tests and checks need (make test)
    py tools\\setup.py --run         on Windows, where make is rare: set up, then start the dashboard

Only the standard library, and no syntax that an old Python cannot read: it has to get as far as its
own sentence about old Pythons. TORCH=cuda asks for PyTorch's ordinary build, which on Linux brings
gigabytes of CUDA; otherwise a Linux machine without an NVIDIA card gets the build for processors.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INSTALLED = VENV / "installed.json"
LOG = VENV / "pip.log"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_S = 3.0
UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9}


def main() -> None:
    """Set up, then start the dashboard where asked to."""
    if sys.version_info < (3, 11):  # noqa: UP036  # This file runs before anything has checked
        old = sys.version.split()[0]
        sys.exit(
            f"MindAIlytics needs Python 3.11 or later; this is {old}. Install one, then: make run PYTHON=python3.12"
        )
    asked = argparse.ArgumentParser(description="Make .venv and install what is missing there.")
    asked.add_argument("--dev", action="store_true", help="also what tests and checks need")
    asked.add_argument("--run", action="store_true", help="then start the dashboard")
    options = asked.parse_args()
    torch = os.environ.get("TORCH", "")
    if torch not in ("", "cpu", "cuda"):
        sys.exit(f'TORCH is "{torch}"; it can be cpu or cuda.')
    set_up(options.dev, torch)
    if options.run:
        os.chdir(ROOT)
        sys.exit(subprocess.call([PYTHON, "-m", "streamlit", "run", "app.py"]))


def set_up(dev: bool, torch: str) -> None:
    """Bring .venv to what requirements.txt and, with `dev`, the dev group of pyproject.toml ask for."""
    there = json.loads(INSTALLED.read_text()) if INSTALLED.exists() and PYTHON.exists() else {}
    wanted = {"requirements": fingerprint((ROOT / "requirements.txt").read_bytes()), "torch": there.get("torch", torch)}
    wanted["dev"] = fingerprint(repr(dev_group()).encode()) if dev else there.get("dev", "")
    if torch:
        wanted["torch"] = torch
    if there == wanted:
        return
    start = time.monotonic()
    print(
        "Setting up .venv: at the first time about 440 MB to download (600 MB with --dev) and 1.9 GB on the disk.",
        flush=True,
    )
    make_venv()
    LOG.write_text("")
    if there.get("requirements") != wanted["requirements"] or there.get("torch") != wanted["torch"]:
        install_torch(torch, anew=bool(there) and there.get("torch") != wanted["torch"])
        pip("-r", "requirements.txt")
    if dev:
        pip(*dev_group())
    INSTALLED.write_text(json.dumps(wanted, indent=1))
    print(f"Ready in {time.monotonic() - start:.0f} s; {downloaded() / 1e6:.0f} MB were fetched.")


def make_venv() -> None:
    """A .venv that works; one that a broken-off set-up left without pip is made anew."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    if subprocess.run([sys.executable, "-m", "venv", "--clear", VENV]).returncode != 0:
        sys.exit("This Python cannot make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv")


def install_torch(torch: str, anew: bool) -> None:
    """PyTorch's small build from its own index where that is wanted and reachable; else pip's ordinary way follows."""
    (requirement,) = (line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch"))
    again = ("--force-reinstall",) if anew else ()
    if torch == "cuda" or not (torch == "cpu" or wants_small_torch()):
        if anew:
            pip("--no-deps", *again, requirement)
    elif is_reachable(CPU_INDEX + "/torch/"):
        pip("--no-deps", *again, "--index-url", CPU_INDEX, requirement, must=False)
    else:
        print(f"{CPU_INDEX} cannot be reached within {PROBE_S:.0f} s: going on without it.", flush=True)


def wants_small_torch() -> bool:
    """Whether the ordinary build would bring CUDA to a machine that has no use for it."""
    card = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists()
    return sys.platform == "linux" and not card


def is_reachable(address: str) -> bool:
    """Whether an address answers within PROBE_S seconds in all, the look-up of its name included."""
    answers: list[int] = []

    def ask() -> None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=PROBE_S) as answer:
            answers.append(answer.status)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PROBE_S)
    return answers == [200]


def pip(*arguments: str, must: bool = True) -> None:
    """Run pip in .venv; where it `must` succeed, end with its exit code when it does not."""
    options = ("--disable-pip-version-check", "--no-input", "--log", str(LOG))
    command = [str(PYTHON), "-m", "pip", "install", *options, *arguments]
    code = subprocess.call(command, cwd=ROOT)
    if code and must:
        sys.exit(f"pip could not install everything (its words are above and in {LOG}). Is there a network? Try again.")


def downloaded() -> float:
    """Bytes that pip fetched since the log was begun, from the network or from files on this machine."""
    log = LOG.read_text(encoding="utf-8", errors="replace")
    fetched = sum(
        float(number) * UNITS[unit] for number, unit in re.findall(r"Downloading .* \(([\d.]+) ([kMG]B)\)", log)
    )
    local = (Path(name) for name in set(re.findall(r"Processing (\S+\.whl)", log)))
    return fetched + sum(file.stat().st_size for file in local if file.exists())


def dev_group() -> "list[str]":
    """The dev group of pyproject.toml, read here because the pip of Python 3.11 does not know groups yet."""
    import tomllib  # Only from Python 3.11 on

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["dependency-groups"]["dev"])


def fingerprint(content: bytes) -> str:
    """16 hexadecimal digits that change with the content."""
    return hashlib.sha256(content).hexdigest()[:16]


if __name__ == "__main__":
    main()
