"""Check a table: paste or upload printed results, and see line by line whether the numbers can all be true."""

import streamlit as st

from emocore.ui.table import view

st.title("Check a table", anchor=False)
st.write(
    "Can the numbers of a results table all be true? Paste a table from a report, a paper or your own notes. "
    "Only its arithmetic is checked, and nothing is stored."
)
view.draw_method()
asked = view.draw_entry()
if asked is None:
    view.draw_nothing()
else:
    view.draw_verdict(asked)
