"""A recipe goes to JSON and back, and refuses nonsense with a sentence that quotes the value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emocore.errors import EmoError
from emocore.learn import variations
from emocore.learn.recipe import DESCRIPTIONS, RECIPES, Recipe, preset, recipe_from_json
from emocore.learn.recipe_parts import Block

GOOD = RECIPES["report-final"].to_json()


def refusal(values: Any) -> str:
    with pytest.raises(EmoError) as caught:
        recipe_from_json(values)
    assert caught.value.code == "bad_value"
    assert len(caught.value.message) < 600
    return caught.value.message


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_of_the_registry_survives_json(name: str) -> None:
    text = json.dumps(RECIPES[name].to_json())

    assert recipe_from_json(json.loads(text)) == RECIPES[name]
    assert DESCRIPTIONS.keys() == RECIPES.keys()


BAD = [
    *(("epochs", value) for value in (0, -1, 10**9, 1.5, "ten", None, True, [], "x" * 5000, 10**400)),
    *(("learning_rate", value) for value in (0, -0.1, 1e10, float("nan"), float("inf"), "0.1", None)),
    *(("batch_size", value) for value in (0, -8, 1, 2**31, 32.0)),
    *(("weight_decay", value) for value in (-1, 2)),
    *(("head_dropout", value) for value in (1.0, -0.1, 0.95)),
    *(("seed", value) for value in (-1, 2**64, "abc", 1.0)),
    *(("patience", value) for value in (-1, 10**9)),
    *(("activation", value) for value in ("__import__('os').system('id')", "RELU", None, ["relu"], "x" * 5000)),
    *(("normalization", value) for value in ("per-batch", 3)),
    *(("mirror", value) for value in (1, "true", None)),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: str(value)[:20])
def test_an_impossible_setting_is_refused_by_its_name_and_value(name: str, value: object) -> None:
    message = refusal(GOOD | {name: value})

    assert message.startswith(f"{name}={repr(value)[:20]}")
    assert "Use " in message


@pytest.mark.parametrize("name", ["", " " * 10, "x" * 61, "a\nb", "a\0b", None, 5])
def test_a_name_that_cannot_be_shown_is_refused(name: object) -> None:
    assert "name of 1 to 60" in refusal(GOOD | {"name": name})


@pytest.mark.parametrize("name", ["../../../../tmp/PWNED", "<img src=x>", "=1+1", "CON", "😀", "{0.__class__}%s%n"])
def test_a_name_is_a_label_and_may_be_odd(name: str) -> None:
    assert recipe_from_json(GOOD | {"name": name}).name == name


BLOCK = {"filters": 8, "kernel": 3, "pool": 2, "dropout": 0.1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"filters": 10**6}, "filters=1000000 in block 1"),
        ({"filters": 0}, "filters=0 in block 1"),
        ({"filters": 2.0}, "filters=2.0 in block 1"),
        ({"kernel": 4}, "kernel=4 in block 1 is even"),
        ({"kernel": 101}, "kernel=101 in block 1"),
        ({"kernel": True}, "kernel=True in block 1"),
        ({"pool": 0}, "pool=0 in block 1"),
        ({"dropout": 1.0}, "dropout=1.0 in block 1"),
        ({"stride": 2}, "no setting 'stride'"),
    ],
)
def test_an_impossible_block_is_refused_by_its_place(change: dict[str, Any], message: str) -> None:
    assert message in refusal(GOOD | {"blocks": [BLOCK | change]})


@pytest.mark.parametrize("blocks", [[], [BLOCK] * 100, None, 3, "blocks"])
def test_no_blocks_and_too_many_are_refused(blocks: object) -> None:
    assert "blocks are not possible" in refusal(GOOD | {"blocks": blocks})


def test_pooling_that_leaves_nothing_is_refused() -> None:
    assert "is larger than its 6x6 feature map" in refusal(
        GOOD | {"blocks": [BLOCK | {"pool": 8}, BLOCK | {"pool": 8}]}
    )


@pytest.mark.parametrize("values", [[], "epochs: 5", None, 3])
def test_what_is_no_object_is_refused(values: object) -> None:
    assert "must be a JSON object" in refusal(values)


@pytest.mark.parametrize("block", [3, None, []])
def test_a_block_that_is_no_object_is_refused(block: object) -> None:
    assert "Each block" in refusal(GOOD | {"blocks": [block]})


def test_an_unknown_setting_is_named_with_those_that_exist() -> None:
    message = refusal(GOOD | {"epoch": 3})

    assert "no setting 'epoch'" in message
    assert "epochs" in message


@pytest.mark.parametrize("name", ["name", "blocks"])
def test_a_missing_setting_is_named(name: str) -> None:
    assert f"no value for {name!r}" in refusal({key: value for key, value in GOOD.items() if key != name})


def test_settings_change_by_text_as_on_the_command_line() -> None:
    changes = {"epochs": "3", "learning_rate": "2e-3", "mirror": "no", "activation": "leaky_relu"}

    recipe = variations.changed(RECIPES["report-final"], changes)

    assert (recipe.epochs, recipe.learning_rate, recipe.mirror, recipe.activation) == (3, 2e-3, False, "leaky_relu")
    assert recipe.blocks == RECIPES["report-final"].blocks


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("epochs", "three", "epochs=three is not possible. Use a whole number."),
        ("epochs", "1e3", "epochs=1e3 is not possible. Use a whole number."),
        ("epochs", "0", "epochs=0 is not possible. Use 1 to 1000."),
        ("learning_rate", "fast", "learning_rate=fast is not possible. Use a number."),
        ("learning_rate", "nan", "learning_rate=nan is not possible. Use 1e-06 to 1."),
        ("seed", "-1", "seed=-1 is not possible. Use 0 to 2147483647."),
        ("mirror", "maybe", "mirror=maybe is not possible. Use true or false."),
        ("blocks", "3", "A recipe has no setting 'blocks'."),
        ("epoch", "3", "A recipe has no setting 'epoch'."),
    ],
)
def test_a_text_that_is_no_such_setting_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(EmoError) as caught:
        variations.changed(RECIPES["report-final"], {name: text})

    assert caught.value.message.startswith(message)


def test_a_recipe_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(EmoError, match="no recipe 'vgg'") as caught:
        preset("vgg")

    assert all(name in caught.value.message for name in RECIPES)


def test_a_recipe_made_by_the_program_is_checked_as_well() -> None:
    with pytest.raises(EmoError, match="epochs=0"):
        Recipe("x", (Block(4, 3, 2),), epochs=0)


def test_the_reports_networks_are_as_the_report_says() -> None:
    final, main = RECIPES["report-final"], RECIPES["report-main"]

    assert [(block.filters, block.kernel, block.pool) for block in final.blocks] == [
        (32, 3, 3),
        (64, 5, 3),
        (128, 7, 3),
    ]
    assert (final.activation, final.learning_rate, final.batch_size, final.epochs) == ("relu", 1e-4, 64, 100)
    assert [(block.filters, block.kernel, block.pool) for block in main.blocks] == [(16, 3, 2), (32, 5, 2), (64, 7, 2)]
    assert (main.activation, main.learning_rate, main.batch_size, main.epochs) == ("leaky_relu", 1e-3, 128, 50)
    report = [recipe for name, recipe in RECIPES.items() if name.startswith("report-")]
    assert len(report) == 4
    assert {(recipe.patience, recipe.weight_decay) for recipe in report} == {(4, 1e-3)}


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(EmoError, match="report-final") as caught:
        preset("report-best")

    assert caught.value.code == "no_recipe"
