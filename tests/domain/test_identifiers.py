"""Identifiers: checked when made, masked when shown."""

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.be import bis, nn, vat

from authz_service.domain.identifiers import EnterpriseNumber, InvalidIdentifierError, Niss, NssoNumber

TODAY = datetime.date(2024, 3, 15)


@pytest.mark.parametrize("digits", ["80251412351", "05430704286", "53480200724", "02071994758", "89440293518"])
def test_a_niss_with_right_check_digits_is_accepted(digits: str) -> None:
    assert Niss.parse(digits, today=TODAY).digits == digits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("80251412352", "the check digits are wrong"),
        ("75223001736", "the date of birth does not exist"),
        ("8025141235", "11 digits"),
        ("80.25.14-123.51", "11 digits"),
        ("\uff180251412351", "11 digits"),
        (80251412351, "11 digits"),
        (None, "11 digits"),
        ("71031400064", "serial number"),
    ],
)
def test_what_is_no_niss_is_refused_without_being_repeated(text: object, why: str) -> None:
    with pytest.raises(InvalidIdentifierError, match=why) as refusal:
        Niss.parse(text, today=TODAY)
    assert str(text) not in str(refusal.value)


def test_nobody_is_born_tomorrow() -> None:
    tomorrow = "24031600151"
    with pytest.raises(InvalidIdentifierError):
        Niss.parse(tomorrow, today=TODAY)


@pytest.mark.parametrize(("digits", "is_bis"), [("02071994758", False), ("89440293518", True), ("80251412351", True)])
def test_a_bis_number_is_told_from_a_national_register_number(digits: str, is_bis: bool) -> None:
    assert Niss.parse(digits, today=TODAY).is_bis is is_bis


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
@example("05430704286")
def test_what_we_accept_the_standard_library_of_numbers_accepts_too(digits: str) -> None:
    try:
        Niss.parse(digits)
    except InvalidIdentifierError:
        return
    if digits[2:4] != "00" and digits[4:6] != "00":
        assert nn.is_valid(digits) or bis.is_valid(digits)


@given(st.from_regex(r"[01][0-9]{9}", fullmatch=True))
@example("0999010126")
def test_enterprise_numbers_agree_with_the_standard_library_of_numbers(digits: str) -> None:
    try:
        accepted = bool(EnterpriseNumber.parse(digits))
    except InvalidIdentifierError:
        accepted = False
    assert accepted == vat.is_valid(digits)


@pytest.mark.parametrize("text", ["314159046", "0314159047", "2000000141", "0999.010.126", 999010126])
def test_what_is_no_enterprise_number_is_refused(text: object) -> None:
    with pytest.raises(InvalidIdentifierError):
        EnterpriseNumber.parse(text)


@pytest.mark.parametrize("digits", ["199001125", "123456749", "199999934", "000100006"])
def test_an_nsso_number_with_the_right_check_number_is_accepted(digits: str) -> None:
    assert NssoNumber.parse(digits).digits == digits


@pytest.mark.parametrize("text", ["199001126", "123456748", "1990011", "000000097", "5000000120"])
def test_what_is_no_nsso_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        NssoNumber.parse(text)


@pytest.mark.parametrize(
    "number", [Niss.parse("80251412351"), EnterpriseNumber.parse("0999010126"), NssoNumber.parse("199001125")]
)
def test_no_way_of_showing_an_identifier_shows_its_digits(number: Niss | EnterpriseNumber | NssoNumber) -> None:
    for shown in (repr(number), str(number), f"{number}", f"{number!r}", repr([number])):
        assert number.digits not in shown
