"""The faces behind numbers: of a cell, of mistakes, of hesitant right answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from emocore import wording
from emocore.arrays import Rows
from emocore.figures import palette
from emocore.judge import confusion
from emocore.judge.confusion import Images
from emocore.runs.run import Run
from emocore.ui import navigation
from emocore.ui.parts import face_grid, markdown, slice_picker, tables
from emocore.ui.state import evaluation
from emocore.ui.state.evaluation import Judged

PAGE = 24


def draw(judged: Judged) -> None:
    """Mistakes and right answers, of a slice of the dataset or of one class."""
    kind = st.segmented_control(
        "Show", ["Mistakes", "Right predictions"], default="Mistakes", required=True, key="faces-kind", wrap=True
    )
    if kind == "Mistakes":
        images = confusion.mistakes(judged.answers)
        st.caption("Wrong predictions, the most confident first. Mislabeled faces are often near the top.")
    else:
        images = confusion.hesitations(judged.answers)
        st.caption("Right predictions, the least confident first. Another training may get these wrong.")
    images = _within_slice(judged, images)
    draw_images(judged, images, f"{kind}-{judged.part}")


def draw_images(judged: Judged, images: Images, key: str) -> None:
    """Some images with id, label, answer and its probability."""
    some = page_of(len(images.rows), key)
    if some is None:
        return
    shown = _take(images, some)
    marks = [palette.RIGHT if one else palette.WRONG for one in shown.truth == shown.answers]
    show(judged.run, shown.rows, _captions(judged, shown), marks, key)
    st.caption(
        f"{wording.counted(len(shown.rows), 'image')} of {len(images.rows):,}. Below each image you see its id, "
        "its label, the prediction and the probability of the prediction."
    )


def page_of(number: int, key: str) -> slice | None:
    """Which of `number` images are shown, with buttons to turn pages; None and a note where there is none."""
    if not number:
        st.info("There are no images here.", icon=":material/image_not_supported:")
        return None
    page = st.pagination(-(-number // PAGE), key=f"page-{key}-{number}") if number > PAGE else 1
    return slice((page - 1) * PAGE, page * PAGE)


def show(run: Run, rows: Rows, captions: Sequence[str], marks: Sequence[str], key: str) -> None:
    """Faces of some rows of a run's dataset with captions that begin with their ids; ids alone where it is not here."""
    dataset, why = evaluation.dataset(run)
    if dataset is None:
        tables.show(
            [_as_row(caption) for caption in captions],
            key=f"ids-{key}",
            alt="Images and their predictions",
        )
        st.caption(f"The faces cannot be shown. {markdown.sentence(why)}")
        if run.has_pictures:
            navigation.draw_ways(key)
    else:
        face_grid.show([np.array(dataset.images[row]) for row in rows], captions, width=112, marks=marks)


def _captions(judged: Judged, images: Images) -> list[str]:
    classes = judged.run.classes
    ids = evaluation.ids(judged.run, images.rows)
    return [
        f"{identity}: labeled {classes[truth]}, predicted {classes[answer]}"
        + ("" if judged.answers.only_answers else f" {wording.score(confidence)}")
        for identity, truth, answer, confidence in zip(
            ids, images.truth, images.answers, images.confidence.tolist(), strict=True
        )
    ]


def _as_row(caption: str) -> dict[str, str]:
    identity, _, rest = caption.partition(": ")
    return {"image": identity, "label and prediction": rest}


def _within_slice(judged: Judged, images: Images) -> Images:
    dataset, _ = evaluation.dataset(judged.run)
    if dataset is not None:
        _, rows = slice_picker.draw(dataset)
        return _take(images, np.isin(images.rows, rows))
    classes = judged.run.classes
    wanted = st.pills(
        "Class, as labeled", classes, selection_mode="multi", key=f"faces-class-{judged.run.id}", wrap=True
    )
    if not wanted:
        return images
    return _take(images, np.isin(images.truth, [classes.index(name) for name in wanted]))


def _take(images: Images, which: NDArray[np.bool_] | slice) -> Images:
    return Images(images.rows[which], images.truth[which], images.answers[which], images.confidence[which])
