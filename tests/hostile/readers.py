"""What the program answers a case: by the reader that the page or command would use."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emocore import settings
from emocore.__main__ import main
from emocore.commands.output import name_and_value
from emocore.data import faces
from emocore.data.names import is_odd, plain, safe_name, shown_name
from emocore.data.reading import decoder, readers
from emocore.errors import EmoError
from emocore.exchange import arrivals, prediction_table
from emocore.judge.tables import reading
from emocore.learn import variations
from emocore.learn.recipe import RECIPES
from emocore.runs import kept_recipes
from tests.hostile import archives
from tests.hostile.case import ACCEPT, REFUSE, WARN, Case, written

NOBODY = 65534
MOST_SECONDS = 5.0
LONGEST_SENTENCE = 700


@dataclass
class Answer:
    """verdict: ACCEPT, WARN or REFUSE. codes and words: of notes, or of the refusal. seconds: until it stood."""

    verdict: str = ACCEPT
    codes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    seconds: float = 0.0


def answered(case: Case, home: Path) -> Answer:
    """The answer to a case whose file lies below `home`, or is written there now.

    Whatever is no EmoError gets out, as it would on a page.
    """
    value = case.content if case.kind in VALUES else written(case, home)
    answer = Answer()
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Where a person reads it, none of a decoder's warnings is an error
            READERS[case.kind](case, value, answer)
        answer.verdict = WARN if answer.codes else ACCEPT
    except EmoError as error:
        answer.verdict, answer.codes, answer.words = REFUSE, [error.code], [error.message]
    answer.seconds = time.perf_counter() - start
    return answer


def problems(case: Case, answer: Answer) -> Iterator[str]:
    """Every way in which an answer differs from what the case expects."""
    words = "\n".join(answer.words)
    outcome = f"{case.id}: {answer.verdict} {answer.codes} {answer.words}"[:900]
    if answer.verdict != case.expected:
        yield f"{outcome}; wanted {case.expected}"
    elif case.code and not set(case.code.split("|")) & set(answer.codes):
        yield f"{outcome}; wanted the code {case.code}"
    if "unreadable_file" in answer.codes:
        yield f"{outcome}; nobody foresaw it"
    if any(mention not in words for mention in case.mentions):
        yield f"{outcome}; wanted a mention of {case.mentions}"
    if any(
        path in words for path in ("Traceback", "/emocore/", "site-packages", tempfile.gettempdir() + "/", "PWNED_")
    ):
        yield f"{outcome}; shows a path or a traceback"
    if any(not line.isprintable() for line in answer.words):
        yield f"{outcome}; shows invisible characters"
    if answer.verdict == REFUSE and len(answer.words[0]) > LONGEST_SENTENCE:
        yield f"{outcome}; is too long"


def _picture(case: Case, path: Path, answer: Answer) -> None:
    name = case.upload_name or path.name
    content = path.read_bytes()
    photo = decoder.photo(content, name)  # As Predict reads it, and then as an import does
    picture = faces.read_picture(content, name)
    assert photo.size == picture.size
    answer.codes = [note.code for note in picture.notes]
    answer.words = [note.message for note in picture.notes]
    assert len(shown_name(name)) <= 100
    assert shown_name(name).isprintable()
    assert "/" not in shown_name(name)
    assert not is_odd(safe_name(name))


def _imported(path: Path, answer: Answer, annotations: Iterable[Path] = ()) -> None:
    result = readers.read_whole(path, "corpus", annotations=list(annotations))
    answer.codes = [note.code for note in result.notes]
    answer.words = [note.message for note in result.notes]
    answer.words += [f"{plain(row.file)}: {row.reason}" for row in result.skipped]
    for identity in result.dataset.table["id"]:
        assert not any(is_odd(part) or not part for part in identity.split("/")), identity
    for name in result.dataset.table.columns:
        assert name not in ("row", "part", "row of images.npy"), name


def _folder(case: Case, path: Path, answer: Answer) -> None:
    if case.name != "unreadable" or os.geteuid() != 0:
        return _imported(path, answer)
    with _as_nobody(path) as copy:
        return _imported(copy, answer)


def _table(case: Case, path: Path, answer: Answer) -> None:
    pictures = written(archives.ZIPS[0], path.parent.parent)
    _imported(pictures, answer, [path])


def _predictions(case: Case, path: Path, answer: Answer) -> None:
    prediction_table.read(path.read_bytes(), path.name)


def _printed(case: Case, path: Path, answer: Answer) -> None:
    reading.read_table(reading.decoded(path.read_bytes(), path.name))


def _model(case: Case, path: Path, answer: Answer) -> None:
    arrivals.admit(path.read_bytes(), path.name)


def _recipe(case: Case, text: str, answer: Answer) -> None:
    file = settings.data_dir() / "recipes" / "brought.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'{{"recipe": {text}, "about": ""}}', encoding="utf-8")
    if bad := kept_recipes.damaged():
        raise EmoError(bad[0].message, "damaged_file")


def _setting(case: Case, text: str, answer: Answer) -> None:
    variations.changed(RECIPES["report-main"], dict([name_and_value(text)]))


def _address(case: Case, value: tuple[str, dict[str, list[str]]], answer: Answer) -> None:
    from tests.visiting import page_at, text_of  # Opens Streamlit, which other cases do without

    page, query = value
    test = page_at(page, **query)
    assert text_of(test), case.id


def _output(case: Case, words: tuple[str, ...], answer: Answer) -> None:
    told = io.StringIO()
    with tempfile.TemporaryDirectory() as place, chdir(place), redirect_stderr(told):
        Path("file.txt").touch()
        code = main(words)
        assert [path.name for path in Path().rglob("*")] == ["file.txt"], "nothing was left behind"
    if code == 2:
        raise EmoError(told.getvalue().strip(), "not_found")
    raise AssertionError(f"{words} ended with {code}: {told.getvalue()}")


VALUES = ("recipe", "setting", "address", "output")
READERS: dict[str, Callable[[Case, Any, Answer], None]] = {
    "picture": _picture,
    "name": _picture,
    "zip": lambda case, path, answer: _imported(path, answer),
    "folder": _folder,
    "table": _table,
    "faces csv": lambda case, path, answer: _imported(path, answer),
    "arrays": lambda case, path, answer: _imported(path, answer),
    "predictions": _predictions,
    "printed table": _printed,
    "model": _model,
    "run": _model,
    "recipe": _recipe,
    "setting": _setting,
    "address": _address,
    "output": _output,
}
"""Kind -> what reads a file or value of it into an answer."""


@contextmanager
def _as_nobody(folder: Path) -> Iterator[Path]:
    """A copy of a folder, read without the rights of root, who may read everything."""
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
