"""Why do two numbers disagree: what each cause is worth, every combination trained in the same folds."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import settings, wording
from emocore.data import library
from emocore.data.library import Summary
from emocore.engine import client, jobs
from emocore.errors import EmoError
from emocore.figures import training as figure
from emocore.judge import shapley
from emocore.judge.shapley import Decomposition
from emocore.learn import leakage_lesson, variations
from emocore.reproduction import cases, results
from emocore.reproduction.results import Causes
from emocore.runs.experiments import explanation
from emocore.runs.experiments.explanation import Explanation
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import deletion, markdown, progress, tables
from emocore.ui.state import choice
from emocore.ui.train import others
from emocore.wording import score

RUNS, FOLDS, LEAK = "The two chosen runs", "The report: 0.49 and 0.70", "The report: 0.899 and 0.696"


def draw(runs: list[Run]) -> None:
    """Choose a difference, have its combinations trained, and see what each cause is worth."""
    deletion.draw_damaged(explanation.listed()[1], "explanation", settings.data_dir() / "explanations")
    deletion.draw_undo("explanation")
    differences = {"runs": RUNS, "folds": FOLDS, "leak": LEAK}
    on_change = choice.bound("explain-what", differences)
    difference = st.segmented_control(
        "Difference to explain",
        list(differences.values()),
        required=True,
        key="explain-what",
        on_change=on_change,
        wrap=True,
    )
    if difference == RUNS:
        _draw_runs(runs)
    elif (dataset := choice.dataset()) is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "why")
    elif difference == FOLDS:
        _draw_folds(dataset)
    else:
        _draw_leak(dataset)


def _draw_runs(runs: list[Run]) -> None:
    if len(runs) != 2:
        st.info("Choose exactly two runs above.", icon=":material/compare_arrows:")
        return
    first, second = runs
    try:
        found = variations.factors_between(first.recipe, second.recipe)
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/info:")
        return
    names = [markdown.plain(run.label) for run in runs]
    st.write(
        f"From **{names[0]}** to **{names[1]}** on the dataset {markdown.plain(first.dataset)}. These settings differ:"
    )
    _draw_words([one.name for one in found], [one.words for one in found])
    if first.split["fingerprint"] != second.split["fingerprint"] or first.fingerprint != second.fingerprint:
        st.caption(
            "The two runs also have different images or different splits. This is not one of the causes below. It is "
            "part of the difference that remains."
        )
    made = explanation.newest(first.dataset, (first.id, second.id))
    if made is None and navigation.draw_missing_dataset(first.dataset, "why-runs"):
        return
    _draw(made, lambda folds, seeds: explanation.of_runs(first, second, folds, seeds, choice.who()), len(found))


def _draw_folds(summary: Summary) -> None:
    case = variations.FOLDS
    st.write(
        f"{case.words} The path starts with our corrected cross-validation on {markdown.plain(summary.name)} and ends "
        "with the cross-validation as the report did it."
    )
    _draw_words([one.name for one in case.factors], [one.words for one in case.factors])

    def create(folds: int, seeds: int) -> Explanation:
        return explanation.of_report(summary.name, folds, seeds, choice.who())

    made = explanation.newest(summary.name)
    causes = results.measurements(summary.fingerprint).causes()
    if made is None and causes:
        _draw_causes(causes)
        with st.expander("Train more folds or seeds", icon=":material/model_training:"):
            _draw(None, create, len(case.factors))
    else:
        _draw(made, create, len(case.factors))


def _draw_causes(causes: Causes) -> None:
    """What the page "The report" shows, too: one measurement, kept once."""
    _draw_result(causes.found, "folds", "corrected", "the ten folds of the report")
    st.caption(
        f"{explanation_words(causes.n, causes.folds, causes.seeds)} Section 6.5 on the page The report uses the same "
        "measurements if they were made with the dataset of the report."
    )
    _draw_remains(causes.found, variations.FOLDS.printed, variations.FOLDS.remains)


def _draw_words(names: list[str], words: list[str]) -> None:
    for name, sentence in zip(names, words, strict=True):
        st.write(f"- **{markdown.plain(name)}**: {markdown.sentence(sentence)}")


def _draw(made: Explanation | None, create: Any, count: int) -> None:
    if problem := st.session_state.pop("explain-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    if made is None:
        left, right = st.columns(2)
        folds = left.number_input(
            "Folds", 1, explanation.FOLDS, 2, key="explain-folds", help="How many of the ten folds are trained."
        )
        seeds = right.number_input("Seeds", 1, explanation.MOST_SEEDS, 1, key="explain-seeds")
        trainings = int(folds) * int(seeds) * 2**count
        st.button(
            f"Train {wording.counted(trainings, 'network')}",
            type="primary",
            icon=":material/account_tree:",
            key="start-explain",
            on_click=_start,
            args=(create, int(folds), int(seeds)),
        )
        st.caption(
            "One network is trained for each combination of causes, each fold and each seed. With three seeds, effects "
            "of about 9 points can be told from chance. With five seeds, effects of 4 to 5 points can."
        )
        return
    others.follow(explanation.is_over(made), _draw_made, made.id, f"explanation-{made.id}")


def _start(create: Any, folds: int, seeds: int) -> None:
    try:
        runs = explanation.advance(create(folds, seeds))
    except EmoError as error:
        st.session_state["explain-problem"], runs = error.message, []
    for run in runs:
        client.submit_run(run)


def _draw_made(explanation_id: str, was_live: bool) -> None:
    made = explanation.read(explanation_id)
    if was_live and settings.scheduler_address():  # Our own engine does it by itself
        for run in explanation.advance(made):
            client.submit_run(run)
    over, done = explanation.is_over(made), explanation.done(made)
    if was_live and over:
        st.rerun()
    if not over:
        client.ensure_up()
        st.progress(done / made.size, text=progress.finished(done, made.size, "network"))
        progress.draw_stop(f"stop-{made.id}", made.owner, explanation.stop, made)
    elif done < made.size:
        st.button(
            progress.CONTINUE, icon=":material/play_arrow:", key=f"go-on-{made.id}", on_click=_go_on, args=(made,)
        )
    if made.compared_runs:
        _draw_explained(made)
    else:
        cases.collect(made)
        if causes := results.measurements(library.summary(made.dataset).fingerprint).causes(made.recipes[0].name):
            _draw_causes(causes)
        else:
            st.info("There is no fold yet in which every combination has finished.", icon=":material/hourglass_empty:")
    if over:
        runs = wording.counted(len(explanation.cells(made)), "run")
        deletion.draw_delete("explanation", made.id, words=deletion.WITH_RUNS.format(runs=runs), owner=made.owner)


def _draw_explained(made: Explanation) -> None:
    try:
        found = explanation.result(made)
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/hourglass_empty:")
        return
    _draw_result(found, made.id, "first recipe", "second recipe")
    st.caption(explanation_words(explanation.images(made), made.folds, made.seeds))


def explanation_words(n: int, folds: int, seeds: int) -> str:
    """What the accuracies of an explanation were measured on."""
    return (
        f"The accuracy is measured on the held-out images, n = {n:,} for each combination and seed, with "
        f"{wording.counted(folds, 'fold')} of {explanation.FOLDS} and {wording.counted(seeds, 'seed')}."
    )


def _go_on(made: Explanation) -> None:
    explanation.go_on(made)
    for run in explanation.advance(made):
        client.submit_run(run)


def _draw_result(found: Decomposition, key: str, start: str, end: str) -> None:
    """The path as bars, how it is read, and its numbers."""
    rows = figure.path_rows(found, start, end)
    tables.draw_chart(figure.path_bars(rows, "Accuracy"), f"Effect of each cause, from {start} to {end}", f"path-{key}")
    change = f"{100 * (found.end - found.start):+.1f}"
    measured = wording.counted(found.replicates, found.unit)
    if found.half_width is None:
        how = f"{change} points. There is no interval, because there is only {measured}."
    else:
        how = f"{change} ± {100 * found.half_width:.1f} points, measured with {measured}."
    st.write(f"The accuracy changes from {score(found.start)} to {score(found.end)}: {how}")
    st.caption(figure.HOW)
    tables.draw_numbers(rows, f"path-{key}")


def _draw_remains(found: Decomposition, printed: tuple[float, float], remains: tuple[str, str]) -> None:
    end, start = printed
    st.write("**Difference that remains**")
    st.write(
        f"- Folds as in the report: {score(end)} in the report, {score(found.end)} here. {remains[0]} The two also "
        "differ by chance."
    )
    st.write(f"- The test part of the report: {score(start)}. Our corrected folds: {score(found.start)}. {remains[1]}")


def _draw_leak(summary: Summary) -> None:
    st.write(
        "The first version of the report had an accuracy of 0.899 on validation images. The corrected version has "
        "0.696 on test images. The chart shows the path for a matcher that learns nothing: it gives each image the "
        "label of the most similar training image."
    )
    _draw_words(list(cases.NAMES), list(cases.WORDS))
    if walked := results.measurements(summary.fingerprint).values.get(cases.PATH):
        _draw_result(shapley.from_json(walked), "leak", "split first", "copied first")
        st.caption(f"Measured with {leakage_lesson.SPLITS} random splits: 70% training images and 15% test images.")
        st.write(f"**Difference that remains**: {cases.REMAINS}")
        _draw_ends(summary)
        return
    asked = {"dataset": summary.name, "fingerprint": summary.fingerprint}
    job = jobs.newest("leak-path", asked)
    if job is not None and job.status.state != "finished":
        progress.draw(job)
        return
    st.button(
        "Measure the path", type="primary", icon=":material/account_tree:", key="start-leak", on_click=progress.start,
        args=("leak-path", asked), help="This takes about a minute.",
    )  # fmt: skip


def _draw_ends(summary: Summary) -> None:
    """The report's main network, trained under the protocols at both ends."""
    waiting = [one.run for one in cases.ends(summary) if one.run is not None and not one.run.status.is_over]
    others.follow(not waiting, _draw_ends_table, summary.name, "ends-of-path")


