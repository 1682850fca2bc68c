"""Cross-validations: the form that starts one, its folds and scores, the list of all."""

from __future__ import annotations

import streamlit as st

from emocore import settings, wording
from emocore.audit import experiment_findings
from emocore.data import library
from emocore.data.library import Summary
from emocore.data.split import MOST
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures import palette, training
from emocore.figures.scores import deepest, interval_bars, interval_row, matrix_cells
from emocore.figures.scores import matrix as confusion_matrix
from emocore.judge import folds
from emocore.judge.folds import CrossValidation
from emocore.judge.tables import printed
from emocore.learn.recipe import Recipe
from emocore.runs import store
from emocore.runs.answers import kept_epoch
from emocore.runs.experiments import crossval
from emocore.runs.experiments.crossval import MOST_REPEATS, CrossRun, Plan
from emocore.runs.run import Run
from emocore.ui.parts import deletion, findings, markdown, progress, remedies, tables
from emocore.ui.parts import example as examples
from emocore.ui.state import choice
from emocore.ui.train import live, others
from emocore.wording import minute

POOLS = {
    "train": "Training images only (the test part stays sealed)",
    "all": "All images (no test images are left for a final test)",
}


def choose_plan(dataset: Summary) -> Plan:
    """How to cut: folds and repeats, or one group of an attribute after another."""
    by = st.selectbox(
        "Hold out",
        ["", *dataset.attributes],
        format_func=lambda name: f"One group at a time: {name} (perceived, as labeled)" if name else "Random folds",
        key=f"crossval-by-{dataset.name}",
        help="Random folds have the same share of each class. One group at a time shows how well a network predicts a "
        "group that it was not trained on.",
    )
    left, right = st.columns(2)
    folds = left.number_input("Folds", 2, MOST, 10, key="crossval-folds", disabled=bool(by))
    repeats = right.number_input(
        "Repeats",
        1,
        MOST_REPEATS,
        1,
        key="crossval-repeats",
        disabled=bool(by),
        help="The number of cross-validations. Each one uses different folds.",
    )
    together = ""
    if dataset.attributes:
        together = st.selectbox(
            "Keep together in one fold",
            ["", *dataset.attributes],
            format_func=lambda name: f"Images with the same {name}" if name else "Copies of a picture only",
            key=f"crossval-together-{dataset.name}",
            disabled=bool(by),
            help="Choose the attribute that names the person or the film. If pictures of one person are in several "
            "folds, the network knows the person from training and its score is too good.",
        )
    pool = st.radio("Images", list(POOLS), format_func=POOLS.__getitem__, key="crossval-pool")
    seed = st.number_input("Seed for the folds", 0, 2**31 - 1, 42, key="crossval-seed")
    return Plan(int(folds), int(repeats), by, pool, int(seed), together="" if by else together)


def draw_start(dataset: Summary, plan: Plan, recipe: Recipe | None) -> None:
    """The button that starts; it says why when it cannot."""
    remedies.draw(dataset, "crossval-problem")
    st.button(
        "Start cross-validation",
        type="primary",
        icon=":material/play_arrow:",
        key="start-crossval",
        disabled=recipe is None,
        help=remedies.CORRECT_FIRST if recipe is None else None,
        on_click=_start,
        args=(dataset, plan, recipe),
    )


def _start(dataset: Summary, plan: Plan, recipe: Recipe) -> None:
    remedies.forget("crossval-problem")
    try:
        made = crossval.create(library.load(dataset.name), plan, recipe, choice.who())
    except EmoError as error:
        remedies.keep(error, "crossval-problem")
        return
    for run in crossval.runs(made):
        client.submit_run(run)
    choice.choose("crossval", made.id)
    progress.mark_started(made.id)


EQUAL = "Micro averages are equal to the accuracy here."
SHORT = {"train": "training images", "all": "all images"}


def watch(made: CrossRun) -> None:
    """Draw a cross-validation; while a fold is not over, again and again."""
    others.follow(crossval.is_over(made), _draw, made.id, f"folds-{made.id}")


def shown() -> CrossRun | None:
    """The cross-validation that is looked at."""
    return examples.shown(
        "crossval",
        choice.crossval(),
        lambda: crossval.listed()[0],
        lambda found: crossval.read(found.crossvals[0]) if found.crossvals else None,
    )


def is_finished(made: CrossRun) -> bool:
    """Whether every fold has its answers."""
    return all(run.status.state == "finished" for run in crossval.runs(made))


def result(made: CrossRun) -> CrossValidation:
    """Scores of a finished cross-validation, kept by the server."""
    return _scored(made.id, made.classes)


def draw_history() -> None:
    """All cross-validations; a click shows one."""
    listed, damaged = crossval.listed()
    deletion.draw_damaged(damaged, "crossval", settings.data_dir() / "crossvals")
    if not listed:
        st.write("There are no cross-validations yet.")
        return
    picked = tables.pick_row([_row(made) for made in listed], "crossvals", "Cross-validations")
    if picked is not None:
        choice.choose("crossval", listed[picked].id)
        st.rerun()
    st.caption("Click a row to show the cross-validation.")


def _draw(crossval_id: str, was_live: bool) -> None:
    made = crossval.read(crossval_id)
    runs = crossval.runs(made)
    over = all(run.status.is_settled for run in runs)
    if was_live and over:
        st.rerun()
    _draw_head(made, over)
    if not over:
        client.ensure_up()
        _draw_progress(made, runs)
    elif all(run.status.state == "finished" for run in runs):
        _draw_result(made)
    else:
        _draw_lost(made, runs)


