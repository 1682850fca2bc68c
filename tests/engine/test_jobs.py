"""A job is a folder: handed over when its uploads are whole, never stored under a stranger's path."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from emocore.engine import jobs
from emocore.errors import EmoError
from emocore.runs import status


def code_of(job_id: str) -> str:
    with pytest.raises(EmoError) as caught:
        jobs.read(job_id)
    return caught.value.code


def test_a_new_job_waits_with_what_was_asked() -> None:
    job = jobs.create("import", {"name": "few", "replace": False})

    assert (job.status.state, job.kind, job.arguments) == ("queued", "import", {"name": "few", "replace": False})
    assert jobs.read(job.id) == job


def test_how_far_a_job_is_and_its_result_read_as_they_were_told() -> None:
    job = jobs.create("import", {})

    jobs.record_progress(job, 3, 9, "Reading pictures")
    halfway = jobs.read(job.id)
    jobs.finish(job, {"images": 9}, "9 images imported.")
    done = jobs.read(job.id)

    assert (halfway.done, halfway.total, halfway.message, halfway.result) == (3, 9, "Reading pictures", {})
    assert (done.status.state, done.status.message, done.result) == ("finished", "9 images imported.", {"images": 9})


def test_the_time_left_is_that_of_the_present_step_and_said_once_it_means_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job, now = jobs.create("import", {}), [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    jobs.record_progress(job, 0, 100, "Reading pictures")
    now[0] += 2
    jobs.record_progress(job, 20, 100, "Reading pictures")
    assert jobs.read(job.id).seconds_left is None, "the first seconds say nothing"

    now[0] += 8
    jobs.record_progress(job, 50, 100, "Reading pictures")
    assert jobs.read(job.id).seconds_left == pytest.approx(10)

    jobs.record_progress(job, 1, 7, "Looking for copies")
    assert jobs.read(job.id).seconds_left is None, "another step has its own time"


@pytest.mark.parametrize("job_id", ["", ".", "..", "../runs", "0" * 16, "a/b"])
def test_a_job_that_does_not_exist_is_a_sentence(job_id: str) -> None:
    jobs.create("import", {})

    assert code_of(job_id) == "no_job"


def test_a_job_is_handed_over_only_when_its_uploads_are_whole() -> None:
    job = jobs.create("import", {})
    jobs.keep_upload(job, "a.zip", b"first half")
    before = jobs.queued()

    jobs.release(job)

    assert before == []
    assert jobs.queued() == [job.id]


def test_a_job_that_is_worked_on_or_over_is_not_handed_over() -> None:
    job = jobs.create("import", {})
    jobs.release(job)

    status.write(job.folder, "stopped", "")

    assert jobs.queued() == []


def test_a_damaged_job_keeps_no_other_from_being_handed_over() -> None:
    damaged, whole = jobs.create("import", {}), jobs.create("import", {})
    for job in (damaged, whole):
        jobs.release(job)

    (damaged.folder / "state.json").write_text("{")

    assert jobs.queued() == [whole.id]


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.zip", "..\\..\\x.zip", "/etc/passwd", "a\0b.zip", "", ".", "..", "é" * 300, "😀.zip"],
)
def test_an_upload_lands_in_its_jobs_folder_whatever_its_name(name: str) -> None:
    job = jobs.create("import", {})

    place = jobs.keep_upload(job, name, b"content")

    assert place.parent.parent == job.folder / "uploads"
    assert place.resolve().is_relative_to((job.folder / "uploads").resolve())
    assert place.read_bytes() == b"content"


def test_uploads_keep_their_order_though_their_names_are_the_same() -> None:
    job = jobs.create("import", {})

    places = [jobs.keep_upload(job, "a.csv", bytes([number])) for number in range(12)]

    assert sorted(places) == places
    jobs.drop_uploads(job)
    assert not (job.folder / "uploads").exists()


def test_an_upload_that_finds_the_disk_full_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.create("import", {})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EmoError) as caught:
        jobs.keep_upload(job, "a.zip", b"content")

    assert caught.value.code == "disk_full"


def aged(state: str, days: float) -> jobs.Job:
    job = jobs.create("import", {})
    status.write(job.folder, state, "")
    then = time.time() - days * 86_400
    os.utime(job.folder / "state.json", (then, then))
    return job


def test_sweeping_clears_jobs_of_long_ago_and_no_others() -> None:
    old, new, forgotten, damaged = aged("finished", 2), aged("finished", 0), aged("queued", 2), aged("failed", 2)
    (damaged.folder / "state.json").write_text("{")
    os.utime(damaged.folder / "state.json", (0, 0))
    working = aged("queued", 0)

    with status.working(working.folder):
        os.utime(working.folder / "state.json", (0, 0))
        jobs.sweep()
        left = {job.id for job in (old, new, forgotten, damaged, working) if job.folder.exists()}
        status.write(working.folder, "finished", "")

    assert left == {new.id, working.id}


def test_the_same_question_finds_the_job_that_was_asked_last() -> None:
    assert jobs.newest("map", {"of": "pixels"}) is None
    first, other = jobs.create("map", {"of": "pixels"}), jobs.create("map", {"of": "a run"})
    jobs.create("rank", {"of": "pixels"})
    assert jobs.newest("map", {"of": "pixels"}) == first
    assert jobs.newest("map", {"of": "a run"}) == other

    time.sleep(0.01)
    again = jobs.create("map", {"of": "pixels"})
    assert jobs.newest("map", {"of": "pixels"}) == again


def test_a_question_with_one_more_argument_is_another_question() -> None:
    jobs.create("rank", {"dataset": "faces", "run": "mine"})

    assert jobs.newest("rank", {"dataset": "faces"}) is None
