"""Handing mails to a real SMTP server."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from authz_service.delivery.smtp import Security, SmtpServer, SmtpTransport
from authz_service.delivery.transports import DeliveryError, RejectedError, TemporaryError, UnavailableError
from tests.delivery.mail_server import MailServer, write_certificate

RECIPIENT = "carla@alpha.example"
LOGIN = ("authz", "open sesame")


def mail(to: str = RECIPIENT) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Accès <access@example.org>"
    message["To"] = to
    message["Subject"] = "Désignée"
    message["Message-ID"] = "<one@example.org>"
    message.set_content("Bonjour Carla,\n.\nà bientôt\n", cte="quoted-printable")
    return message


def plain(port: int) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, Security.NONE, timeout_seconds=5)


def refused(server: SmtpServer, message: EmailMessage | None = None) -> DeliveryError:
    """Return how the transport tells that it could not hand over the mail; never with an address in it."""
    with pytest.raises(DeliveryError) as caught:
        SmtpTransport(server).send(message or mail())
    assert "@" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__, "the error behind it repeats addresses"
    return caught.value


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("certificates"))


def test_a_mail_arrives_as_it_was_sent(server: MailServer) -> None:
    SmtpTransport(plain(server.port)).send(mail())
    ((recipients, message),) = server.received
    assert recipients == [RECIPIENT]
    assert (message["Subject"], message["From"]) == ("Désignée", "Accès <access@example.org>")
    assert message.get_content().splitlines() == ["Bonjour Carla,", ".", "à bientôt"]


class TestProtection:
    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_tls_and_a_login(self, security: Security, certificates: tuple[Path, Path]) -> None:
        with MailServer(login=LOGIN, certificate=certificates[0], tls_at_once=security is Security.TLS) as server:
            ours = SmtpServer("127.0.0.1", server.port, security, *LOGIN, certificates[1], 5)
            SmtpTransport(ours).send(mail())
            assert len(server.received) == 1

            error = refused(replace(ours, password="open sesam"))
            assert isinstance(error, UnavailableError), "a wrong password is no fault of the mail"
            assert str(error) == "the mail server refuses the login (535 5.7.8)"
            assert len(server.received) == 1

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    def test_a_certificate_that_nobody_vouches_for(self, security: Security, certificates: tuple[Path, Path]) -> None:
        with MailServer(certificate=certificates[0], tls_at_once=security is Security.TLS) as server:
            error = refused(SmtpServer("127.0.0.1", server.port, security))
            assert isinstance(error, UnavailableError)
            assert str(error) == "the certificate of the mail server is not accepted"
            assert server.received == []

    def test_a_certificate_for_another_host(self, certificates: tuple[Path, Path]) -> None:
        with MailServer(certificate=certificates[0]) as server:
            error = refused(SmtpServer("localhost", server.port, Security.STARTTLS, ca_file=certificates[1]))
            assert str(error) == "the certificate of the mail server is not accepted"

    def test_a_server_without_the_tls_that_is_wanted_gets_nothing(self, server: MailServer) -> None:
        error = refused(replace(plain(server.port), security=Security.STARTTLS))
        assert isinstance(error, UnavailableError)
        assert "does not offer the TLS" in str(error)
        assert server.received == []

    def test_a_password_in_clear_stays_on_this_machine(self) -> None:
        for host in ("127.0.0.1", "::1", "localhost"):
            assert SmtpServer(host, 25, Security.NONE, *LOGIN).password
        for host in ("mail.example.org", "10.0.0.1"):
            with pytest.raises(ValueError, match="without TLS only to this machine"):
                SmtpServer(host, 25, Security.NONE, *LOGIN)

    def test_a_user_name_and_a_password_belong_together(self) -> None:
        for login in (("authz", ""), ("", "open sesame")):
            with pytest.raises(ValueError, match="belong together"):
                SmtpServer("127.0.0.1", 25, Security.TLS, *login)

    def test_the_password_is_not_shown(self) -> None:
        assert "sesame" not in repr(SmtpServer("127.0.0.1", 25, Security.TLS, *LOGIN))


class TestRefusals:
    """What the server says decides whether trying again can help; its words are not repeated."""

    def test_a_recipient_that_does_not_exist(self, server: MailServer) -> None:
        server.recipient_replies = [f"550 5.1.1 <{RECIPIENT}> no such user"]
        error = refused(plain(server.port))
        assert isinstance(error, RejectedError)
        assert str(error) == "the mail server refuses the recipient (550 5.1.1)"

    def test_a_recipient_that_is_to_be_tried_later(self, server: MailServer) -> None:
        server.recipient_replies = ["451 4.7.1 greylisted, come back later"]
        error = refused(plain(server.port))
        assert type(error) is TemporaryError
        assert str(error) == "the mail server refuses the recipient (451 4.7.1)"
        SmtpTransport(plain(server.port)).send(mail())
        assert len(server.received) == 1

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            ("554 5.7.1 looks like spam", RejectedError),
            ("452 4.3.1 the disk is full", TemporaryError),
            ("421 4.3.2 shutting down", UnavailableError),
            ("554 and no further code", RejectedError),
        ],
    )
    def test_a_text_that_is_not_taken(self, server: MailServer, reply: str, kind: type[DeliveryError]) -> None:
        server.data_replies = [reply]
        assert type(refused(plain(server.port))) is kind

    @pytest.mark.parametrize("reply", ["550 5.7.1 not from you", "451 4.3.0 not now"])
    def test_a_sender_that_is_refused_is_no_fault_of_the_mail(self, server: MailServer, reply: str) -> None:
        server.sender_replies = [reply]
        assert isinstance(refused(plain(server.port)), UnavailableError)

    def test_a_server_that_closes_while_asked_for_the_recipient(self, server: MailServer) -> None:
        server.recipient_replies = ["421 4.3.2 shutting down"]
        assert isinstance(refused(plain(server.port)), UnavailableError)


class TestNobodyThere:
    def test_a_server_that_is_down(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        error = refused(plain(port))
        assert isinstance(error, UnavailableError)
        assert str(error) == "the connection to the mail server fails (ConnectionRefusedError)"

    def test_a_host_that_is_none(self) -> None:
        assert isinstance(refused(replace(plain(25), host="mail.invalid")), UnavailableError)
        assert isinstance(refused(replace(plain(25), host="a" * 70 + ".example")), UnavailableError)

    def test_a_server_that_never_speaks(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            error = refused(replace(plain(silent.getsockname()[1]), timeout_seconds=0.2))
        assert isinstance(error, UnavailableError)
        assert str(error) == "the mail server does not answer in time"

    def test_a_server_that_falls_silent_after_the_text(self, server: MailServer) -> None:
        """Nobody knows then whether it took the mail; it did, and the mail will come twice, under one Message-ID."""
        server.silent_seconds = 1
        assert isinstance(refused(replace(plain(server.port), timeout_seconds=0.3)), UnavailableError)
        server.silent_seconds = 0
        SmtpTransport(plain(server.port)).send(mail())
        assert server.identifiers == ["<one@example.org>"] * 2


class TestAddressesBeyondAscii:
    def test_a_server_that_takes_them(self, server: MailServer) -> None:
        SmtpTransport(plain(server.port)).send(mail("hélène@alpha.example"))
        assert server.received[0][0] == ["hélène@alpha.example"]

    def test_a_server_that_does_not(self) -> None:
        with MailServer(international=False) as server:
            error = refused(plain(server.port), mail("hélène@alpha.example"))
        assert isinstance(error, RejectedError)
        assert str(error) == "the mail server does not take addresses beyond ASCII"


def test_a_mail_that_was_taken_is_sent_however_the_goodbye_goes(server: MailServer) -> None:
    server.goodbye = "421 4.3.2 had enough"
    SmtpTransport(plain(server.port)).send(mail())
    assert len(server.received) == 1
