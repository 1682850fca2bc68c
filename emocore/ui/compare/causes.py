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
from emocore.wording import score

RUNS, FOLDS, LEAK = "The two chosen runs", "The report: .49 and .70", "The report: .899 and .696"


def draw(runs: list[Run]) -> None:
    """Choose a difference, have its combinations trained, and see what each cause is worth."""
    deletion.draw_damaged(explanation.listed()[1], "explanation")
    deletion.draw_undo("explanation")
    shown = {"runs": RUNS, "folds": FOLDS, "leak": LEAK}
    told = choice.bound("explain-what", shown)
    about = st.segmented_control(
        "Which difference?", list(shown.values()), required=True, key="explain-what", on_change=told, wrap=True
    )
    if about == RUNS:
        _draw_runs(runs)
        return
    dataset = choice.dataset()
    if dataset is None:
        navigation.draw_missing_dataset(choice.chosen("dataset"), "why")
    elif about == FOLDS:
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
    st.write(f"From **{names[0]}** to **{names[1]}**, on {markdown.plain(first.dataset)}. What differs:")
    _draw_words([one.name for one in found], [one.words for one in found])
    if first.split["fingerprint"] != second.split["fingerprint"] or first.fingerprint != second.fingerprint:
        st.caption(
            "They were also split otherwise or had other images: that is no cause here and stays with what remains."
        )
    made = explanation.newest(first.dataset, (first.id, second.id))
    _draw(made, lambda folds, seeds: explanation.of_runs(first, second, folds, seeds, choice.who()), len(found))


def _draw_folds(summary: Summary) -> None:
    case = variations.FOLDS
    st.write(
        f"{case.words} The path starts at our corrected cross-validation on {markdown.plain(summary.name)} and ends at "
        "the report's own way to make its ten folds."
    )
    _draw_words([one.name for one in case.factors], [one.words for one in case.factors])

    def create(folds: int, seeds: int) -> Explanation:
        return explanation.of_report(summary.name, folds, seeds, choice.who())

    made = explanation.newest(summary.name)
    known = results.known(summary.fingerprint).causes()
    if made is None and known:
        _draw_causes(known)
        with st.expander("Train more folds or seeds", icon=":material/model_training:"):
            _draw(None, create, len(case.factors))
    else:
        _draw(made, create, len(case.factors))


def _draw_causes(known: Causes) -> None:
    """What the page "The report" shows, too: one measurement, kept once."""
    _draw_result(known.found, "folds", "corrected", "its ten folds")
    st.caption(
        f"Accuracy on the images that folds hold out, n = {known.n:,} a combination and seed; "
        f"{wording.counted(known.folds, 'fold')} of {explanation.FOLDS}, {wording.counted(known.seeds, 'seed')}. "
        "Section 6.5 on the page The report reads the same measurements, if they are of its data."
    )
    _draw_remains(known.found, variations.FOLDS.told, variations.FOLDS.remains)


def _draw_words(names: list[str], words: list[str]) -> None:
    for name, sentence in zip(names, words, strict=True):
        st.write(f"- **{markdown.plain(name)}**: {markdown.sentence(sentence)}")


def _draw(made: Explanation | None, create: Any, count: int) -> None:
    if made is None:
        left, right = st.columns(2)
        folds = left.number_input("Folds", 1, explanation.FOLDS, 2, key="explain-folds", help="The first of ten.")
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
            "Each combination of causes in each fold with each seed. With one seed the intervals are over folds; three "
            "seeds tell causes of some 9 points from chance, five those of 4 to 5."
        )
        return
    progress.draw_until(explanation.is_over(made), _draw_made, made.id)


def _start(create: Any, folds: int, seeds: int) -> None:
    made = create(folds, seeds)
    for run in explanation.advance(made):
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
        st.progress(done / made.size, text=f"{done} of {wording.counted(made.size, 'training')} done")
        progress.draw_stop(f"stop-{made.id}", made.owner, explanation.stop, made)
    elif done < made.size:
        st.button("Go on", icon=":material/play_arrow:", key=f"go-on-{made.id}", on_click=_go_on, args=(made,))
    if made.of:
        _draw_explained(made)
    else:
        cases.collect(made)
        if known := results.known(library.summary(made.dataset).fingerprint).causes(made.recipes[0].name):
            _draw_causes(known)
        else:
            st.info("No fold has every combination yet.", icon=":material/hourglass_empty:")
    if over:
        runs = wording.counted(len(explanation.cells(made)), "run")
        deletion.draw_delete("explanation", made.id, words=f"With its {runs}. It can be undone.", owner=made.owner)


