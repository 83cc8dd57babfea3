"""Text as HTML: what is quoted is escaped, ids that the book has an entry for are linked to it, `code` is marked."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Linker"]

_ID: Final = re.compile(
    r"(?<![A-Za-z0-9-])(?:(?:[A-Z]{2,4}(?:-[A-Z]+)?|S)-[0-9]{2}|[A-Z]+(?:_[A-Z]+)+)(?![A-Za-z0-9_])"
)
_CODE: Final = re.compile(r"`([^`]+)`")


class Linker:
    """Knows which ids there are entries for."""

    def __init__(self, anchors: AbstractSet[str]) -> None:
        """`anchors`: the ids of the page's entries."""
        self._anchors = anchors

    def linked(self, text: str, but: str = "") -> Markup:
        """Return a text with its ids as links, apart from `but`: the entry that it stands in."""
        parts, end = [], 0
        for found in _ID.finditer(text):
            if found.group() in self._anchors and found.group() != but:
                parts += [escape(text[end : found.start()]), self.link(found.group())]
                end = found.end()
        return Markup("").join([*parts, escape(text[end:])])

    def prose(self, text: str) -> Markup:
        """Return a text of the documentation: ids as links, what stands between backquotes as code."""
        parts = [
            Markup("<code>{}</code>").format(self.linked(part)) if place % 2 else self.linked(part)
            for place, part in enumerate(_CODE.split(text))
        ]
        return Markup("").join(parts)

    def link(self, anchor: str) -> Markup:
        """Return a link to an entry, by its id, which may be broken over lines behind an underscore."""
        return Markup('<a href="#{}">{}</a>').format(anchor, Markup("_<wbr>").join(anchor.split("_")))
