"""What facts files need of the place where facts are recorded, as one open transaction in which all of it is so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from authz_service.domain.identifiers import Niss
from authz_service.domain.records import PersonIdentity, Record

__all__ = ["Ledger", "WritableLedger"]


class Ledger(Protocol):
    """Facts as they are believed now, for a file to be checked against or made of."""

    @property
    def revision(self) -> int:
        """The last facts revision."""

    def believed(self) -> Iterable[Record]:
        """Return all records that are believed now."""

    def identities(self) -> Iterable[PersonIdentity]:
        """Return every identity, its national number in clear."""

    def identify(self, niss: Niss) -> str | None:
        """Return the person id that stands for the number, None when it is not known."""


class WritableLedger(Ledger, Protocol):
    """A ledger that what a file says can be written into."""

    def add_identities(self, identities: Iterable[PersonIdentity]) -> None:
        """Keep new identities."""

    def record(self, add: Iterable[Record], close: Iterable[Record]) -> int:
        """Stop believing the records to close, believe those to add, and return the facts revision."""
