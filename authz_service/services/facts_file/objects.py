"""Makes the objects of a facts file from records: the reverse of conversion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from authz_service.domain.moments import FOREVER, Period, text_of
from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
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
from authz_service.domain.vocabulary import ACCOUNT_KINDS, DESIGNATION_KINDS, MandateSystem, RelationKind
from authz_service.services.facts_file.conversion import period_id
from authz_service.services.facts_file.dates import begin_text, end_text

__all__ = ["Object", "channel_object", "grant_object", "object_of_record", "person_object"]

Object = dict[str, Any]


def _since(instant: int | None) -> str | None:
    return None if instant is None else begin_text(instant)


def _dated(period: Period) -> Object:
    return {"begin": begin_text(period.since), "end": end_text(period.until)}


def _validity(period: Period, usual: Period) -> Object:
    """Return the members that say how a period differs from the usual one."""
    since = {"valid_from": begin_text(period.since)} if period.since != usual.since else {}
    return since | ({"valid_until": end_text(period.until)} if period.until != usual.until else {})


def _always(period: Period) -> Object:
    return _validity(period, Period())


def _notes(record: RelationRecord, *said: str) -> Object:
    """Return the notes that are not `said` by members of their own."""
    notes = {name: text for name, text in record.notes if name not in said}
    return {"notes": notes} if notes else {}


def person_object(record: PersonRecord, identity: PersonIdentity) -> Object:
    """Return a person with the national number."""
    return {
        "id": record.person_id,
        "niss": identity.niss.digits,
        "kind": "bis" if identity.niss.is_bis else "nrn",
        "first_name": record.first_name,
        "name": record.name,
        "language": record.language,
        "has_eid_or_foreigner_card": record.has_card,
        "digital_keys": list(record.digital_keys),
        **_always(record.valid),
    }


def _enterprise(record: EnterpriseRecord) -> Object:
    return {
        "id": record.enterprise_id,
        "enterprise_number": record.number,
        "name": record.name,
        "kind": record.kind,
        "cbe_status": record.cbe_status,
        "registered_in_csam": _since(record.registered_at),
        "portal_account_active_since": _since(record.account_active_since),
        "ebox_active_since": _since(record.ebox_active_since),
        "approved_for_service_vouchers": record.approved_for_service_vouchers,
        **_always(record.valid),
    }


def _capacity(record: CapacityRecord) -> Object:
    return {
        "id": record.capacity_id,
        "enterprise": record.enterprise_id,
        "type": record.type,
        "domain": record.domain,
        "identifier": {"scheme": record.identifier_scheme, "value": record.identifier},
        "created": begin_text(record.valid.since),
        **_validity(record.valid, Period(record.valid.since, FOREVER)),
    }


def _application(record: ApplicationRecord) -> Object:
    return {
        "id": record.code,
        "label": record.label,
        "domain": record.domain,
        "offered_to": list(record.offered_to),
        "mandate_system": None if record.mandate_system == MandateSystem.NONE else record.mandate_system,
        "mandate_group": record.mandate_group or None,
        "channels": list(record.channels),
        "min_level": record.minimum_level or None,
        **_always(record.valid),
    }


def _legal_function(record: RelationRecord) -> Object:
    enterprise = dict(record.notes).get("held_by_enterprise")
    person = record.person_id or None
    return {
        "id": record.relation_id,
        "enterprise": record.enterprise_id,
        "held_by": None if enterprise else person,
        "held_by_enterprise": enterprise,
        "permanent_representative": person if enterprise else None,
        "function": record.object,
        **_dated(record.valid),
        "signing_power": record.state == "signing",
        **_notes(record, "held_by_enterprise"),
    }


def _of_a_period(record: RelationRecord) -> Object:
    kind = RelationKind(record.kind)
    derived = period_id(kind, record.enterprise_id, record.person_id, record.valid.since)
    return {
        **({} if record.relation_id == derived else {"id": record.relation_id}),
        "person": record.person_id,
        "enterprise": record.enterprise_id,
        **_dated(record.valid),
        **_notes(record),
    }


def _designation(record: RelationRecord) -> Object:
    notes = dict(record.notes)
    return {
        "id": record.relation_id,
        "role": record.kind,
        "enterprise": record.enterprise_id,
        "person": record.person_id,
        "designated_by": notes.get("designated_by"),
        **_dated(record.valid),
        "end_reason": notes.get("end_reason"),
        **_notes(record, "designated_by", "end_reason"),
    }


def _account(record: RelationRecord) -> Object:
    return {
        "id": record.relation_id,
        "person": record.person_id,
        "capacity": record.capacity_id,
        "type": record.kind,
        "status": record.state,
        "applications": [],
        **_dated(record.valid),
        **_notes(record),
    }


def grant_object(record: RelationRecord) -> Object:
    """Return an application of a profile that has a period or notes of its own."""
    return {"application": record.object, **_dated(record.valid), **_notes(record)}


def _role_assignment(record: RelationRecord) -> Object:
    return {
        "id": record.relation_id,
        "person": record.person_id,
        "capacity": record.capacity_id,
        "role": record.object,
        "opens": record.opens or None,
        "assigned_by": dict(record.notes).get("assigned_by"),
        "status": record.state,
        **_dated(record.valid),
        **_notes(record, "assigned_by"),
    }


def _flemish_right(record: RelationRecord) -> Object:
    return {
        "id": record.relation_id,
        "person": record.person_id,
        "enterprise": record.enterprise_id,
        "right": record.object,
        "context": record.context or None,
        "granted_by": dict(record.notes).get("granted_by"),
        **_dated(record.valid),
        **_notes(record, "granted_by"),
    }


def _signature(person_id: str, instant: int | None) -> Object | None:
    return None if instant is None else {"person": person_id, "date": begin_text(instant)}


def _mandate(record: MandateRecord) -> Object:
    return {
        "id": record.mandate_id,
        "system": record.system,
        "mandator": record.mandator_id,
        "mandatary": record.mandatary_id,
        "groups": list(record.groups),
        **_dated(record.term),
        "signatures": {
            "mandator": _signature(record.mandator_signed_by, record.mandator_signed_at),
            "mandatary": _signature(record.mandatary_signed_by, record.mandatary_signed_at),
        },
        "ended_on": None if record.ended_at is None else end_text(record.ended_at),
        **_always(record.valid),
    }


def _sender(record: SenderRecord) -> Object:
    return {
        "id": record.sender_id,
        "capacity": record.capacity_id,
        "status": record.state,
        "technical_user": record.technical_user,
        "contact_person": record.contact_person_id,
        "channels": [],
        "preferred_channel": dict(record.preferred_channels),
        **_always(record.valid),
    }


def channel_object(record: ChannelRecord, sender: SenderRecord) -> Object:
    """Return a channel as it stands in its sender."""
    return {
        "channel": record.channel,
        "connection_type": record.connection_type,
        "status": record.state,
        "applications": None if record.applications is None else list(record.applications),
        "certificate": {"serial": record.certificate_serial, "expires": end_text(record.certificate_expires_at)},
        "ssh_key": record.has_ssh_key,
        **_validity(record.valid, sender.valid),
    }


def _request(record: RequestRecord) -> Object:
    return {
        "id": record.request_id,
        "ticket": record.ticket,
        "enterprise": record.enterprise_id,
        "declared_legal_representative": record.declared_representative_id,
        "candidate": record.candidate_id,
        "filed": begin_text(record.valid.since),
        "status": record.state,
        **_validity(record.valid, Period(record.valid.since, FOREVER)),
    }


def _right_of_catalogue(record: FlemishRightRecord) -> Object:
    return {
        "id": record.code,
        "label": record.label,
        "opens": record.opens,
        "requires_approved_enterprise": record.requires_approved_enterprise,
        "contexts": list(record.contexts),
        **_always(record.valid),
    }


def _agent(record: AgentRecord) -> Object:
    return {"id": record.agent_id, "service": record.service, **_always(record.valid)}


def _contact(record: ContactRecord) -> Object:
    told = {
        "user_name": record.user_name,
        "title": record.title,
        "language": record.language,
        "email": record.email,
        "local_email": record.local_email,
        "telephone": record.telephone,
        "checked_at": None if record.checked_at is None else text_of(record.checked_at),
    }
    return {
        "owner_kind": record.owner_kind,
        "owner": record.owner_id,
        **{name: value for name, value in told.items() if value},
        **_always(record.valid),
    }


_OBJECTS: Final[Mapping[type[Record], Callable[[Any], Object]]] = {
    EnterpriseRecord: _enterprise,
    CapacityRecord: _capacity,
    ApplicationRecord: _application,
    MandateRecord: _mandate,
    SenderRecord: _sender,
    RequestRecord: _request,
    FlemishRightRecord: _right_of_catalogue,
    AgentRecord: _agent,
    ContactRecord: _contact,
}
_RELATIONS: Final[Mapping[str, Callable[[RelationRecord], Object]]] = {
    RelationKind.LEGAL_FUNCTION: _legal_function,
    RelationKind.EMPLOYMENT: _of_a_period,
    RelationKind.WORK_RELATION: _of_a_period,
    RelationKind.ROLE_ASSIGNMENT: _role_assignment,
    RelationKind.FLEMISH_RIGHT: _flemish_right,
    **dict.fromkeys(DESIGNATION_KINDS, _designation),
    **dict.fromkeys(ACCOUNT_KINDS, _account),
}


def object_of_record(record: Record) -> Object:
    """Return the object of a record that has one of its own; the lists of what belongs to it are left empty."""
    return _RELATIONS[record.kind](record) if isinstance(record, RelationRecord) else _OBJECTS[type(record)](record)
