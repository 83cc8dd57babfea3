"""Putting a mail together: what stands in its headers, and what never does."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz_service.domain.messages import Mail, MailKind
from authz_service.services.mail.composing import Composer, UncomposableError
from authz_service.services.mail.templates import MailTemplates, read_templates
from tests.model.identifiers import niss_check_digits
from tests.services.mail.conftest import START, mail

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
    "Content-Language",
]
NATIONAL_NUMBER = "850730033" + niss_check_digits("850730033", born_from_2000=False)


def as_received(message: EmailMessage) -> EmailMessage:
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_the_headers(composer: Composer) -> None:
    message = as_received(composer.compose(mail(language="fr"), "3f2a-9", START))
    assert message.keys() == HEADERS
    assert message["From"] == "Toegang & Accès <access@example.org>"
    assert message["To"] == "carla@alpha.example"
    assert message["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert message["Message-ID"] == "<3f2a-9@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"


def test_a_mail_that_is_put_together_again_is_the_same(composer: Composer) -> None:
    first, second = (composer.compose(mail(), "one", START).as_bytes() for _ in range(2))
    assert first == second


def test_where_to_log_in(composer: Composer) -> None:
    assert "https://portal.example.org" in composer.compose(mail(), "one", START).get_content()


def test_a_domain_beyond_ascii_is_written_in_ascii(composer: Composer) -> None:
    message = composer.compose(mail(to="carla@société.example"), "one", START)
    assert message["To"] == "carla@xn--socit-esab.example"


def test_a_domain_that_cannot_be_one(composer: Composer) -> None:
    with pytest.raises(UncomposableError, match="domain"):
        composer.compose(mail(to=f"carla@{'é' * 70}.example"), "one", START)


@pytest.mark.parametrize(
    "value", ["Alpha\r\nBcc: x@y.example", "Alpha\nBcc: x", "Alpha\u2028Bcc: x", "Alpha\x85Bcc: x", "Alpha\0Bcc: x"]
)
def test_a_name_with_line_ends_makes_no_header(composer: Composer, value: str) -> None:
    message = as_received(composer.compose(mail(enterprise_name=value), "one", START))
    assert message.keys() == HEADERS
    assert "Alpha Bcc: x" in message["Subject"]
    assert "Alpha Bcc: x" in message.get_content()


def test_signs_that_turn_text_around_are_taken_out(composer: Composer) -> None:
    message = composer.compose(mail(person_name="Carla\u202egpj.exe"), "one", START)
    assert "Carla gpj.exe" in message.get_content()


def test_braces_in_a_name_are_just_braces(composer: Composer) -> None:
    assert "{portal_url}" in composer.compose(mail(person_name="{portal_url}"), "one", START).get_content()


def test_a_name_without_end_is_cut(composer: Composer) -> None:
    message = as_received(composer.compose(mail(enterprise_name="Alpha " * 10_000), "one", START))
    assert len(message["Subject"]) < 300


def test_a_number_that_only_shows_when_signs_are_taken_out(composer: Composer) -> None:
    hidden = f"{NATIONAL_NUMBER[:6]}\u200b{NATIONAL_NUMBER[6:]}"
    with pytest.raises(UncomposableError, match="national number") as caught:
        composer.compose(mail(person_name=hidden), "one", START)
    assert NATIONAL_NUMBER[:6] not in str(caught.value)


def test_a_number_that_a_text_puts_together(composer: Composer, templates: MailTemplates) -> None:
    texts = {"nl": dict(templates.texts["nl"])}
    texts["nl"]["check_own_details.subject"] = "{person_name}{enterprise_name}"
    joined = Composer(MailTemplates(texts), sender="access@example.org", portal_url="https://portal.example.org")
    with pytest.raises(UncomposableError, match="national number"):
        joined.compose(mail(person_name=NATIONAL_NUMBER[:6], enterprise_name=NATIONAL_NUMBER[6:]), "one", START)


COMPOSER = Composer(read_templates(), sender="access@example.org", portal_url="https://portal.example.org")


@given(st.text(), st.text())
def test_whatever_the_names_are_the_headers_stay_the_same(person: str, enterprise: str) -> None:
    made = Mail.make(
        MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED,
        "de",
        "carla@alpha.example",
        person_name=person,
        enterprise_name=enterprise,
        enterprise_number="0123456749",
    )
    message = as_received(COMPOSER.compose(made, "one", START))
    assert message.keys() == HEADERS
    assert message["To"] == "carla@alpha.example"
    assert "\n" not in message["Subject"]
