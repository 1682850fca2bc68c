"""What a run had seen of its judged images is told once, by the check that knows most of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from benchmarks import altered_folders
from emocore.audit import leak_findings
from emocore.audit.leak_findings import FINDINGS, declared
from emocore.audit.run_folder import Trace
from emocore.data.dataset import Dataset, assemble
from emocore.data.editing import mend
from emocore.data.reading import readers
from emocore.learn.protocols import Protocol
from tests.audit.test_run_findings import CLEAN
from tests.laboratory import findings_by_code, noise, only_finding

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


def folder(path: Path, faces: Dataset, way: str) -> Dataset:
    """Sixty drawn faces as a folder of copies, read."""
    few = np.arange(0, 120, 2)
    places = [str(faces.table["emotion"].iloc[row]) for row in few]
    altered_folders.write(path, faces.images[few], places, altered_folders.WAYS[way])
    return readers.read_whole(path, "copies").dataset


def test_pictures_of_noise_are_recognized_where_copies_leak_and_guessed_where_they_do_not() -> None:
    images, table = noise(["happy", "sad"] * 200)
    copies = np.clip(images + np.random.default_rng(1).normal(0, 10, images.shape), 0, 255).astype(np.uint8)
    twice = pd.concat([table, table.assign(id="z" + table["id"])], ignore_index=True)
    dataset = assemble("noise", np.concatenate([images, copies]), twice)

    worth = leak_findings.measure_worth(dataset, np.tile(np.arange(400), 2))

    assert worth is not None
    assert worth.matcher.n == 400
    assert 0.75 < worth.matcher.leaked / 400 < 0.98, "four of five copies are in training; of the others half are right"
    assert 0.4 < worth.matcher.honest / 400 < 0.6
    assert worth.matcher.words.count("n = 400") == 2


def test_few_pictures_say_nothing(small_faces: Dataset) -> None:
    few = assemble("few", np.array(small_faces.images[:20]), small_faces.table[:20].drop(columns="family"))

    assert leak_findings.measure_worth(few, np.arange(20)) is None


def test_the_reports_folder_is_a_high_finding_that_says_what_its_leak_is_worth(
    tmp_path: Path, small_faces: Dataset
) -> None:
    found = only_finding(folder(tmp_path, small_faces, "report"), "altered_copies")

    assert found.severity == "high"
    assert found.count > 200
    assert "of 60 pictures" in found.message
    assert found.why.count("n = 60") == 4
    assert not found.pairs, "all are kept together"


def test_a_roboflow_export_is_a_high_finding(tmp_path: Path, small_faces: Dataset) -> None:
    found = only_finding(folder(tmp_path, small_faces, "roboflow"), "altered_copies")

    assert (found.severity, found.count) == ("high", 120)
    assert "120 were found by file name" in found.message


def test_a_rotated_copy_in_another_part_is_high_until_it_is_kept_together(small_faces: Dataset) -> None:
    images, table = np.array(small_faces.images), small_faces.table.drop(columns="family")
    row = int(np.flatnonzero((table["split"] == "test") & (table["emotion"] == table["emotion"].iloc[-1]))[0])
    copy = altered_folders.SINGLE["rotated within 30 degrees"]
    turned = copy(Image.fromarray(images[-1]), np.random.default_rng(3))
    images[row] = np.asarray(turned)
    dataset = assemble("few", images, table)

    found = only_finding(dataset, "altered_copies")

    assert found.severity == "high"
    assert set(found.pairs[0]) == {table["id"].iloc[row], table["id"].iloc[-1]}
    mended = mend.keep_together(dataset, np.array([[row, len(table) - 1]])).dataset
    assert only_finding(mended, "altered_copies").severity == "low"
    assert not findings_by_code(small_faces)["altered_copies"]
