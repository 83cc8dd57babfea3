"""What of a record may stand in the log: persons by opaque id, never a name, an address or a national number.

Of a field that is withheld only its name is told, and only when its value changed. A text with a national number is
refused (F34), so that a slip elsewhere ends as a rolled back transaction instead of a number that cannot be erased.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final

from authz_service.audit.entries import AuditEntry, Change, Json, Party
from authz_service.audit.errors import NationalNumberError
from authz_service.domain import records
from authz_service.domain.moments import BEGINNING, FOREVER, Period, text_of
from authz_service.domain.national_numbers import holds_national_number
from authz_service.domain.records import Record

__all__ = ["changes_of", "refuse_national_numbers", "told", "without_strangers_words"]

WITHHELD: Final = "(withheld)"
LONGEST: Final = 200
"""Characters of a text that a caller chose; a longer one is withheld."""
LARGEST: Final = 2**53
"""From here on canonical JSON has no whole numbers (RFC 8785, 3.2.2.3)."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Telling:
    """How one type of record is told: its kind, the fields that are its key (the first is its id), what is withheld."""

    kind: str
    key: tuple[str, ...]
    withheld: frozenset[str] = frozenset()


_CONTACT_DETAILS: Final = ("user_name", "title", "language", "email", "local_email", "telephone", "checked_at")
_RELATION_KEY: Final = ("relation_id", "enterprise_id", "person_id", "kind", "capacity_id", "object")
_TELLINGS: Final[dict[type[Record], _Telling]] = {
    records.PersonRecord: _Telling(
        "person", ("person_id",), frozenset({"first_name", "name", "language", "has_card", "digital_keys"})
    ),
    # The name of a one-person business is that person's.
    records.EnterpriseRecord: _Telling("enterprise", ("enterprise_id",), frozenset({"name"})),
    records.CapacityRecord: _Telling("capacity", ("capacity_id",)),
    records.ApplicationRecord: _Telling("application", ("code",)),
    records.RelationRecord: _Telling("relation", _RELATION_KEY),
    records.MandateRecord: _Telling("mandate", ("mandate_id",)),
    records.SenderRecord: _Telling("sender", ("sender_id",)),
    records.ChannelRecord: _Telling("channel", ("sender_id", "channel")),
    records.RequestRecord: _Telling("request", ("request_id",)),
    records.FlemishRightRecord: _Telling("flemish_right", ("code",)),
    records.AgentRecord: _Telling("agent", ("agent_id",)),
    records.ContactRecord: _Telling("contact", ("owner_id", "owner_kind"), frozenset(_CONTACT_DETAILS)),
}
_INSTANTS: Final = frozenset(
    {
        "account_active_since",
        "certificate_expires_at",
        "ebox_active_since",
        "ended_at",
        "mandatary_signed_at",
        "mandator_signed_at",
        "registered_at",
    }
)
_NOTES_TOLD: Final = frozenset(
    {
        "assigned_by",
        "created_by",
        "declaration",
        "declared_at",
        "designated_by",
        "granted_by",
        "held_by_enterprise",
    }
)
"""Notes that hold ids, an instant or the version of a text; any other is free text."""


# --- what changed -----------------------------------------------------------------------------------------------------


def changes_of(add: Iterable[Record], close: Iterable[Record]) -> tuple[Change, ...]:
    """Return what is told of closing and adding these records: those of one thing as its old and its new, in pairs.

    Things come in the order in which they are named first, the closed ones before the added.
    """
    things: dict[tuple[type[Record], tuple[Any, ...]], tuple[list[Record], list[Record]]] = {}
    for side, given in enumerate((close, add)):
        for record in given:
            key = tuple(getattr(record, name) for name in _TELLINGS[type(record)].key)
            things.setdefault((type(record), key), ([], []))[side].append(record)
    return tuple(
        _change(*pair)
        for olds, news in things.values()
        for pair in zip_longest(_by_time(olds), _by_time(news))  # a thing has several when it changes at an instant
    )


def _by_time(given: list[Record]) -> list[Record]:
    return sorted(given, key=lambda record: record.valid.since)


