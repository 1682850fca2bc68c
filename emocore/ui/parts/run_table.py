"""Runs on the screen: how one is called, its name, notes, facts and score, the list of all, deleting one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emocore import settings, wording
from emocore.data.names import plain
from emocore.errors import EmoError
from emocore.judge.intervals import clopper_pearson
from emocore.learn.events import Epoch
from emocore.learn.flaws import FLAWS, in_words
from emocore.learn.protocols import about_test_images
from emocore.records import Damaged
from emocore.runs import store
from emocore.runs.answers import kept_epoch, validation_accuracy
from emocore.runs.run import LONGEST_NAME, LONGEST_TEXT, Notes, Run, read_notes, write_notes
from emocore.ui import navigation
from emocore.ui.parts import deletion, markdown, tables
from emocore.ui.state import choice
from emocore.wording import minute


def draw_flaw(run: Run) -> None:
    """A warning above the scores of a run that was trained in a flawed way on purpose, or as a control."""
    if run.recipe.control:
        st.warning(
            "**Control: this network was trained on shuffled labels.** Its scores show whether the protocol leaks. "
            "They do not show how well a network recognizes these classes.",
            icon=":material/science:",
        )
    if run.recipe.flaw:
        reasons = " ".join(FLAWS[name].message for name in run.recipe.flaws)
        st.warning(
            f"**Flawed on purpose: {in_words(run.recipe.flaws)}.** {markdown.sentence(reasons)} Do not use its scores.",
            icon=":material/science:",
        )


def draw(limit: int, key: str) -> None:
    """The newest runs as a table; a click on a row opens that run on the Train page."""
    listed = store.runs()
    whole = [run for run in listed if isinstance(run, Run) and not run.part_of][:limit]
    if not whole:
        st.write("There are no runs yet.")
    else:
        accuracy = st.column_config.NumberColumn(
            format=tables.SCORE, width=tables.BESIDE, help="At the epoch whose weights were kept"
        )
        picked = tables.pick_row(
            [_row(run) for run in whole], key, "Runs", {"run": tables.NAME, "validation accuracy": accuracy}
        )
        if picked is not None:
            _open(whole[picked])
        st.caption("Click a row to show the run.")
    damaged = [run for run in listed if isinstance(run, Damaged)]
    deletion.draw_damaged(damaged, "run", settings.data_dir() / "runs", settings.shipped_dir() / "runs")


def draw_delete(run: Run) -> None:
    """Delete the run that is looked at."""
    if run.status.is_over and not run.shipped:
        deletion.draw_delete("run", run.id, "Delete this run", owner=run.owner)


def _row(run: Run) -> dict[str, Any]:
    passed = store.epochs(run)
    kept = kept_epoch(run, passed)
    return {
        "run": run.short_label,
        "validation accuracy": validation_accuracy(run, kept.validation_accuracy if kept else None),
        "n": run.counts["validation"],
        "dataset": run.dataset,
        "state": run.status.state,
        "kept epoch": kept.epoch if kept else None,
        "epochs": len(passed) or None,
        "seed": run.recipe.seed,
        "recipe": run.recipe.name,
        "by": run.trained_by or run.owner,
        "asked for": minute(run.created),
    }


def _open(run: Run) -> None:
    choice.choose("run", run.id)
    st.switch_page(navigation.pages()["train"], query_params=dict(st.query_params))


def draw_notes(run: Run) -> None:
    """The notes, and a form to change them; what comes with the program stays as it is."""
    present = read_notes(run.folder)
    if present.text:
        st.caption("Notes")
        st.text("\n".join(plain(line) for line in present.text.splitlines()))
    if run.shipped:
        return
    with st.expander("Name and notes", icon=":material/edit_note:", key=f"notes-{run.id}"):
        name = st.text_input(
            "Name",
            present.name,
            max_chars=LONGEST_NAME,
            key=f"notes-name-{run.id}",
            placeholder=run.recipe.name,
            help="Lists show this name instead of the name of the recipe.",
        )
        text = st.text_area(
            "Notes",
            present.text,
            max_chars=LONGEST_TEXT,
            key=f"notes-text-{run.id}",
            placeholder="What you tried, why, and what the result was",
        )
        if st.button("Save", icon=":material/save:", key=f"notes-save-{run.id}", disabled=_same(name, text, present)):
            _save(run, name, text)


def _same(name: str, text: str, present: Notes) -> bool:
    return (name.strip(), text.strip()) == (present.name, present.text)


def _save(run: Run, name: str, text: str) -> None:
    try:
        write_notes(run.folder, name, text)
    except EmoError as error:
        st.error(markdown.sentence(error.message), icon=":material/error:")
        return
    st.toast("The name and the notes were saved.", icon=":material/check:")
    st.rerun()


def facts(run: Run) -> list[str]:
    """What a run was trained on, as sentences."""
    counts, left_out = run.counts, len(run.split["left_out"])
    facts = [f"Dataset: {markdown.plain(run.dataset)}."]
    if run.owner:
        facts.append(f"Started by {markdown.plain(run.owner)}.")
    facts += [
        f"Created: {minute(run.created)} UTC.",
        f"{wording.counted(counts['train'], 'training image')}, "
        f"{wording.counted(counts['validation'], 'validation image')} and "
        f"{wording.counted(counts['test'], 'test image')}.",
        about_test_images(run.recipe),
        f"Seed {run.recipe.seed}, split {run.split['fingerprint']}.",
    ]
    if threads := store.conditions(run).get("threads"):
        facts.append(
            f"Trained with {wording.counted(threads, 'thread')}: with another number of threads the same settings give "
            "slightly different weights."
        )
    if left_out and "twins-kept" not in run.recipe.flaws:
        facts.append(f"Left out: {wording.counted(left_out, 'training image')} with a copy in another part.")
    return facts


def validation_words(run: Run, best: Epoch) -> str:
    """The validation accuracy of the kept weights with its 95% interval and n."""
    return _scored(run, accuracy_at(run, best))


def accuracy_at(run: Run, best: Epoch) -> float:
    """The validation accuracy at an epoch; where the answers of the kept weights are saved, theirs."""
    share = validation_accuracy(run, best.validation_accuracy)
    return best.validation_accuracy if share is None else share


def draw_best(run: Run) -> None:
    """The validation accuracy of a run's kept weights, in one line; nothing before there is one."""
    best = kept_epoch(run, store.epochs(run))
    share = validation_accuracy(run, best.validation_accuracy if best else None)
    if share is not None:
        words = _scored(run, share).replace("n = ", "n\u00a0=\u00a0")  # On one line, where the place is narrow
        st.write(f"Validation accuracy: {words}")


def _scored(run: Run, share: float) -> str:
    n = run.counts["validation"]
    return wording.scored(share, clopper_pearson(round(share * n), n), n)
