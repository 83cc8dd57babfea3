"""What can go wrong in the audit log. No message ever holds a value of a record."""

from __future__ import annotations

__all__ = ["AuditError", "NationalNumberError", "SigningKeyError", "UnrecordableError"]


class AuditError(Exception):
    """Anything the audit log refuses or cannot do."""


class UnrecordableError(AuditError, ValueError):
    """An entry holds what has no canonical form: a lone surrogate, a number beyond 2^53, a type JSON does not have."""


class NationalNumberError(AuditError, ValueError):
    """An entry holds what looks like a national number. It is never to be recorded: roll the transaction back."""


class SigningKeyError(AuditError):
    """A key of the audit log is missing, readable by others, or no Ed25519 key."""
