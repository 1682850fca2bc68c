"""A run with one planted flaw raises exactly its own finding; a clean run raises none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emocore.audit.run_findings import FINDINGS, checked_run, findings, run_findings
from emocore.audit.run_folder import Trace
from emocore.audit.traces import Facts
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.learn.events import Epoch
from emocore.learn.flaws import flawed
from emocore.learn.protocols import Protocol
from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import Block
from emocore.runs import creation, store
from tests.strange import QUICK, codes, silent, state, trained

RECIPE = Recipe("tiny", (Block(4, 3, 4),), epochs=20, patience=4)


def epochs(losses: list[float]) -> tuple[Epoch, ...]:
    """One epoch a validation loss, as the Trainer tells them."""
    return tuple(
        Epoch(number, 1.0, 0.5, loss, 0.5, loss < min(losses[: number - 1], default=9e9), 1.0, 100.0)
        for number, loss in enumerate(losses, 1)
    )


CLEAN = Facts(
    RECIPE,
    {"train": 100, "validation": 20, "test": 30},
    "finished",
    "No lower validation loss for 4 epochs.",
    epochs([1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 0.8, 0.9]),
    Protocol(),
)
NAN = float("nan")
FALLING = epochs([2 - number / 20 for number in range(20)])

PLANTED = {
    "stopped_on_test": replace(
        CLEAN, protocol=Protocol(stopped_on="test"), counts={"train": 100, "validation": 0, "test": 30}
    ),
    "no_validation_part": replace(CLEAN, counts={"train": 100, "validation": 0, "test": 30}),
    "start_saw_judged_images": replace(CLEAN, judged_before=3),
    "twins_in_training": replace(CLEAN, protocol=Protocol(twins_kept=("train/b.png", "train/a.png"))),
    "augmented_before_split": replace(CLEAN, protocol=Protocol(rows="variants")),
    "scaler_outside_training": replace(CLEAN, protocol=Protocol(scaler="group")),
    "class_sorted_batches": replace(CLEAN, protocol=Protocol(shuffled=False)),
    "batches_passed_twice": replace(CLEAN, protocol=Protocol(passes=2)),
    "diverged": replace(
        CLEAN, state="failed", message="Training diverged in epoch 3: the loss is not a number any more."
    ),
    "upside_down_flip": replace(CLEAN, recipe=replace(RECIPE, upside_down=True)),
    "best_epoch_not_restored": replace(CLEAN, protocol=Protocol(restored=False)),
    "stopped_very_early": replace(CLEAN, epochs=epochs([1.0, 0.9, 1.1, 1.2, 1.3, 1.4])),
    "not_converged": replace(CLEAN, epochs=FALLING),
} | {
    "kernel_beyond_map": replace(CLEAN, recipe=replace(RECIPE, blocks=(Block(4, 3, 8), Block(4, 9, 1)))),
} | {
    code: replace(CLEAN, traces={code: Trace("found", "As its folder shows.", ("a.png", "b.png"))})
    for code in ("families_apart", "same_person_across_splits", "answers_fit_no_epoch", "zero_division")
}  # fmt: skip


def test_a_clean_run_raises_nothing():
    assert findings(CLEAN) == ()


@pytest.mark.parametrize("code", FINDINGS)
def test_a_planted_flaw_raises_exactly_its_own_finding(code):
    (found,) = findings(PLANTED[code])
    assert found.code == code
    assert found.message
    assert found.why
    assert found.fix


@pytest.mark.parametrize(
    "harmless",
    [
        replace(CLEAN, protocol=Protocol(restored=False), epochs=FALLING[:-1] + epochs([9, 8])[1:]),
        replace(CLEAN, recipe=replace(RECIPE, keep="last", patience=0, schedule="one-cycle"), epochs=FALLING),
        replace(CLEAN, recipe=replace(RECIPE, keep="last", patience=0, weight_averaging=0.99)),
        replace(CLEAN, epochs=epochs([1.0, 0.9, 1.1]), state="running", message=""),
        replace(CLEAN, epochs=(), state="queued", message=""),
    ],
    ids=["best is last", "one-cycle", "averaged", "running", "queued"],
)
def test_what_looks_like_a_flaw_and_is_none_is_left_alone(harmless):
    assert [found.code for found in findings(harmless) if found.code != "not_converged"] == []


def test_keeping_the_last_weights_of_a_plain_recipe_is_a_flaw():
    (found,) = findings(replace(CLEAN, recipe=replace(RECIPE, keep="last", patience=0)))
    assert found.code == "best_epoch_not_restored"
    assert "epoch 10" in found.message
    assert "epoch 6" in found.message


def test_a_loss_that_is_no_number_is_divergence_even_if_nobody_said_so():
    (found,) = findings(
        replace(CLEAN, message="", epochs=(*CLEAN.epochs[:-1], replace(CLEAN.epochs[-1], train_loss=NAN)))
    )
    assert found.code == "diverged"


def test_the_most_severe_comes_first_and_twins_are_named():
    both = replace(CLEAN, recipe=replace(RECIPE, upside_down=True), protocol=Protocol(twins_kept=("b", "a")))
    first, second = findings(both)
    assert (first.code, second.code) == ("twins_in_training", "upside_down_flip")
    assert (first.where, first.count) == (("a", "b"), 2)


def test_a_run_of_ours_raises_nothing(faces: Dataset):
    assert run_findings(creation.create(faces, SplitPlan(), RECIPE)) == ()


@pytest.mark.parametrize("state", ["not found", "unknown"])
def test_what_a_folder_does_not_show_is_no_finding(state):
    assert findings(replace(CLEAN, traces={code: Trace(state, "Looked at.") for code in FINDINGS})) == ()


def test_the_shipped_run_has_the_reports_kernel_that_mostly_sees_padding_and_says_what_it_costs():
    (found,) = run_findings(store.read("report-final"))

    assert (found.code, found.severity) == ("kernel_beyond_map", "low")
    assert "Block 3 has 7x7 kernels on a map of 5x5, so 57% of its multiplications" in found.message
    assert "401,536 of 454,084 parameters (88%)" in found.message
    assert "73,856 parameters" in found.fix


def test_a_sound_run_from_elsewhere_has_no_finding_and_says_on_what_grounds(twins: Dataset) -> None:
    run = silent(trained(twins))
    looked = {one.code: one for one in checked_run(run)}

    assert codes(run) == []
    assert [code for code, one in looked.items() if one.state == "unknown"] == [
        "start_saw_judged_images", "same_person_across_splits", "class_sorted_batches", "batches_passed_twice",
        "upside_down_flip", "zero_division",
    ]  # fmt: skip
    assert looked["scaler_outside_training"].message == "The stored pixel means fit the 80 training images."
    assert "with the lowest validation loss" in looked["best_epoch_not_restored"].message


def test_what_leaves_no_trace_is_unknown_and_not_fine(twins: Dataset) -> None:
    run = trained(twins, flawed(QUICK, "class-sorted"))
    declared = state(run, "class_sorted_batches")
    strange = silent(run)

    assert declared == "found"
    assert codes(strange) == []
    assert state(strange, "class_sorted_batches") == "unknown"
    assert state(strange, "upside_down_flip") == "unknown"
    assert state(trained(twins), "class_sorted_batches") == "not found"


def test_without_the_images_a_scaler_is_unknown(twins: Dataset) -> None:
    run = silent(trained(twins))
    assert state(run, "scaler_outside_training") == "not found"

    library.delete("twins")

    assert state(run, "scaler_outside_training") == "unknown"
    assert state(run, "families_apart") == "unknown"
