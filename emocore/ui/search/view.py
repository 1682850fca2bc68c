"""A search on the screen: its trials while they train, what mattered, and the best one to keep."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import settings, wording
from emocore.audit import experiment_findings
from emocore.engine import client
from emocore.errors import EmoError
from emocore.figures.training import by_setting, importance_bars
from emocore.judge.folds import spread
from emocore.learn import variations
from emocore.runs import kept_recipes, store
from emocore.runs.experiments import search
from emocore.runs.experiments.sampling import SAMPLERS
from emocore.runs.experiments.search import Search, Trial
from emocore.ui.parts import deletion, findings, markdown, progress, tables
from emocore.ui.parts import example as examples
from emocore.ui.state import choice, datasets
from emocore.ui.train import others
from emocore.wording import minute


def watch(made: Search) -> None:
    """Draw a search; while it is not over, again and again."""
    others.follow(search.is_over(made, search.trials(made)), _draw, made.id, f"search-{made.id}")


def shown() -> Search | None:
    """The search that is looked at."""
    return examples.shown(
        "search",
        choice.search(),
        lambda: search.listed()[0],
        lambda found: search.read(found.study) if found.study else None,
    )


def draw_history() -> None:
    """All searches; a click shows one."""
    listed, damaged = search.listed()
    deletion.draw_damaged(damaged, "search", settings.data_dir() / "searches")
    if not listed:
        st.write("There are no searches yet.")
        return
    rows = [
        {
            "kind": f"{one.plan.study} study" if one.plan.study else "search",
            "settings": ", ".join(map(_axis, one.plan.space)),
            "recipe": one.recipe.name,
            "dataset": one.dataset,
            "trials": search.size(one),
            "by": one.owner,
            "created": minute(one.created),
        }
        for one in listed
    ]
    picked = tables.pick_row(rows, "searches", "Searches and studies")
    if picked is not None:
        choice.choose("search", listed[picked].id)
        st.rerun()
    st.caption("Click a row to show the search.")


def _draw(search_id: str, was_live: bool) -> None:
    made = search.read(search_id)
    if was_live and settings.scheduler_address():  # Our own engine does it by itself
        for run in search.advance(made):
            client.submit_run(run)
    tried = search.trials(made)
    over = search.is_over(made, tried)
    if was_live and over:
        st.rerun()
    _draw_head(made, tried, over)
    if not over:
        client.ensure_up()
        done = sum(trial.is_over for trial in tried)
        st.progress(done / search.size(made), text=progress.finished(done, search.size(made), "trial"))
    if (made.folder / "log.txt").exists():
        st.warning(markdown.sentence((made.folder / "log.txt").read_text().strip()[26:300]), icon=":material/warning:")
    _draw_table(made, tried)
    if over and (found := experiment_findings.search_findings(made, tried)):
        findings.draw(found, f"findings-{made.id}")
    if len(made.plan.space) == 1 and made.plan.sampler == "grid":
        _draw_values(made, tried)
    if over and (best := search.best(tried)) is not None:
        _draw_keep(made, best)
    if len(made.plan.space) > 1:
        _draw_importance(made, tried)


def _draw_head(made: Search, tried: list[Trial], over: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        title = f"{made.plan.study.capitalize()} study" if made.plan.study else "Search"
        st.subheader(
            f"{markdown.plain(title)}: {markdown.plain(made.recipe.name)} on {markdown.plain(made.dataset)}",
            anchor=False,
            width="content",
        )
        st.space("stretch")
        if not over:
            progress.draw_stop(f"stop-{made.id}", made.owner, search.stop, made)
        elif not made.shipped:
            runs = wording.counted(sum(len(trial.runs) for trial in tried), "run")
            deletion.draw_delete("search", made.id, words=deletion.WITH_RUNS.format(runs=runs), owner=made.owner)
    facts = [f"Method: {SAMPLERS[made.plan.sampler]}.", f"Networks per trial: {made.plan.seeds}."]
    if made.owner:
        facts.append(f"Started by {markdown.plain(made.owner)}.")
    facts += [f"Created: {minute(made.created)} UTC.", "Scores are measured on validation images, not on test images."]
    st.caption(" ".join(facts))


def _draw_table(made: Search, tried: list[Trial]) -> None:
    best = search.best(tried)
    rows = [
        {"trial": trial.number}
        | {_axis(name): text for name, text in trial.settings.items()}
        | {"validation accuracy": trial.score, "networks": f"{len(trial.scores)} of {made.plan.seeds}"}
        | ({"spread": spread(trial.scores).deviation if len(trial.scores) > 1 else None} if made.plan.seeds > 1 else {})
        | {"state": _state(trial), "best": trial == best}
        | {"validation loss": _losses(trial)}
        for trial in tried
    ]
    formats: dict[str, Any] = {
        "validation accuracy": st.column_config.ProgressColumn(
            format=tables.SCORE, min_value=0, max_value=1, width=150
        ),
        "spread": st.column_config.NumberColumn(
            format=tables.SCORE, help="The standard deviation of the validation accuracy of the networks in a trial."
        ),
        "validation loss": st.column_config.LineChartColumn(
            y_min=0, help="The validation loss of the first network after each epoch."
        ),
    }
    tables.show(rows, column_config=formats, key=f"trials-{made.id}", alt="Trials of the search")
    images = tried[0].runs[0].counts["validation"] if tried and tried[0].runs else 0
    st.caption(
        f"All trials use the same n = {images:,} validation images. The best score is too good, because it "
        "was chosen with these images. This effect grows with the number of trials."
    )


def _state(trial: Trial) -> str:
    states = [run.status.state for run in trial.runs]
    return next(
        (state for state in ("running", "queued", "interrupted", "failed", "stopped") if state in states), "finished"
    )


def _losses(trial: Trial) -> list[float]:
    return [epoch.validation_loss for epoch in store.epochs(trial.runs[0])] if trial.runs else []


def _draw_values(made: Search, tried: list[Trial]) -> None:
    """One setting was varied: every network as a point, the means with their intervals."""
    (name,) = made.plan.space
    scored = [trial for trial in tried if trial.scores]
    if not scored:
        return
    points, means = [], []
    for trial in scored:
        spread_of_seeds = spread(trial.scores)
        low, high = spread_of_seeds.interval or (spread_of_seeds.mean, spread_of_seeds.mean)
        means.append(
            {
                "value": trial.settings[name],
                "mean": spread_of_seeds.mean,
                "low": low,
                "high": high,
                "n": spread_of_seeds.n,
            }
        )
        points += [
            {"value": trial.settings[name], "score": score, "seed": f"seed {made.recipe.seed + number}"}
            for number, score in enumerate(trial.scores)
        ]
    tables.draw_chart(
        by_setting(points, means, _axis(name)), f"Validation accuracy by {_axis(name).lower()}", f"values-{made.id}"
    )
    n = scored[0].runs[0].counts["validation"]
    st.caption(
        f"Each point is one network. The tick is the mean over the seeds with its 95% interval (Student's t). It shows "
        f"how much the result depends on the seed. All networks use the same {n:,} validation images. If two intervals "
        "overlap a lot, the difference may be due to chance."
    )
    tables.draw_numbers(means, f"values-{made.id}")


def _axis(name: str) -> str:
    titles = {"depth": "Convolution layers", "kernel": "Kernel size (pixels)"}
    return titles.get(name, name.replace("_", " ").capitalize())


def _draw_importance(made: Search, tried: list[Trial]) -> None:
    st.subheader("Importance of the settings", anchor=False)
    done = sum(trial.score is not None for trial in tried)
    try:
        with datasets.spinner("Comparing the trials"):
            shares = _importance(made.id, done)
    except EmoError as error:
        st.caption(markdown.sentence(error.message))
        return
    if not shares:
        st.caption("This needs at least four finished trials with different scores.")
        return
    tables.draw_chart(importance_bars(shares), "How much each setting mattered", f"importance-{made.id}")
    st.caption(
        f"The chart shows how much of the difference between {wording.counted(done, 'trial')} each setting explains "
        "(fANOVA over the values that were tried). It is uncertain if there are few trials."
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _importance(search_id: str, done: int) -> dict[str, float]:
    """`done` makes it anew whenever another trial is done."""
    assert done >= 0
    shares: dict[str, float] = client.ask(search.importance, search_id)
    return shares


def _draw_keep(made: Search, best: Trial) -> None:
    settings_words = ", ".join(f"{_axis(name)} {text}" for name, text in best.settings.items())
    st.subheader("Best trial", anchor=False)
    st.write(
        f"Trial {best.number} is the best. Settings: {markdown.plain(settings_words)}. "
        f"Validation accuracy: {wording.score(best.score or 0.0)}."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name of the recipe", f"{made.recipe.name}-best"[:60], key=f"keep-name-{made.id}", width=280)
        st.button(
            "Save as recipe", icon=":material/bookmark_add:", key=f"keep-{made.id}", on_click=_keep, args=(made, best)
        )
    if problem := st.session_state.pop("keep-problem", ""):
        st.error(markdown.sentence(problem), icon=":material/error:")
    if kept := st.session_state.get(f"kept-{made.id}"):
        st.success(
            f"The recipe {markdown.plain(kept)} was saved. You can choose it on the Train page under “Recipe”.",
            icon=":material/check:",
        )


def _keep(made: Search, best: Trial) -> None:
    settings_words = ", ".join(f"{what}={text}" for what, text in best.settings.items())
    name = str(st.session_state[f"keep-name-{made.id}"])
    try:
        kept = kept_recipes.keep(
            variations.varied(made.recipe, best.settings),
            name,
            f"Saved from a search on {made.dataset}: {settings_words}.",
        )
    except EmoError as error:
        st.session_state["keep-problem"] = error.message
        return
    st.session_state[f"kept-{made.id}"] = kept.name
