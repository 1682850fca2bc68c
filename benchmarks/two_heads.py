"""A seven-class network that also learns how ten people voted (FER+), and a student of two such teachers.

    python -m benchmarks.two_heads              the whole chain, two cores for hours; goes on where it was cut short
    python -m benchmarks.two_heads --stage votes --threads 1
    python -m benchmarks.two_heads --status     how far it is, without waiting
    python -m benchmarks.two_heads --run student --json   the network as a run, trained first if need be, and its scores

Trains on the images of `benchmarks.pretraining` (FER2013's Training without the report's images and without what
shares a family of twins with a judged image). Stages, in folder `two-heads` of the data folder:

votes     FER2013's labels and the votes' distribution, one head each, half of the loss each
labels    FER2013's labels alone, with stronger mixup
student   goes on from `votes`, and learns what both answer for the very view that it sees

The two teachers train side by side, one thread each, which on two cores is faster than one after the other. Schedules
are fixed and the averaged weights of the last epoch are kept; validation is printed and steers nothing. No test part
is opened. SIGTERM to the process in chain.pid saves and ends it all. An image without votes teaches the second head
nothing. Only --run opens test parts, of one network that is chosen by then: its own, which is logged, and PublicTest.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from torch import Tensor

from benchmarks import inputs, made_runs, pretraining
from benchmarks.long_training import KILLED, LongTraining, Stage, shares, trained
from emocore import settings
from emocore.arrays import Rows
from emocore.data import library, split
from emocore.data.dataset import Dataset
from emocore.errors import EmoError
from emocore.files import write_bytes
from emocore.judge import intervals
from emocore.learn import network
from emocore.learn.machine import ComputeMode
from emocore.learn.network import Network
from emocore.learn.recipe import RECIPES, Recipe
from emocore.runs.run import Run

LABELS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
VOTES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
VOTED = tuple(f"voted {name}" for name in VOTES)
EMOTIONS = 8
"""The first eight of VOTES can be a majority; "unknown" and "NF" (no face) cannot."""
BATCH = 128
OWNER = "benchmarks.two_heads"

RECIPE = dataclasses.replace(
    RECIPES["modern-wide"],
    name="two-heads",
    rotate=10.0,
    shift=9.6,
    scale=0.2,
    brightness=0.0,
    contrast=0.0,
    erase=0.33,
    optimizer="sgd",
    learning_rate=0.1,
    weight_decay=5e-4,
    schedule="cosine",
    epochs=120,
    label_smoothing=0.0,
    mixup=0.2,
    weight_averaging=0.999,
    seed=0,
)
STAGES = {
    stage.name: stage
    for stage in (
        Stage("votes", RECIPE, (LABELS, VOTED)),
        Stage("labels", dataclasses.replace(RECIPE, name="labels", mixup=0.4, seed=1), (LABELS,)),
        Stage(
            "student",
            dataclasses.replace(RECIPE, name="student", learning_rate=0.05, epochs=24, teacher_share=0.8, seed=2),
            (LABELS, VOTED),
            sides=((48, 1.0),),
            start="votes",
            teachers=("votes", "labels"),
        ),
    )
}
LEARNED = {1: "FER2013's labels", 2: "FER2013's labels, and ten people's votes (FER+, MIT License)"}
"""What a network with so many heads was taught by people."""


def main() -> int:
    """Train the stage that is asked for, or all that are missing."""
    parser = argparse.ArgumentParser(description="Pretrain with labels and votes.")
    parser.add_argument("--stage", choices=tuple(STAGES), help="this one alone")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="bfloat16")
    parser.add_argument("--status", action="store_true", help="tell how far each stage is")
    parser.add_argument("--run", choices=tuple(STAGES), help="make a run of this finished network, and open its test")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folder = settings.data_dir() / "two-heads"
    if asked.status:
        print("\n".join(f"{name}: {progress(folder, name)}" for name in STAGES))
        return 0
    mode = ComputeMode(asked.precision)
    if asked.stage:
        finished(STAGES[asked.stage], folder, asked.threads, mode)
        return 0
    last = STAGES[asked.run or "student"]
    run = made(last, asked.threads, asked.precision)
    if asked.run:
        scores = pretraining.scores(pretraining.answered(run, OWNER), LABELS) | by_votes(last, folder)
        print(json.dumps({"run": run.id} | scores, indent=None if asked.json else 1))
    return 0


def made(stage: Stage, threads: int = 2, precision: str = "bfloat16") -> Run:
    """The run of a stage, trained now with all that it needs where that is missing. No test part is opened.

    Ends the program where another process trains them already.
    """
    folder = settings.data_dir() / "two-heads"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "chain.lock", timeout=0):
            write_bytes(folder / "chain.pid", f"{os.getpid()}\n".encode())
            side_by_side(stage.teachers or (stage.name,), precision)
            finished(stage, folder, max(2, threads), ComputeMode(precision))
    except Timeout:
        raise SystemExit("The chain is being trained already.") from None
    return as_run(stage, folder)


def side_by_side(names: tuple[str, ...], precision: str) -> None:
    """Train stages at the same time, a process each; what ends this process ends them too."""
    pretraining.prepared()  # Once, before both would prepare it
    command = [sys.executable, "-m", "benchmarks.two_heads", "--threads", "1", "--precision", precision, "--stage"]
    children = [subprocess.Popen([*command, name]) for name in names]
    asked_to_stop: list[int] = []

    def stop(number: int, _: object) -> None:
        asked_to_stop.append(number)
        for child in children:
            child.terminate()

    before = signal.signal(signal.SIGTERM, stop)
    codes = [child.wait() for child in children]
    signal.signal(signal.SIGTERM, before)
    if any(codes) or asked_to_stop:
        raise SystemExit(KILLED if asked_to_stop else f"A stage failed: exit codes {codes} of {names}.")


def finished(stage: Stage, folder: Path, threads: int, mode: ComputeMode) -> Network:
    """The network of a stage, trained now where it is missing."""
    torch.set_num_threads(threads)
    dataset = pretraining.prepared()
    votes = read_votes()
    parts = split.make(dataset, pretraining.PLAN)
    refuse_report(dataset, np.concatenate([parts.train, parts.validation]), pretraining.report_stems())
    sizes = [len(head) for head in stage.heads]

    def make() -> LongTraining:
        networks = {
            name: finished(STAGES[name], folder, threads, mode) for name in {stage.start, *stage.teachers} - {""}
        }
        start = networks.get(stage.start)
        images = torch.from_numpy(np.array(dataset.images[parts.train]))[:, None]
        targets = wanted(dataset, parts.train, votes, sizes)
        teach = Teachers([networks[name] for name in stage.teachers], mode) if stage.teachers else None
        return LongTraining(stage, images, targets, mode, start, teach)

    def judge(trained_network: Network) -> dict[str, float]:
        return judged(trained_network, dataset, parts.validation, votes, mode)

    return trained(stage, folder, make, judge)


def read_votes() -> pd.DataFrame:
    """How many of ten people voted for each of VOTES, by name of the picture."""
    return pd.read_csv(inputs.path("ferplus_votes.csv")).set_index("file")


def refuse_report(dataset: Dataset, rows: Rows, stems: set[str]) -> None:
    """Raise EmoError "report_image" if one of the rows is an image of the report's."""
    found = [identity for identity in dataset.table["id"].iloc[rows] if Path(identity).stem in stems]
    if found:
        raise EmoError(f"{found[0]} is an image of the report's and would be trained on.", "report_image")


