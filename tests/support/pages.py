"""Pages of HTML, parsed as a browser would find them."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "wbr"}
"""Elements that are never closed."""


class Page(HTMLParser):
    """A parsed page: its elements, what they load or link to, its text. Fails on elements that are not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    @property
    def text(self) -> str:
        """What there is to read, with single spaces."""
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        """Where the page leads, and what it loads."""
        return [value for name, value in self.attributes if name in ("href", "src", "xlink:href")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = [(name, value or "") for name, value in attrs]
        self.attributes += found
        self.ids += [value for name, value in found if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)
