"""Finding national numbers in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.domain.national_numbers import holds_national_number
from tests.model.identifiers import niss_check_digits

NUMBER = "850730033" + niss_check_digits("850730033", born_from_2000=False)
BIS = "854730033" + niss_check_digits("854730033", born_from_2000=False)
FULL_WIDTH = NUMBER.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
ARABIC = NUMBER.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})


@pytest.mark.parametrize(
    "number",
    [
        NUMBER,
        BIS,
        f"{NUMBER[:2]}.{NUMBER[2:4]}.{NUMBER[4:6]}-{NUMBER[6:9]}.{NUMBER[9:]}",
        f"{NUMBER[:6]} {NUMBER[6:9]} {NUMBER[9:]}",
        f"{NUMBER[:6]}/{NUMBER[6:]}",
        FULL_WIDTH,
        ARABIC,
    ],
    ids=["in a row", "bis", "official", "spaced", "slash", "full width", "arabic"],
)
@pytest.mark.parametrize("around", ["{}", "of {}.", "({})", '"{}"', "a_{}_b", "{}@b.example"])
def test_a_number_is_found_however_it_is_written(number: str, around: str) -> None:
    assert holds_national_number(around.format(number))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0123.456.749",
        "+32 2 509 90 90",
        NUMBER[:-1],
        NUMBER + "0",
        "x" + NUMBER,
        "85073003300",
        "3f2a8507-3003-4a28-9bcd-850730033ab1",
    ],
    ids=["nothing", "enterprise", "telephone", "short", "long", "word", "wrong check digits", "uuid"],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert not holds_national_number(text)


def test_one_among_many_numbers_is_found() -> None:
    assert holds_national_number(f"85073003300, 12345678901 and {NUMBER}")


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    holds_national_number(text)
    assert holds_national_number(f"{text} | {NUMBER}")
