"""Home, Data, Train and Cross-validate as a visitor finds them: at first, in use, and after a mistake."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from emocore.audit import data_card, document, model_card, report_sections
from emocore.data import library
from emocore.data.dataset import Dataset, assemble
from emocore.exchange import dataset_files, dataset_zip, run_zip
from emocore.figures import report
from emocore.runs import store
from emocore.runs.run import Run, write_notes
from emocore.settings import CHECKOUT
from tests.trained import trained
from tests.visiting import header, page_at, text_of


def test_home_names_dataset_model_and_next_steps(faces: Dataset) -> None:
    test = page_at("home")

    assert not test.exception
    assert "128 images" in text_of(test)
    assert header(test)[-1] == "Model **report-main, came with the program**"
    assert {"Train a network", "Try it on a picture", "View and import data"} <= {
        button.label for button in test.button
    }


def test_a_dataset_in_the_address_that_is_not_here_is_told(faces: Dataset) -> None:
    test = page_at("data", dataset="gone")

    assert not test.exception
    assert header(test) == ["Dataset **gone is not here**"]
    assert 'There is no dataset "gone"' in text_of(test)


def test_no_uploader_refuses_a_file_by_its_ending_since_a_reader_says_why() -> None:
    sources = {path: path.read_text() for path in (CHECKOUT / "emocore" / "ui").rglob("*.py")}
    uploaders = sum(text.count("st.file_uploader(") for text in sources.values())

    assert uploaders >= 9
    found = [
        path.name
        for path, text in sources.items()
        for part in text.split("st.file_uploader(")[1:]
        if re.search(r"\btype=", part[: part.index("key=")]) and '"directory"' not in part[: part.index("key=")]
    ]
    assert found == [], "only of a whole folder the pictures and tables alone are taken"


STRANGE = "<img src=x> [l](http://evil.example) **b** `c` $x$ :red[r] www.evil.example a@evil.example"
MARKED = re.compile(r"(?<!\\)(?:<img src=x|<b>|\]\(http|\*\*b|`c|\$x|:red\[)|http(?=\\?:)|www(?=\\?\.)|@evil")
"""What Markdown would make something of in such a name."""
PAGES = sorted(path.stem for path in (CHECKOUT / "pages").glob("*.py") if path.stem != "predict")
"""Predict asks the engine at once; what it shows of names is in `tests/ui/predict`."""
LITERAL = ("alt", "rawValues", "id", "options", "default", "jsContent", "htmlContent", "cssContent", "placeholder")
"""Fields that Streamlit shows to the letter, or to nobody."""


@pytest.fixture
def strangely_named(small_faces: Dataset, laboratory: Path) -> Run:
    """A run whose classes, groups, attribute, name, notes and owner are called as nobody would."""
    emotions, genders = (
        small_faces.table[column].map(lambda word: f"{word[0]} {STRANGE}") for column in ("emotion", "gender")
    )
    table = small_faces.table.assign(emotion=emotions, gender=genders)
    table = table.rename(columns={"gender": "<b>g</b> www.evil.example a@evil.example"})
    library.save(assemble(small_faces.name, np.array(small_faces.images), table))
    run = trained(library.load(small_faces.name), STRANGE)
    write_notes(run.folder, STRANGE[:60], STRANGE)
    return store.read(run.id)


def shown(test: AppTest) -> Iterator[tuple[str, str, str]]:
    """Kind, field and text of everything on a page that is no literal text."""
    waiting = [test.main, test.sidebar]
    while waiting:
        block = waiting.pop()
        waiting += list(getattr(block, "children", {}).values())
        if getattr(block, "proto", None) is not None:
            yield from texts(block.type, "", MessageToDict(block.proto))


def texts(kind: str, field: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            is_literal = name in LITERAL and not (kind == "button_group" and name == "options")
            yield from () if is_literal else texts(kind, name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(kind, field, inner)
    elif isinstance(value, str):
        yield kind, field, value


def test_no_page_makes_anything_of_a_name(strangely_named: Run) -> None:
    plotly = 0
    for page in PAGES:
        test = page_at(page, model=strangely_named.id, run=strangely_named.id, who="<img src=x>")
        assert not test.exception, page
        for kind, field, text in shown(test):
            if kind == "plotly_chart" and field == "spec":
                plotly += 1
                assert "<img" not in text, page
                assert "<b>g" not in text, page
                assert "$x" not in text, page
            elif kind == "html":
                assert "<img src=x" not in text, page
            elif (kind, field) == ("text_input", "value"):
                continue  # A field shows its text to the letter
            elif kind not in ("vega_lite_chart", "text", "plotly_chart", "code", "bidi_component"):
                assert not MARKED.search(text), (page, kind, field, text)
    assert plotly, "there was a chart to look at"


def test_no_export_makes_anything_of_a_name(strangely_named: Run) -> None:
    dataset = library.load(strangely_named.dataset)
    card, facts = model_card.card(strangely_named), data_card.make(dataset)
    zipped = io.BytesIO()
    dataset_zip.export_zip(dataset, zipped)
    with zipfile.ZipFile(zipped) as archive, zipfile.ZipFile(io.BytesIO(run_zip.packed([strangely_named]))) as runs:
        written = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".csv", ".md"))}
        written |= {f"runs/{name}": runs.read(name).decode() for name in runs.namelist() if name.endswith(".csv")}
    written |= {"labels.csv": dataset_files.write(dataset).decode()}
    written |= {"report.md": document.as_markdown(report_sections.report(card)), "report.html": report.html(card)}
    written |= {"card.md": document.as_markdown(facts), "card.html": data_card.as_html(facts)}

    for name, text in written.items():
        if name.endswith(".md"):
            assert not MARKED.search(text.partition("\n---\n")[2] or text), name
        elif name.endswith(".html"):
            assert "<img src=x" not in text, name
            assert "<b>g" not in text, name
        for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row) if name.endswith(".csv") else ():
            assert cell.isprintable(), (name, cell)
            assert not cell.startswith(("=", "@", "+", "\t", "＝")), (name, cell)
