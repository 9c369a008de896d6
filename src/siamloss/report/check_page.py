"""The numbers of a page, in their order: cells of its tables, sentences, captions, and the data behind its charts."""

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import zip_longest

from siamloss.report.check_text import PICTURE, Difference, cut, differ_json, leaves, same_value

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True)
class Piece:
    """A text of the page, and where it stands."""

    row: str
    column: str
    text: str
    is_json: bool = False


class PageReader(HTMLParser):
    """Collects the pieces of a page; pictures are left out, for they are files of their own."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._heading = self._table = self._row = ""
        self._cell = 0
        self._heads: list[str] = []
        self._text = ""
        self.feed(html)
        self.close()
        self._flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and read its attributes."""
        if tag not in ("b", "u", "i", "em", "strong", "a", "wbr", "span"):
            self._flush()
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, found))
        if tag == "table":
            self._table = found.get("data-table") or found.get("aria-labelledby", "").removeprefix("caption-")
            self._heads = []
        elif tag == "tr":
            self._cell, self._row = 0, ""
            if self._inside("thead"):
                self._heads = []
        elif tag in ("td", "th"):
            self._cell += 1
        for name, value in found.items():
            if value and not value.startswith(PICTURE):
                self.pieces.append(Piece(self._place(), f"{name} of {tag}", value))

    def handle_endtag(self, tag: str) -> None:
        """Close an element and whatever was left open in it."""
        if tag not in ("b", "u", "i", "em", "strong", "a", "wbr", "span"):
            self._flush()
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "table":
            self._table = self._row = ""

    def handle_data(self, data: str) -> None:
        """Gather text; what belongs together is one piece, whatever marks it up."""
        self._text += data

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _place(self) -> str:
        return f"{self._table}, {self._row}" if self._table and self._row else self._table or self._heading

    def _flush(self) -> None:
        text, self._text = " ".join(self._text.split()), ""
        if not text or self._inside("style"):
            return
        script = next((found for name, found in self._open if name == "script"), None)
        if script is not None:
            kind = script.get("type", "")
            self.pieces.append(Piece(script.get("id") or "script", "text", text, "json" in kind))
            return
        tag = self._open[-1][0] if self._open else ""
        if any(self._inside(name) for name in HEADINGS):
            self._heading = text
        if self._inside("tr"):
            if self._inside("thead"):
                self._heads.append(text)
            elif self._cell <= 1 and not self._row:
                self._row = text
            column = self._heads[self._cell - 1] if self._cell <= len(self._heads) else tag
            self.pieces.append(Piece(self._place(), column, text))
        else:
            self.pieces.append(Piece(self._place(), tag or "text", text))


def read_page(html: str) -> list[Piece]:
    """Every text of a page in its order, pictures and styles aside."""
    return PageReader(html).pieces


def words_of(pieces: list[Piece]) -> list[str]:
    """The texts of the pieces, the data of charts value by value."""
    return [
        text
        for piece in pieces
        for text in ([v for _, v in leaves(json.loads(piece.text))] if piece.is_json else [piece.text])
    ]


def differ_pages(printed: list[Piece], recomputed: list[Piece]) -> Difference | None:
    """Compare two pages piece by piece."""
    nothing = Piece("", "", "")
    for old, new in zip_longest(printed, recomputed, fillvalue=nothing):
        if old.text == new.text:
            continue
        if old.is_json and new.is_json:
            try:
                found = differ_json(old.text, new.text)
            except ValueError:
                found = Difference("", "text", "no JSON", "JSON")
            if found is None:
                continue
            return Difference(f"{new.row} {found.row}", found.column, found.printed, found.recomputed)
        if same_value(old.text, new.text):
            continue
        place = new if new.text else old
        return Difference(place.row, place.column, *cut(old.text, new.text))
    return None
