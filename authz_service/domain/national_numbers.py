"""Looking for national numbers in texts that may hold none: mails, records, whatever leaves the service."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from authz_service.domain.identifiers import InvalidIdentifierError, Niss

__all__ = ["holds_national_number"]

_ELEVEN_DIGITS: Final = re.compile(r"(?<![^\W_])\d(?:[ ./-]?\d){10}(?![^\W_])")
"""Eleven digits by themselves, as people write them: 85073003328, 85.07.30-033.28, 850730 033 28."""


def holds_national_number(text: str) -> bool:
    """Return True when the text holds a valid national register or BIS number, digits in a row or set apart.

    Digits of any script count. Letters, or further digits, right beside them make it something else.
    """
    for match in _ELEVEN_DIGITS.finditer(unicodedata.normalize("NFKC", text)):
        digits = "".join(str(unicodedata.decimal(sign)) for sign in match.group() if sign.isdecimal())
        try:
            Niss.parse(digits)
        except InvalidIdentifierError:
            continue
        return True
    return False
