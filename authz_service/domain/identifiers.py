"""Belgian identifiers as value types: checked when made, masked when shown.

Rules: rules.md GGA-DES-10, GGA-EXC-02..04, GGA-AM-04; AMB-10 (digits only), AMB-11 (a NISS is an NRN or a BIS number).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Self

__all__ = ["EnterpriseNumber", "InvalidIdentifierError", "Niss", "NssoNumber"]


class InvalidIdentifierError(ValueError):
    """The text is no such identifier. The message never repeats the text."""


@dataclass(frozen=True, slots=True, repr=False)
class _Masked:
    """A checked identifier whose `digits` never reach a log by accident."""

    digits: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}(masked)"

    def __str__(self) -> str:
        return repr(self)


def _require_digits(text: object, length: int, name: str) -> str:
    if not isinstance(text, str) or len(text) != length or not text.isascii() or not text.isdigit():
        raise InvalidIdentifierError(f"{name}: {length} digits are needed, without dots or dashes")
    return text


@dataclass(frozen=True, slots=True, repr=False)
class Niss(_Masked):
    """Social security identification number: a national register number (NRN) or a BIS number, 11 digits."""

    @classmethod
    def parse(cls, text: object, *, today: datetime.date | None = None) -> Self:
        """Return the checked number.

        `today` (default: the system's UTC date) is the last acceptable date of birth.
        Raises InvalidIdentifierError for a wrong length, wrong check digits, an impossible or future date of birth, or,
        for an NRN, a serial of 000 or 999. Month + 20 or + 40 marks a BIS number; month or day 00 is "unknown".
        """
        digits = _require_digits(text, 11, "NISS")
        number, check = divmod(int(digits), 100)
        birth, serial = divmod(number, 1000)
        year, month_field, day = birth // 10_000, birth // 100 % 100, birth % 100
        month = month_field % 20
        if month_field > 52 or month > 12 or day > 31:
            raise InvalidIdentifierError("NISS: the date of birth does not exist")
        if month_field <= 12 and serial in {0, 999}:
            raise InvalidIdentifierError("NISS: the serial number does not exist")
        before_2000 = check == 97 - number % 97
        from_2000_on = check == 97 - (2_000_000_000 + number) % 97
        if not (before_2000 or from_2000_on):
            raise InvalidIdentifierError("NISS: the check digits are wrong")
        if not (before_2000 and _born(1900 + year, month, day, today)) and not (
            from_2000_on and _born(2000 + year, month, day, today)
        ):
            raise InvalidIdentifierError("NISS: the date of birth does not exist or lies ahead")
        return cls(digits)

    @property
    def is_bis(self) -> bool:
        """True for a BIS number, False for a national register number."""
        return int(self.digits[2:4]) >= 20


def _born(year: int, month: int, day: int, today: datetime.date | None) -> bool:
    """True when somebody can have been born on that date, an unknown month or day (0) standing for any."""
    try:
        born = datetime.date(year, month or 1, day or 1)
    except ValueError:
        return False
    # The clock is looked at for those only who can have been born after today.
    return born <= today if today else year < 2000 or born <= datetime.datetime.now(datetime.UTC).date()


@dataclass(frozen=True, slots=True, repr=False)
class EnterpriseNumber(_Masked):
    """Enterprise number of the Crossroads Bank for Enterprises: 10 digits, the first 0 or 1."""

    @classmethod
    def parse(cls, text: object) -> Self:
        """Return the checked number. Raises InvalidIdentifierError."""
        digits = _require_digits(text, 10, "enterprise number")
        number, check = divmod(int(digits), 100)
        if digits[0] not in "01" or check != 97 - number % 97:
            raise InvalidIdentifierError("enterprise number: the first digit or the check digits are wrong")
        return cls(digits)


@dataclass(frozen=True, slots=True, repr=False)
class NssoNumber(_Masked):
    """Employer number of the NSSO (matricule): 9 digits, the last two a check number."""

    @classmethod
    def parse(cls, text: object) -> Self:
        """Return the checked number. Raises InvalidIdentifierError."""
        digits = _require_digits(text, 9, "NSSO number")
        serial = int(digits[:7])
        if not 1_000 <= serial <= 1_999_999 or int(digits[7:]) != (96 - serial * 100 % 97 or 97):
            raise InvalidIdentifierError("NSSO number: outside the range, or the check digits are wrong")
        return cls(digits)
