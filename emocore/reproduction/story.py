"""The report's story in six short sentences each way of telling it: on the page and in docs/report-rerun.md."""

from __future__ import annotations

from emocore import wording
from emocore.learn import factors
from emocore.reproduction import published
from emocore.reproduction.bias_items import gap, printed_counts
from emocore.reproduction.measurements import FIRST, FIXED, SOUND, TEN
from emocore.reproduction.results import Results
from emocore.reproduction.rows import Score
from emocore.wording import between, points

ORDER = factors.FOLDS.factors[0].name


def story(results: Results) -> tuple[tuple[str, str], ...]:
    """Heads and sentences for somebody who knows neither the report nor the code; with what was measured so far."""
    return (
        ("What it is", WHAT),
        ("A leak, found late", _leak(results)),
        ("What was left", _mended(results)),
        ("Why the folds collapse", _folds(results)),
        ("Numbers that cannot be", _impossible()),
        ("What is known of bias", _bias()),
    )


WHAT = (
    "A student report trains small networks to sort 1,600 gray pictures of 48x48 pixels into focused, happy, neutral "
    "and surprised."
)


def _leak(results: Results) -> str:
    told = (
        "It first finds 0.899 (1,726 of 1,920 right). But eight variants of each picture were made before the pictures "
        "were shared out, so the network was asked about pictures of which it had seen variants."
    )
    if found := results.values.get("matcher"):
        told += (
            f" A matcher that learns nothing gets {wording.score(found['leaked']['mean'])} in this way and "
            f"{wording.score(found['honest']['mean'])} on new pictures."
        )
    if score := results.score(FIRST, "report-main"):
        told += f" Trained again in the same way, the network gets {_short(score)}."
    return told


def _mended(results: Results) -> str:
    told = "Chapter 7 finds the leak, splits first, and gets 0.696 (281 of 404 right)."
    if its := results.score(FIXED, "report-final"):
        told += f" Trained again in this way, the final network gets {_short(its)}"
        sound = results.score(SOUND, "report-final")
        told += f", and {_short(sound)} where the test images steer nothing." if sound else "."
    return told + " So about 0.70 is what it knows; 0.899 was mostly memory."


def _folds(results: Results) -> str:
    told = (
        "Ten folds then give 0.492, which the report calls stable. In these folds the batches were not shuffled: the "
        "network sees one class after another and ends every epoch on the same one."
    )
    its, sound = results.folds(TEN), results.folds(SOUND)
    if its and sound:
        told += f" Ours so: {_short(its)} ({its.of}); with everything corrected: {_short(sound)}."
    if causes := results.causes():
        share = next(one.share for one in causes.found.causes if one.name == ORDER)
        told += f" Of the difference, {points(abs(share)).lstrip('+')} points are the order of the batches."
    return told


def _impossible() -> str:
    counts = printed_counts(published.BIAS)
    by_age, by_gender = (sum(counts[name][0] or 0 for name in pair) for pair in (("young", "old"), ("male", "female")))
    return (
        f"The bias table counts {by_age} right answers by age and {by_gender} by gender, on the same 404 images. Both "
        "cannot be true of one network: each group's images had been scaled by their own means. In a later file "
        "the accuracies of male and female are those of no whole number of right answers."
    )


def _bias() -> str:
    counts = {name: [right or 0, n or 0] for name, (right, n) in printed_counts(published.BIAS).items()}
    gaps = [gap(counts, attribute).rpartition(", ")[0] for attribute in ("age", "gender")]
    return (
        f"The report calls young and male images better answered: {gaps[0]} by age, {gaps[1]} by gender. Both "
        "intervals hold 0, so neither verdict stands. That there is no gap does not follow: so few images cannot tell."
    )


def _short(score: Score) -> str:
    return f"{wording.score(score.value)} {between((score.low, score.high))}"
