"""What Optuna suggests to try next, and which setting mattered. Optuna is loaded when it is asked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emocore.errors import EmoError
from emocore.learn.variations import NUMBERS

if TYPE_CHECKING:
    import optuna

Space = Mapping[str, tuple[str, ...]]
"""Setting -> the texts to choose from, or a single "LOW..HIGH"."""
SAMPLERS = {
    "grid": "All combinations (grid search)",
    "tpe": "Optuna: learns from earlier trials (TPE)",
    "random": "Random search",
}
ORDERS = 10
"""From so many times the low end on, a range is searched by orders of magnitude."""
FEWEST = 4
"""Trials before anything is said of importance."""


@dataclass(frozen=True)
class Tried:
    """Settings that were tried, and the score, or None while they are being trained or where that failed."""

    settings: dict[str, str]
    score: float | None
    is_over: bool = True


def ends(name: str, text: str) -> tuple[float, float] | None:
    """The two ends of "LOW..HIGH", or None for another text. Raises EmoError "bad_value"."""
    low, dots, high = text.partition("..")
    if not dots:
        return None
    try:
        found = float(low), float(high)
    except ValueError as error:
        raise EmoError(f"{name}={text} is no range. Write LOW..HIGH, such as 1e-4..1e-2.", "bad_value") from error
    if name not in NUMBERS or not found[0] < found[1]:
        raise EmoError(f"{name}={text} is not possible as a range. Use a number from low to high.", "bad_value")
    return found


def suggest(space: Space, sampler: str, tried: Sequence[Tried], seed: int) -> dict[str, str]:
    """The settings to try next, as text."""
    study = _study(space, sampler, tried, seed + len(tried))
    drawn = study.ask(_distributions(space)).params
    return {name: _text(value) for name, value in drawn.items()}


def importance(space: Space, tried: Sequence[Tried], seed: int) -> dict[str, float]:
    """Share of the scores' variance that each setting explains (fANOVA, Hutter et al. 2014); {} for too few trials."""
    import optuna  # Only searches that suggest need it

    scores = {one.score for one in tried if one.score is not None}
    if len([one for one in tried if one.score is not None]) < FEWEST or len(scores) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        judge = optuna.importance.FanovaImportanceEvaluator(seed=seed)
        found = optuna.importance.get_param_importances(_study(space, "random", tried, seed), evaluator=judge)
    return {name: float(share) for name, share in found.items()}


def _study(space: Space, sampler: str, tried: Sequence[Tried], seed: int) -> optuna.Study:
    import optuna  # Only searches that suggest need it

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        chooses: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=seed)
        if sampler == "tpe":
            chooses = optuna.samplers.TPESampler(seed=seed, n_startup_trials=5, constant_liar=True)
        study = optuna.create_study(direction="maximize", sampler=chooses)
    states = optuna.trial.TrialState
    distributions = _distributions(space)
    for one in tried:
        state = states.COMPLETE if one.score is not None else states.FAIL if one.is_over else states.RUNNING
        params = {name: _value(name, space[name], text) for name, text in one.settings.items()}
        study.add_trial(
            optuna.trial.create_trial(state=state, value=one.score, params=params, distributions=distributions)
        )
    return study


def _distributions(space: Space) -> dict[str, optuna.distributions.BaseDistribution]:
    from optuna import distributions  # Only searches that suggest need it

    found: dict[str, distributions.BaseDistribution] = {}
    for name, texts in space.items():
        between = ends(name, texts[0]) if len(texts) == 1 else None
        if between is None:
            found[name] = distributions.CategoricalDistribution(texts)
            continue
        low, high = between
        by_order = low > 0 and high / low >= ORDERS
        if NUMBERS[name] is int:
            found[name] = distributions.IntDistribution(round(low), round(high), log=by_order)
        else:
            found[name] = distributions.FloatDistribution(low, high, log=by_order)
    return found


def _value(name: str, texts: tuple[str, ...], text: str) -> str | int | float:
    if len(texts) > 1 or ends(name, texts[0]) is None:
        return text
    return int(text) if NUMBERS[name] is int else float(text)


def _text(value: str | int | float) -> str:
    """Short enough to read, exact enough to train by; what is trained by is what Optuna is told again."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
