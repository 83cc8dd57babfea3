"""Showing mails on the console."""

import io
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from authz_service.delivery.console import ConsoleTransport
from authz_service.delivery.transports import UnavailableError


def mail() -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Accès <access@example.org>"
    message["To"] = "carla@alpha.example"
    message["Subject"] = "Désignée"
    message.set_content("À bientôt\n", cte="quoted-printable")
    return message


def test_a_mail_is_shown_as_its_reader_would_see_it() -> None:
    stream = io.StringIO()
    ConsoleTransport(stream).send(mail())
    assert stream.getvalue().splitlines()[1:-1] == [
        "From: Accès <access@example.org>",
        "To: carla@alpha.example",
        "Subject: Désignée",
        "",
        "À bientôt",
    ]


def test_a_console_that_is_closed() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(UnavailableError):
        ConsoleTransport(stream).send(mail())
