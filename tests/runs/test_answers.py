"""Every look at a test part is told, with what was changed since the look before."""

from __future__ import annotations

from emocore.data.dataset import Dataset
from emocore.runs import openings, store
from tests.trained import trained


def test_a_sealed_test_part_has_no_openings(faces: Dataset) -> None:
    looks = openings.on_test_part_of(trained(faces))

    assert looks == ()
    assert "Nobody" in openings.message(looks)


def test_an_opening_tells_who_which_run_and_what_changed_since_the_last(faces: Dataset) -> None:
    first, second = trained(faces), trained(faces, seed=7, learning_rate=0.02)
    openings.open_test(first, "Ada")
    openings.open_test(second, "Bob")

    looks = openings.on_test_part_of(first)

    assert [(look.by, look.run.id) for look in looks] == [("Ada", first.id), ("Bob", second.id)]
    assert looks[0].changed == {}
    assert looks[1].changed == {"seed": ("42", "7"), "learning rate": ("0.001", "0.02")}


def test_three_runs_opened_on_one_test_part_count_as_tuned_three_looks_at_one_run_do_not(faces: Dataset) -> None:
    runs = [trained(faces, seed=seed) for seed in (1, 2, 3)]
    for _ in range(3):
        openings.open_test(runs[0], "Ada")
    assert not openings.is_tuned(openings.on_test_part_of(runs[0]))

    openings.open_test(runs[1], "Ada")
    assert not openings.is_tuned(openings.on_test_part_of(runs[0]))
    openings.open_test(runs[2], "Ada")

    looks = openings.on_test_part_of(runs[0])
    assert openings.is_tuned(looks)
    assert "tuned on test" in openings.message(looks)
    assert "Opened 5 times, for 3 runs" in openings.message(looks)


def test_a_test_part_of_other_data_is_another_one(faces: Dataset) -> None:
    run = trained(faces)
    openings.open_test(store.read("report-final"), "Ada")

    assert openings.on_test_part_of(run) == ()
