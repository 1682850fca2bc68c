"""A card or report is whole by itself, lets nobody's name become markup, and draws charts where they can be."""

from __future__ import annotations

from html.parser import HTMLParser

from emocore.audit.document import Document, Grid, Items, Picture, Section, Text, as_html, as_markdown


class Tags(HTMLParser):
    """Collects the tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for key, value in attrs if key in ("src", "href", "onerror", "onclick")]


EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) `a` | *b* \u202e"


def test_the_page_is_whole_by_itself_and_no_name_becomes_markup() -> None:
    card = Document(EVIL, (Section(EVIL, (Text(EVIL), Grid((EVIL, "n"), ((EVIL, "1"),)))),))
    page = Tags()
    page.feed(as_html(card, ""))
    words = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p"}
    assert page.tags == words | {"table", "thead", "tr", "th", "td"}
    assert page.links == []
    assert "\u202e" not in as_html(card, "")


def test_markdown_escapes_what_would_be_markup() -> None:
    text = as_markdown(Document(EVIL, (Section("a", (Text(EVIL), Grid(("x", "y"), ((EVIL, "1"),)))),)))
    assert "<script" not in text.replace(r"\<", "")
    assert r"\[x\]\(javascript" in text
    table = [line for line in text.splitlines() if line.startswith("| ") and "script" in line]
    assert [line.replace(r"\|", "").count("|") for line in table] == [3]


def test_blocks_come_in_their_order_and_charts_are_drawn_by_who_can() -> None:
    blocks = (Text("a"), Picture("loss", "test"), Items(("b", "c")), Grid(("empty",), ()))
    card = Document("Card", (Section("S", blocks),), "Of now.")

    assert as_markdown(card) == "# Card\n\nOf now.\n\n## S\n\na\n\n- b\n- c\n"
    page = as_html(card, "", lambda chart: f"<svg>{chart.name} {chart.part}</svg>")
    assert page.split("<body>\n")[1].split("\n</body>")[0].split("\n") == [
        "<h1>Card</h1>",
        "<p>Of now.</p>",
        "<h2>S</h2>",
        "<p>a</p>",
        "<svg>loss test</svg>",
        "<ul><li>b</li><li>c</li></ul>",
    ]
