"""Give the faces behind a number another label: into the person's draft, then a version, as on the Label page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from emocore.data import library
from emocore.data.labels import LABEL
from emocore.errors import EmoError
from emocore.judge.confusion import Images
from emocore.ui import choice, evaluate_answers, explore_data, label_session, words
from emocore.ui.evaluate_answers import Judged
from emocore.ui.label_task import Task

SIZE = 24


def draw(judged: Judged, images: Images) -> None:
    """The images as a grid that is labelled by keyboard or click, and what is not saved yet."""
    who = choice.chosen("who")
    if not who:
        st.info("Write a nickname in the sidebar first: it signs every label in the history.", icon=":material/badge:")
        return
    try:
        about = library.summary(judged.run.dataset)
    except EmoError as error:
        st.info(words.sentence(error.says), icon=":material/photo_library:")
        return
    dataset = explore_data.opened(about.name, explore_data.version(about))
    ids = evaluate_answers.ids(judged.run, images.rows)
    rows = pd.Index(dataset.table["id"].astype(str)).get_indexer(pd.Index(ids))
    label_session.draw(dataset, who, Task(LABEL, dataset.classes), rows[rows >= 0].astype(np.int64), SIZE)
    label_session.draw_draft(dataset, who)
    st.caption(
        "Marks go to your draft of the dataset and into its history once saved, where they can be taken back (page "
        "Label). This run keeps the labels that it was trained and judged with: train again to see what they change."
    )
