"""The laboratory without a browser: one JSON object on stdout, progress on stderr, exit code 2 for mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emocore.__main__ import main
from emocore.commands import datasets
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.drawn import dataset as drawn
from emocore.learn.recipe import RECIPES
from tests.command_line import Said, answer, mistake, run

pytestmark = pytest.mark.usefixtures("tiny_recipe")


def test_without_json_the_same_is_said_for_people(capsys: Said) -> None:
    assert run("recipes") == 0

    said = capsys.readouterr().out
    assert len(said.splitlines()) > 10
    assert json.loads(said)[0]["name"] in RECIPES


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["train", "--dataset", "none", "--recipe", "report-final"],
            'There is no dataset "none". There are: drawn-faces.',
        ),
        (["train", "--dataset", library.DRAWN, "--recipe", "vgg"], "There is no recipe 'vgg'."),
        (["train", "--dataset", library.DRAWN, "--recipe", "report-final", "--set", "epochs"], "Write NAME=VALUE"),
        (
            ["train", "--dataset", library.DRAWN, "--recipe", "report-final", "--set", "epochs=0"],
            "epochs=0 is not possible",
        ),
        (["train", "--dataset", library.DRAWN, "--recipe", "report-final", "--seed", "-1"], "seed=-1 is not possible"),
        (
            ["train", "--dataset", library.DRAWN, "--recipe", "report-final", "--minutes", "0"],
            "0 minutes are not possible",
        ),
        (["evaluate", "none"], "There is no run 'none'."),
        (["evaluate", "../datasets"], "There is no run '../datasets'."),
        (["predict", "none.png"], "none.png: there is no such file."),
        (["predict", "none.png", "--model", "none"], "There is no run 'none'."),
        (["import", "nowhere", "--name", "x"], "nowhere"),
        (["import", "nowhere", "--name", "../x"], "cannot be the name of a dataset"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    arguments: list[str], message: str, faces: Dataset, capsys: Said
) -> None:
    said = mistake(capsys, *arguments)

    assert message in said
    assert said.endswith(".")
    assert "\n" not in said


@pytest.mark.parametrize(
    "words",
    [
        ("datasets",),
        ("audit", library.DRAWN),
        ("export", library.DRAWN, "{}.zip"),
        ("labels", "export", library.DRAWN, "{}.csv"),
        ("bins", library.DRAWN),
        ("evaluate", "report-final", "--on", library.DRAWN),
    ],
    ids=lambda words: words[0],
)
def test_the_drawn_faces_are_there_for_the_first_command_of_a_laboratory(
    words: tuple[str, ...], small_faces: Dataset, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn, "drawn_faces", lambda: small_faces)  # All 1,600 take seconds to draw

    assert answer(capsys, *(word.format(tmp_path / "file") for word in words))


def command(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )


def test_a_bare_surrounding_changes_nothing(faces: Dataset) -> None:
    bare = command(
        "-m", "emocore", "datasets", "--json", environment={"LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONUTF8": "0"}
    )

    said, _ = bare.communicate(timeout=60)

    assert bare.returncode == 0
    assert json.loads(said)[0]["name"] == faces.name


def test_what_nobody_foresaw_is_a_number_on_the_screen_and_a_traceback_in_the_log(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    def fails(_: object) -> None:
        raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setitem(datasets.COMMANDS, "datasets", (datasets.COMMANDS["datasets"][0], fails))

    assert main(["datasets"]) == 1

    said = capsys.readouterr().err
    number = said.partition("error ")[2][:8]
    assert "Traceback" not in said
    assert "nobody foresaw it" not in said
    log = (laboratory / "errors.log").read_text()
    assert number in log
    assert "ZeroDivisionError: nobody foresaw it" in log
