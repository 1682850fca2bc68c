"""Commands that train."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.learn.recipe import RECIPES
from emocore.runs import store
from emocore.runs.experiments import control
from tests.command_line import Said, answer, mistake, run, trained
from tests.laboratory import wait_until

pytestmark = pytest.mark.usefixtures("tiny_recipe")


ENDLESS_TRAINING = """
import signal
from emocore import __main__
from emocore.learn import recipe
from tests.laboratory import ENDLESS
recipe.RECIPES["endless"] = ENDLESS
signal.signal(signal.SIGINT, signal.default_int_handler)  # Whoever runs the tests in the background may ignore it
raise SystemExit(__main__.main(["train", "--dataset", "drawn-faces", "--recipe", "endless"]))
"""


def test_recipes_are_listed_with_their_parameters(capsys: Said) -> None:
    said = {recipe["name"]: recipe["parameters"] for recipe in answer(capsys, "recipes")}

    assert said.keys() == RECIPES.keys()
    assert said["report-final"] == 454_084


def test_a_run_is_trained_scored_and_listed(faces: Dataset, capsys: Said) -> None:
    said = trained(capsys, "--seed", 7)
    validation = answer(capsys, "evaluate", said["run"], "--part", "validation")
    test = answer(capsys, "evaluate", said["run"], "--part", "test")
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


def test_progress_goes_to_stderr(faces: Dataset, capsys: Said) -> None:
    run("train", "--dataset", library.DRAWN, "--recipe", "tiny", "--set", "epochs=1", "--json")

    said = capsys.readouterr()
    assert "epoch   1" in said.err
    assert json.loads(said.out)["epochs"] == 1


def command(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )


@pytest.mark.long
def test_ctrl_c_leaves_an_interrupted_run_that_can_be_scored(faces: Dataset, capsys: Said) -> None:
    training = command("-c", ENDLESS_TRAINING)
    wait_until(lambda: store.live() and store.epochs(store.live()[0]))

    training.send_signal(signal.SIGINT)
    training.communicate(timeout=60)

    (stopped,) = [run for run in store.runs() if not getattr(run, "shipped", True)]
    assert training.returncode == 130
    assert store.read(stopped.id).status.state == "interrupted"
    assert answer(capsys, "evaluate", stopped.id, "--part", "validation")["n"] > 0


def test_a_control_trains_marked_runs_or_none_and_tells_what_came_of_it(
    faces: Dataset, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "SHUFFLES", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    words = ("train", "--dataset", faces.name, "--recipe", "tiny", "--control", "shuffled")
    quick, full = answer(capsys, *words, "--quick"), answer(capsys, *words)

    assert (quick["runs"], len(full["runs"])) == ([], 2)
    assert all(store.read(run_id).recipe.name.startswith("CONTROL") for run_id in full["runs"])
    for said in (quick, full):
        assert said["n"] == sum(one["n"] for one in said["shuffles"]) == 2 * 32
        assert said["leaks"] == (said["p"] < 0.05)
        assert len(said["cannot_see"]) == 5
    assert "--control shuffled" in mistake(capsys, "train", "--dataset", faces.name, "--recipe", "tiny", "--quick")
