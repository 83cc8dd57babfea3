"""What can go wrong in the store. No message ever holds a value from a question, a record or the database."""

from __future__ import annotations

__all__ = [
    "CallerError",
    "FactsBehindError",
    "KeyFileError",
    "KeyFileMismatchError",
    "SchemaOutdatedError",
    "StoreConflictError",
    "StoreError",
    "StoreUnavailableError",
    "UnstorableError",
]


class StoreError(Exception):
    """Anything the store refuses or cannot do."""


class StoreUnavailableError(StoreError):
    """The database does not answer, or not as expected; nothing can be said about the facts."""


class FactsBehindError(StoreUnavailableError):
    """Wherever facts can be read, they have not come to the revision that is asked for."""


class SchemaOutdatedError(StoreError):
    """The tables are older or newer than this program; `db upgrade` makes them current."""


class StoreConflictError(StoreError):
    """A record to close is not believed (any more), or one to add contradicts what is believed."""


class UnstorableError(StoreError, ValueError):
    """A text holds NUL or a lone surrogate, which no database of ours can keep, or is no word of its vocabulary."""


class KeyFileError(StoreError):
    """The key file is missing, readable by others, or no key file."""


class KeyFileMismatchError(KeyFileError):
    """The key file does not belong to this database."""


class CallerError(StoreError):
    """A caller cannot be added or revoked as asked."""
