"""Give the faces behind a number another label: into the person's draft, then a version, as on the Label page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from emocore.data import library
from emocore.data.editing.drafts import LABEL
from emocore.errors import EmoError
from emocore.judge.confusion import Images
from emocore.ui.label import session
from emocore.ui.label.task import Task
from emocore.ui.parts import markdown
from emocore.ui.state import choice, datasets
from emocore.ui.state import judged as evaluate_answers
from emocore.ui.state.judged import Judged

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
        st.info(markdown.sentence(error.message), icon=":material/photo_library:")
        return
    dataset = datasets.opened(datasets.view(about))
    ids = evaluate_answers.ids(judged.run, images.rows)
    rows = pd.Index(dataset.table["id"].astype(str)).get_indexer(pd.Index(ids))
    session.draw(dataset, who, Task(LABEL, dataset.classes), rows[rows >= 0].astype(np.int64), SIZE)
    session.draw_draft(dataset, who)
    st.caption(
        "Marks go to your draft of the dataset and into its history once saved, where they can be taken back (page "
        "Label). This run keeps the labels that it was trained and judged with: train again to see what they change."
    )
