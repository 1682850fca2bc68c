"""The report item by item: its story, the data it is shown on, and every figure, table and section beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import jobs
from emocore.reproduction import cases, document, numbers, results
from emocore.reproduction.document import story
from emocore.reproduction.numbers import GROUPS, PLAIN, Training
from emocore.reproduction.results import Results
from emocore.reproduction.rows import HERE, ITS, OURS, REPORT, VERDICTS, Row
from emocore.runs import store
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.data import importing
from emocore.ui.parts import markdown, progress, tables
from emocore.ui.report import charts
from emocore.ui.state import choice
from emocore.wording import counted, minute

COLORS = {
    "agrees": "green",
    "within chance": "green",
    "differs": "orange",
    "cannot be true": "red",
    "no number": "gray",
    "not recomputable": "violet",
    "code": "gray",
    "not run yet": "blue",
}


def draw_story() -> None:
    """What happened, for somebody who knows neither the report nor the code."""
    for head, sentence in story(results.measurements()):
        st.markdown(f"**{head}.** {markdown.sentence(sentence)}")


def draw_data() -> Summary:
    """Which images the pictures on this page are of, and the way to the report's own; returns that dataset."""
    summary = _report_or_drawn()
    made = results.measurements().made
    trained = f"All numbers were measured on the report's own data, up to {minute(made)} UTC." if made else NOTHING
    if summary.fingerprint == numbers.DATASET:
        st.success(
            f"The report's data is in the library as {markdown.plain(summary.name)}. Faces, counts and gray "
            f"values are drawn from it now. {trained}",
            icon=":material/check_circle:",
        )
        if choice.chosen("dataset") != summary.name:
            st.button(
                "Use it on all pages", key="report-choose", on_click=choice.choose, args=("dataset", summary.name)
            )
        return summary
    st.info(
        (
            "The report's data is not in the library. Faces, counts and gray values therefore show the drawn "
            f"faces. {trained}"
        ),
        icon=":material/theater_comedy:",
    )
    with st.container(horizontal=True):
        if st.button(
            "Fetch the report's 1,600 faces", icon=":material/cloud_download:", type="primary", key="report-fetch"
        ):
            importing.fetch("report")
        navigation.go("data", "Import them by hand", "report-import", icon=":material/upload:")
    importing.watch()
    return summary


NOTHING = "Nothing has been trained for this page yet. Run: python -m emocore reproduce all."


def draw_legend() -> None:
    """A "?" that says what the verdicts mean, and how the numbers were made."""
    with st.popover("How to read the rows", icon=":material/help:", key="report-legend"):
        for name, meaning in VERDICTS.items():
            st.markdown(f":{COLORS[name]}-badge[{name}] {meaning}")
        st.write(
            "*The report's protocol* is its own way to split, augment, stop and normalize, flaws included. *The "
            "corrected protocol*: copies of a picture stay on one side of the split, a validation part decides when "
            "training stops, the best weights are kept, and the test part is used for no choice. Brackets hold 95% "
            "intervals over images, or over folds where that is wider. They do not cover other seeds. "
            "`python -m emocore reproduce all` measures all numbers again."
        )


def draw_chapters(summary: Summary) -> None:
    """A fold for each chapter; what is in it is drawn when it is opened."""
    measurements, runs = _numbers(summary), store.trainings()
    for chapter in document.chapters():
        rows = [document.row(one, measurements) for one in document.items() if one.chapter == chapter]
        key = f"report-{chapter.split('.')[0].casefold()}"
        with st.expander(f"**{chapter}** ({counted(len(rows), 'item')})", key=key, on_change="rerun") as fold:
            if fold.open:
                for row in rows:
                    _draw(row, summary, measurements, runs)


QUICK = tuple(group for group in GROUPS if group != "causes")
"""What the quick mode measures."""
SHIPPED, REHEARSAL = "The report's data", "The drawn faces"
COUNT_TAKES = "This takes about half a minute."
TRAIN_TAKES = "This takes about 5 minutes, longer while other work runs. You can stop it: what was measured is kept."
COUNT, TRAIN = "Measure what needs no training", "Train all networks for 2 epochs"


def _numbers(summary: Summary) -> Results:
    """The measurements that the rows show: of the report's data, or in a rehearsal of the drawn faces."""
    if summary.fingerprint == numbers.DATASET:
        return results.measurements()
    shown = st.segmented_control(
        "Show our numbers for", [SHIPPED, REHEARSAL], default=SHIPPED, required=True, key="report-numbers", wrap=True
    )
    if shown == SHIPPED:
        return results.measurements()
    found = results.measurements(summary.fingerprint)
    st.write(
        "This is a rehearsal: the rows show what you measure on the drawn faces. These are easier than photographs, "
        "so the verdicts tell nothing of the report. But a leak or a flaw changes a score in the same way. Networks "
        "trained on the tab Why of Compare count here too. What the buttons measure is what `python -m emocore "
        "reproduce all --quick --dataset drawn-faces` measures. Without `--quick` the networks are trained to their "
        "end."
    )
    _draw_rehearsal(summary, found)
    return found


