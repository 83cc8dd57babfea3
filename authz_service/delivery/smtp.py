"""Sending by SMTP (RFC 5321), with TLS (RFC 3207, RFC 8314) and a login (RFC 4954) where the server wants them."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Final

from authz_service.delivery.transports import DeliveryError, RejectedError, TemporaryError, UnavailableError

__all__ = ["Security", "SmtpServer", "SmtpTransport"]

_ENHANCED_STATUS: Final = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
CLOSING: Final = 421
"""The reply of a server that ends the connection, whatever it was asked (RFC 5321 3.8)."""


class Security(StrEnum):
    """How the connection is protected. The certificate is always checked."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `username` "": no login. `ca_file`: whose certificates count, None: the system's.

    `timeout_seconds`: how long the server may take for each answer.
    """

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 20

    def __post_init__(self) -> None:
        """Raises ValueError: a user name without a password or the reverse, or a password that others could read."""
        if bool(self.username) != bool(self.password):
            raise ValueError("a user name and a password belong together")
        if self.password and self.security is Security.NONE and not _is_here(self.host):
            raise ValueError("a password goes over a connection without TLS only to this machine itself")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SmtpTransport:
    """Hands each mail to one SMTP server, over a connection of its own. May be used from any thread."""

    def __init__(self, server: SmtpServer) -> None:
        """Raises OSError when the file of certificates cannot be read, ssl.SSLError when it holds none."""
        self._server = server
        self._tls = ssl.create_default_context(cafile=server.ca_file)

    def send(self, message: EmailMessage) -> None:
        """Hand over a mail to its one recipient. Raises TemporaryError, UnavailableError, RejectedError.

        When the server falls silent after it was given the text, nobody knows whether it took it; that is a
        TemporaryError, and the mail may arrive twice.
        """
        with _errors_told(), contextlib.ExitStack() as leaving:
            connection = self._connected()
            leaving.callback(_leave, connection)
            self._enter(connection)
            connection.send_message(message)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        try:
            if server.security is Security.TLS:
                return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_seconds, context=self._tls)
            return smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        except smtplib.SMTPResponseException as error:
            raise UnavailableError(f"the mail server does not greet us ({_code(error)})") from None

    def _enter(self, connection: smtplib.SMTP) -> None:
        """Introduce ourselves, protect the connection and log in as the settings say."""
        try:
            connection.ehlo_or_helo_if_needed()
            if self._server.security is Security.STARTTLS:
                connection.starttls(context=self._tls)
            if self._server.username:
                connection.login(self._server.username, self._server.password)
        except smtplib.SMTPNotSupportedError:
            raise UnavailableError("the mail server does not offer the TLS or the login that is set up") from None
        except smtplib.SMTPAuthenticationError as error:
            raise UnavailableError(f"the mail server refuses the login ({_code(error)})") from None
        except smtplib.SMTPResponseException as error:
            raise UnavailableError(f"the mail server refuses the session ({_code(error)})") from None


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what was taken is taken, however the server answers that."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn the errors of a session into ours; theirs repeat addresses."""
    try:
        yield
    except DeliveryError:
        raise
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _refused("the recipient", code, text) from None
    except smtplib.SMTPSenderRefused as error:
        # Every mail has this sender: it is the set-up that is wrong, and no mail is to be given up for it.
        raise UnavailableError(f"the mail server refuses the sender ({_code(error)})") from None
    except smtplib.SMTPHeloError as error:
        raise UnavailableError(f"the mail server refuses the session ({_code(error)})") from None
    except smtplib.SMTPResponseException as error:
        raise _refused("the message", error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPNotSupportedError:
        raise RejectedError("the mail server does not take addresses beyond ASCII") from None
    except ssl.SSLCertVerificationError:
        raise UnavailableError("the certificate of the mail server is not accepted") from None
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        # smtplib says "disconnected" for a time-out while it waits for an answer.
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            raise UnavailableError("the mail server does not answer in time") from None
        raise UnavailableError(f"the connection to the mail server fails ({type(error).__name__})") from None


def _refused(what: str, code: int, text: bytes | str) -> DeliveryError:
    told = f"the mail server refuses {what} ({_status(code, text)})"
    if code == CLOSING:
        return UnavailableError(told)
    return RejectedError(told) if code >= 500 else TemporaryError(told)


def _code(error: smtplib.SMTPResponseException) -> str:
    return _status(error.smtp_code, error.smtp_error)


def _status(code: int, text: bytes | str) -> str:
    """Return the reply code, and the enhanced status code (RFC 3463) where there is one; nothing else of the text."""
    enhanced = _ENHANCED_STATUS.match(text.encode() if isinstance(text, str) else text)
    return f"{code} {enhanced.group(1).decode()}" if enhanced else str(code)
