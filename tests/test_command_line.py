"""The laboratory without a browser: one JSON object on stdout, progress on stderr, exit code 2 for mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emocore.__main__ import main
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.exchange.dataset_files import export_zip
from emocore.learn import presets
from emocore.learn.presets import RECIPES
from emocore.runs import store
from emocore.runs.openings import of_run
from tests.laboratory import TINY, wait_until

Said = pytest.CaptureFixture[str]
ENDLESS_TRAINING = """
from emocore import __main__
from emocore.learn import presets
from tests.laboratory import ENDLESS
presets.RECIPES["endless"] = ENDLESS
raise SystemExit(__main__.main(["train", "--dataset", "drawn-faces", "--recipe", "endless"]))
"""


@pytest.fixture(autouse=True)
def tiny_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report's networks would take seconds."""
    monkeypatch.setitem(presets.RECIPES, "tiny", TINY)
    monkeypatch.setitem(presets.ABOUT, "tiny", "For tests.")


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def answer(capsys: Said, *arguments: object) -> Any:
    """What a command that works says with --json."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert code == 0, said.err
    assert said.out.count("\n") == 1
    return json.loads(said.out)


def mistake(capsys: Said, *arguments: object) -> str:
    """The sentence of a command that a person can mend."""
    code = run(*arguments, "--json")
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert "Traceback" not in said.err
    return said.err.strip()


def trained(capsys: Said, *more: object) -> Any:
    return answer(capsys, "train", "--dataset", library.DRAWN, "--recipe", "tiny", *more)


@pytest.fixture
def faces_zip(small_faces: Dataset, tmp_path: Path) -> Path:
    with (tmp_path / "faces.zip").open("wb") as file:
        export_zip(small_faces, file)
    return tmp_path / "faces.zip"


def test_an_import_tells_what_came_in(faces_zip: Path, small_faces: Dataset, capsys: Said) -> None:
    said = answer(capsys, "import", faces_zip, "--name", "few")

    assert {"dataset", "fingerprint", "images", "classes", "attributes", "skipped"} <= said.keys()
    assert (said["dataset"], said["images"], said["fingerprint"]) == ("few", 128, small_faces.fingerprint)
    assert said["classes"] == dict.fromkeys(small_faces.classes, 32)
    assert said["attributes"] == ["age", "gender"]
    assert library.load("few").fingerprint == small_faces.fingerprint


def test_an_import_onto_a_taken_name_is_refused_unless_asked_to_replace(faces_zip: Path, capsys: Said) -> None:
    answer(capsys, "import", faces_zip, "--name", "few")

    message = mistake(capsys, "import", faces_zip, "--name", "few")

    assert "already a dataset" in message
    assert answer(capsys, "import", faces_zip, "--name", "few", "--replace")["images"] == 128


def test_datasets_are_listed(faces: Dataset, capsys: Said) -> None:
    (known,) = answer(capsys, "datasets")

    assert (known["name"], known["images"], known["fingerprint"]) == (faces.name, 128, faces.fingerprint)


def test_recipes_are_listed_with_their_parameters(capsys: Said) -> None:
    said = {recipe["name"]: recipe["parameters"] for recipe in answer(capsys, "recipes")}

    assert said.keys() == RECIPES.keys()
    assert said["report-final"] == 454_084


def test_a_run_is_trained_scored_and_listed(faces: Dataset, capsys: Said) -> None:
    said = trained(capsys, "--seed", 7)
    validation = answer(capsys, "evaluate", said["run"], "--part", "validation")
    test = answer(capsys, "evaluate", said["run"])
    runs = answer(capsys, "runs")

    assert (said["state"], said["epochs"], said["best_epoch"]) == ("finished", 3, said["best_epoch"])
    assert said["best_epoch"] in (1, 2, 3)
    assert said["images_per_second"] > 0
    assert said["validation"]["accuracy"] == validation["accuracy"]
    assert said["validation"]["interval"] == validation["interval"]
    assert (said["validation"]["n"], test["n"]) == (validation["n"], 32)
    assert test["interval"][0] <= test["accuracy"] <= test["interval"][1]
    assert sum(map(sum, test["confusion"])) == 32
    assert {"macro", "per_class"} <= test.keys()
    assert (runs[0]["run"], runs[0]["seed"], runs[0]["owner"]) == (said["run"], 7, "command line")


def test_each_opening_of_the_test_part_is_counted_and_validation_is_none(faces: Dataset, capsys: Said) -> None:
    run_id = trained(capsys)["run"]

    answer(capsys, "evaluate", run_id, "--part", "validation")
    openings = [answer(capsys, "evaluate", run_id)["openings"] for _ in range(2)]

    assert openings == [1, 2]
    assert [opening["by"] for opening in of_run(store.read(run_id))] == ["command line"] * 2


def test_progress_goes_to_stderr(faces: Dataset, capsys: Said) -> None:
    run("train", "--dataset", library.DRAWN, "--recipe", "tiny", "--set", "epochs=1", "--json")

    said = capsys.readouterr()
    assert "epoch   1" in said.err
    assert json.loads(said.out)["epochs"] == 1


def test_a_shipped_model_answers_a_picture(tmp_path: Path, capsys: Said) -> None:
    Image.linear_gradient("L").save(tmp_path / "a.png")

    (said,) = answer(capsys, "predict", tmp_path / "a.png")

    assert said["file"] == str(tmp_path / "a.png")
    assert said["answer"] == max(said["probabilities"], key=said["probabilities"].__getitem__)
    assert sum(said["probabilities"].values()) == pytest.approx(1, abs=1e-5)


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


def test_a_picture_that_is_none_is_a_mistake(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")

    assert "a.png" in mistake(capsys, "predict", tmp_path / "a.png")


def command(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )


def test_ctrl_c_leaves_an_interrupted_run_that_can_be_scored(faces: Dataset, capsys: Said) -> None:
    training = command("-c", ENDLESS_TRAINING)
    wait_until(lambda: store.live() and store.epochs(store.live()[0]))

    training.send_signal(signal.SIGINT)
    training.communicate(timeout=60)

    (stopped,) = [known for known in store.runs() if not getattr(known, "shipped", True)]
    assert training.returncode == 130
    assert store.read(stopped.id).status.state == "interrupted"
    assert answer(capsys, "evaluate", stopped.id, "--part", "validation")["n"] > 0


def test_a_bare_surrounding_changes_nothing(faces: Dataset) -> None:
    bare = command(
        "-m", "emocore", "datasets", "--json", environment={"LC_ALL": "C", "TZ": "Pacific/Apia", "PYTHONUTF8": "0"}
    )

    said, _ = bare.communicate(timeout=60)

    assert bare.returncode == 0
    assert json.loads(said)[0]["name"] == faces.name
