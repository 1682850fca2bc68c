"""Layers and parameters beside the listings of chapter 5."""

from __future__ import annotations

from torch import nn

from emocore.reproduction import items
from emocore.reproduction.results import Results


def row(name: str) -> object:
    return items.row(items.named(name)[0], Results())


def test_convolutions_have_as_many_parameters_as_torch_says() -> None:
    sizes = {"Figure 5.1": (1, 16, 3), "Figure 5.2": (16, 32, 5), "Figure 5.3": (32, 64, 7)}

    for name, (channels, filters, kernel) in sizes.items():
        counted = sum(weights.numel() for weights in nn.Conv2d(channels, filters, kernel).parameters())
        assert row(name).numbers[0].corrected.startswith(f"{counted:,}, output")


def test_the_printed_products_are_what_the_linear_layers_see() -> None:
    assert [row(name).verdict for name in ("Figure 5.5", "Figure 5.5, second", "Figure 5.6")] == ["agrees"] * 3
    assert "2,304" in row("Figure 5.5").numbers[0].corrected


def test_more_than_the_filters_changes_in_the_final_network() -> None:
    changed = {one.what: one.corrected for one in row("Section 5.5").numbers}

    assert (changed["Pooling"], changed["Learning rate"]) == ("2 to 3", "0.001 to 0.0001")


def test_its_loop_waits_one_epoch_longer() -> None:
    patience = {one.what: one for one in row("Figure 5.8").numbers}["Patience"]

    assert (patience.report, patience.its[0], patience.corrected) == ("4", "5", "4")
