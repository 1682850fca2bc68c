"""Which networks a mode trains, each under a name of its own."""

from __future__ import annotations

from emocore.reproduction.measurements import CORNERS, FACTORS, GROUPS, MODES, PLAIN, SOUND, TEN, factors, wanted
from tests.laboratory import code_of

TRAINED = [group for group in GROUPS if group not in PLAIN]


def names(mode: str) -> list[str]:
    return [one.name for group in TRAINED for one in wanted(group, MODES[mode])]


def test_a_larger_mode_holds_all_of_the_smaller_one_and_trains_nothing_twice() -> None:
    assert set(names("usual")) < set(names("full"))
    assert not set(names("quick")) & set(names("usual"))
    assert all("2-epochs" in name for name in names("quick"))


def test_the_eight_corners_lie_between_corrected_folds_and_the_reports() -> None:
    sets = [factors(name) for name in CORNERS]

    assert len(set(sets)) == 8
    assert (factors(SOUND), factors(TEN)) == (frozenset(), frozenset(FACTORS))


def test_causes_share_their_ends_with_the_folds() -> None:
    causes = {one.name for one in wanted("causes", MODES["usual"])}

    assert causes & {one.name for one in wanted("folds", MODES["usual"])}
    assert causes & {one.name for one in wanted("sound-folds", MODES["usual"])}


def test_another_group_is_refused() -> None:
    assert code_of(wanted, "everything", MODES["usual"]) == "no_group"