def _draw_head(made: CrossRun, over: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(
            f"{markdown.plain(made.recipe.name)} on {markdown.plain(made.dataset)}", anchor=False, width="content"
        )
        st.space("stretch")
        if not over:
            progress.draw_stop(f"stop-{made.id}", made.owner, crossval.stop, made)
        elif not made.shipped:
            runs = wording.counted(len(made.runs), "run")
            deletion.draw_delete("crossval", made.id, words=deletion.WITH_RUNS.format(runs=runs), owner=made.owner)
    st.caption(" ".join(_facts(made)))


def _facts(made: CrossRun) -> list[str]:
    """How a cross-validation is made, as sentences."""
    plan = made.plan
    facts = [f"Hold out: one {markdown.plain(plan.by)} group at a time." if plan.by else f"Folds: {plan.folds}."]
    if plan.together:
        facts.append(f"Images with the same {markdown.plain(plan.together)} stay in one fold.")
    if plan.repeats > 1 and not plan.by:
        facts.append(f"Repeats: {plan.repeats}.")
    facts.append(f"Images: {SHORT[plan.pool]}. Seed: {plan.seed}.")
    if made.owner:
        facts.append(f"Started by {markdown.plain(made.owner)}.")
    return [*facts, f"Created: {minute(made.created)} UTC."]


def _draw_progress(made: CrossRun, runs: list[Run]) -> None:
    done = sum(run.status.is_over for run in runs)
    st.progress(done / len(runs), text=progress.finished(done, len(runs), "fold"))
    rows = []
    for number, run in enumerate(runs, 1):
        passed = store.epochs(run)
        kept = kept_epoch(run, passed)
        rows.append(
            {
                "fold": _name(made, number),
                "state": run.status.state,
                "epochs": len(passed),
                "validation loss": [epoch.validation_loss for epoch in passed],
                "validation accuracy": kept.validation_accuracy if kept else None,
            }
        )
    tables.show(
        rows,
        height="content",
        column_config={
            "validation loss": st.column_config.LineChartColumn(y_min=0),
            **tables.score_columns("validation accuracy"),
        },
        alt="Training of the folds",
    )


def _draw_lost(made: CrossRun, runs: list[Run]) -> None:
    for number, run in enumerate(runs, 1):
        if run.status.state != "finished":
            st.write(f"{_name(made, number)}: {run.status.state}. {markdown.sentence(run.status.message)}")
    lost = [run for run in runs if run.status.state == "interrupted"]
    if lost:
        st.button(
            progress.CONTINUE, icon=":material/play_arrow:", key=f"go-on-{made.id}", on_click=_go_on, args=(lost,)
        )


def _draw_result(made: CrossRun) -> None:
    """Scores of the held-out folds, each image judged once."""
    scored = result(made)
    st.write(markdown.sentence(scored.message))
    table = printed.folds_table(scored)
    left, right = st.columns([3, 2])
    with left:
        if made.groups:
            rows = [interval_row(one.group, one.scores["accuracy"], one.interval, one.n) for one in scored.folds]
            bars = interval_bars(rows, "Accuracy of the held-out group", dict.fromkeys(made.groups, palette.PLAIN))
            tables.draw_chart(bars, "Accuracy of each held-out group", f"groups-{made.id}")
        else:
            tables.draw_figure(training.strip(scored), "Scores of the folds", f"strip-{made.id}")
    with right:
        cells = matrix_cells(scored.confusion, made.classes, "Images", hide_diagonal=False)
        matrix = confusion_matrix(cells, made.classes, deepest(cells, "Images"))
        tables.draw_chart(matrix, "Confusion matrix of all folds", f"pooled-{made.id}")
    st.caption(
        f"Each bar is a held-out group. The line is its 95% interval. {EQUAL}"
        if made.groups
        else "Each point is one fold. The bars are 95% intervals of the mean. They are corrected: the folds share "
        f"training images (Nadeau and Bengio 2003). Without the correction they would be too narrow. {EQUAL}"
    )
    tables.show(training.as_rows(table), height="content", alt="Scores of each fold")
    st.download_button("Download as CSV", table.csv(), f"{made.id}.csv", "text/csv", key=f"csv-{made.id}")
    st.caption(
        "This score can differ from the score of a single split. Each network here was trained on fewer or different "
        "images, the score is based on more test images, and a single split depends on chance."
    )
    if found := experiment_findings.fold_findings(crossval.runs(made)):
        findings.draw(found, f"findings-{made.id}")


@st.cache_data(max_entries=16, show_spinner=False)
def _scored(crossval_id: str, classes: tuple[str, ...]) -> CrossValidation:
    made = crossval.read(crossval_id)
    return folds.cross_validation(crossval.predictions(made), classes, crossval.test_share(made), made.groups)


def _row(made: CrossRun) -> dict[str, object]:
    runs = crossval.runs(made)
    return {
        "recipe": made.recipe.name,
        "dataset": made.dataset,
        "folds": f"groups of {made.plan.by}" if made.plan.by else str(made.plan.folds),
        "repeats": made.plan.repeats,
        "images": SHORT[made.plan.pool],
        "finished": f"{sum(run.status.state == 'finished' for run in runs)} of {len(runs)}",
        "by": made.owner,
        "created": minute(made.created),
    }


def _go_on(lost: list[Run]) -> None:
    for run in lost:
        live.go_on(run)


def _name(made: CrossRun, number: int) -> str:
    if made.groups:
        return f"without {made.groups[number - 1]}"
    repeat, fold = divmod(number - 1, made.plan.folds)
    if made.plan.repeats > 1:
        return f"fold {fold + 1}, repeat {repeat + 1}"
    return f"fold {fold + 1}"
