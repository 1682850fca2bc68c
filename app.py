"""The launcher: `streamlit run app.py` serves the pages through `emocore/ui/router.py`.

The entry script is the router and not this file, since Streamlit treats a folder `pages/` beside the
entry script as its old kind of multipage app when a fresh server is first visited at a deep link.
"""

import streamlit as st

from emocore.ui import server

app = st.App(
    "emocore/ui/router.py", lifespan=server.lifespan, on_script_error=server.on_script_error, routes=server.routes()
)
