"""Check digits of the numbers that callers send: NISS (NRN or BIS) and enterprise number."""

from datetime import date


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _date_possible(year: int, month: int, day: int, today: date) -> bool:
    """A real date that is not in the future; month or day 0 stands for an unknown part."""
    if month > 12 or day > 31 or year > today.year:
        return False
    if month == 0:
        return True
    if day == 0:
        return (year, month) <= (today.year, today.month)
    try:
        return date(year, month, day) <= today
    except ValueError:
        return False


def is_niss(text: str, today: date) -> bool:
    """National register number or BIS number, digits only (GGA-AM-04, AMB-11)."""
    if not _is_digits(text, 11):
        return False
    month, day, serial = int(text[2:4]), int(text[4:6]), int(text[6:9])
    bis = month >= 20
    if bis:
        month -= 40 if month >= 40 else 20
    if not bis and serial in (0, 999):
        return False
    check = int(text[9:])
    for century, prefix in ((1900, ""), (2000, "2")):
        if 97 - int(prefix + text[:9]) % 97 != check:
            continue
        if _date_possible(century + int(text[:2]), month, day, today):
            return True
    return False


def is_enterprise_number(text: str) -> bool:
    """Ten digits, the first 0 or 1, closed by 97 minus the first eight modulo 97 (GGA-EXC-04)."""
    if not _is_digits(text, 10) or text[0] not in "01":
        return False
    return 97 - int(text[:8]) % 97 == int(text[8:])


def niss_check_digits(nine: str, born_from_2000: bool) -> str:
    """The two closing digits of a NISS, for those who make up numbers."""
    return f"{97 - int(('2' if born_from_2000 else '') + nine) % 97:02d}"


def enterprise_check_digits(eight: str) -> str:
    """The two closing digits of an enterprise number."""
    return f"{97 - int(eight) % 97:02d}"
