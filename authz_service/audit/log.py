"""Writing the log: entries are chained behind the last record and the new end is signed, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from authz_service.audit.chain import FIRST, GENESIS, chained
from authz_service.audit.entries import AuditEntry
from authz_service.audit.redaction import refuse_national_numbers, without_strangers_words
from authz_service.audit.signing import SigningKey, signed
from authz_service.domain.moments import now
from authz_service.store import audit_log
from authz_service.store.audit_log import Batch, Row, StoredRecord, Transaction

__all__ = ["AuditLog"]


class AuditLog:
    """The log as whoever carries out commands writes it. May be used from any thread."""

    END: Final = audit_log.END
    """What reads the end of the log, for `add`."""

    def __init__(self, signing_key: SigningKey) -> None:
        self._signing_key = signing_key

    def append(self, transaction: Transaction, entries: Sequence[AuditEntry]) -> int:
        """Append the entries in their order, sign the new end once, and return its sequence; 0 when there are none.

        To be called in the transaction that makes the changes the entries tell of: it stands or falls with them. No one
        else appends until that ends. Raises NationalNumberError and UnrecordableError, after which the transaction is
        to be rolled back; StoreConflictError, StoreUnavailableError.
        """
        batch = Batch()
        sequence = self.add(batch, entries, audit_log.end_of_log(transaction)) if entries else 0
        audit_log.written(transaction, batch)
        return sequence

    def add(self, batch: Batch, entries: Sequence[AuditEntry], end: Sequence[Row]) -> int:
        """As `append`, by statements put into a batch of the transaction in which nobody else can write.

        `end`: the rows of `END`, read in it before.
        """
        if not entries:
            return 0
        sequence, hash_ = audit_log.log_end(end) or (FIRST - 1, GENESIS)
        records: list[StoredRecord] = []
        for entry in entries:
            content = without_strangers_words(entry).as_json()
            refuse_national_numbers(content)
            sequence += 1
            text, hash_ = chained(content, sequence, hash_)
            records.append(StoredRecord(sequence, text, hash_))
        audit_log.append(batch, records, signed(self._signing_key, sequence, hash_, now()))
        return sequence
