"""Facts as they are recorded: one frozen value per row of the store, equal when they say the same.

`valid` is when the fact is so in the world (UTC microseconds); when the service knew it is the store's own affair.
Tuples are sorted, so that two records that say the same are equal. No record holds a national number: that is
PersonIdentity's.
"""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import Period

__all__ = [
    "AgentRecord",
    "ApplicationRecord",
    "CapacityRecord",
    "ChannelRecord",
    "ContactRecord",
    "EnterpriseRecord",
    "FlemishRightRecord",
    "MandateRecord",
    "PersonIdentity",
    "PersonRecord",
    "Record",
    "RelationRecord",
    "RequestRecord",
    "SenderRecord",
]


@dataclass(frozen=True, slots=True)
class PersonIdentity:
    """Which opaque id stands for which national number; never closed, never changed."""

    person_id: str
    niss: Niss


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person's own data. `has_card`: an eID or an electronic foreigner's card (GGA-EXC-01)."""

    person_id: str
    first_name: str
    name: str
    language: str
    has_card: bool
    digital_keys: tuple[str, ...]
    valid: Period


@dataclass(frozen=True, slots=True)
class EnterpriseRecord:
    """An enterprise. The three instants are None when it never happened (GGA-DES-18, ACC-07, EBX-01)."""

    enterprise_id: str
    number: str
    name: str
    kind: str
    cbe_status: str
    registered_at: int | None
    account_active_since: int | None
    ebox_active_since: int | None
    approved_for_service_vouchers: bool
    valid: Period


@dataclass(frozen=True, slots=True)
class CapacityRecord:
    """A qualité of an enterprise; `valid` begins at its creation (UM-QUA-01)."""

    capacity_id: str
    enterprise_id: str
    type: str
    domain: str
    identifier_scheme: str
    identifier: str
    valid: Period


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """An application of the catalogue. `minimum_level` 0: no more than the general minimum (DRV-16)."""

    code: str
    label: str
    domain: str
    offered_to: tuple[str, ...]
    mandate_system: str
    mandate_group: str
    channels: tuple[str, ...]
    minimum_level: int
    valid: Period


@dataclass(frozen=True, slots=True)
class RelationRecord:
    """Person P holds relation R in enterprise E, in scope S. The fields are those of facts.RelationFact.

    `person_id` is "" for a legal function held by an enterprise that has named no permanent representative.
    `notes`: who designated, granted or assigned, why it ended, which enterprise holds the function.
    """

    relation_id: str
    enterprise_id: str
    person_id: str
    kind: str
    capacity_id: str
    object: str
    opens: str
    context: str
    state: str
    notes: tuple[tuple[str, str], ...]
    valid: Period


@dataclass(frozen=True, slots=True)
class MandateRecord:
    """A mandate: `term` is the period it is given for, `valid` when this wording of it is so."""

    mandate_id: str
    system: str
    mandator_id: str
    mandatary_id: str
    groups: tuple[str, ...]
    term: Period
    mandator_signed_by: str
    mandator_signed_at: int | None
    mandatary_signed_by: str
    mandatary_signed_at: int | None
    ended_at: int | None
    valid: Period


@dataclass(frozen=True, slots=True)
class SenderRecord:
    """The sender of a capacity (SND-GEN-02). `preferred_channels`: application and channel (SND-CH-07)."""

    sender_id: str
    capacity_id: str
    state: str
    technical_user: str
    contact_person_id: str
    preferred_channels: tuple[tuple[str, str], ...]
    valid: Period


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel of a sender. `applications` None: all that are offered to the capacity (AMB-13)."""

    sender_id: str
    channel: str
    connection_type: str
    state: str
    applications: tuple[str, ...] | None
    certificate_serial: str
    certificate_expires_at: int
    has_ssh_key: bool
    valid: Period


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """An exceptional request on paper (GGA-EXC-06); `valid` begins when it was filed."""

    request_id: str
    ticket: str
    enterprise_id: str
    declared_representative_id: str
    candidate_id: str
    state: str
    valid: Period


@dataclass(frozen=True, slots=True)
class FlemishRightRecord:
    """A right of the Flemish catalogue (ACM-RGT-05, AMB-50)."""

    code: str
    label: str
    opens: str
    requires_approved_enterprise: bool
    contexts: tuple[str, ...]
    valid: Period


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """A contact-centre agent (DRV-15)."""

    agent_id: str
    service: str
    valid: Period


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """How somebody or something is reached (GGA-DES-08, GGA-DES-09, GGA-AM-05, UM-USR-05); "" where nothing is known.

    `owner_kind`: "person", "account", "designation" (the person designated), "requester" (who asked for that
    designation) or "capacity"; `owner_id`: the id of that person, relation or capacity. `user_name` is a person's.
    `checked_at`: when the owner last said that all is right (UTC microseconds; UM-MGT-04, UM-SELF-04).
    """

    owner_kind: str
    owner_id: str
    user_name: str
    title: str
    language: str
    email: str
    local_email: str
    telephone: str
    checked_at: int | None
    valid: Period


Record = (
    PersonRecord
    | EnterpriseRecord
    | CapacityRecord
    | ApplicationRecord
    | RelationRecord
    | MandateRecord
    | SenderRecord
    | ChannelRecord
    | RequestRecord
    | FlemishRightRecord
    | AgentRecord
    | ContactRecord
)