def _draw_explained(made: Explanation) -> None:
    try:
        found = explanation.result(made)
    except EmoError as error:
        st.info(markdown.sentence(error.message), icon=":material/hourglass_empty:")
        return
    _draw_result(found, made.id, "first run's recipe", "second run's recipe")
    st.caption(
        f"Accuracy on the images that folds hold out, n = {explanation.images(made):,} a combination and seed; "
        f"{wording.counted(made.folds, 'fold')} of {explanation.FOLDS}, {wording.counted(made.seeds, 'seed')}."
    )


def _go_on(made: Explanation) -> None:
    explanation.go_on(made)
    for run in explanation.advance(made):
        client.submit_run(run)


def _draw_result(found: Decomposition, key: str, start: str, end: str) -> None:
    """The path as bars, how it is read, and its numbers."""
    rows = figure.path_rows(found, start, end)
    tables.draw_chart(
        figure.path_bars(rows, "Accuracy"), f"What each cause is worth, from {start} to {end}", f"path-{key}"
    )
    whole = f"± {100 * found.half_width:.1f}" if found.half_width is not None else "with no interval, of one replicate"
    st.write(
        f"From {score(found.start)} to {score(found.end)}: {100 * (found.end - found.start):+.1f} points {whole}, over "
        f"{wording.counted(found.replicates, found.unit)}."
    )
    st.caption(figure.HOW)
    tables.draw_numbers(rows, f"path-{key}")


def _draw_remains(found: Decomposition, told: tuple[float, float], remains: tuple[str, str]) -> None:
    end, start = told
    st.write("**What remains**")
    st.write(f"- The report's folds: {score(end)}, ours {score(found.end)}. {remains[0]} Both also differ by chance.")
    st.write(f"- The report's test part: {score(start)}, our corrected folds {score(found.start)}. {remains[1]}")


def _draw_leak(summary: Summary) -> None:
    st.write(
        "Before its correction the report scored .899 on validation images, afterwards .696 on test images. A matcher "
        "that learns nothing (each image gets the label of the training image most like it) walks the same path."
    )
    _draw_words(list(cases.NAMES), list(cases.WORDS))
    if walked := results.known(summary.fingerprint).values.get(cases.PATH):
        _draw_result(shapley.from_json(walked), "leak", "split first", "copied first")
        st.caption(f"Over {leakage_lesson.SPLITS} splits that are drawn anew, 70% for training and 15% judged.")
        st.write(f"**What remains**: {cases.REMAINS}")
        _draw_ends(summary)
        return
    asked = {"dataset": summary.name, "fingerprint": summary.fingerprint}
    job = jobs.newest("leak-path", asked)
    if job is not None and job.status.state != "finished":
        progress.draw(job)
        return
    st.button(
        "Walk the path", type="primary", icon=":material/account_tree:", key="start-leak", on_click=progress.start,
        args=("leak-path", asked), help="A minute on a worker.",
    )  # fmt: skip


def _draw_ends(summary: Summary) -> None:
    """The report's main network, trained under the protocols at both ends."""
    waiting = [one.run for one in cases.ends(summary) if one.run is not None and not one.run.status.is_over]
    progress.draw_until(not waiting, _draw_ends_table, summary.name)


def _draw_ends_table(dataset: str, was_live: bool) -> None:
    summary = library.summary(dataset)
    found = cases.ends(summary)
    waiting = [one for one in found if one.run is not None and not one.run.status.is_over]
    if was_live and not waiting:
        st.rerun()
    if was_live:
        client.ensure_up()
    st.write("**Its ends, trained**: the report's main network under its corrected and under its first protocol.")
    rows = [
        {"protocol": one.protocol, "report": one.told}
        | {"ours": one.score and one.score.value, "low": one.score and one.score.low}
        | {"high": one.score and one.score.high, "n": one.score and one.score.n, "judged on": one.part}
        | {"of": _state(one)}
        for one in found
    ]
    numbers = tables.score_columns("report", "ours", "low", "high")
    tables.show(rows, height="content", column_config=numbers, key="leak-ends", alt="Trained ends")
    if not waiting and any(one.score is None for one in found):
        st.button(
            "Train what is missing", icon=":material/model_training:", key="train-ends", on_click=_train_ends,
            args=(dataset,), help="Minutes for each on two cores.",
        )  # fmt: skip


def _state(end: cases.End) -> str:
    if end.score:
        return end.score.of
    return end.run.status.state if end.run else "not trained yet"


def _train_ends(dataset: str) -> None:
    for run in cases.start(library.summary(dataset), choice.who()):
        client.submit_run(run)
