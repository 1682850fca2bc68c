"""A check that found nothing says on what grounds; what leaves no trace is unknown."""

from __future__ import annotations

from emocore.audit.run_checks import checked
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.learn.flaws import flawed
from tests.strange import QUICK, codes, silent, state, trained


def test_a_sound_run_from_elsewhere_has_no_finding_and_says_on_what_grounds(twins: Dataset) -> None:
    run = silent(trained(twins))
    looked = {one.code: one for one in checked(run)}

    assert codes(run) == []
    assert [code for code, one in looked.items() if one.state == "unknown"] == [
        "start_saw_judged_images", "same_person_across_splits", "class_sorted_batches", "batches_passed_twice",
        "upside_down_flip", "zero_division",
    ]  # fmt: skip
    assert looked["scaler_outside_training"].message == "The stored means are those of the 80 training images."
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
