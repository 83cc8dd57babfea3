"""Entries and logs for tests, as little said as possible, and what somebody who tampers with a log can do to it."""

from __future__ import annotations

import dataclasses
import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from authz_service.audit.chain import GENESIS, canonical, chained, hash_of
from authz_service.audit.entries import AuditEntry, Change, Party
from authz_service.audit.signing import PublicKeys, SigningKey, public_keys, signed
from authz_service.audit.verification import Expectations, Report, verify
from authz_service.domain.actors import Origin, Outcome
from authz_service.store.audit_log import AuditLogReader, StoredCheckpoint, StoredRecord
from authz_service.store.database import Database

AT = 1_710_500_000_000_000
KEY = SigningKey.new()

ENTRY = AuditEntry(
    at=AT,
    actor=Party("person", "p_anne"),
    acting_for="0999010126",
    means="eid",
    action="block_user",
    target=Party("account", "acc_carla"),
    outcome=Outcome.ALLOWED,
    reasons=(),
    rules=("UM-USR-08",),
    policy="abc",
    facts_read=0,
    facts_made=None,
    changes=(Change("relation", "acc_carla", {"state": "active"}, {"state": "blocked"}),),
    request_id="request-1",
    caller="portal",
    origin=Origin.API,
)


def entry(**values: object) -> AuditEntry:
    return replace(ENTRY, **values)  # type: ignore[arg-type]


def trusting(*keys: SigningKey) -> PublicKeys:
    return public_keys(key.private.public_key() for key in keys)


@dataclass
class Log:
    """The rows of a log, in memory, and how far the facts have come."""

    records: list[StoredRecord]
    checkpoints: list[StoredCheckpoint]
    facts: int = 0

    @classmethod
    def of(cls, groups: Sequence[Sequence[AuditEntry]], key: SigningKey = KEY) -> Log:
        """Return the log to which these entries were appended, a group a transaction."""
        log = cls([], [])
        hash_ = GENESIS
        for number, group in enumerate(groups):
            for each in group:
                text, hash_ = chained(each.as_json(), len(log.records) + 1, hash_)
                log.records.append(StoredRecord(len(log.records) + 1, text, hash_))
                log.facts = max(log.facts, each.facts_read, each.facts_made or 0)
            log.checkpoints.append(signed(key, len(log.records), hash_, AT + number))
        return log

    @classmethod
    def read(cls, database: Database) -> Log:
        reader = AuditLogReader(database)
        last = 2**62
        return cls(
            list(reader.records(-last, last)), list(reader.checkpoints(-last, last)), reader.bounds().facts_revision
        )

    def copy(self) -> Log:
        return Log(list(self.records), list(self.checkpoints), self.facts)

    def items(self) -> Iterator[StoredRecord | StoredCheckpoint]:
        """Yield the rows as a database would give them."""
        records = sorted(self.records, key=lambda record: record.sequence)
        checkpoints = sorted(self.checkpoints, key=lambda checkpoint: checkpoint.sequence)
        return heapq.merge(records, checkpoints, key=lambda item: (item.sequence, isinstance(item, StoredCheckpoint)))

    def verified(self, keys: PublicKeys | None = None, *kept: StoredCheckpoint) -> Report:
        return verify(self.items(), keys or trusting(KEY), Expectations(checkpoints=kept), self.facts)

    # --- tampering ----------------------------------------------------------------------------------------------------

    def put(self, index: int, **values: object) -> None:
        """Write other values into a row."""
        self.records[index] = dataclasses.replace(self.records[index], **values)  # type: ignore[arg-type]

    def rewrite(self, index: int, **said: object) -> None:
        """Have a record's entry say something else, and give it the hash that fits."""
        content = json.loads(self.records[index].record)
        content["entry"].update(said)
        text = canonical(content)
        self.put(index, record=text, hash=hash_of(text))

    def chain_anew(self, index: int) -> None:
        """Chain a record and all behind it to the one before, as they stand."""
        previous = self.records[index - 1].hash if index else GENESIS
        for place in range(index, len(self.records)):
            content = json.loads(self.records[place].record)["entry"]
            text, previous = chained(content, self.records[place].sequence, previous)
            self.put(place, record=text, hash=previous)

    def sign_anew(self, index: int, key: SigningKey, *, key_id: str | None = None) -> None:
        """Put checkpoints of another key in place of those from a record on."""
        hashes = {record.sequence: record.hash for record in self.records}
        self.checkpoints = [
            replace(made, key_id=key_id or made.key_id) if made.sequence > index else kept
            for kept in self.checkpoints
            for made in [signed(key, kept.sequence, hashes[kept.sequence], kept.signed_at)]
        ]


def flipped(octets: bytes, place: int, bit: int = 0) -> bytes:
    """Return the octets with one bit of one of them turned over."""
    changed = bytearray(octets)
    changed[place % len(changed)] ^= 1 << bit
    return bytes(changed)


def flipped_text(text: str, place: int, bit: int = 0) -> str:
    """Return what the text's octets say with one bit turned over."""
    return flipped(text.encode(), place, bit).decode("utf-8", "surrogateescape")


def names(report: Report, *sequences: int) -> bool:
    """Return True when each of the records is named by some fault."""
    return all(any(fault.first <= each <= fault.last for fault in report.faults) for each in sequences)
