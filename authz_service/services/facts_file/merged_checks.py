"""What must hold of all facts together once a file is loaded: who stands where beside whom, and what fits what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    MandateRecord,
    Record,
    RelationRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.facts_file.entries import Entry
from authz_service.services.facts_file.errors import Errors
from authz_service.services.facts_file.merging import account_of_grant, thing_of

__all__ = ["check_merged"]


def check_merged(
    merged: Iterable[Record], origins: Mapping[Record, Entry], unread: Collection[str], errors: Errors
) -> None:
    """Report what contradicts what.

    `merged`: all records that would be believed; `origins`: the entries that said those from the file; `unread`: the
    kinds of which the file has objects that could not be read. What the file has no part in is not reported: it was so
    before.
    """
    records = _ByType(merged)
    for rule in _ONE_AT_A_TIME:
        _check_one_at_a_time(rule, records, origins, errors)
    rules = [_wrong_offers, _foreign_identifiers, _wrong_preferences]
    if "applications" not in unread:
        rules.append(_unknown_groups)
    for complaint in (complaint for rule in rules for complaint in rule(records)):
        for record in complaint.about:
            entry = origins.get(record)
            if entry is not None:
                entry.complain(errors, complaint.message, complaint.member if record is complaint.about[0] else "")
                break


class _ByType:
    """The merged records by their types."""

    def __init__(self, merged: Iterable[Record]) -> None:
        self.all = tuple(merged)
        self.relations = [record for record in self.all if isinstance(record, RelationRecord)]
        self.mandates = [record for record in self.all if isinstance(record, MandateRecord)]
        self.capacities = [record for record in self.all if isinstance(record, CapacityRecord)]
        self.applications = [record for record in self.all if isinstance(record, ApplicationRecord)]
        self.enterprises = [record for record in self.all if isinstance(record, EnterpriseRecord)]
        self.senders = [record for record in self.all if isinstance(record, SenderRecord)]
        self.channels = [record for record in self.all if isinstance(record, ChannelRecord)]


@dataclass(frozen=True, slots=True)
class _OneAtATime:
    """Of the records with one key only one may be in force at any instant; None is no key."""

    record_type: type[Record]
    key: Callable[[Any], Hashable]
    message: str
    member: str = ""
    same_thing_too: bool = False


_ONE_AT_A_TIME: Final = (
    _OneAtATime(
        EnterpriseRecord,
        lambda enterprise: enterprise.number,
        "the enterprise number is also that of",
        "enterprise_number",
    ),
    _OneAtATime(
        RelationRecord,
        lambda relation: relation.enterprise_id if relation.kind == RelationKind.CHIEF_ACCESS_MANAGER else None,
        "an enterprise has one chief access manager at a time; this one overlaps with",
    ),
    _OneAtATime(
        RelationRecord,
        lambda relation: relation.capacity_id if relation.kind == RelationKind.ACCESS_MANAGER else None,
        "a capacity has one titular access manager at a time; this one overlaps with",
    ),
    _OneAtATime(
        RelationRecord,
        lambda relation: (relation.capacity_id, relation.person_id) if relation.kind in ACCOUNT_KINDS else None,
        "a person has one account at a time in a capacity; this one overlaps with",
    ),
    _OneAtATime(
        RelationRecord,
        lambda relation: relation.relation_id if relation.kind == RelationKind.APPLICATION_GRANT else None,
        "an account has an application once at a time",
        "applications",
        same_thing_too=True,
    ),
    _OneAtATime(
        ChannelRecord,
        lambda channel: (channel.sender_id, channel.channel),
        "a sender has one channel of each type at a time",
        "channels",
        same_thing_too=True,
    ),
    _OneAtATime(
        SenderRecord,
        lambda sender: sender.capacity_id if sender.state == "active" else None,
        "a capacity has one active sender at a time; this one overlaps with",
    ),
    _OneAtATime(
        SenderRecord,
        lambda sender: sender.technical_user if sender.state == "active" else None,
        "a technical user has one active sender at a time; another is",
        "technical_user",
    ),
    _OneAtATime(
        ContactRecord,
        lambda contact: contact.user_name or None if contact.owner_kind == "person" else None,
        "the user name is also that of",
        "user_name",
    ),
)


def _check_one_at_a_time(rule: _OneAtATime, records: _ByType, origins: Mapping[Record, Entry], errors: Errors) -> None:
    holders: defaultdict[Hashable, list[Record]] = defaultdict(list)
    for record in records.all:
        key = rule.key(record) if isinstance(record, rule.record_type) else None
        if key is not None:
            holders[key].append(record)
    for several in holders.values():
        for one, other in _overlapping(several, same_thing_too=rule.same_thing_too):
            told = [record for record in (one, other) if record in origins]
            if told:
                # The later place in the file is the one that came to contradict.
                told.sort(key=lambda record: origins[record].node.line)
                rest = other if told[-1] is one else one
                beside = origins[rest].place if rest in origins else f"{' '.join(thing_of(rest))!r} in the store"
                message = rule.message if rule.same_thing_too else f"{rule.message} {beside}"
                origins[told[-1]].complain(errors, message, rule.member)


def _overlapping(records: list[Record], *, same_thing_too: bool) -> Iterator[tuple[Record, Record]]:
    """Yield each record that begins while an earlier one is in force, with the one that lasts longest of these."""
    latest: Record | None = None
    for record in sorted(records, key=lambda record: record.valid.since):
        if (
            latest is not None
            and record.valid.overlaps(latest.valid)
            and (same_thing_too or thing_of(record) != thing_of(latest))
        ):
            yield latest, record
        if latest is None or record.valid.until > latest.valid.until:
            latest = record


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What is wrong between records. It is told of the first in `about` that the file says; `member` is the first's."""

    about: tuple[Record, ...]
    member: str
    message: str


