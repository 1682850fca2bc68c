"""The engine with real processes: killed workers, engines and servers, queues, stops and quick answers."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from emocore.engine import client
from emocore.errors import EmoError
from emocore.learn import network
from emocore.predict import predictor
from emocore.runs import status, store
from emocore.runs.answers import has_answers
from tests.engines import busy_trainings, created, engine_process, state, submitted
from tests.laboratory import ENDLESS, TINY, wait_until

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("one_laboratory"),
    # Dask leaves its sockets to a killed engine open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SHIPPED = "report-final"

SERVER = """
import sys, time
from emocore.data import library
from emocore.data.split import SplitPlan
from emocore.learn import recipe
from emocore.engine import client
from emocore.runs import creation
run = creation.create(library.load(library.DRAWN), SplitPlan(), recipe.recipe_from_json(eval(sys.argv[1])))
client.submit_run(run)
print(run.id, flush=True)
time.sleep(600)
"""


def picture() -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").save(content, "PNG")
    return content.getvalue()


def test_two_submitters_start_one_engine_and_every_run_is_trained() -> None:
    runs = [submitted(TINY) for _ in range(3)]

    for run in runs:
        wait_until(lambda run=run: store.read(run.id).status.is_over, 90)

    assert [state(run) for run in runs] == ["finished"] * 3
    log = (client.home() / "log.txt").read_text()
    assert "Traceback" not in log, log


def test_trainings_do_not_block_an_answer_and_a_stop_keeps_the_best_weights() -> None:
    running, waiting = busy_trainings(), submitted(ENDLESS)

    (answer,) = client.ask(predictor.table_of_whole, SHIPPED, [("gradient.png", picture())])
    states = [state(run) for run in [*running, waiting]]
    status.request_stop(waiting.folder)
    waited = state(waiting)
    start = time.monotonic()
    for run in running:
        status.request_stop(run.folder)
    wait_until(lambda: all(store.read(run.id).status.is_over for run in running))
    seconds = time.monotonic() - start

    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert states == ["running"] * len(running) + ["queued"]
    assert waited == "stopped"
    assert seconds < 10, "3 s on a machine that is not busy"
    for run in running:
        assert state(run) == "stopped"
        assert network.load(run.weights).recipe == ENDLESS
        assert has_answers(run)


def test_a_picture_that_is_none_gets_a_problem_and_the_others_answers() -> None:
    first, second = client.ask(predictor.table_of_whole, SHIPPED, [("a.png", b"no picture"), ("b.png", picture())])

    assert first["problem"]
    assert not first["answer"]
    assert not second["problem"]
    assert second["answer"]


def test_an_answer_without_weights_is_a_sentence() -> None:
    with pytest.raises(EmoError) as caught:
        client.ask(predictor.table_of_whole, created(TINY).id, [("b.png", picture())])

    assert caught.value.code == "no_weights"


def test_a_run_whose_server_was_killed_before_it_could_hand_it_over_is_trained_nevertheless() -> None:
    client.connect()

    run = created(TINY)

    wait_until(lambda: state(run) == "finished")


def test_a_killed_server_leaves_its_training_to_go_on_where_others_see_it_live() -> None:
    client.shut_down()  # So that this server starts it
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(ENDLESS.to_json())],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    run = store.read(server.stdout.readline().strip())
    wait_until(lambda: store.epochs(run))
    before = engine_process().pid

    os.killpg(server.pid, signal.SIGKILL)  # With all that would end with its terminal
    server.communicate()

    seen = len(store.epochs(run))
    wait_until(lambda: len(store.epochs(run)) > seen + 1)
    assert run.id in [other.id for other in store.live()]
    assert state(run) == "running"
    assert engine_process().pid == before