def _draw_ends_table(dataset: str, was_live: bool) -> None:
    summary = library.summary(dataset)
    found = cases.ends(summary)
    waiting = [one for one in found if one.run is not None and not one.run.status.is_over]
    if was_live and not waiting:
        st.rerun()
    if was_live:
        client.ensure_up()
    st.write("**Trained networks**: the main network of the report, trained with the corrected and the first protocol.")
    rows = [
        {"protocol": one.protocol, "report": one.printed}
        | {"ours": one.score and one.score.value, "low": one.score and one.score.low}
        | {"high": one.score and one.score.high, "n": one.score and one.score.n, "measured on": one.part}
        | {"run": _state(one)}
        for one in found
    ]
    numbers = tables.score_columns("report", "ours", "low", "high")
    tables.show(
        rows,
        height="content",
        column_config=numbers,
        key="leak-ends",
        alt="Networks trained with the first and the corrected protocol",
    )
    if not waiting and any(one.score is None for one in found):
        st.button(
            "Train missing networks", icon=":material/model_training:", key="train-ends", on_click=_train_ends,
            args=(dataset,), help="Each network takes a few minutes on two cores.",
        )  # fmt: skip


def _state(end: cases.End) -> str:
    if end.score:
        return end.score.trainings
    return end.run.status.state if end.run else "not trained yet"


def _train_ends(dataset: str) -> None:
    for run in cases.start(library.summary(dataset), choice.who()):
        client.submit_run(run)
