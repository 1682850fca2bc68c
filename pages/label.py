"""Label: look at faces, give labels and attributes, save versions, ask for a second opinion."""

import streamlit as st

from emocore.ui import navigation
from emocore.ui.label import files, second_opinion, session
from emocore.ui.label import history as label_history
from emocore.ui.label import task as label_task
from emocore.ui.state import choice, datasets

st.title("Label", anchor=False)
dataset = choice.dataset()
who = choice.chosen("who")
if dataset is None:
    st.info("The chosen dataset is not here. Choose one on the Data page first.", icon=":material/photo_library:")
    navigation.go("data", "Choose a dataset", "go-data", primary=True, icon=":material/photo_library:")
    st.stop()
if not who:
    st.write("Who labels? A nickname signs every edit in the history, so that others can ask you why.")
    with st.form("label-who", border=False):
        name = st.text_input("Nickname", key="label-nickname", max_chars=choice.LONGEST_NICKNAME, width=320)
        if st.form_submit_button("Start labelling", type="primary", icon=":material/label:") and name.strip():
            choice.choose("who", name.strip())
            st.rerun()
    st.stop()

shown = datasets.opened(dataset.name, datasets.version(dataset))
grid, second, history, exchange = st.tabs(
    ["Grid", "Second opinion", "History", "Files"], key="label-tab", on_change="rerun", default="Grid"
)

with grid:
    if grid.open:
        faces, side = st.columns([7, 3], gap="large")
        with side:
            task = label_task.choose(shown, who)
            if task is not None:
                session.draw_draft(shown, who)
                session.draw_guidelines(shown, who, task)
        with faces:
            if task is not None:
                size = label_task.arrange(shown)
                rows = label_task.queue(shown, who, task)
                session.draw(shown, who, task, rows, size)

with second:
    if second.open:
        session.draw_message()
        second_opinion.draw(shown, who)

with history:
    if history.open:
        session.draw_message()
        label_history.draw(dataset, who)

with exchange:
    if exchange.open:
        session.draw_message()
        files.draw(shown, who)
