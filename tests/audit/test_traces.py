"""A flaw that no recipe declares is found in what the run's folder holds; what leaves no trace is unknown."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import safetensors.torch

from emocore.audit.run_findings import run_findings
from emocore.audit.traces import facts, traces
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.learn.flaws import flawed
from emocore.runs import store
from emocore.runs.run import Run
from tests.strange import LATE, QUICK, codes, silent, state, trained
from tests.trained import crossvalidated


@pytest.mark.parametrize(
    ("flaw", "code"),
    {
        "test-stops": "stopped_on_test",
        "last-weights": "best_epoch_not_restored",
        "scaler-all": "scaler_outside_training",
        "scaler-group": "answers_fit_no_epoch",
        "augment-first": "families_apart",
        "twins-kept": "families_apart",
        "no-validation": "no_validation_part",
    }.items(),
)
def test_an_undeclared_flaw_is_found_by_its_traces(twins: Dataset, flaw: str, code: str) -> None:
    run = silent(trained(twins, flawed(LATE if flaw == "last-weights" else QUICK, flaw)))

    assert codes(run) == [code]
    assert state(run, code) == "found"


def test_the_sentences_tell_the_numbers(twins: Dataset) -> None:
    late = silent(trained(twins, flawed(LATE, "last-weights")))
    passed = store.epochs(late)
    best = min(passed, key=lambda epoch: epoch.validation_loss).epoch
    (kept,) = run_findings(late)
    (scaled,) = run_findings(silent(trained(twins, flawed(QUICK, "scaler-all"))))
    (apart,) = run_findings(silent(trained(twins, flawed(QUICK, "twins-kept"))))

    assert f"are from epoch {passed[-1].epoch}. The validation loss was lowest" in kept.message
    assert f"in epoch {best}." in kept.message
    assert "all images, including test images" in scaled.message or "every image of the dataset" in scaled.message
    assert "2 of " in apart.message
    assert len(apart.where) == 2
    assert all(name.startswith("test/") for name in apart.where)


def test_stored_copies_upside_down_are_seen_in_pixels_and_in_the_means_alone(doubled: Dataset) -> None:
    run = silent(trained(doubled))
    (by_pixels,) = run_findings(run)
    library.delete("doubled")
    (by_means,) = run_findings(store.read(run.id))

    assert by_pixels.code == by_means.code == "upside_down_flip"
    images = run.counts["train"]
    assert f"{images // 2} training images of {images} are upside-down copies of other ones" in by_pixels.message
    assert "the same upside down" in by_means.message


def test_weights_of_16_bits_tell_the_same(twins: Dataset) -> None:
    for flaw, expected in (("", []), ("scaler-all", ["scaler_outside_training"])):
        run = silent(trained(twins, flawed(QUICK, flaw) if flaw else QUICK))
        tensors = safetensors.torch.load(run.weights.read_bytes())
        halves = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
        run.weights.write_bytes(safetensors.torch.save(halves))
        assert codes(run) == expected


def test_folds_with_families_apart_are_found_and_folds_of_ours_are_not(doubled: Dataset) -> None:
    made = crossvalidated(doubled)
    first = store.read(made.runs[0])
    assert "families_apart" not in codes(first)

    table = store.rows(first)
    copies = table["id"].str.replace("_b.png", ".png")
    held = set(copies[table["part"] == "test"])
    moved = (table["part"] == "test") & table["id"].str.contains("_b")
    table.loc[moved, "part"] = "train"
    table.to_parquet(first.folder / "rows.parquet", index=False)
    found = traces(first)["families_apart"]
    assert len(held) == moved.sum()
    assert found.state == "found"
    assert "fold 1 of 3" in found.message


def test_a_network_that_answers_all_images_alike_does_not_tell_what_stopped_it(twins: Dataset) -> None:
    run = silent(trained(twins, flawed(QUICK, "test-stops")))
    with np.load(run.folder / "predictions.npz") as saved:
        kept = dict(saved)
    shares = np.full_like(kept["test_probabilities"], 0.25)
    np.savez(run.folder / "predictions.npz", **(kept | {"test_probabilities": shares}))
    lines = [json.loads(line) for line in (run.folder / "events.jsonl").read_text().splitlines()]
    alike = [line | {"validation_loss": math.log(4), "validation_accuracy": 0.25} for line in lines]
    (run.folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in alike))

    found = traces(store.read(run.id))["stopped_on_test"]

    assert found.state == "unknown"
    assert "nearly the same prediction" in found.message


def test_the_shipped_runs_have_no_trace_of_a_fault() -> None:
    for run in store.runs():
        assert isinstance(run, Run)
        assert [code for code, trace in traces(run).items() if trace.state == "found"] == []


def test_declared_recorded_and_shown_stand_side_by_side(twins: Dataset) -> None:
    traces = facts(trained(twins, flawed(QUICK, "scaler-all")))

    assert traces.protocol.scaler == "all"
    assert traces.classes == 4
    assert traces.best is not None
    assert len(traces.epochs) == QUICK.epochs
    assert "Normalization was fitted on" in traces.trace("scaler_outside_training")
    assert traces.trace("families_apart") == ""
