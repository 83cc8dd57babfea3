"""The key that the audit log is signed with."""

from __future__ import annotations

from authz_service.audit.errors import SigningKeyError
from authz_service.audit.signing import SigningKey, ensure_signing_key, read_signing_key
from authz_service.bootstrap.errors import StartError
from authz_service.settings import Settings

__all__ = ["ensure_audit_key", "read_audit_key"]


def read_audit_key(settings: Settings) -> SigningKey:
    """Return the key. Raises StartError."""
    path = settings.audit_key_file
    try:
        return read_signing_key(path)
    except SigningKeyError as error:
        hint = "" if path.exists() else "; `authz db upgrade` makes one"
        raise StartError(f"{error} ({path}){hint}") from None


def ensure_audit_key(settings: Settings) -> bool:
    """Make the key where there is none, and return whether one was made. Raises StartError."""
    path = settings.audit_key_file
    was_there = path.exists()
    try:
        ensure_signing_key(path)
    except SigningKeyError as error:
        raise StartError(f"{error} ({path})") from None
    return not was_there