def _change(old: Record | None, new: Record | None) -> Change:
    known = new or old
    if known is None:
        raise ValueError("a change has an old or a new record")
    telling = _TELLINGS[type(known)]
    return Change(
        telling.kind,
        getattr(known, telling.key[0]),
        None if old is None else told(old),
        None if new is None else {**told(new), **_changed(old, new)},
    )


def told(record: Record) -> Json:
    """Return what may be told of a record: instants and ends of periods as RFC 3339 texts, None for "no such"."""
    withheld = _TELLINGS[type(record)].withheld
    names = [field.name for field in dataclasses.fields(record) if field.name not in withheld]
    return {name: _told_value(name, getattr(record, name)) for name in names}


def _told_value(name: str, value: Any) -> Any:
    if isinstance(value, Period):
        return {"since": _moment(value.since), "until": _moment(value.until)}
    if name == "notes":
        return {note: text for note, text in value if _is_told(note, text)}
    if name in _INSTANTS:
        return None if value is None else _moment(value)
    if name == "certificate_serial":
        return _serial(value)
    return [list(each) if isinstance(each, tuple) else each for each in value] if isinstance(value, tuple) else value


def _is_told(note: str, text: str) -> bool:
    """Return True for a note that holds an id, which one of that name in a facts file need not do."""
    return note in _NOTES_TOLD and (text.startswith("p_") or not note.endswith("_by"))


def _serial(text: str) -> str:
    """Return a serial number in hexadecimal: eleven decimal digits could be taken for a national number."""
    return f"0x{int(text):x}" if text.isascii() and text.isdigit() and len(text) < 100 else text


def _moment(instant: int) -> str | None:
    return None if instant in {BEGINNING, FOREVER} else text_of(instant)


def _changed(old: Record | None, new: Record) -> Json:
    """Return which of the withheld fields changed; of something new, which hold anything at all."""
    after = _withheld(new)
    before = {} if old is None else _withheld(old)
    names = [name for name, value in after.items() if (value != before[name] if before else value)]
    return {"changed": names} if names else {}


def _withheld(record: Record) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in sorted(_TELLINGS[type(record)].withheld)}
    if isinstance(record, records.RelationRecord):
        values["notes"] = tuple(note for note in record.notes if not _is_told(*note))
    return values


# --- national numbers -------------------------------------------------------------------------------------------------


def refuse_national_numbers(value: object) -> None:
    """Raise NationalNumberError when some text, member name or number of a JSON value looks like a national number."""
    # A line break is no part of a number, so that all texts can be looked at together.
    if holds_national_number("\n".join(_texts(value))):
        raise NationalNumberError("an entry of the audit log holds what looks like a national number")


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case bool() | None:
            pass
        case int():
            yield str(value)
        case dict():
            for name, each in value.items():
                yield from _texts(name)
                yield from _texts(each)
        case list() | tuple():
            for each in value:
                yield from _texts(each)


def without_strangers_words(entry: AuditEntry) -> AuditEntry:
    """Return the entry with what a caller may write freely withheld where it cannot be recorded.

    A refusal has to be recorded all the same: otherwise a national number in a request's identifier, or in the name of
    a target that does not exist, would keep an attempt out of the log.
    """
    return dataclasses.replace(
        entry,
        acting_for=_recordable(entry.acting_for),
        means=None if entry.means is None else _recordable(entry.means),
        action=_recordable(entry.action),
        target=Party(_recordable(entry.target.type), _recordable(entry.target.id)),
        asked=_recordable_value(entry.asked),
        request_id=_recordable(entry.request_id),
    )


def _recordable_value(value: Any) -> Any:
    match value:
        case str():
            return _recordable(value)
        case bool() | None:
            return value
        case int():
            return value if abs(value) < LARGEST and not holds_national_number(str(value)) else WITHHELD
        case dict():
            return {_recordable(name): _recordable_value(each) for name, each in value.items()}
        case list() | tuple():
            return [_recordable_value(each) for each in value]
        case _:
            return WITHHELD


def _recordable(text: str) -> str:
    return WITHHELD if len(text) > LONGEST or not _is_text(text) or holds_national_number(text) else text


def _is_text(text: str) -> bool:
    """Return True when the text has a form in UTF-8: no lone surrogate, which JSON can bring in."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
