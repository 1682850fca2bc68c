"""What a page shows, named in the address by stable codes, whatever words stand on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from emocore.runs.run import slug


def bound(name: str, states: Mapping[str, str]) -> Callable[[], None]:
    """Bring the address and a widget of the same name to one state; call it before the widget. What changed last wins.

    states: code -> what the widget's state holds for it, the first being what stands there without an address.
    Gives what the widget calls when somebody changes it. An address with the words of an older program is understood
    and written anew, and one that names nothing is dropped.
    """
    asked, is_known = slug(st.query_params.get(name, "")), st.session_state.get(name) in states.values()
    is_new = asked != st.session_state.get(f"{name}-told")
    if asked in states and (is_new or not is_known):
        st.session_state[name] = states[asked]
    elif not is_known:
        st.session_state[name] = next(iter(states.values()))
    _write(name, states)
    return lambda: _write(name, states)


def _write(name: str, states: Mapping[str, str]) -> None:
    first, *others = states
    st.session_state[f"{name}-told"] = code = next(
        (code for code in others if states[code] == st.session_state.get(name)), first
    )
    if code != first and st.query_params.get(name) != code:
        st.query_params[name] = code
    elif code == first and name in st.query_params:
        del st.query_params[name]