def _draw_rehearsal(summary: Summary, found: Results) -> None:
    """Buttons for what nobody measured yet of the drawn faces, or how far that is."""
    asked = {"dataset": summary.name, "fingerprint": summary.fingerprint}
    offers = (
        ("report-train", TRAIN, "model_training", asked | {"trained": True}, QUICK, TRAIN_TAKES),
        ("report-rehearse", COUNT, "calculate", asked, PLAIN, COUNT_TAKES),
    )
    with st.container(horizontal=True, key="report-offers"):
        for key, label, icon, question, groups, takes in offers:
            job = jobs.newest("rehearse", question)
            if job and (not job.status.is_over or job.status.state == "failed"):
                progress.draw(job)
                return
            if any(map(found.lacks, groups)):
                icon = f":material/{icon}:"
                st.button(label, icon=icon, key=key, on_click=progress.start, args=("rehearse", question), help=takes)


def _draw(row: Row, summary: Summary, measurements: Results, runs: Sequence[Run]) -> None:
    is_rehearsal = measurements.fingerprint != numbers.DATASET
    with st.container(border=True, key=f"report-item-{_slug(row)}"):
        mark = " :gray-badge[rehearsal on drawn faces]" if is_rehearsal and row.needs else ""
        badges = f":{COLORS[row.verdict]}-badge[{row.verdict}]{mark}"
        st.markdown(f"**{row.item}** {markdown.sentence(row.title)} {badges}")
        st.caption(markdown.sentence(row.shows))
        statements = ((REPORT, row.report), (ITS, row.its), (HERE, row.corrected))
        st.markdown("  \n".join(f"*{name}:* {markdown.sentence(words)}" for name, words in statements if words))
        if row.numbers:
            _draw_numbers(row)
        st.markdown(f":material/arrow_forward: {markdown.sentence(row.reason)}")
        if lacking := [group for group in row.needs if measurements.lacks(group)]:
            st.info(_how_to_measure(row, lacking, summary, is_rehearsal), icon=":material/hourglass_empty:")
        charts.draw(row, summary, measurements)
        _draw_link(row, summary, measurements, runs)


def _how_to_measure(row: Row, lacking: Sequence[str], summary: Summary, is_rehearsal: bool) -> str:
    """Which click or command measures what a row lacks."""
    data = f" --dataset {summary.name}" if is_rehearsal else ""
    command = f'`python -m emocore reproduce "{row.item}"{data}`'
    if lacking == ["causes"]:
        return f"What each cause is worth is not measured yet. The tab Why of Compare measures it, or {command}."
    button = COUNT if set(lacking) <= set(PLAIN) else TRAIN
    click = f'Click "{button}" above this list, or run' if is_rehearsal else "Run"
    return f"Not everything here is measured yet. {click} {command}."


def _draw_numbers(row: Row) -> None:
    columns = {"report": REPORT, "its": ITS, "corrected": OURS}
    filled = {name: title for name, title in columns.items() if any(getattr(one, name) for one in row.numbers)}
    table = [
        {"": markdown.sentence(one.what)}
        | {title: markdown.sentence(getattr(one, name)) or tables.NO_VALUE for name, title in filled.items()}
        for one in row.numbers
    ]
    tables.stacked(table, alt=f"Numbers of {row.item}", key=f"numbers-{'-'.join(filled)}-{_slug(row)}")


def _draw_link(row: Row, summary: Summary, measurements: Results, runs: Sequence[Run]) -> None:
    """A link to the page that makes a row live, with a network of the row where there is one; else what it opens."""
    page = navigation.pages()[row.page]
    where = f"{page.title}, {row.tab}" if row.tab else page.title
    query = {"dataset": summary.name} | ({f"{row.page}-tab": row.tab} if row.tab else {}) | dict(row.asks)
    run = cases.network(runs, summary, measurements.fingerprint, row.networks)
    query |= {"model": run.id} if run else {}
    st.page_link(page, label=f"Open in {where}", icon=":material/open_in_new:", query_params=query)
    if run:
        others = "" if _is(run, row.networks[0]) else " Of the other networks of this row only the numbers are kept."
        st.caption(f"It opens with {markdown.plain(run.label)}, seed {run.recipe.seed}.{others}")
    elif note := NO_NETWORK if row.networks else OPENS.get(row.page if not row.asks else ""):
        st.caption(note)


NO_NETWORK = (
    "It opens with the model that you chose last. Of this row's networks only the numbers are kept, not the weights. "
    'Train makes them again under "Train with a flaw on purpose".'
)
OPENS = {
    "compare": "It compares the runs that you chose last.",
    "crossval": "It shows the cross-validations that were trained here. Of this row's only the numbers are kept.",
    "search": "It shows the searches that were made here. Of this row's trainings only the numbers are kept.",
}
"""Page -> what it opens with, where no network can be told."""


def _is(run: Run, network: str) -> bool:
    protocol, recipe = network.split(" ")
    return replace(run.recipe, seed=0) == numbers.recipe_of(Training(protocol, recipe))


def _slug(row: Row) -> str:
    return row.item.casefold().replace(" ", "-").replace(".", "-").replace(",", "")


def _report_or_drawn() -> Summary:
    """The report's data wherever it is in the library, else the drawn faces."""
    there = [one for one in library.summaries() if one.fingerprint == numbers.DATASET and not one.problem]
    return there[0] if there else library.summary(library.DRAWN)
