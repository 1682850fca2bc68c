"""What is computed for chapter 5 of the report: layers, parameters, and how long training took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from emocore.learn import layers, presets
from emocore.reproduction.measurements import FIRST, VARIANTS
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Number, Row

CLASSES = 4


def _network(*recipes: str) -> Callable[[Results, Row], Row]:
    """Parameters of whole networks."""
    numbers = tuple(
        Number(f"Parameters of {name}", "not printed", corrected=f"{layers.parameter_count(presets.named(name)):,}")
        for name in recipes
    )
    return lambda _, row: replace(row, numbers=numbers)


def _layer(number: int) -> Callable[[Results, Row], Row]:
    """Parameters of one convolution layer of the main network and of its normalization."""
    table = layers.layer_table(presets.named("report-main"), CLASSES)
    at = next(place for place, layer in enumerate(table) if layer.name.startswith(f"Convolution {number} "))
    numbers = tuple(
        Number(
            f"Parameters, {layer.name.lower()}", "not printed", corrected=f"{layer.parameters:,}, output {layer.shape}"
        )
        for layer in table[at : at + 2]
    )
    return lambda _, row: replace(row, numbers=numbers)


def _linear(recipe: str, printed: str) -> Callable[[Results, Row], Row]:
    """What the linear layer sees, beside the printed product."""
    layer = layers.layer_table(presets.named(recipe), CLASSES)[-1]
    features = (layer.parameters - CLASSES) // CLASSES
    product = 1
    for factor in printed.split("*"):
        product *= int(factor)
    numbers = (
        Number("Features of the linear layer", f"{printed} = {product:,}", corrected=f"{features:,}"),
        Number("Parameters of the linear layer", "not printed", corrected=f"{layer.parameters:,}"),
        Number(
            f"Parameters of {recipe}", "not printed", corrected=f"{layers.parameter_count(presets.named(recipe)):,}"
        ),
    )
    return lambda _, row: replace(row, numbers=numbers, verdict="agrees" if features == product else "differs")


def _settings(*names: str) -> Callable[[Results, Row], Row]:
    """Printed settings of training beside those of the recipes."""
    printed = {"learning_rate": 0.001, "weight_decay": 0.001, "epochs": 50, "patience": 4}
    recipe = presets.named("report-main")
    ours = {"its": {"patience": f"{recipe.patience + 1}, counted as its loop does"}}
    numbers = tuple(
        Number(
            name.replace("_", " ").capitalize(),
            f"{printed[name]:g}",
            ours["its"].get(name, ""),
            f"{getattr(recipe, name):g}",
        )
        for name in names
    )
    return lambda _, row: replace(row, numbers=numbers)


def _section_5_4(results: Results, row: Row) -> Row:
    numbers = []
    for name in VARIANTS:
        for one in results.trainings(FIRST, name):
            took = f"{one['epochs']} epochs, {one['train']:,} images" + (" (cut short)" if one["cut"] else "")
            numbers.append(Number(f"Epochs of {name}, seed {one['seed']}", "not printed", took))
    return replace(row, numbers=tuple(numbers))


def _section_5_5(_: Results, row: Row) -> Row:
    main, final = (presets.named(name) for name in ("report-main", "report-final"))
    pairs = zip(main.blocks, final.blocks, strict=True)
    numbers = [
        Number(f"Filters of layer {number}", f"{one.filters} to {2 * one.filters}", corrected=f"{two.filters}")
        for number, (one, two) in enumerate(pairs, 1)
    ]
    numbers += [
        Number("Pooling", "said to stay", corrected=f"{main.blocks[0].pool} to {final.blocks[0].pool}"),
        Number(
            "Dropout of each layer",
            "said to stay",
            corrected=f"{main.blocks[0].dropout:g} to {final.blocks[0].dropout:g}",
        ),
        Number("Learning rate", "said to stay", corrected=f"{main.learning_rate:g} to {final.learning_rate:g}"),
        Number(
            "Parameters",
            "not printed",
            corrected=f"{layers.parameter_count(main):,} to {layers.parameter_count(final):,}",
        ),
    ]
    return replace(row, numbers=tuple(numbers))


ADDED: dict[str, Callable[[Results, Row], Row]] = {
    "Section 5.2": _network("report-main"),
    "Figure 5.1": _layer(1),
    "Figure 5.2": _layer(2),
    "Figure 5.3": _layer(3),
    "Figure 5.5": _linear("report-main", "64*6*6"),
    "Section 5.3": _network("report-variant-1", "report-variant-2"),
    "Figure 5.5, second": _linear("report-variant-1", "32*12*12"),
    "Figure 5.6": _linear("report-variant-2", "16*24*24"),
    "Section 5.4": _section_5_4,
    "Figure 5.7": _settings("learning_rate", "weight_decay"),
    "Figure 5.8": _settings("epochs", "patience"),
    "Section 5.5": _section_5_5,
    "Figure 5.9": _section_5_5,
}
