"""Words on the screen: headings begin with a capital, and codes are for programs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from emocore.learn.recipe import Recipe
from emocore.learn.recipe_parts import CHOICES
from emocore.settings import CHECKOUT
from emocore.ui.parts import recipe_form

SOURCES = [*(CHECKOUT / "emocore" / "ui").rglob("*.py"), *(CHECKOUT / "pages").glob("*.py")]
HEADINGS = {"title", "header", "subheader", "expander", "popover"}
TELLING = HEADINGS | {"write", "caption", "markdown", "info", "warning", "error", "success", "badge", "metric"}


def drawn(kinds: set[str]) -> Iterator[tuple[str, ast.expr]]:
    """Where Streamlit is given words of some kinds, and the words."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in {f"st.{kind}" for kind in kinds}:
                yield f"{path.name}:{node.lineno}", node.args[0]


def test_headings_begin_with_a_capital() -> None:
    found = list(drawn(HEADINGS))
    firsts = [(at, words.values[0] if isinstance(words, ast.JoinedStr) else words) for at, words in found]

    said = [(at, str(first.value)) for at, first in firsts if isinstance(first, ast.Constant)]
    assert len(said) > 30
    assert [(at, words) for at, words in said if words[:1].islower()] == []


def test_codes_are_not_shown() -> None:
    shown = [
        at
        for at, words in drawn(TELLING)
        for node in ast.walk(words)
        if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Attribute) and node.value.attr == "code"
    ]

    assert shown == []


def test_settings_and_their_values_are_called_as_at_their_controls() -> None:
    assert recipe_form.setting_words("label_smoothing") == "Label smoothing"
    assert recipe_form.setting_words("learning_rate") == "Learning rate"
    assert (recipe_form.value_words("leaky_relu"), recipe_form.value_words(True)) == ("leaky ReLU", "on")
    named = [recipe_form.setting_words(name) for name in Recipe.__dataclass_fields__]
    chosen = [recipe_form.value_words(value) for values in CHOICES.values() for value in values]
    assert not [words for words in named + chosen if "_" in words]
