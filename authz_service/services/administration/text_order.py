"""Names as people look for them: without regard to case and accents, the same on every database."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["folded"]

WITHOUT_STROKE: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart into a letter and an accent."""


def folded(text: str) -> str:
    """Return the text in small letters without accents (NFKD, combining marks left out)."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(WITHOUT_STROKE)