def distributions(dataset: Dataset, rows: Rows, votes: pd.DataFrame) -> NDArray[np.float32]:
    """(K, 10) share of the votes that each of VOTES got; 0 where nobody voted."""
    counts = votes.reindex(dataset.table["id"].iloc[rows])[list(VOTES)].fillna(0).to_numpy(np.float32)
    return np.asarray(counts / np.maximum(counts.sum(1, keepdims=True), 1))


def wanted(dataset: Dataset, rows: Rows, votes: pd.DataFrame, sizes: list[int]) -> Tensor:
    """(K, C) what the heads are to answer; with two heads each counts half."""
    labels = np.eye(len(dataset.classes), dtype=np.float32)[dataset.labels[rows]]
    if len(sizes) == 1:
        return torch.from_numpy(labels)
    return torch.from_numpy(np.concatenate([labels, distributions(dataset, rows, votes)], 1) / 2)


def majority(counts: NDArray[np.float64]) -> NDArray[np.int64]:
    """(N,) the emotion of (N, 10) votes by FER+'s own rule, -1 for none.

    Single votes are dropped; one emotion has more than half of the rest, and it is neither "unknown" nor "NF"
    (Barsoum et al. 2016, and their program).
    """
    kept = np.where(counts > 1, counts, 0)
    first = kept.argmax(1)
    clear = (kept.max(1) > kept.sum(1) / 2) & (first < EMOTIONS)
    return np.where(clear, first, -1)


def labels_alone(both: Network, recipe: Recipe) -> Network:
    """The network without its voters' head: it answers FER2013's labels and nothing else. recipe: what it is called."""
    alone = Network(recipe, LABELS)
    weights = both.state_dict()
    weights |= {name: weights[name][: len(LABELS)] for name in ("linear.weight", "linear.bias")}
    alone.load_state_dict(weights)
    return alone.eval()


