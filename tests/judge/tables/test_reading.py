"""Tables as people have them are read: any first column, per cent, commas, blanks, Markdown, LaTeX, scikit-learn's."""

from __future__ import annotations

import pytest

from emocore.errors import EmoError
from emocore.judge.tables.cells import UNTOLD
from emocore.judge.tables.reading import MOST_CHARACTERS, decoded, read_table


def seen(text: str, sizes: str = "") -> list[tuple[str, int | None, float | None]]:
    lines = read_table(text, sizes).lines
    return [(line.where, line.n, round(line.accuracy.value, 4) if line.accuracy else None) for line in lines]


EXPECTED = [("gender, male", 215, 0.73), ("gender, female", 189, 0.656)]


@pytest.mark.parametrize(
    "text",
    [
        "Attribute,Group,Accuracy,n\ngender,male,.730,215\n,female,.656,189\n",
        "Gruppe;Accuracy (%);Images\nmale;73,0;215\nfemale;65,6;189\n",
        "Who\tTest accuracy\tF1\tsupport\nmale\t73.0 %\t71 %\t215\nfemale\t65.6 %\t66 %\t189\n",
        "| | Acc. | n |\n|---|:--:|---|\n| male | **.730** | 215 |\n| female | .656 | 189 |\n",
        "Group & Acc. (\\%) & $n$ \\\\ \\hline\nmale & 73.0 & 215 \\\\\nfemale & \\textbf{65.6} & 189 \\\\\n",
        "Group     Accuracy   n\nmale      0.730    215\nfemale    0.656    189\n",
        "Group,Params,Accuracy,95 % CI\nmale (n = 215),454,0.730,[.66 .79]\nfemale (189),454,0.656,[.58 .72]\n",
        "Results.\nGroup,Accuracy\nmale,.730\nfemale,.656\n\nGroup: male, Number of samples: 215\n189 female\n",
        "Group,Accuracy\ngender: male,0.730 (157/215)\ngender: female,0.656 (124/189)\n",
    ],
)
def test_one_table_in_many_layouts_is_read_alike(text: str) -> None:
    assert seen(text) == EXPECTED


def test_numbers_of_images_that_a_person_adds_are_taken() -> None:
    assert seen("Group,Accuracy\nmale,.730\nfemale,.656\n", "male 215, female 189") == EXPECTED


def test_a_heading_over_rows_is_their_attribute() -> None:
    text = "Group,Accuracy\nAge,\nyoung,.70\nold,.60\nGender,\nmale,.66\nfemale,.64\n"
    assert [line for line, _, _ in seen(text)] == ["Age, young", "Age, old", "Gender, male", "Gender, female"]


def test_blank_cells_are_left_out_and_zeros_are_not() -> None:
    (first, second) = read_table("Group,Accuracy,Precision,F1\na,.5,-,n/a\nb,0,0.0,\n").lines
    assert set(first.scores) == {"accuracy"}
    assert {name: score.value for name, score in second.scores.items()} == {"accuracy": 0, "precision": 0}


def test_a_half_among_scores_in_full_precision_is_exact() -> None:
    lines = read_table("Fold,Accuracy\n1,0.5208333333333334\n2,0.5\n3,0.4686192468619247\n").lines
    assert lines[1].accuracy is not None
    assert lines[1].accuracy.is_full


def test_a_classification_report_of_scikit_learn_is_read_with_its_accuracy() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    truth, answers = [0] * 6 + [1] * 4, [0] * 5 + [1] * 4 + [0]
    table = read_table(sklearn.classification_report(truth, answers, target_names=["happy", "sad"]))
    by_name = {line.group: line for line in table.lines}
    assert [line.is_class for line in table.lines] == [True, True, False, False, False]
    assert (by_name["happy"].n, by_name["accuracy"].n, by_name["accuracy"].scores["accuracy"].value) == (6, 10, 0.8)
    assert by_name["macro avg"].is_mean


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("Model,Accuracy,Seeds\nA,.712,5\n", 5),
        ("Model,Accuracy\nA (mean of five seeds),.712\n", 5),
        ("Model;Accuracy\nA;.712 ± .025\n", UNTOLD),
        ("Model,Accuracy,SD\nA,.712,.025\n", UNTOLD),
        ("Model,Accuracy\nA,.712\n", None),
    ],
)
def test_a_line_says_over_how_many_networks_it_goes(text: str, seeds: int | None) -> None:
    assert read_table(text).lines[0].seeds == seeds


def test_a_caption_says_it_for_the_table() -> None:
    table = read_table("Means of five seeds on 404 test images, average over 5 seeds.\nModel,Accuracy\nA,.712\n")
    assert (table.seeds, table.total) == (5, 404)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "no column named Accuracy"),
        ("", "no column named Accuracy"),
        ("Group,Accuracy\n" + "a,0.5\n" * 3000, "too long"),
        ("Group,n,Accuracy\na,many,0.5\n", "not a number of images"),
        ("Group,Accuracy\na,0.5\nb,good\n", "'good' is not a score"),
        ("Group,Accuracy\na,0.7\nb,1.2\n", "'1.2' is not a share"),
        ("Model,Accuracy\nA,0,71\n", "decimal comma"),
        ('Group,Accuracy\n"' + "a" * 200_000 + '",0.5\n', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(EmoError, match=message):
        read_table(text)


def test_files_are_decoded_as_they_come() -> None:
    text = "Group,Accuracy\nfröhlich,0.5\n"
    assert {decoded(text.encode(coding), "t.csv") for coding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")} == {text}
    with pytest.raises(EmoError, match="is not text"):
        decoded(b"PK\x03\x04\x00\x00", "t.csv")
    with pytest.raises(EmoError, match="too long"):
        decoded(b"a" * (MOST_CHARACTERS + 1), "t.csv")
