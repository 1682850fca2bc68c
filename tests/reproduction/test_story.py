"""The story stands alone before anything is trained, and takes in what was measured."""

from __future__ import annotations

from emocore.reproduction.measurements import FIRST, FIXED, SOUND, TEN
from emocore.reproduction.results import Results
from emocore.reproduction.story import story
from tests.reproduction.test_results import kept, made


def told(results: Results) -> str:
    return " ".join(sentence for _, sentence in story(results))


def test_the_story_tells_of_the_leak_the_folds_and_the_verdicts_on_bias_without_any_training() -> None:
    text = told(Results())

    for words in (
        "0.899 (1,726 of 1,920 right)",
        "0.696 (281 of 404 right)",
        "0.492",
        "not shuffled",
        "285",
        "281 by gender",
    ):
        assert words in text
    assert "neither verdict stands" in text


def test_what_was_measured_stands_in_it() -> None:
    folds = [made(way, right=right, fold=fold) for way, right in ((TEN, 48), (SOUND, 66)) for fold in (1, 2, 3)]
    text = told(kept(made(FIRST, "report-main", 91), made(FIXED, right=69), made(SOUND, right=71), *folds))

    for score in ("0.910", "0.690", "0.710", "0.480", "0.660"):
        assert score in text