def as_run(stage: Stage, folder: Path) -> Run:
    """The run of a finished network for FER2013's labels, made now where it is missing.

    It has no curves: what was measured after some of its epochs lies beside its weights, in NAME.json. Its parents are
    stages, which are no runs; a network that has none is said to come from its own training, with both heads.
    """
    recipe = dataclasses.replace(stage.recipe, name=_run_name(stage), teacher_share=0.0)
    dataset = pretraining.prepared()
    if runs := made_runs.finished(OWNER, recipe, dataset, pretraining.PLAN):
        return runs[0]
    alone = labels_alone(network.load(folder / f"{stage.name}.safetensors"), recipe)
    message = f"All {recipe.epochs} epochs done. The averaged weights of the last epoch are kept."
    return made_runs.with_weights(alone, dataset, pretraining.PLAN, OWNER, behind(stage), message)


def _run_name(stage: Stage) -> str:
    """`benchmarks.student` has a student of four classes."""
    return f"modern-wide-seven-{stage.name}" if stage.teachers else f"modern-wide-{stage.name}"


def behind(stage: Stage) -> list[dict[str, str]]:
    """The stages behind a run's weights, as `emocore.runs.parents.ancestors` tells them, without `of`."""
    whole = (stage, "the same network with all its heads")
    roles = [(STAGES[stage.start], "first weights")] if stage.start else [whole]
    roles += [(STAGES[name], "teacher") for name in stage.teachers]
    return [
        {
            "run": _run_name(one),
            "as": role,
            "recipe": _run_name(one),
            "seed": str(one.recipe.seed),
            "dataset": pretraining.NAME,
            "labels": LEARNED[len(one.heads)],
            "owner": OWNER,
        }
        for one, role in roles
    ]


def by_votes(stage: Stage, folder: Path) -> dict[str, Any]:
    """Accuracy of the voters' head by the people's majority on PublicTest; nothing for a network without that head."""
    trained_network = network.load(folder / f"{stage.name}.safetensors")
    if len(sizes_of(trained_network)) == 1:
        return {}
    public, votes = library.load(pretraining.PUBLIC), read_votes()
    found = judged(trained_network, public, np.arange(len(public)), votes, ComputeMode("float32"))
    bounds = intervals.clopper_pearson(round(found["majority"] * found["majority_n"]), found["majority_n"])
    return {"publictest_majority": found | {"majority_interval": [round(bound, 4) for bound in bounds]}}


class Teachers:
    """What teachers answer for the very view, in the student's heads: their mean for labels, the voters for votes."""

    def __init__(self, networks: list[Network], mode: ComputeMode) -> None:
        self._networks = [mode.placed(network).eval() for network in networks]
        self._mode = mode

    def __call__(self, images: Tensor) -> Tensor:
        answers = [shares(one, images, sizes_of(one), self._mode, mirrored=False) for one in self._networks]
        labels = torch.stack([answer[:, : len(LABELS)] for answer in answers]).mean(0)
        votes = [answer[:, len(LABELS) :] for answer in answers if answer.shape[1] > len(LABELS)]
        return torch.cat([labels, torch.stack(votes).mean(0)], 1) / 2


def sizes_of(network: Network) -> list[int]:
    """How many classes each head of a network has."""
    return [size for size in (len(LABELS), len(network.classes) - len(LABELS)) if size]


def judged(network: Network, dataset: Dataset, rows: Rows, votes: pd.DataFrame, mode: ComputeMode) -> dict[str, float]:
    """Accuracy on some rows by FER2013's label, and by the people's majority where the network has that head."""
    images = torch.from_numpy(np.array(dataset.images[rows]))[:, None].float()
    network.eval()
    answers = torch.cat([shares(network, some, sizes_of(network), mode) for some in images.split(BATCH)]).numpy()
    right = answers[:, : len(LABELS)].argmax(1) == dataset.labels[rows]
    found = {"accuracy": round(float(right.mean()), 4), "n": len(rows)}
    if answers.shape[1] > len(LABELS):
        truth = majority(votes.reindex(dataset.table["id"].iloc[rows])[list(VOTES)].fillna(0).to_numpy(float))
        head = answers[:, len(LABELS) : len(LABELS) + EMOTIONS].argmax(1)
        clear = truth >= 0
        found |= {"majority": round(float((head == truth)[clear].mean()), 4), "majority_n": int(clear.sum())}
    return found


def progress(folder: Path, name: str) -> str:
    """How far a stage is, in words."""
    if (folder / f"{name}.safetensors").exists():
        return "finished"
    checkpoint = folder / f"{name}.checkpoint"
    if not checkpoint.exists():
        return "not begun, or no checkpoint yet"
    kept = torch.load(checkpoint, weights_only=True)
    last = kept["history"][-1] if kept["history"] else {}
    return f"step {kept['training']['done']}; {last}"


if __name__ == "__main__":
    sys.exit(main())
