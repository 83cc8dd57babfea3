"""What a reader must find, by going through all records in the plainest way. Slow, obvious, and without SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from authz_service.domain.facts import (
    ApplicationFact,
    CapacityFact,
    ChannelFact,
    EnterpriseFact,
    FactsQuery,
    FlemishRightFact,
    MandateFact,
    PersonFact,
    QuestionFacts,
    RelationFact,
    RequestFact,
    SenderFact,
)
from authz_service.domain.moments import FOREVER
from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonIdentity,
    PersonRecord,
    Record,
    RelationRecord,
    RequestRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import ACCOUNT_KINDS, Domain, MandateSystem, RelationKind

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Known:
    """A record and when it was believed."""

    record: Record
    since: int
    until: int


class Reference:
    """The facts of one question, found in `history`. `revisions`: when each was made, in their order."""

    def __init__(
        self, query: FactsQuery, history: Iterable[Known], identities: Iterable[PersonIdentity], revisions: list[int]
    ) -> None:
        self.query = query
        moment = min(query.known_at, FOREVER - 1)
        self.known = [entry.record for entry in history if entry.since <= moment < entry.until]
        known = [instant for instant in revisions if instant <= query.known_at]
        self.revision, self.recorded_at = len(known), max(known, default=0)
        self.person_ids = {identity.niss.digits: identity.person_id for identity in identities}

    def all(self, kind: type[Kind], condition: Callable[[Kind], bool]) -> Iterator[Kind]:
        return (record for record in self.known if isinstance(record, kind) and condition(record))

    def at(self, kind: type[Kind], condition: Callable[[Kind], bool]) -> list[Kind]:
        """Those in force, the one that began last first."""
        found = [
            record
            for record in self.all(kind, condition)
            if record.valid.since <= self.query.at < record.valid.until  # type: ignore[attr-defined]
        ]
        return sorted(found, key=lambda record: -record.valid.since)  # type: ignore[attr-defined]

    def newest(self, kind: type[Kind], condition: Callable[[Kind], bool]) -> Kind | None:
        return next(iter(self.at(kind, condition)), None)

    def nearest(self, records: Iterable[Any]) -> Any:
        """The one in force, else the latest begun, else the earliest."""
        found = list(records)
        in_force = [record for record in found if record.valid.since <= self.query.at < record.valid.until]
        begun = [record for record in found if record.valid.since <= self.query.at]
        if in_force or begun:
            return max(in_force or begun, key=lambda record: record.valid.since)
        return min(found, key=lambda record: record.valid.since, default=None)

    # --- what the question is about -----------------------------------------------------------------------------------

    def enterprise_with(self, number: str) -> str | None:
        found = self.newest(EnterpriseRecord, lambda record: record.number == number) if number else None
        return found.enterprise_id if found else None

    def facts(self) -> QuestionFacts:
        query = self.query
        target = self.nearest(self.all(RelationRecord, self.is_target))
        request = self.newest(RequestRecord, lambda record: record.request_id == query.request)
        sender = self.sender_of_user()
        led = (
            sender
            if not (
                query.account or query.role_assignment or query.request or query.capacity or query.enterprise_number
            )
            else None
        )
        capacity_id = (target.capacity_id if target else "") or query.capacity or (led.capacity_id if led else "")
        if target:
            capacity_id = target.capacity_id
        capacity = self.nearest(self.all(CapacityRecord, lambda record: record.capacity_id == capacity_id))
        mandate = self.newest(MandateRecord, lambda record: record.mandate_id == query.mandate)
        mandator = mandate.mandator_id if mandate else self.enterprise_with(query.mandator_number)
        mandatary = mandate.mandatary_id if mandate else self.enterprise_with(query.mandatary_number)
        enterprise = self.enterprise_with(query.enterprise_number)
        of_parties = bool(query.mandate or query.mandatary_number)
        if not of_parties:
            owner = target or request or capacity
            enterprise = owner.enterprise_id if owner else enterprise
        parties = {party for party in (enterprise, mandator, mandatary) if party}
        own = {enterprise} - {None}
        people = {self.person_ids.get(query.subject_niss), self.person_ids.get(query.other_niss)} - {None}
        if not query.technical_user:
            sender = self.sender(lambda record: record.capacity_id == capacity_id)
        under_mandate = bool(query.mandator_number and not of_parties)
        return QuestionFacts(
            revision=self.revision,
            recorded_at=self.recorded_at,
            subject=self.person(query.subject_niss),
            other=self.person(query.other_niss),
            agent_known=bool(query.agent and self.at(AgentRecord, lambda record: record.agent_id == query.agent)),
            enterprise=self.enterprise(enterprise),
            capacity=_capacity(capacity) if capacity else None,
            target=_relation(target) if target else None,
            request=self.request(request),
            sender=self.sender_fact(sender),
            mandate=_mandate(mandate) if mandate else None,
            mandator=self.enterprise(mandator),
            mandatary=self.enterprise(mandatary),
            mandator_capacities=self.capacities({mandator}),
            mandates=tuple(
                _mandate(record)
                for record in self.at(
                    MandateRecord,
                    lambda record: (
                        under_mandate and (record.mandator_id, record.mandatary_id) == (mandator, enterprise)
                    ),
                )
            ),
            capacities=self.capacities(parties if of_parties else own),
            relations=tuple(
                _relation(record)
                for record in self.all(
                    RelationRecord,
                    lambda record: (
                        record.person_id in people and record.enterprise_id in (parties if query.mandate else own)
                    ),
                )
            ),
            representatives_cards=tuple(
                (_relation(record), self.has_card(record.person_id))
                for record in self.all(
                    RelationRecord,
                    lambda record: (
                        query.all_representatives
                        and record.kind == "legal_function"
                        and record.enterprise_id == enterprise
                    ),
                )
            ),
            applications=tuple(
                _application(record)
                for record in self.at(
                    ApplicationRecord,
                    lambda record: (
                        record.code in query.applications
                        or bool(record.mandate_group and record.mandate_group in query.mandate_groups)
                    ),
                )
            ),
            rights=tuple(
                FlemishRightFact(
                    record.code, record.opens, record.requires_approved_enterprise, frozenset(record.contexts)
                )
                for record in self.at(
                    FlemishRightRecord, lambda record: record.code == query.right or record.opens in query.applications
                )
            ),
        )

    def is_target(self, record: RelationRecord) -> bool:
        if self.query.account:
            return record.relation_id == self.query.account and record.kind in ACCOUNT_KINDS
        return bool(self.query.role_assignment) and (
            record.relation_id == self.query.role_assignment and record.kind == "role_assignment"
        )

    # --- facts --------------------------------------------------------------------------------------------------------

    def person(self, niss: str) -> PersonFact | None:
        person_id = self.person_ids.get(niss)
        found = self.newest(PersonRecord, lambda record: record.person_id == person_id)
        return PersonFact(found.person_id, frozenset(found.digital_keys), found.has_card) if found else None

    def has_card(self, person_id: str) -> bool:
        found = self.newest(PersonRecord, lambda record: record.person_id == person_id)
        return bool(found and found.has_card)

    def enterprise(self, enterprise_id: str | None) -> EnterpriseFact | None:
        found = self.newest(EnterpriseRecord, lambda record: record.enterprise_id == enterprise_id)
        if not found:
            return None
        return EnterpriseFact(
            found.enterprise_id,
            found.number,
            found.kind,
            found.account_active_since,
            found.ebox_active_since,
            found.approved_for_service_vouchers,
        )

    def capacities(self, enterprises: set[Any]) -> tuple[CapacityFact, ...]:
        return tuple(map(_capacity, self.all(CapacityRecord, lambda record: record.enterprise_id in enterprises)))

    def request(self, record: RequestRecord | None) -> RequestFact | None:
        if not record:
            return None
        begun = self.all(
            RequestRecord,
            lambda other: other.request_id == record.request_id and other.valid.since <= self.query.at,
        )
        filed_at = min(other.valid.since for other in begun)
        return RequestFact(record.request_id, record.enterprise_id, record.state, filed_at)

    def sender_of_user(self) -> SenderRecord | None:
        user = self.query.technical_user
        return self.sender(lambda record: record.technical_user == user) if user else None

    def sender(self, condition: Callable[[SenderRecord], bool]) -> SenderRecord | None:
        found = self.at(SenderRecord, condition)
        active = [record for record in found if record.state == "active"]
        return max(active or found, key=lambda record: (record.valid.since, record.sender_id), default=None)

    def sender_fact(self, record: SenderRecord | None) -> SenderFact | None:
        if not record:
            return None
        channels: dict[str, ChannelRecord] = {}
        for channel in self.at(ChannelRecord, lambda other: other.sender_id == record.sender_id):
            channels.setdefault(channel.channel, channel)
        return SenderFact(
            record.sender_id,
            record.capacity_id,
            record.technical_user,
            record.state,
            tuple(
                ChannelFact(
                    channel.channel,
                    channel.state,
                    None if channel.applications is None else frozenset(channel.applications),
                    channel.certificate_serial,
                    channel.certificate_expires_at,
                )
                for _, channel in sorted(channels.items())
            ),
        )


def _capacity(record: CapacityRecord) -> CapacityFact:
    return CapacityFact(record.capacity_id, record.enterprise_id, record.type, Domain(record.domain), record.valid)


def _relation(record: RelationRecord) -> RelationFact:
    return RelationFact(
        record.relation_id,
        record.enterprise_id,
        record.person_id,
        RelationKind(record.kind),
        record.capacity_id,
        record.object,
        record.opens,
        record.context,
        record.state,
        record.valid,
    )


def _mandate(record: MandateRecord) -> MandateFact:
    return MandateFact(
        record.mandate_id,
        MandateSystem(record.system),
        record.mandator_id,
        record.mandatary_id,
        frozenset(record.groups),
        record.term,
        record.mandator_signed_at,
        record.mandatary_signed_at,
        record.ended_at,
    )


def _application(record: ApplicationRecord) -> ApplicationFact:
    return ApplicationFact(
        record.code,
        Domain(record.domain),
        frozenset(record.offered_to),
        MandateSystem(record.mandate_system),
        record.mandate_group or None,
        frozenset(record.channels),
        record.minimum_level,
    )
