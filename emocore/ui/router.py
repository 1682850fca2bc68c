"""The entry script: runs before every page, draws the frame, then the page."""

import sys
from pathlib import Path

import streamlit as st

# Streamlit puts this folder first on the path, not the checkout. And this is not app.py: a fresh server that is first
# visited at a deep link would take a folder `pages/` beside the entry script for pages and run one without the frame.
CHECKOUT = str(Path(__file__).resolve().parents[2])
if CHECKOUT not in sys.path:
    sys.path.insert(0, CHECKOUT)

from emocore import files, settings  # noqa: E402 - the path comes first
from emocore.ui import navigation  # noqa: E402 - the path comes first
from emocore.ui.state import choice  # noqa: E402

st.set_page_config(page_title="MindAIlytics", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
navigation.prepare()
choice.restore()
page = st.navigation(navigation.sections(), expanded=True)
navigation.draw_sidebar()
navigation.draw_header(page.url_path or "home")
if not settings.can_write():
    st.warning(files.READ_ONLY, icon=":material/lock:")
page.run()
