"""Every script run gets pages of its own: people who open a page at the same moment do not disturb each other."""

from __future__ import annotations

from emocore.ui import navigation


def test_no_two_script_runs_share_a_page() -> None:
    first, second = ([page for pages in navigation.sections().values() for page in pages] for _ in range(2))

    assert len(first) == len(second) == len(navigation.pages())
    assert not {id(page) for page in first} & {id(page) for page in second}


def test_the_menu_says_of_every_page_what_one_finds_there() -> None:
    shown = navigation.pages()

    assert all(20 < len(page.help) < 200 for page in shown.values())
    assert len({page.help for page in shown.values()}) == len(shown)
