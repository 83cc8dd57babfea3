"""What can go wrong with a directory. No message holds a secret, a name of an entry or an unmasked long number."""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "BindRefusedError",
    "CertificateRefusedError",
    "ConnectionLostError",
    "DirectoryError",
    "DirectoryUnreachableError",
    "IncompleteReadError",
    "PlainRefusedError",
    "told",
]

_LONG_NUMBER: Final = re.compile(r"[0-9](?:[ ./-]?[0-9]){8,}")
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff]+")
_LONGEST_TEXT: Final = 300


def told(text: str) -> str:
    """Return a text of the other side fit for a log: one line, not long, every number of nine digits or more masked."""
    return _LONG_NUMBER.sub("(number)", _CONTROL.sub(" ", text)).strip()[:_LONGEST_TEXT]


class DirectoryError(Exception):
    """A directory cannot be worked with now. The message is one line."""


class DirectoryUnreachableError(DirectoryError):
    """None of the servers can be reached, or the connection was lost: nothing is known of what the directory holds."""


class ConnectionLostError(DirectoryUnreachableError):
    """An open connection ended, fell silent for too long, or carries what is not LDAP."""


class PlainRefusedError(DirectoryError):
    """The connection would not be protected, and that is not allowed. Nothing secret was sent."""


class CertificateRefusedError(DirectoryError):
    """The certificate of the server is not accepted, or cannot be checked. Nothing secret was sent."""


class _CodedError(DirectoryError):
    """`code`: the result code of the server (RFC 4511 appendix A), None where the refusal is not the server's."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class BindRefusedError(_CodedError):
    """The server does not let us in with this name and secret, or they are not fit to be tried."""


class IncompleteReadError(_CodedError):
    """The server did not give all that was asked for. What it did give must not be taken for the whole."""
