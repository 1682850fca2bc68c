"""The report: every figure, table and section of the report beside ours, and its story in short."""

import streamlit as st

from emocore.ui.report import view

st.title("The report", anchor=False)
st.write(
    "This laboratory grew from a student report. This page goes through the whole report: what it prints, what "
    "its own protocol gives when it is repeated, and what a corrected protocol gives."
)
view.draw_story()
summary = view.draw_data()
st.subheader("Item by item", anchor=False)
view.draw_legend()
view.draw_chapters(summary)
