"""Work that is stopped: at once by who started it, after a question by anybody else."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emocore.ui.state import choice
from tests.visiting import said


def stoppable() -> None:
    import streamlit as st

    from emocore.ui.parts import progress

    progress.draw_stop("stop-it", "Bob", lambda what: st.session_state.update(stopped=what), "that")


@pytest.mark.parametrize(("who", "asks"), [("Bob", False), ("Ada", True), ("", True)])
def test_stop_asks_first_where_somebody_else_started_it(who: str, asks: bool) -> None:
    at = AppTest.from_function(stoppable)
    at.session_state[choice.SIGNED_AS] = who
    at.run()

    assert at.button("stop-it").label == ("Stop it all the same" if asks else "Stop")
    assert said(at) == ("**Bob** started this. It stops for everybody." if asks else "")
    at.button("stop-it").click().run()
    assert at.session_state["stopped"] == "that"
