"""A real SMTP server on this machine that does what a test wants of it."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ACCEPTED = "250 2.0.0 taken"


class _AnyPort(Controller):
    """Listens where there is room, and knows where that is."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # it has no annotation


@dataclass
class MailServer:
    """Takes mails into `received`, each with its recipients; where there are replies, it gives those first, in turn.

    `login`: the user name and password it asks for; `certificate`: a PEM file with a key, for STARTTLS, or for TLS from
    the first octet on when `tls_at_once`; `silent_seconds`: how long it keeps quiet after a mail it has taken.
    `international`: whether it takes addresses beyond ASCII (SMTPUTF8).
    """

    login: tuple[str, str] | None = None
    certificate: Path | None = None
    tls_at_once: bool = False
    sender_replies: list[str] = field(default_factory=list)
    recipient_replies: list[str] = field(default_factory=list)
    data_replies: list[str] = field(default_factory=list)
    goodbye: str = "221 2.0.0 bye"
    silent_seconds: float = 0
    international: bool = True
    received: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        context = None
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
        self._controller = _AnyPort(
            self,
            hostname="127.0.0.1",
            port=0,
            server_hostname="mail.example.org",
            authenticator=self._authenticated if self.login else None,
            auth_required=bool(self.login) and not self.tls_at_once,  # it counts only STARTTLS as TLS
            auth_require_tls=self.certificate is not None and not self.tls_at_once,
            tls_context=None if self.tls_at_once else context,
            require_starttls=context is not None and not self.tls_at_once,
            ssl_context=context if self.tls_at_once else None,
            enable_SMTPUTF8=self.international,
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        port: int = self._controller.port
        return port

    @property
    def identifiers(self) -> list[str]:
        """The Message-IDs of what was taken, in turn."""
        return [message["Message-ID"] for _, message in self.received]

    def _authenticated(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert self.login is not None
        assert isinstance(given, LoginPassword)
        user, password = self.login
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return replies

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_replies:
            return self.sender_replies.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return ACCEPTED

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_replies and (reply := self.recipient_replies.pop(0)) != ACCEPTED:
            return reply
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Envelope) -> str:  # noqa: N802
        return self.goodbye

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.data_replies and (reply := self.data_replies.pop(0)) != ACCEPTED:
            return reply
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.received.append((list(envelope.rcpt_tos), message))
        if self.silent_seconds:
            await asyncio.sleep(self.silent_seconds)
        return ACCEPTED


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1; return its file with the key, for a server, and without, for who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + public)
    (folder / "trusted.pem").write_bytes(public)
    return folder / "server.pem", folder / "trusted.pem"
