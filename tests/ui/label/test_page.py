"""The Label page without a browser: whom it asks for a name, what it shows, what it saves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from emocore import settings
from emocore.audit import suspects
from emocore.data import library
from emocore.data.dataset import Dataset
from emocore.data.editing import drafts, journal, second_opinion, versions
from emocore.data.editing.drafts import LABEL, Mark
from emocore.data.editing.edits import Edit
from emocore.data.editing.second_opinion import Plan
from emocore.engine import client, jobs, tasks
from emocore.runs import status
from emocore.settings import CHECKOUT
from emocore.ui.label import grid, session
from emocore.ui.label.grid import Act
from tests.visiting import sign_in

ROUTER = CHECKOUT / "emocore" / "ui" / "router.py"


def page(who: str = "Ada", tab: str = "Grid", **query: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=30)
    sign_in(app, who)
    for key, value in query.items():
        app.query_params[key] = value
    app.session_state["label-tab"] = tab
    app.run()
    app.switch_page(str(ROUTER.parents[2] / "pages" / "label.py")).run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    """All words on the page, without the signs that keep Markdown from being read as such."""
    shown = [word for kind in (app.markdown, app.caption, app.info, app.warning, app.success) for word in kind]
    return "\n".join(str(word.value) for word in shown).replace("\\", "")


@pytest.fixture
def three_marks(faces: Dataset) -> tuple[str, ...]:
    is_asked = (faces.table["emotion"] == "neutral") & (faces.table["split"] == "train")
    ids = tuple(faces.table["id"][is_asked][:3])
    drafts.mark(faces, "Ada", Mark(LABEL, ids, "focused"))
    return ids


def test_without_a_nickname_one_can_look_but_not_label_and_the_sidebar_signs_in(faces: Dataset) -> None:
    app = page(who="")
    assert "Sign in to label" in text(app)
    assert [box.key for box in app.text_input] == ["nickname"]
    assert "The first training images of each class" in text(app)
    shown = "".join(part.proto.body for part in app.get("html"))
    assert [shown.count(f'alt="Face: {name}"') for name in faces.classes] == [session.FIRST_FACES] * 4
    assert "Clear signs of concentration" in text(app), "guidelines"
    assert "nobody sees the labels of others" in text(page(who="", tab="Second opinion"))
    app.text_input(key="nickname").set_value("Eve").run()
    assert "Sign in to label" not in text(app)
    assert "No unsaved labels" in text(app)
    assert "who" not in app.query_params

    first, was = faces.table[["id", "emotion"]].iloc[0]
    other = next(name for name in faces.classes if name != was)
    versions.commit(faces.name, [Edit("relabel", "emotion", (first,), (was,), (other,))], "Ada")
    app = page(who="", tab="History")
    assert "Sign in first" in text(app)
    assert app.button("restore-version").disabled
    assert not page(who="Eve", tab="History").button("restore-version").disabled


def test_without_its_dataset_it_names_the_next_step(laboratory: Path, faces: Dataset) -> None:
    app = page(dataset="gone")
    assert 'There is no dataset "gone"' in text(app)
    assert app.button("label-data-import").label == "Import"


def test_marks_are_saved_as_a_version(faces: Dataset, three_marks: tuple[str, ...]) -> None:
    app = page()
    assert "Unsaved: 3 images relabeled" in text(app)
    app.text_input(key="label-version-reason").set_value("second look")
    app.button(key="label-save").click().run()
    assert "Version 2 saved: 3 images relabeled" in text(app)
    assert "Last change: version 2 by Ada. 3 images relabeled." in text(app)
    assert versions.all_versions(faces.name)[0].reason == "second look"
    assert set(library.load(faces.name).table.set_index("id")["emotion"][list(three_marks)]) == {"focused"}
    app.button(key="check-undo").click().run()
    assert "Undone. Version 3 is the same as version 1." in text(app)
    assert list(library.load(faces.name).table["emotion"]) == list(faces.table["emotion"])


def test_labeling_starts_on_training_images_and_all_are_a_click_away(faces: Dataset) -> None:
    app = page()
    assert app.query_params["split"] in ("train", ["train"])
    assert f"{(faces.table['split'] == 'train').sum()} images in this list" in text(app)

    app.button(key="chip-split-train").click().run()
    assert f"{len(faces)} images in this list" in text(app)
    assert f"{len(faces)} images in this list" in text(app.run())


def test_a_test_image_is_relabeled_only_after_a_warning(faces: Dataset) -> None:
    table = faces.table.set_index("id")
    ids = tuple(table.index[(table["split"] == "test") & (table["emotion"] == "neutral")][:2])
    drafts.mark(faces, "Ada", Mark(LABEL, ids, "focused"))
    app = page()

    assert "2 test images will get another class" in text(app)
    assert app.button(key="label-save").disabled
    app.checkbox(key="label-test-agreed").check().run()
    app.button(key="label-save").click().run()

    assert "Version 2 saved" in text(app)


def test_undo_and_redo_buttons(faces: Dataset, three_marks: tuple[str, ...]) -> None:
    app = page()
    app.button(key="label-undo").click().run()
    assert "No unsaved labels" in text(app)
    assert app.button(key="label-undo").disabled
    app.button(key="label-redo").click().run()
    assert "Unsaved: 3 images relabeled" in text(app)


def test_an_edit_that_came_too_late_is_told_and_can_be_left_out(faces: Dataset, three_marks: tuple[str, ...]) -> None:
    drafts.mark(faces, "Bob", Mark(LABEL, three_marks[:1], "happy"))
    drafts.save(faces.name, "Bob")
    app = page()
    app.button(key="label-save").click().run()
    assert "the images of 1 edit" in text(app)
    app.button(key="label-leave-out").click().run()
    assert "Unsaved: 2 images relabeled" in text(app)


def test_the_guided_task_shows_neutral_images_only_and_the_guideline_beside(faces: Dataset) -> None:
    app = page()
    app.selectbox(key=f"label-task-{faces.name}").set_value("focused out of neutral").run()
    assert "24 images in this list" in text(app), "of the training part, where labeling starts"
    assert "after the report, figure 3" in text(app)
    shown = list(app.session_state[f"{session.KEY}-pages"].values())[-1]
    assert set(shown.saved) == {"neutral"}


def test_perceived_age_is_called_so(faces: Dataset) -> None:
    app = page()
    app.selectbox(key=f"label-task-{faces.name}").set_value("age").run()
    assert "Perceived, as labeled" in text(app)


def test_an_attribute_that_is_new_can_be_chosen_and_shows_every_image_as_unknown(faces: Dataset) -> None:
    app = page()
    app.selectbox(key=f"label-task-{faces.name}").set_value("glasses").run()
    shown = list(app.session_state[f"{session.KEY}-pages"].values())[-1]
    assert set(shown.saved) == {"unknown"}


def test_history_lists_versions_and_goes_back(faces: Dataset, three_marks: tuple[str, ...]) -> None:
    drafts.save(faces.name, "Ada", "second look")
    app = page(tab="History")
    assert list(app.dataframe[0].value["version"]) == ["2 (current)", "1"]
    app.button(key="restore-version").click().run()
    assert "Version 3 is the same as version 1" in text(app)
    assert library.load(faces.name).fingerprint == faces.fingerprint


def test_agreement_is_shown_with_its_interval_and_enters_the_history(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    for place, first in enumerate(drawn.first):
        second_opinion.answer(drawn, "Bob", place, first if place else next(v for v in drawn.values if v != first))
    app = page(tab="Second opinion")
    assert "0 of 20 labeled by you" in text(app)
    app.session_state["study-tab"] = "Agreement"
    app.run()
    assert "Cohen" not in text(app), "who may still take part sees no labels of others without asking for them"
    app.toggle(key=f"spoil-{drawn.id}").set_value(True).run()
    assert "Cohen's kappa 0.93" in text(app)
    assert "Only Bob labeled this sample" in text(app)
    assert "1 image got different labels" in text(app)
    app.button(key="study-tell").click().run()
    assert "Cohen's kappa" in journal.entries(faces.name)[0].edit.reason


def test_who_labeled_the_whole_sample_is_led_to_the_agreement_of_each_two(faces: Dataset) -> None:
    drawn = second_opinion.draw(faces, "Ada", Plan(size=20))
    other = dict(zip(drawn.values, (*drawn.values[1:], drawn.values[0]), strict=True))
    for place, first in enumerate(drawn.first):
        second_opinion.answer(drawn, "Ada", place, first if place < 15 else other[first])
        second_opinion.answer(drawn, "Bob", place, first if place < 10 else other[first])
    app = page(tab="Second opinion")
    assert "You labeled the whole sample" in text(app)
    app.button(key="see-agreement").click().run()

    (pairs,) = (one.value for one in app.table if "Pair" in one.value)
    same = pairs.set_index("Pair")["Same label"].str.split().str[0].to_dict()
    assert same == {"Ada and Bob": "75%", "Ada and the dataset": "75%", "Bob and the dataset": "50%"}


def test_a_blind_labeller_sees_neither_labels_nor_paths(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(grid, "_component", lambda **given: sent.append(given["data"]))
    second_opinion.draw(faces, "Ada", Plan(size=20))
    page(who="Bob", tab="Second opinion")
    cells = sent[-1]["faces"]
    assert len(cells) == 20
    assert {(cell["value"], cell["was"], cell["title"]) for cell in cells} == {("", "", "")}


def test_files_offer_labels_and_read_them_back(faces: Dataset) -> None:
    app = page(tab="Files")
    first = faces.table["id"][0]
    app.file_uploader(key="labels-in").set_value(
        ("more.csv", f"filename,hat\n{first},yes\n".encode(), "text/csv")
    ).run()
    assert "1 row read" in text(app)
    app.button(key="labels-in-save").click().run()
    assert library.load(faces.name).table.set_index("id")["hat"][first] == "yes"


def test_files_tell_which_words_are_read_as_which_class_before_they_are_saved(faces: Dataset) -> None:
    happy, other = faces.table["id"][faces.table["emotion"] == "happy"][:2]
    app = page(tab="Files")
    app.file_uploader(key="labels-in").set_value(
        ("new.csv", f"filename,emotion\n{happy},surprise\n{other},bored\n".encode(), "text/csv")
    ).run()

    assert "surprise as surprised (1 image)" in text(app)
    assert "stay as they are: bored (1 image)" in text(app)


def test_what_was_sent_twice_is_done_once_and_nonsense_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(grid.st, "session_state", state)
    acts: list[Act] = []
    one = {"do": "assign", "number": 1, "page": "p", "places": [0, 2], "value": "happy"}
    two = {"do": "undo", "number": 2, "page": "p"}
    for sent in (
        [one],
        [one, two],
        [one, two],
        "nonsense",
        [{"number": "x"}, {"do": "undo", "number": 3, "places": "y"}],
    ):
        state["grid"] = {"acts": {"nonce": "a", "list": sent}}
        grid._receive("grid", acts.append)
    assert acts == [Act("assign", "p", (0, 2), "happy"), Act("undo", "p")]
    state["grid"] = {"acts": {"nonce": "another window", "list": [two | {"number": 1}]}}
    grid._receive("grid", acts.append)
    assert len(acts) == 3


def test_a_worker_ranks_the_suspects_and_they_come_first(faces: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "submit_job", lambda job: tasks.work(job.id, str(settings.data_dir())))
    app = page()
    app.selectbox(key="label-queue-drawn-faces").set_value("suspects").run()
    assert "The current labels are not ranked yet" in text(app)

    app.button("rank-quick").click().run()

    *_, found = suspects.rank(faces)
    kept = suspects.kept(faces)
    assert kept is not None
    assert isinstance(found, suspects.Suspects)
    assert list(kept.rows) == list(found.rows)
    assert f"It agrees with {found.accuracy:.0%} of 128 labels" in text(app)


def test_a_ranking_in_progress_is_watched_and_one_that_failed_says_why(
    faces: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "submit_job", lambda job: jobs.record_progress(job, 1, 4, "Looking at gradients"))
    app = page()
    app.selectbox(key="label-queue-drawn-faces").set_value("suspects").run()
    app.button("rank-quick").click().run()
    assert app.button("stop-rank").label == "Stop"

    (folder,) = (settings.data_dir() / "jobs").iterdir()
    status.write(folder, "failed", "There is no room.")
    app.run()
    assert "There is no room." in text(app)
    assert app.button("rank-quick")


def test_ages_are_shown_whole_and_put_in_bins_that_a_person_sets(faces: Dataset) -> None:
    ages = [str(number % 80) for number in range(len(faces))]
    library.save(replace(faces, name="aged", table=faces.table.assign(age=ages)))
    app = page(tab="Bins", dataset="aged")
    assert "80 different numbers from 0 to 79" in text(app)

    app.text_input(key="bins-aged-age").set_value("30, 20").run()
    assert "cannot be used as bins" in app.error[0].value
    app.text_input(key="bins-aged-age").set_value("18").run()
    app.button(key="bins-aged-age-save").click().run()

    assert "Version 2 saved" in text(app)
    assert set(library.load("aged").table["age group"]) == {"under 18", "18 and over"}


def test_without_numbers_there_is_nothing_to_put_in_bins(faces: Dataset) -> None:
    assert "does not need bins" in text(page(tab="Bins"))
