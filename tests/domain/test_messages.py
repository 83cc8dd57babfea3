"""Mails as values: what can be one, and how it stands in the outbox."""

from collections.abc import Callable

import pytest

from authz_service.domain.messages import PARAMETERS, InvalidMailError, Mail, MailKind, is_address, masked_address
from tests.model.identifiers import niss_check_digits

NATIONAL_NUMBER = "850730033" + niss_check_digits("850730033", born_from_2000=False)
VALUES = {
    "person_name": "Carla Ébène",
    "enterprise_name": "Alpha\nBcc: x@y.example",
    "enterprise_number": "0123456749",
    "capacity_name": "Werkgever {RSZ}",
    "user_name": "carla",
    "chief_access_manager_name": "Dirk",
}


def mail(
    kind: MailKind = MailKind.CHECK_OWN_DETAILS, language: str = "nl", to: str = "a@b.example", **changed: str
) -> Mail:
    values = {name: VALUES[name] for name in PARAMETERS[kind]} | changed
    return Mail.make(kind, language, to, **values)


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_mail_comes_back_from_its_json(kind: MailKind) -> None:
    assert Mail.from_json(mail(kind).as_json()) == mail(kind)


def test_neither_address_nor_names_are_shown() -> None:
    shown = repr(mail())
    assert "a@b" not in shown
    assert "Carla" not in shown


@pytest.mark.parametrize("language", ["", "es", "NL"])
def test_a_language_that_is_not_spoken(language: str) -> None:
    with pytest.raises(InvalidMailError, match="language"):
        mail(language=language)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b\nBcc: c@d",
        "a@b,c@d",
        "<a@b>",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a@.b",
        "a@b.",
        "a@b..c",
        '"a"@b',
        "a" * 250 + "@b.example",
    ],
)
def test_a_text_that_is_no_address(to: str) -> None:
    with pytest.raises(InvalidMailError) as caught:
        mail(to=to)
    assert "@" not in str(caught.value)
    assert not is_address(to)


@pytest.mark.parametrize("to", ["a@b", "a.b+c@d-e.example", "o'neill@b.example", "hélène@société.example"])
def test_a_text_that_is_one(to: str) -> None:
    assert is_address(to)


def test_parameters_that_are_not_those_of_the_kind() -> None:
    with pytest.raises(InvalidMailError, match="parameters"):
        Mail.make(MailKind.CHECK_OWN_DETAILS, "nl", "a@b.example", person_name="Carla")
    with pytest.raises(InvalidMailError, match="parameters"):
        mail(secret="x")


@pytest.mark.parametrize(
    "make",
    [
        lambda: mail(person_name=f"Carla {NATIONAL_NUMBER}"),
        lambda: mail(enterprise_name=NATIONAL_NUMBER),
        lambda: mail(to=f"{NATIONAL_NUMBER}@b.example"),
    ],
    ids=["name of a person", "name of an enterprise", "address"],
)
def test_a_national_number_makes_no_mail(make: Callable[[], Mail]) -> None:
    with pytest.raises(InvalidMailError, match="holds a national number") as caught:
        make()
    assert NATIONAL_NUMBER not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"kind":"none","language":"nl","to":"a@b","parameters":{}}',
        '{"kind":"check_own_details","language":"nl","to":"a@b","parameters":[]}',
        '{"kind":"check_own_details","language":"nl","to":1,"parameters":{}}',
        '{"kind":"check_own_details","language":["nl"],"to":"a@b","parameters":{}}',
        '{"kind":"check_own_details","language":"nl","to":"a@b","parameters":{"person_name":1}}',
    ],
)
def test_a_content_that_is_no_mail(text: str) -> None:
    with pytest.raises(InvalidMailError):
        Mail.from_json(text)


@pytest.mark.parametrize(
    ("address", "masked"), [("carla@alpha.example", "c***@alpha.example"), ("c@alpha.example", "***@alpha.example")]
)
def test_an_address_is_masked(address: str, masked: str) -> None:
    assert masked_address(address) == masked
