"""Names and notes of runs, and the settings in which they differ."""

from __future__ import annotations

import pytest

from emocore.data.dataset import Dataset
from emocore.data.split import SplitPlan
from emocore.errors import EmoError
from emocore.runs import creation, store
from emocore.runs.run import Notes, differing_settings, read_notes, write_notes
from tests.laboratory import TINY
from tests.trained import trained


def test_a_name_and_notes_are_kept_and_can_be_changed_and_taken_away(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)

    write_notes(run.folder, " With\tmore dropout ", "First line\n\nsecond\n")
    named = store.read(run.id)
    kept = read_notes(run.folder)
    write_notes(run.folder, "", "")

    assert (run.title, named.title, store.read(run.id).title) == ("", "With more dropout", "")
    assert kept == Notes("With more dropout", "First line\n\nsecond")


def test_a_name_that_is_too_long_is_refused_and_the_old_one_stays(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    write_notes(run.folder, "short", "")

    with pytest.raises(EmoError, match="The name has 61 characters"):
        write_notes(run.folder, "x" * 61, "")

    assert store.read(run.id).title == "short"


@pytest.mark.parametrize("content", ["", "[]", '{"name": 1}', '{"name": "' + "x" * 99 + '", "text": ""}'])
def test_damaged_notes_do_not_damage_the_run(faces: Dataset, content: str) -> None:
    run = creation.create(faces, SplitPlan(), TINY)

    (run.folder / "notes.json").write_text(content)

    assert store.read(run.id).title == ""


def test_settings_that_differ_are_told_in_words(faces: Dataset) -> None:
    runs = [trained(faces), trained(faces, mirror=False, epochs=2)]

    assert differing_settings(runs) == {"mirror": ("yes", "no"), "epochs": ("3", "2")}
    assert runs[0].settings["blocks"] == "4 of 3x3, pool 4, dropout 0.1"
    assert differing_settings([runs[0], runs[0]]) == {}
