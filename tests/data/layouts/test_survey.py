"""What folders, tables and names mean is found out by their words, shown, and corrected by the person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emocore.data.layouts.plan import Plan, wishes
from emocore.data.reading.readers import Import, read_whole
from emocore.errors import EmoError
from tests.laboratory import code_of
from tests.public_layouts import faces, laid_out

TWO = ("happy", "sad")


def plan_of(home: Path, *names: str, **tables: str) -> tuple[Plan, Import]:
    return read(home, *names, tables=tables)


def read(home: Path, *names: str, tables: dict[str, str] | None = None, **said: Any) -> tuple[Plan, Import]:
    from emocore.data.reading.look import look

    extra = {f"{name}.csv": text.encode() for name, text in (tables or {}).items()}
    path = laid_out(home / "mine", {**faces(*names), **extra})
    wanted = wishes(**said)
    return look(path, wanted).plan, read_whole(path, "mine", wishes=wanted)


def counts(result: Import) -> dict[str, int]:
    table = result.dataset.table
    return {f"{split}/{emotion}": len(rows) for (split, emotion), rows in table.groupby(["split", "emotion"])}


def meanings(plan: Plan) -> dict[str, str]:
    return {part.source: part.meaning for part in plan.parts}


def test_a_class_above_its_splits_keeps_both(tmp_path: Path) -> None:
    names = [f"{word}/{part}/{n}.png" for word in TWO for part in ("train", "test") for n in range(2)]
    plan, result = plan_of(tmp_path, *names)

    assert meanings(plan) == {"folder:1": "class", "folder:2": "split"}
    assert counts(result) == {"train/happy": 2, "train/sad": 2, "test/happy": 2, "test/sad": 2}


def test_folders_above_the_class_become_an_attribute_of_persons(tmp_path: Path) -> None:
    names = [f"{who}/{word}/{n}.png" for who in ("P001", "P002") for word in TWO for n in range(2)]
    plan, result = plan_of(tmp_path, *names)

    assert meanings(plan) == {"folder:1": "person", "folder:2": "class"}
    assert set(result.dataset.table["person"]) == {"P001", "P002"}
    assert counts(result) == {"/happy": 4, "/sad": 4}


def test_folds_are_an_attribute_and_no_split(tmp_path: Path) -> None:
    plan, result = plan_of(tmp_path, *(f"fold{k}/{word}/{n}.png" for k in (1, 2) for word in TWO for n in range(2)))

    assert meanings(plan) == {"folder:1": "fold", "folder:2": "class"}
    assert set(result.dataset.table["split"]) == {""}


def test_one_folder_and_a_table_beside_it(tmp_path: Path) -> None:
    rows = "".join(f"{n}.png,{TWO[n % 2]},{('train', 'val')[n // 4 % 2]},old\n" for n in range(8))
    plan, result = plan_of(tmp_path, *(f"images/{n}.png" for n in range(9)), labels=f"filename,label,split,age\n{rows}")

    assert plan.layout == "a table of labels"
    assert counts(result) == {"train/happy": 2, "train/sad": 2, "validation/happy": 2, "validation/sad": 2}
    assert set(result.dataset.table["age"]) == {"old"}
    assert [(row.file, row.reason) for row in result.skipped] == [("images/8.png", "no row of a table gives its class")]


def test_several_tables_tell_the_split_by_their_names(tmp_path: Path) -> None:
    tables = {
        part: "image,emotion\n" + "".join(f"{n},{TWO[n % 2]}\n" for n in range(start, start + 4))
        for part, start in (("train", 0), ("test", 4))
    }
    plan, result = plan_of(tmp_path, *(f"{n}.png" for n in range(8)), **tables)

    assert meanings(plan) == {"*:emotion": "class", "tables": "split"}
    assert counts(result) == {"train/happy": 2, "train/sad": 2, "test/happy": 2, "test/sad": 2}


def test_words_in_file_names_are_classes_where_nothing_else_tells(tmp_path: Path) -> None:
    plan, result = plan_of(tmp_path, *(f"Rafd_{n}_{word}{n}_frontal.png" for word in TWO for n in range(3)))

    assert meanings(plan)["name:3"] == "class"
    assert counts(result) == {"/happy": 3, "/sad": 3}


def test_numbers_get_no_names_unless_a_person_chooses_them(tmp_path: Path) -> None:
    names = [f"train/{code}/{n}.png" for code in (1, 4) for n in range(2)]
    plan, result = plan_of(tmp_path, *names)
    _, named = read(tmp_path, *names, codes="rafdb")

    assert set(result.dataset.classes) == {"1", "4"}
    assert "The classes are numbers (1, 4)" in plan.questions[0]
    assert "question" in [note.code for note in result.notes]
    assert set(named.dataset.classes) == {"surprised", "happy"}


def test_a_person_says_what_the_levels_are(tmp_path: Path) -> None:
    names = [f"{who}/{word}/{n}.png" for who in ("ann", "bob") for word in ("x", "y") for n in range(2)]
    _, guessed = plan_of(tmp_path, *names)
    plan, said = read(tmp_path, *names, levels="person/class")

    assert set(guessed.dataset.classes) == {"ann", "bob"}
    assert meanings(plan) == {"folder:1": "person", "folder:2": "class"}
    assert set(said.dataset.classes) == {"x", "y"}
    assert set(said.dataset.table["person"]) == {"ann", "bob"}


def test_class_split_and_person_come_from_where_a_person_says(tmp_path: Path) -> None:
    names = [
        f"{word}/{who}_{part}_{n}.png" for word in TWO for who in "ab" for part in ("train", "test") for n in (1, 2)
    ]
    table = "filename,mood\n" + "".join(f"{name},{'xy'[n % 2]}\n" for n, name in enumerate(names))
    _, result = read(
        tmp_path,
        *names,
        tables={"moods": table},
        class_from="moods.csv:mood",
        split_from="name:2",
        person_from="name:1",
    )

    assert counts(result) == {f"{part}/{mood}": 4 for part in ("train", "test") for mood in "xy"}
    assert set(result.dataset.table["person"]) == {"a", "b"}


def test_labels_of_a_table_are_taken_in_place_of_the_folders_only_when_asked(tmp_path: Path) -> None:
    names = [f"{word}/{word}{n}.png" for word in TWO for n in range(2)]
    table = "filename,emotion\n" + "".join(
        f"{word}{n}.png,{other}\n" for word, other in (TWO, TWO[::-1]) for n in range(2)
    )
    _, kept = plan_of(tmp_path, *names, new=table)
    _, taken = read(tmp_path, *names, tables={"new": table}, class_from="new.csv:emotion")

    assert (
        dict(zip(kept.dataset.table["source"], kept.dataset.table["emotion"], strict=True))["happy/happy0.png"]
        == "happy"
    )
    assert "other_labels" in [note.code for note in kept.notes]
    assert (
        dict(zip(taken.dataset.table["source"], taken.dataset.table["emotion"], strict=True))["happy/happy0.png"]
        == "sad"
    )


@pytest.mark.parametrize("word", ["unknown", "Not_labeled", "?", "no face", "NF"])
def test_a_label_that_says_that_none_is_known_leaves_its_picture_out_with_a_count(tmp_path: Path, word: str) -> None:
    rows = [f"{n}.png,{(*TWO, word)[n % 3]}" for n in range(9)]
    _, result = plan_of(tmp_path, *(f"images/{n}.png" for n in range(9)), labels="\n".join(["filename,label", *rows]))

    assert counts(result) == {"/happy": 3, "/sad": 3}
    (note,) = [note.message for note in result.notes if note.code == "skipped_files"]
    assert note.startswith(f'3 pictures skipped (its label "{word}" means that the class is unknown): images/2.png')
    assert "unmatched_rows" not in [note.code for note in result.notes]


def test_a_slip_of_the_pen_in_a_table_is_refused_by_its_file_row_and_picture(tmp_path: Path) -> None:
    rows = [f"{n}.png,{TWO[n % 2] if n else 'hapy'}" for n in range(9)]
    tables = {"labels": "\n".join(["filename,label", *rows])}
    with pytest.raises(EmoError) as caught:
        read(tmp_path, *(f"images/{n}.png" for n in range(9)), tables=tables)

    assert caught.value.message.startswith(
        "mine: the class hapy has only 1 picture, images/0.png (labels.csv, row 1). Each class needs at least "
        "2 pictures."
    )
    assert "--merge hapy=happy" in caught.value.message


def test_wishes_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    names = ("happy/1.png", "sad/1.png")

    assert code_of(read, tmp_path, *names, levels="split/person/class/x/y") == "bad_value"
    assert code_of(read, tmp_path, *names, class_from="labels.csv:emotion") == "bad_value"
    assert code_of(read, tmp_path, *names, class_from="somewhere") == "bad_value"
    assert code_of(read, tmp_path, *names, codes="mine") == "bad_value"
    assert code_of(read, tmp_path, *names, layout="KDEF") == "bad_value"
    assert code_of(read, tmp_path, *names, levels="split/<b>") == "bad_value"
