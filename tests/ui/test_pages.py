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
from emocore.data.split import SplitPlan
from emocore.exchange import dataset_files, dataset_zip, run_zip
from emocore.figures import report
from emocore.runs import creation, store
from emocore.runs.run import Run, write_notes
from emocore.settings import CHECKOUT
from tests.laboratory import TINY
from tests.trained import trained
from tests.visiting import header, page_at, text_of


def test_home_names_dataset_model_and_next_steps(faces: Dataset) -> None:
    test = page_at("home")

    assert not test.exception
    assert "128 images" in text_of(test)
    assert header(test)[-1] == "Model **drawn-main, came with the program**"
    assert {"Train a network", "Try it on a picture", "View and import data"} <= {
        button.label for button in test.button
    }
    assert "Training now" not in text_of(test)


def test_home_leads_to_what_trains_now(faces: Dataset) -> None:
    run = creation.create(faces, SplitPlan(), TINY)
    test = page_at("home")
    assert "Training now" in text_of(test)
    test.button(key=f"watch-{run.id}").click().run()

    assert not test.exception
    assert [title.value for title in test.title] == ["Train"]
    assert f"{run.label}" in [each.value for each in test.subheader]


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


STRANGE = (
    "\t=1+1 \u202e\u2066\u200b<img src=x> <a href='//evil.example'>a</a> [l](http://evil.example) "
    "**b** `c` $x$ :red[r] www.evil.example a@evil.example"
)
MARKED = re.compile(r"(?<!\\)(?:<img src=x|<b>|\]\(http|\*\*b\b|`c|\$x|:red\[)|http(?=\\?:)|www(?=\\?\.)|@evil")
"""What Markdown would make something of in such a name."""
MISLEADING = re.compile(r"\t=1|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""What a browser or a spreadsheet turns around, hides or takes for the beginning of a formula."""
PAGES = sorted(path.stem for path in (CHECKOUT / "pages").glob("*.py") if path.stem != "predict")
"""Predict asks the engine at once; what it shows of names is in `tests/ui/predict`."""
TABS = [
    (page, tab)
    for page in PAGES
    for tab in re.findall(r'^ +"([a-z-]+)": \("', (CHECKOUT / "pages" / f"{page}.py").read_text(), re.MULTILINE)
    if tab != "fetch"  # It links to the homes of public datasets
]
LITERAL = ("alt", "rawValues", "id", "options", "default", "jsContent", "htmlContent", "cssContent", "placeholder")
"""Fields that Streamlit shows to the letter, or to nobody."""


@pytest.fixture
def strangely_named(small_faces: Dataset, laboratory: Path) -> Run:
    """A run whose classes, groups, attribute, name, notes and owner are called as nobody would."""
    emotions, genders = (
        small_faces.table[column].map(lambda word: f"{STRANGE} {word[0]}") for column in ("emotion", "gender")
    )
    table = small_faces.table.assign(emotion=emotions, gender=genders)
    table = table.rename(columns={"gender": "\t\u202e<b>g</b> www.evil.example a@evil.example"})
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
    charts = sum(charts_without_a_marked_name(strangely_named, page, {}) for page in PAGES)

    assert charts, "there was a chart to look at"


@pytest.mark.long
def test_no_tab_makes_anything_of_a_name(strangely_named: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emocore.engine.client.ensure_up", lambda: True)
    monkeypatch.setattr("emocore.engine.client.warm", lambda: None)
    monkeypatch.setattr("emocore.engine.client.submit_job", lambda _: None)

    charts = sum(charts_without_a_marked_name(strangely_named, page, {f"{page}_tab": tab}) for page, tab in TABS)

    assert charts >= 5
    assert len(TABS) > 35


def charts_without_a_marked_name(run: Run, page: str, address: dict[str, Any]) -> int:
    """How many plotly charts a page has, after a look at everything on it."""
    charts = 0
    test = page_at(page, model=run.id, run=run.id, who="<img src=x>", compare=run.id, **address)
    for kind, field, text in shown(test):
        assert not MISLEADING.search(text), (page, address, kind, field, text)
        if kind == "plotly_chart" and field == "spec":
            charts += 1
            assert "<img" not in text, page
            assert "<b>g" not in text, page
            assert "<a href" not in text, page
            assert "$x" not in text, page
        elif kind == "html":
            assert "<img src=x" not in text, page
        elif (kind, field) in (("text_input", "value"), ("dataframe", "columns")):
            continue  # A field shows its text to the letter, and so does a table the names of its columns
        elif kind not in ("vega_lite_chart", "text", "plotly_chart", "code", "bidi_component"):
            assert not MARKED.search(text), (page, address, kind, field, text)
    return charts


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
        assert not MISLEADING.search(text), name
        if name.endswith(".md"):
            assert not MARKED.search(text.partition("\n---\n")[2] or text), name
        elif name.endswith(".html"):
            assert "<img src=x" not in text, name
            assert "<b>g" not in text, name
        for cell in (cell for row in csv.reader(io.StringIO(text)) for cell in row) if name.endswith(".csv") else ():
            assert cell.isprintable(), (name, cell)
            assert not cell.startswith(("=", "@", "+", "\t", "＝")), (name, cell)
