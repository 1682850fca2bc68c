"""What stands in the address and what a widget shows are one state."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from emocore.ui.state import choice

    told = choice.bound("part", {"validation": "Validation", "test": "Test"})
    if st.session_state.pop("changed-to-nothing", False):  # As a callback runs: before the widget is drawn
        st.session_state["part"] = None
        told()
        told = choice.bound("part", {"validation": "Validation", "test": "Test"})
    st.radio("Part", ["Validation", "Test"], key="part", on_change=told)
    st.session_state["address"] = st.query_params.get("part", "")


def test_a_widget_follows_the_address_and_the_address_the_widget() -> None:
    at = AppTest.from_function(page)
    at.query_params["part"] = "Test"
    at.run()
    assert (at.radio("part").value, at.session_state["address"]) == ("Test", "test")

    at.radio("part").set_value("Validation").run()
    assert (at.radio("part").value, at.session_state["address"]) == ("Validation", "")


def test_a_browser_that_sends_no_state_for_a_widget_changes_neither() -> None:
    at = AppTest.from_function(page)
    at.query_params["part"] = "test"
    at.run()

    at.session_state["changed-to-nothing"] = True
    at.run()

    assert not at.exception
    assert (at.radio("part").value, at.session_state["address"]) == ("Test", "test")
