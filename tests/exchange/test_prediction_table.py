"""A table of predictions from elsewhere is read whole, or refused in one sentence that names the line."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emocore.errors import EmoError
from emocore.exchange import prediction_table
from emocore.judge.predictions import Predictions

SHARES = """network,file,truth,age,happy,neutral,sad
a,2.png,happy,old,.7,.2,.1
a,1.png,sad,young,.1,.6,.3
b,1.png,sad,young,.1,.1,.8
b,2.png,happy,old,.2,.5,.3
"""
ANSWERS = """id;label;predicted
1.png;happy;happy
2.png;sad;happy
"""


def read(text: str, *classes: str) -> prediction_table.PredictionTable:
    return prediction_table.read(text.encode(), "answers.csv", classes)


def said(answers: Predictions, classes: tuple[str, ...]) -> list[str]:
    return [classes[number] for number in answers.answers]


def test_networks_images_classes_and_attributes_are_read() -> None:
    table = read(SHARES)

    assert table.classes == ("happy", "sad", "neutral"), "neutral shows by its probabilities alone"
    assert table.images.to_dict("list") == {
        "id": ["1.png", "2.png"],
        "emotion": ["sad", "happy"],
        "age": ["young", "old"],
    }
    assert said(table.answers["a"], table.classes) == ["neutral", "happy"]
    assert said(table.answers["b"], table.classes) == ["sad", "neutral"]
    assert table.answers["a"].right.tolist() == [False, True]
    assert table.answers["a"].probabilities[0] == pytest.approx([0.1, 0.3, 0.6])
    assert not table.answers["a"].only_answers


def test_answers_without_probabilities_count_as_certain_and_say_so() -> None:
    table = read(ANSWERS)

    answers = table.answers["answers"]
    assert answers.only_answers
    assert answers.take(np.array([1])).only_answers
    assert said(answers, table.classes) == ["happy", "happy"]
    assert answers.right.tolist() == [True, False]


def test_a_tie_is_settled_by_the_answer_that_was_given() -> None:
    table = read("id,truth,answer,happy,sad\n1,sad,sad,.5,.5\n2,happy,happy,.5,.5\n")

    assert said(table.answers["answers"], table.classes) == ["sad", "happy"]


def test_parquet_is_read_like_csv() -> None:
    content = io.BytesIO()
    pd.read_csv(io.StringIO(SHARES)).to_parquet(content, index=False)

    table = prediction_table.read(content.getvalue(), "answers.parquet")

    assert table.fingerprint == read(SHARES).fingerprint
    assert np.allclose(table.answers["b"].probabilities, read(SHARES).answers["b"].probabilities)


def test_the_same_images_have_one_fingerprint_in_whichever_file_and_order() -> None:
    lines = SHARES.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])

    assert read(turned).fingerprint == read(SHARES).fingerprint
    assert read(SHARES.replace("sad,young", "neutral,young")).fingerprint != read(SHARES).fingerprint


def test_columns_with_our_own_names_become_attributes_of_another_name() -> None:
    table = read("id,truth,answer,part\n1,sad,sad,test\n2,happy,sad,train\n")

    assert list(table.images) == ["id", "emotion", "part_"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (SHARES.replace("1.png,sad,young,.1,.6", "1.png,,young,.1,.6"), "missing_truth", "line 3: the truth of 1.png"),
        (SHARES.replace("a,1.png,sad", "a,1.png,angry"), "unknown_class", "line 3: the truth 'angry' is none of"),
        (ANSWERS.replace("sad;happy", "sad;hapy"), "unknown_class", "line 3: the answer 'hapy' is none of"),
        (SHARES.replace("a,1.png", "a,2.png"), "duplicate_id", "line 3: 2.png was answered in line 2 already"),
        (SHARES.replace(".6,.3", ".6,.1"), "bad_probabilities", "line 3: the probabilities sum to 0.800, not to 1"),
        (SHARES.replace(".6,.3", ".6,1.3"), "bad_probabilities", "line 3: '1.3' is no probability of sad"),
        (SHARES.replace(".6,.3", ".6,nan"), "bad_probabilities", "line 3: 'nan' is no probability"),
        (SHARES.replace("a,1.png,sad,young,.1,.6,.3\n", ""), "different_images", "line 3: b answers 1.png here and a"),
        (SHARES.replace(".6,.3", ".6"), "different_lengths", "line 3: 6 cells, but the first line names 7 columns"),
        (SHARES.replace("b,1.png,sad", "b,1.png,happy"), "different_labels", "in line 3 'sad'"),
        (SHARES.replace("b,1.png,sad,young", "b,1.png,sad,old"), "different_labels", "line 4: 1.png is 'old'"),
        (SHARES.replace("file", "picture"), "no_column", "no column for the id. Name one id or file."),
        (SHARES.replace("truth", "class"), "no_column", "no column for the truth"),
        ("id,truth\n1,sad\n2,happy\n", "no_column", "neither a column answer nor a probability for each class"),
        ("id,truth,truth,answer\n1,sad,sad,sad\n", "no_column", "two columns are called 'truth'"),
        ("id,truth,answer,p_sad,p_happy\n1,sad,happy,.9,.1\n", "different_answer", "line 2: the answer is happy, but"),
        ("id,truth,answer\n1,sad,sad\n", "unknown_class", "shows 1 class; 2 to 100"),
        ("id,truth,answer\n", "no_table", "no predictions below its first line"),
        ("", "no_table", "no predictions below its first line"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_a_sentence_that_names_the_line(text: str, code: str, message: str) -> None:
    with pytest.raises(EmoError) as refused:
        read(text)

    assert refused.value.code == code
    assert message in refused.value.message
    assert refused.value.message.startswith("answers.csv")
    assert refused.value.message.endswith(".")


def test_classes_that_no_image_has_can_be_named() -> None:
    assert read(ANSWERS, "happy", "sad", "angry").classes == ("happy", "sad", "angry")
    with pytest.raises(EmoError, match="line 2: the truth 'happy' is none of the classes sad, angry"):
        read(ANSWERS, "sad", "angry")


def test_a_file_that_is_no_table_is_refused() -> None:
    for content, name in ((b"\xff\xfe\x00", "a.csv"), (b"no parquet", "a.parquet")):
        with pytest.raises(EmoError) as refused:
            prediction_table.read(content, name)
        assert refused.value.code == "no_table"


def test_a_small_file_that_claims_millions_of_rows_is_refused_unread() -> None:
    content = io.BytesIO()
    ids = pa.DictionaryArray.from_arrays(pa.array(np.zeros(3_000_000, np.int32)), ["a"])
    pq.write_table(pa.table({"id": ids, "truth": ids}), content, compression="zstd")
    assert len(content.getvalue()) < 2**20

    with pytest.raises(EmoError, match=r"answers\.parquet: 3,000,000 rows; the limit is 500,000"):
        prediction_table.read(content.getvalue(), "answers.parquet")
