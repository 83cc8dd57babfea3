"""Reminding people to look at their data again (UM-MGT-04, UM-SELF-04): of what, whom, and at most once in 30 days.

The identifier of a reminder is made from what it is about and the 30 days that it falls into (UUID version 5): whether
somebody was reminded stands in the outbox itself. Nothing else is noted, and no fact is changed.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain.messages import MAIL_LANGUAGES, InvalidMailError, Mail, MailKind
from authz_service.domain.moments import Phase
from authz_service.domain.records import CapacityRecord, ContactRecord, EnterpriseRecord, PersonRecord, RelationRecord
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.administration.contacts import contacts_of
from authz_service.services.administration.relations import beginnings
from authz_service.services.authority.accounts import BLOCKED
from authz_service.services.authority.work import OTHERWISE, full_name
from authz_service.store.database import Database
from authz_service.store.outbox import Outbox, OutboxEntry, mail_entry, when_put
from authz_service.store.reminders import facts_revision, next_capacities, next_persons
from authz_service.store.snapshot import CHUNK, Snapshot

__all__ = ["SILENCE", "ReminderReport", "remind"]

DAY: Final = 86_400_000_000
SILENCE: Final = 30 * DAY
"""How long nobody is reminded of the same thing again, in microseconds."""
_REMINDERS: Final = uuid.UUID("b03aa33b-66ee-419c-af1c-dfc48cb9a71e")
"""The name space of the identifiers of reminders."""
_MANAGERS: Final = (RelationKind.ACCESS_MANAGER.value, RelationKind.CHIEF_ACCESS_MANAGER.value)
_ACCOUNTS: Final = tuple(sorted(ACCOUNT_KINDS))


@dataclass(frozen=True, slots=True)
class ReminderReport:
    """How many reminders were put into the outbox: about capacities, and to people about themselves.

    `unreachable`: of how many things nobody could be reminded, because no address is known that mail can be sent to.
    """

    capacities: int
    people: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A capacity and its enterprise, both in force; `account_id`: of the account that somebody has there, or ""."""

    enterprise: EnterpriseRecord
    capacity: CapacityRecord
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to tell somebody of a place; None: it is not known where it leads."""

    person_id: str
    contact: ContactRecord | None
    place: _Place


@dataclass(frozen=True, slots=True)
class _Round:
    """One kind of reminder. An owner is whatever or whoever has the details, and is known by its id.

    `next_owners`: those after one; `overdue`: those among them whose details nobody looked at since an instant, and
    where they are; `ways`: how somebody can be told of each, the best first.
    """

    kind: MailKind
    next_owners: Callable[[Snapshot, str, int], tuple[str, ...]]
    overdue: Callable[[Snapshot, tuple[str, ...], int], dict[str, list[_Place]]]
    ways: Callable[[Snapshot, Mapping[str, list[_Place]]], dict[str, list[_Way]]]


def remind(database: Database, check_days: int, at: int, *, portion: int = CHUNK) -> ReminderReport:
    """Put a reminder into the outbox for all that nobody looked at for so many days; `at`: now, in UTC microseconds.

    Whoever was reminded of the same thing within 30 days is not reminded again. `portion`: how many owners are looked
    at, and reminders written, in one transaction. Raises StoreError: those that were put there stay, and the next call
    goes on with the others.
    """
    before = at - check_days * DAY
    capacities, unmanaged = _go_round(_CAPACITIES, database, at, before, portion)
    people, unreached = _go_round(_PEOPLE, database, at, before, portion)
    return ReminderReport(capacities, people, unmanaged + unreached)


def _go_round(this: _Round, database: Database, at: int, before: int, portion: int) -> tuple[int, int]:
    """Return how many reminders of a kind were put into the outbox, and how many reach nobody.

    Owners come in portions, each read by itself and written by itself: others write in between.
    """
    outbox = Outbox(database)
    put, unreachable, last = 0, 0, ""
    while True:
        with Snapshot(database, at) as snapshot:
            owners = this.next_owners(snapshot, last, portion)
            overdue = _not_reminded(this.kind, snapshot, this.overdue(snapshot, owners, before)) if owners else {}
            entries = _entries(this, snapshot, overdue) if overdue else []
        put += outbox.put_absent(entries)
        unreachable += len(overdue) - len(entries)
        if len(owners) < portion:
            return put, unreachable
        last = owners[-1]


def _not_reminded(kind: MailKind, snapshot: Snapshot, overdue: Mapping[str, list[_Place]]) -> dict[str, list[_Place]]:
    """Return those of whom there is no reminder in the outbox that is younger than the time of silence."""
    window = snapshot.at // SILENCE
    names = {owner: [str(_name(kind, owner, each)) for each in (window, window - 1)] for owner in overdue}
    found = when_put(snapshot.connection, [name for both in names.values() for name in both])
    lately = {name for name, put_at in found.items() if put_at + SILENCE > snapshot.at}
    return {owner: places for owner, places in overdue.items() if lately.isdisjoint(names[owner])}


def _name(kind: MailKind, owner: str, window: int) -> uuid.UUID:
    return uuid.uuid5(_REMINDERS, f"{kind} {owner} {window}")


def _entries(this: _Round, snapshot: Snapshot, overdue: Mapping[str, list[_Place]]) -> list[OutboxEntry]:
    """Return the reminders; none of what nobody can be told."""
    ways = this.ways(snapshot, overdue)
    person_ids = tuple(sorted({way.person_id for several in ways.values() for way in several}))
    people = {person.person_id: person for person in snapshot.all_in_force(PersonRecord, person_id=person_ids)}
    revision, window = facts_revision(snapshot), snapshot.at // SILENCE
    entries = []
    for owner, several in ways.items():
        told = _told(this.kind, several, people)
        if told is not None:
            way, mail = told
            entries.append(
                mail_entry(
                    mail,
                    enterprise_id=way.place.enterprise.enterprise_id,
                    revision=revision,
                    at=snapshot.at,
                    message_id=_name(this.kind, owner, window),
                )
            )
    return entries


def _told(kind: MailKind, ways: Iterable[_Way], people: Mapping[str, PersonRecord]) -> tuple[_Way, Mail] | None:
    """Return the first way there is a mail for, with that mail."""
    for way in ways:
        person = people.get(way.person_id)
        if person is None or way.contact is None:
            continue
        language = way.contact.language or person.language
        try:
            return way, Mail.make(
                kind,
                language if language in MAIL_LANGUAGES else OTHERWISE,
                way.contact.email,
                person_name=full_name(person),
                enterprise_name=way.place.enterprise.name,
                enterprise_number=way.place.enterprise.number,
                capacity_name=way.place.capacity.capacity_id,
            )
        except InvalidMailError:  # facts that were loaded may hold what no form would have taken
            continue
    return None


def _looked_at(contact: ContactRecord | None, begun: int) -> int:
    """Return when details were last said to be right; while that never was, when there began to be some."""
    return begun if contact is None or contact.checked_at is None else contact.checked_at


def _places(snapshot: Snapshot, capacities: Iterable[CapacityRecord]) -> dict[str, _Place]:
    """Return where capacities in force are, by their id; without those whose enterprise is not in force."""
    found = list(capacities)
    owners = tuple(sorted({capacity.enterprise_id for capacity in found}))
    enterprises = {each.enterprise_id: each for each in snapshot.all_in_force(EnterpriseRecord, enterprise_id=owners)}
    return {
        capacity.capacity_id: _Place(enterprises[capacity.enterprise_id], capacity)
        for capacity in found
        if capacity.enterprise_id in enterprises
    }


# --- the details of capacities, and those who manage them (UM-MGT-04) -------------------------------------------------


def _overdue_capacities(snapshot: Snapshot, capacity_ids: tuple[str, ...], before: int) -> dict[str, list[_Place]]:
    known = snapshot.find(CapacityRecord, capacity_id=capacity_ids)
    begun: dict[str, int] = {}
    for record in known:
        begun[record.capacity_id] = min(record.valid.since, begun.get(record.capacity_id, record.valid.since))
    places = _places(snapshot, (record for record in known if record.valid.phase(snapshot.at) is Phase.DURING))
    contacts = contacts_of(snapshot, "capacity", places)
    return {
        capacity_id: [place]
        for capacity_id, place in places.items()
        if _looked_at(contacts.get(capacity_id), begun[capacity_id]) <= before
    }


def _ways_to_managers(snapshot: Snapshot, overdue: Mapping[str, list[_Place]]) -> dict[str, list[_Way]]:
    """Return the ways to the titular GA of each capacity, then to the GAP, who is GA of every one (GGA-CAM-08)."""
    enterprises = tuple(sorted({place.enterprise.enterprise_id for places in overdue.values() for place in places}))
    managers = [
        relation
        for relation in snapshot.all_in_force(RelationRecord, enterprise_id=enterprises, kind=_MANAGERS)
        if relation.state != BLOCKED
    ]
    relation_ids = [relation.relation_id for relation in managers]
    contacts = {
        RelationKind.ACCESS_MANAGER.value: contacts_of(snapshot, "account", relation_ids),
        RelationKind.CHIEF_ACCESS_MANAGER.value: contacts_of(snapshot, "designation", relation_ids),
    }
    managing: dict[tuple[str, str], list[RelationRecord]] = defaultdict(list)
    for relation in managers:
        managing[relation.enterprise_id, relation.capacity_id].append(relation)
    return {
        capacity_id: [
            _Way(relation.person_id, contacts[relation.kind].get(relation.relation_id), place)
            for place in places
            for scope in (capacity_id, "")
            for relation in managing[place.enterprise.enterprise_id, scope]
        ]
        for capacity_id, places in overdue.items()
    }


# --- people's own details (UM-SELF-04) --------------------------------------------------------------------------------


def _overdue_people(snapshot: Snapshot, person_ids: tuple[str, ...], before: int) -> dict[str, list[_Place]]:
    """Return the people with accounts in force that are not blocked, each with where these are, the oldest first."""
    known = snapshot.find(RelationRecord, person_id=person_ids, kind=_ACCOUNTS)
    begun = beginnings(known)
    in_force = [
        relation
        for relation in known
        if relation.valid.phase(snapshot.at) is Phase.DURING and relation.state != BLOCKED
    ]
    capacity_ids = tuple(sorted({relation.capacity_id for relation in in_force}))
    places = _places(snapshot, snapshot.all_in_force(CapacityRecord, capacity_id=capacity_ids))
    held: dict[str, list[_Place]] = defaultdict(list)
    for account in sorted(in_force, key=lambda each: (begun[each.relation_id], each.capacity_id, each.relation_id)):
        place = places.get(account.capacity_id)
        if place is not None and place.enterprise.enterprise_id == account.enterprise_id:
            held[account.person_id].append(_Place(place.enterprise, place.capacity, account.relation_id))
    contacts = contacts_of(snapshot, "person", held)
    return {
        person_id: held[person_id]
        for person_id in sorted(held)
        if _looked_at(contacts.get(person_id), begun[held[person_id][0].account_id]) <= before
    }


def _ways_to_people(snapshot: Snapshot, overdue: Mapping[str, list[_Place]]) -> dict[str, list[_Way]]:
    """Return the way to each person's own address, then to that of each account; such a mail tells of its place only.

    The mailbox of one enterprise is not told of another (GGA-CAM-10).
    """
    own = contacts_of(snapshot, "person", overdue)
    accounts = contacts_of(snapshot, "account", (place.account_id for places in overdue.values() for place in places))
    return {
        person_id: [
            _Way(person_id, own.get(person_id), places[0]),
            *(_Way(person_id, accounts.get(place.account_id), place) for place in places),
        ]
        for person_id, places in overdue.items()
    }


_CAPACITIES: Final = _Round(MailKind.CHECK_CAPACITY_DETAILS, next_capacities, _overdue_capacities, _ways_to_managers)
_PEOPLE: Final = _Round(MailKind.CHECK_OWN_DETAILS, next_persons, _overdue_people, _ways_to_people)
