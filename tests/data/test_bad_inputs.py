"""Every hostile, broken and odd input of the corpus gets the answer that its manifest wants, in time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emocore.data import faces
from emocore.data.names import is_odd, plain, safe_name, shown_name
from emocore.data.reading import readers
from emocore.errors import EmoError

SCRIPT = Path(__file__).resolve().parents[3] / "shared" / "tools" / "make_bad_inputs.py"
NOBODY = 65534
RIGHTLY_TOLD = {"folder/name_255": "label_conflict"}
"""Warnings beyond the manifest that are true: the picture with the long name is a copy of sad/sad_3.png."""

OTHERWISE: dict[str, dict[str, Any]] = {
    # NA, None, null and nan say that nothing is known, so they are no groups; 007 and 1e5 stay the words they are.
    "csv/ok_na_strings.csv": {
        "expected": "accept_with_warning",
        "code": "missing_values",
        "check": {"groups": ["unknown", "007", "1e5"]},
    },
    # Excel's "Unicode text" says itself how it is written, so it is read.
    "csv/utf16.csv": {"expected": "accept", "code": "", "mention": []},
}
"""Cases that are read otherwise here than the manifest wants, with the reason."""

KINDS = ("image", "filename", "zip", "csv", "folder")


@dataclass
class Verdict:
    """What the product answered: accept, accept_with_warning or reject, with codes and all words."""

    verdict: str = "accept"
    codes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    seconds: float = 0.0
    result: Any = None


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SCRIPT.exists():
        pytest.skip(f"The corpus of bad inputs is not here ({SCRIPT} is missing).")
    out = tmp_path_factory.mktemp("corpus")
    subprocess.run([sys.executable, str(SCRIPT), str(out), "--big"], check=True, capture_output=True, timeout=110)
    return out


@pytest.fixture(scope="session")
def manifest(corpus: Path) -> list[dict[str, Any]]:
    return list(json.loads((corpus / "manifest.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.long
def test_every_case_of_a_kind_gets_the_wanted_answer(kind: str, corpus: Path, manifest: list[dict[str, Any]]) -> None:
    before = _tree(corpus)
    cases = [case | OTHERWISE.get(case["name"], {}) for case in manifest if case["kind"] == kind]
    wrong = [problem for case in cases for problem in _problems(case, _answer(case, corpus))]
    assert cases
    assert wrong == [], "\n".join(wrong)
    assert _tree(corpus) == before
    assert not list(Path("/tmp").glob("PWNED*"))


def _problems(case: dict[str, Any], answer: Verdict) -> Iterator[str]:
    """Every way in which an answer differs from what the manifest wants."""
    words = "\n".join(answer.words)
    told = f"{case['name']}: {answer.verdict} {answer.codes} {answer.words}"
    if answer.verdict != case["expected"]:
        yield f"{told}; wanted {case['expected']}"
    if case["code"] and not set(case["code"].split("|")) & set(answer.codes):
        yield f"{told}; wanted the code {case['code']}"
    if any(mention not in words for mention in case["mention"]):
        yield f"{told}; wanted a mention of {case['mention']}"
    if any(bad in words for bad in case.get("must_not", [])):
        yield f"{told}; must not contain {case['must_not']}"
    if answer.seconds > case["max_seconds"]:
        yield f"{told}; took {answer.seconds:.1f} s"
    if any(path in words for path in ("Traceback", "/emocore/", "site-packages", tempfile.gettempdir() + "/")):
        yield f"{told}; shows a path or a traceback"
    if any(not line.isprintable() for line in answer.words):
        yield f"{told}; shows invisible characters"
    if answer.verdict == "reject" and len(answer.words[0]) > 600:
        yield f"{told}; is too long"
    yield from _wrong_result(case, answer)


def _wrong_result(case: dict[str, Any], answer: Verdict) -> Iterator[str]:
    """What the manifest's `check` wants of an accepted input, and ids that are safe as paths."""
    check = case.get("check") or {}
    if "mean_range" in check and not check["mean_range"][0] <= answer.result.face.mean() <= check["mean_range"][1]:
        yield f"{case['name']}: mean {answer.result.face.mean()}"
    if "size" in check and list(answer.result.size) != check["size"]:
        yield f"{case['name']}: size {answer.result.size}"
    if "groups" in check and set(answer.result.dataset.table["gender"]) != set(check["groups"]):
        yield f"{case['name']}: groups {set(answer.result.dataset.table['gender'])}"
    if isinstance(answer.result, readers.Import):
        for key in answer.result.dataset.table["id"]:
            parts = key.split("/")
            if not 2 <= len(parts) <= 3 or any(is_odd(part) or not part for part in parts):
                yield f"{case['name']}: the id {key!r} is no safe path"


def _answer(case: dict[str, Any], corpus: Path) -> Verdict:
    answer = Verdict()
    path = corpus / case["name"]
    start = time.perf_counter()
    try:
        if case["kind"] in ("image", "filename"):
            answer.result = _picture(path, case.get("upload_name") or path.name, answer)
        else:
            answer.result = _import(case, path, corpus, answer)
        answer.verdict = "accept_with_warning" if answer.codes else "accept"
    except EmoError as error:
        answer.verdict, answer.codes, answer.words = "reject", [error.code], [error.message]
    if case["name"] in RIGHTLY_TOLD and answer.codes == [RIGHTLY_TOLD[case["name"]]]:
        answer.verdict = "accept"
    answer.seconds = time.perf_counter() - start
    return answer


def _picture(path: Path, name: str, answer: Verdict) -> faces.Picture:
    picture = faces.read_picture(path.read_bytes(), name)
    answer.codes = [note.code for note in picture.notes]
    answer.words = [note.message for note in picture.notes]
    assert len(shown_name(name)) <= 100
    assert "/" not in shown_name(name)
    assert not is_odd(safe_name(name))
    return picture


def _import(case: dict[str, Any], path: Path, corpus: Path, answer: Verdict) -> readers.Import:
    if case["kind"] == "csv":
        result = readers.read_whole(corpus / "zip" / "ok_two_classes.zip", "corpus", annotations=[path])
    elif path.name == "unreadable":
        with _as_nobody(path) as copy:
            result = readers.read_whole(copy, "corpus")
    else:
        result = readers.read_whole(path, "corpus")
    answer.codes = [note.code for note in result.notes]
    answer.words = [note.message for note in result.notes] + [
        f"{plain(row.file)}: {row.reason}" for row in result.skipped
    ]
    return result


@contextmanager
def _as_nobody(folder: Path) -> Iterator[Path]:
    """A copy of a folder, read without the rights of root, which may read everything."""
    if os.geteuid() != 0:
        yield folder
        return
    place = Path(tempfile.mkdtemp())
    try:
        copy = Path(shutil.copytree(folder, place / folder.name))
        for path in (place, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0 if path.name == "locked.png" else 0o644)
        os.seteuid(NOBODY)
        yield copy
    finally:
        os.seteuid(0)
        shutil.rmtree(place)


def _tree(folder: Path) -> list[tuple[str, int]]:
    """Every path below a folder with its size; links are not followed."""
    return sorted((str(path), path.lstat().st_size) for path in folder.rglob("*"))
