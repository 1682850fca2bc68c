"""What a run had seen of its judged images is told once, by the check that knows most of it."""

from __future__ import annotations

from dataclasses import replace

from emocore.audit.leak_findings import FINDINGS, declared
from emocore.audit.run_folder import Trace
from emocore.learn.protocols import Protocol
from tests.audit.test_run_findings import CLEAN

ON_BOTH_SIDES = {"families_apart": Trace("found", "3 judged images show a picture that is in training.", ("a", "b"))}


def test_folds_by_row_are_told_with_the_images_that_pixels_show_if_there_are_some() -> None:
    by_row = replace(CLEAN, protocol=Protocol(folds="rows"))
    (declared_only,) = FINDINGS["families_apart"](by_row)
    (shown,) = FINDINGS["families_apart"](replace(by_row, traces=ON_BOTH_SIDES))

    assert (declared_only.where, declared_only.count) == ((), 1)
    assert (shown.where, shown.count) == (("a", "b"), 2)
    assert shown.message.startswith("3 judged images")


def test_copies_that_were_made_before_the_split_are_not_told_a_second_time() -> None:
    variants = replace(CLEAN, protocol=Protocol(rows="variants"), traces=ON_BOTH_SIDES)

    assert [len(list(FINDINGS[code](variants))) for code in ("augmented_before_split", "families_apart")] == [1, 0]


def test_a_declared_fault_is_found_by_what_the_protocol_says() -> None:
    check = declared(lambda protocol: protocol.passes > 1, "low", ("batches_passed_twice", "Said.", "Why.", "Fix."))

    assert [found.message for found in check(replace(CLEAN, protocol=Protocol(passes=2)))] == ["Said."]
    assert list(check(CLEAN)) == []
