"""Measurements are kept one by one, shipped as one file, and read as scores with intervals."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from emocore import settings
from emocore.reproduction import document, results
from emocore.reproduction.numbers import CORNERS, FACTORS, FIRST, NETWORKS, SOUND, TEN, factors
from emocore.reproduction.results import Results
from emocore.runs import openings
from tests.laboratory import code_of


def made(protocol: str, recipe: str = "report-final", right: int = 70, **more: Any) -> dict[str, Any]:
    """What a training of 100 judged images leaves."""
    one = {"protocol": protocol, "recipe": recipe, "seed": 0, "fold": 0, "settings": [], "cut": 0, "n": 100}
    return one | {"right": right, "confusion": [[right, 100 - right], [0, 0]], "groups": {}, "made": "2026"} | more


def kept(*trainings: dict[str, Any]) -> Results:
    return Results({str(place): one for place, one in enumerate(trainings)})


def test_a_score_is_the_mean_over_seeds_with_the_interval_of_one() -> None:
    score = kept(made(FIRST, right=80), made(FIRST, right=90, seed=1)).score(FIRST, "report-final")

    assert score is not None
    assert (score.value, score.n, score.trainings) == (pytest.approx(0.85), 100, "2 seeds")
    assert score.low < 0.80 < 0.90 < score.high


def test_a_training_cut_short_counts_only_where_there_is_no_whole_one() -> None:
    cut = made(FIRST, right=30, cut=2)

    assert kept(cut).score(FIRST, "report-final").trainings == "1 seed, at most 2 epochs"
    assert kept(cut, made(FIRST, right=80)).score(FIRST, "report-final").value == 0.8
    assert kept(cut).score(SOUND, "report-final") is None


def test_folds_that_differ_much_have_a_wider_interval_than_their_images() -> None:
    alike = kept(*(made(TEN, right=50, fold=fold) for fold in (1, 2, 3))).folds(TEN)
    apart = kept(*(made(TEN, right=right, fold=fold) for fold, right in ((1, 20), (2, 50), (3, 80)))).folds(TEN)

    assert alike.value == apart.value == 0.5
    assert apart.high - apart.low > 2 * (alike.high - alike.low)


def test_shapley_shares_add_up_and_agree_with_all_orders() -> None:
    cost = {"order": -20, "rows": -5, "weights": 3}
    every = chain.from_iterable(combinations(FACTORS, size) for size in range(4))
    value = {frozenset(taken): 70 + sum(cost[name] for name in taken) - 4 * (len(taken) == 3) for taken in every}
    found = kept(*(made(name, right=value[factors(name)], fold=fold) for name in CORNERS for fold in (1, 2)))

    causes = found.causes()
    order = causes.found.causes[0]

    assert sum(one.share for one in causes.found.causes) == pytest.approx((value[frozenset(FACTORS)] - 70) / 100)
    assert order.share == pytest.approx((-20 - 4 / 3) / 100)
    assert (order.first_in, order.last_in) == pytest.approx((-0.20, -0.24))
    assert (causes.seeds, causes.folds, causes.n) == (1, 2, 200)
    assert kept(made(TEN, fold=1)).causes() is None
    assert kept(*(made(name, fold=1, cut=2) for name in CORNERS)).causes() is None, "two epochs explain nothing"


def test_networks_together_answer_by_their_mean() -> None:
    shares = [[0.9, 0.1], [0.4, 0.6]], [[0.2, 0.8], [0.1, 0.9]], [[0.8, 0.2], [0.6, 0.4]], [[0.7, 0.3], [0.2, 0.8]]
    some = [made(SOUND, name, probabilities=one, truth=[0, 1]) for name, one in zip(NETWORKS, shares, strict=True)]

    assert {key: results.ensemble(kept(*some))[key] for key in ("right", "n", "networks")} == {
        "right": 2,
        "n": 2,
        "networks": 4,
    }
    assert results.ensemble(kept(*some[:3])) is None


def test_what_is_kept_is_known_again_and_ships_without_probabilities(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "shipped_dir", lambda: tmp_path)
    results.shipped.cache_clear()
    results.keep("abc", "one", made(SOUND, probabilities=[[1.0, 0.0]], truth=[0]))

    results.ship(results.measurements("abc"))
    shipped = results.shipped()
    results.shipped.cache_clear()

    assert (shipped.fingerprint, shipped.made) == ("abc", "2026")
    assert shipped.score(SOUND, "report-final") == results.measurements("abc").score(SOUND, "report-final")
    assert "probabilities" not in shipped.values["one"]


def test_what_ships_tells_once_which_networks_opened_the_test_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "shipped_dir", lambda: tmp_path)
    results.shipped.cache_clear()
    results.keep("abc", "sound", made(SOUND, part="test", settings=[["depth", "1"]], seed=3))
    results.keep("abc", "fold", made(SOUND, part="test", fold=2))
    results.keep("abc", "first", made(FIRST, part="validation"))
    results.keep("abc", "ensemble", {"right": 7, "n": 10, "networks": 4, "made": "2026"})

    for _ in range(2):
        results.ship(results.measurements("abc"))
    results.shipped.cache_clear()

    lines = openings.before_shipping()
    assert {line["run"] for line in lines} == {"sound", "ensemble"}
    assert len(lines) == 2
    (sound,) = (line for line in lines if line["run"] == "sound")
    assert sound["label"] == f"report-final, depth=1, seed 3, {SOUND}, does not ship"
    assert sound["settings"] == {"recipe": "report-final", "protocol": SOUND, "seed": "3", "depth": "1"}


def test_a_damaged_measurement_is_named() -> None:
    results.keep("abc", "one", {})
    (results.folder("abc") / "one.json").write_text("{")

    assert code_of(results.measurements, "abc") == "damaged_file"


def test_every_row_can_be_read_from_what_ships() -> None:
    assert [document.row(one, results.shipped()).item for one in document.items()] == [
        one.item for one in document.items()
    ]
