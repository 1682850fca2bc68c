"""A table that is pasted, uploaded or taken as an example is answered line by line."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emocore.data.dataset import Dataset
from emocore.judge.tables.arithmetic import checked
from emocore.judge.tables.reading import read_table
from emocore.ui.table.view import EXAMPLES
from tests.visiting import page_at, said

TRUE = "Attribute,Group,Accuracy,Images\ngender,male,.7302,215\ngender,female,.6561,189"


@pytest.fixture(autouse=True)
def default_faces(faces: Dataset) -> None:
    """Nothing needs to be drawn."""


def pasted(text: str) -> AppTest:
    at = page_at("table")
    at.text_area("table-text").set_value(text).run()
    assert not at.exception
    return at


def test_without_a_table_the_next_step_is_named() -> None:
    assert "Paste a table above" in page_at("table").info[0].value


def test_a_table_that_can_be_true_shows_the_arithmetic_of_each_line() -> None:
    at = pasted(TRUE)
    assert "can all be true" in at.success[0].value
    assert "gender, male 0.730: 157 of 215 = 0.7302" in said(at).replace("*", "")


def test_a_table_that_cannot_be_true_is_told_so_and_nobody_is_accused() -> None:
    at = pasted(TRUE.replace(".7302", ".71023").replace(".6561", ".67608"))
    assert "2 conflicts" in at.error[0].value
    assert "It may be a typing error" in at.error[0].value
    assert "cannot both be true" in said(at)


def test_what_a_person_knows_settles_a_condition() -> None:
    at = pasted("Network,Accuracy,n\nreport-final,.712,404")
    assert "only on a condition" in at.warning[0].value
    at.selectbox("table-scores").set_value("Of one network").run()
    at.selectbox("table-decimals").set_value("Rounded").run()
    assert "Not all of these numbers can be true" in at.error[0].value
    at.selectbox("table-scores").set_value("Means over several").run()
    at.number_input("table-seeds").set_value(5).run()
    assert "can all be true" in at.success[0].value
    assert "2,020 answers" in said(at)


def test_sizes_in_words_are_read() -> None:
    at = pasted("Group,Accuracy\nmale,.7102\nfemale,.6761")
    assert "could hardly be checked" in said(at)
    at.text_input("table-sizes").set_value("235/169 (male/female)").run()
    assert "167 of 235" in said(at)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Cannot be true", "cannot be true"),
        ("Can be true", "can be true"),
        ("Means over seeds", "on a condition"),
        ("By class", "on a condition"),
    ],
)
def test_an_example_is_what_it_is_called(name: str, verdict: str) -> None:
    assert checked(read_table(EXAMPLES[name])).verdict == verdict


def test_an_example_and_a_file_fill_the_field_and_clear_empties_it() -> None:
    at = page_at("table")
    at.button("example-can-be-true").click().run()
    assert "can all be true" in at.success[0].value
    at.file_uploader("table-file").set_value(("t.csv", TRUE.encode("utf-16"), "text/csv")).run()
    assert at.text_area("table-text").value == TRUE
    at.button("table-clear").click().run()
    assert "Paste a table above" in at.info[0].value


def test_nonsense_and_no_text_are_refused_in_a_sentence() -> None:
    assert "no column named Accuracy" in pasted("nothing here").warning[0].value.replace("\\", "")
    at = page_at("table")
    at.file_uploader("table-file").set_value(("t.csv", b"PK\x03\x04\x00", "text/csv")).run()
    assert "is not text" in said(at)


def test_names_in_a_table_are_shown_to_the_letter() -> None:
    at = pasted("Group,Accuracy,n\n<b>[x](http://a.b)</b>,.5,2")
    assert "\\[x\\]" in "".join(each.value for each in at.markdown)


def test_what_was_pasted_is_there_again_after_another_page() -> None:
    at = pasted(TRUE)
    at.switch_page("../../pages/home.py").run()
    assert at.switch_page("../../pages/table.py").run().text_area("table-text").value == TRUE
