"""Exports of the log: one canonical JSON object a line, to be verified where there is no database (NDJSON).

A header with the public keys, then the records, each checkpoint after its record, then an end with how far the log and
the facts had come. Nothing in it is free to vary, so a changed octet anywhere is a fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from authz_service.audit.chain import FIRST, canonical
from authz_service.audit.entries import Json
from authz_service.audit.errors import AuditError, UnrecordableError
from authz_service.audit.faults import BrokenLine
from authz_service.audit.signing import PublicKeys, public_keys
from authz_service.domain.moments import BEGINNING, FOREVER, parse_instant, text_of
from authz_service.store.audit_log import StoredCheckpoint, StoredRecord

__all__ = ["ExportError", "ExportHeader", "ExportReader", "checkpoint_json", "checkpoint_of", "export_lines"]

FORMAT: Final = 1
MOST_KEYS: Final = 100
_NO_LINE: Final = "not as an export writes it"


class ExportError(AuditError):
    """The file is no export of an audit log, or not a checkpoint of one."""


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """How an export begins: with which sequence, and the public keys that it says its checkpoints are signed with."""

    since: int
    keys: PublicKeys


# --- writing ----------------------------------------------------------------------------------------------------------


def export_lines(
    header: ExportHeader, items: Iterable[StoredRecord | StoredCheckpoint], facts_revision: int
) -> Iterator[str]:
    """Yield the lines of an export, each with its line break."""
    keys = [key.public_bytes_raw().hex() for key in header.keys.values()]
    yield _line({"type": "header", "format": FORMAT, "since": header.since, "public_keys": keys})
    last = 0
    for item in items:
        if isinstance(item, StoredRecord):
            last = item.sequence
            record = {"sequence": item.sequence, "record": item.record, "hash": item.hash.hex()}
            yield _line({"type": "record", **record})
        else:
            yield _line({"type": "checkpoint", **checkpoint_json(item)})
    yield _line({"type": "end", "last": last, "facts": facts_revision})


def _line(value: Json) -> str:
    try:
        return canonical(value) + "\n"
    except UnrecordableError:
        # Only a row that was tampered with has no canonical form. It goes into the export as it can be written, where
        # whoever verifies finds it.
        return json.dumps(value) + "\n"


def checkpoint_json(checkpoint: StoredCheckpoint) -> Json:
    """Return a checkpoint as it is kept outside: what was signed, and the signature in hexadecimal."""
    return {
        "format": FORMAT,
        "sequence": checkpoint.sequence,
        "hash": checkpoint.hash.hex(),
        "signed_at": _moment(checkpoint.signed_at),
        "key_id": checkpoint.key_id,
        "signature": checkpoint.signature.hex(),
    }


def _moment(instant: int) -> str:
    """Return the RFC 3339 text of an instant; of one that is none, which only tampering makes, its number."""
    return text_of(instant) if BEGINNING <= instant < FOREVER else str(instant)


# --- reading ----------------------------------------------------------------------------------------------------------


def checkpoint_of(value: object) -> StoredCheckpoint:
    """Return the checkpoint that a JSON object of `checkpoint_json` says. Raises ExportError."""
    match value:
        case {
            "format": 1,
            "sequence": int(sequence),
            "hash": str(hash_),
            "signed_at": str(signed_at),
            "key_id": str(key_id),
            "signature": str(signature),
            **others,
        } if not others:
            try:
                moment = parse_instant(signed_at)
                checkpoint = StoredCheckpoint(sequence, moment, _octets(hash_), key_id, _octets(signature))
            except ValueError:
                raise ExportError("not a checkpoint of an audit log") from None
            if text_of(moment) == signed_at:
                return checkpoint
    raise ExportError("not a checkpoint of an audit log")


class ExportReader:
    """An export as it is read: first its header, then what it holds, then what its end says."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises ExportError when the file does not begin as an export does."""
        self._lines = enumerate(file, 1)
        self.header = _header(next(self._lines, (1, b""))[1])
        self.facts_revision: int | None = None
        """How far the facts had come; known once all items are read, None where the end is missing."""

    def items(self) -> Iterator[StoredRecord | StoredCheckpoint | BrokenLine]:
        """Yield records, checkpoints, and the lines that are neither."""
        last, number, ended = 0, 1, False
        for number, line in self._lines:
            value = _value(line)
            if ended:
                yield BrokenLine(number, "stands behind the end of the export")
                continue
            match value:
                case {"type": "end", "last": int(end), "facts": int(facts), **others} if not others:
                    ended, self.facts_revision = True, facts
                    if end != last:
                        yield BrokenLine(number, f"the export ended with record {end} when it was written")
                    continue
            item = _item(value) or BrokenLine(number, _NO_LINE)
            last = item.sequence if isinstance(item, StoredRecord) else last
            yield item
        if not ended:
            yield BrokenLine(number + 1, "the end of the export is missing")


def _header(line: bytes) -> ExportHeader:
    match _value(line):
        case {"type": "header", "format": 1, "since": int(since), "public_keys": list(keys)} if (
            since >= FIRST and len(keys) <= MOST_KEYS
        ):
            try:
                known = public_keys(Ed25519PublicKey.from_public_bytes(_octets(key)) for key in keys)
            except ValueError:
                raise ExportError("the export names a public key that is none") from None
            return ExportHeader(since, known)
    raise ExportError("the file does not begin as an export of an audit log does")


def _item(value: Json | None) -> StoredRecord | StoredCheckpoint | None:
    match value:
        case {"type": "record", "sequence": int(sequence), "record": str(record), "hash": str(hash_), **others} if (
            not others
        ):
            try:
                return StoredRecord(sequence, record, _octets(hash_))
            except ValueError:
                return None
        case {"type": "checkpoint", **checkpoint}:
            try:
                return checkpoint_of(checkpoint)
            except ExportError:
                return None
    return None


def _value(line: bytes) -> Json | None:
    """Return the object that a line says, None when the line is not the canonical text of one."""
    try:
        text = line.decode()
        value: Any = json.loads(text)
        is_canonical = isinstance(value, dict) and canonical(value) + "\n" == text
    except (ValueError, RecursionError):
        return None
    # To Python, true and false are numbers; no line has one.
    return value if is_canonical and not any(isinstance(member, bool) for member in value.values()) else None


def _octets(text: object) -> bytes:
    """Return the octets that a text says in lower-case hexadecimal. Raises ValueError."""
    octets = bytes.fromhex(text) if isinstance(text, str) else b""
    if octets.hex() != text:
        raise ValueError("not lower-case hexadecimal")
    return octets