def _wrong_offers(records: _ByType) -> Iterator[_Complaint]:
    """Applications in a profile that are not offered to the type of the capacity (UM-APP-05)."""
    capacities: defaultdict[str, list[CapacityRecord]] = defaultdict(list)
    for capacity in records.capacities:
        capacities[capacity.capacity_id].append(capacity)
    applications: defaultdict[str, list[ApplicationRecord]] = defaultdict(list)
    for application in records.applications:
        applications[application.code].append(application)
    for grant in records.relations:
        if grant.kind != RelationKind.APPLICATION_GRANT:
            continue
        for application in applications[grant.object]:
            for capacity in capacities[grant.capacity_id]:
                if (
                    capacity.type not in application.offered_to
                    and capacity.valid.overlaps(grant.valid)
                    and application.valid.overlaps(grant.valid)
                ):
                    message = (
                        f"{application.code} is not offered to a capacity of type {capacity.type}"
                        f" (account {account_of_grant(grant)!r})"
                    )
                    yield _Complaint((grant, application, capacity), "applications", message)


def _foreign_identifiers(records: _ByType) -> Iterator[_Complaint]:
    """Capacities with an enterprise number that is not their enterprise's (UM-QUA-01)."""
    enterprises: defaultdict[str, list[EnterpriseRecord]] = defaultdict(list)
    for enterprise in records.enterprises:
        enterprises[enterprise.enterprise_id].append(enterprise)
    for capacity in records.capacities:
        for enterprise in enterprises[capacity.enterprise_id]:
            if capacity.identifier_scheme == "enterprise_number" and capacity.identifier != enterprise.number:
                message = (
                    f"an enterprise number here must be that of the enterprise {enterprise.enterprise_id!r} itself"
                )
                yield _Complaint((capacity, enterprise), "identifier.value", message)


def _unknown_groups(records: _ByType) -> Iterator[_Complaint]:
    """Mandates for groups that no application of their system belongs to (MAN-SOC-06)."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for application in records.applications:
        groups[application.mandate_system].add(application.mandate_group)
    for mandate in records.mandates:
        for group in mandate.groups:
            if group not in groups[mandate.system]:
                message = f"{group!r} is no mandate group of an application of {mandate.system}"
                yield _Complaint((mandate,), "groups", message)


def _wrong_preferences(records: _ByType) -> Iterator[_Complaint]:
    """Preferred channels that the sender does not have, or that do not carry the application (SND-CH-07)."""
    channels: defaultdict[tuple[str, str], list[ChannelRecord]] = defaultdict(list)
    for channel in records.channels:
        channels[channel.sender_id, channel.channel].append(channel)
    for sender in records.senders:
        for application, preferred in sender.preferred_channels:
            carriers = [one for one in channels[sender.sender_id, preferred] if one.valid.overlaps(sender.valid)]
            if not carriers:
                message = f"the sender has no {preferred} channel: name one that it has"
                yield _Complaint((sender,), f"preferred_channel.{application}", message)
            elif not any(one.applications is None or application in one.applications for one in carriers):
                message = f"the {preferred} channel does not carry this application"
                yield _Complaint((sender,), f"preferred_channel.{application}", message)
