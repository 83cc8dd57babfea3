"""Records for tests, with as little said as possible."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import BEGINNING, FOREVER, Period
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
from authz_service.store.database import Database
from authz_service.store.writing import Recorder

ALWAYS: Final = Period()
ANNE: Final = PersonIdentity("p_anne", Niss("71031490293"))
BART: Final = PersonIdentity("p_bart", Niss("64110290568"))
CARLA: Final = PersonIdentity("p_carla", Niss("85091291489"))
PEOPLE: Final = (ANNE, BART, CARLA)


def since(begin: int, until: int = FOREVER) -> Period:
    return Period(begin, until)


def until(end: int) -> Period:
    return Period(BEGINNING, end)


def person(identity: PersonIdentity, *, card: bool = True, valid: Period = ALWAYS) -> PersonRecord:
    return PersonRecord(identity.person_id, "First", "Last", "nl", card, ("eid", "itsme"), valid)


def enterprise(name: str, number: str, *, kind: str = "private_employer", valid: Period = ALWAYS) -> EnterpriseRecord:
    return EnterpriseRecord(name, number, name.title(), kind, "active", 10, 20, None, False, valid)


def capacity(capacity_id: str, *, valid: Period = ALWAYS, domain: str = "social_security") -> CapacityRecord:
    owner, _, kind = capacity_id.partition(".")
    return CapacityRecord(capacity_id, owner, kind, domain, "nsso_number", "199001125", valid)


def relation(
    relation_id: str,
    kind: str,
    identity: PersonIdentity | None,
    scope: str,
    *,
    state: str = "active",
    object_: str = "",
    valid: Period = ALWAYS,
) -> RelationRecord:
    """`scope`: an enterprise, or a capacity of one (`alpha.nsso`)."""
    owner = scope.partition(".")[0]
    return RelationRecord(
        relation_id,
        owner,
        identity.person_id if identity else "",
        kind,
        scope if "." in scope else "",
        object_,
        "",
        "",
        state,
        (("note", "Zoë’s"),),
        valid,
    )


def application(code: str, *, group: str = "", valid: Period = ALWAYS) -> ApplicationRecord:
    system = "mahis" if group else "none"
    return ApplicationRecord(code, code, "social_security", ("nsso",), system, group, ("portal",), 0, valid)


def mandate(
    mandate_id: str,
    mandator: str,
    mandatary: str,
    *,
    groups: tuple[str, ...] = ("dmfa",),
    ended_at: int | None = None,
    term: Period = ALWAYS,
    valid: Period = ALWAYS,
) -> MandateRecord:
    return MandateRecord(mandate_id, "mahis", mandator, mandatary, groups, term, "p_anne", 5, "", None, ended_at, valid)


def sender(
    sender_id: str, capacity_id: str, *, state: str = "active", user: str | None = None, valid: Period = ALWAYS
) -> SenderRecord:
    preferred = (("DMFA", "sftp"),)
    return SenderRecord(sender_id, capacity_id, state, user or sender_id, "p_anne", preferred, valid)


def channel(
    sender_id: str,
    name: str,
    *,
    applications: tuple[str, ...] | None = ("DMFA",),
    serial: str = "4660",
    valid: Period = ALWAYS,
) -> ChannelRecord:
    return ChannelRecord(sender_id, name, "Internet", "active", applications, serial, 1000, True, valid)


def request(request_id: str, owner: str, *, state: str = "awaiting_signature", valid: Period = ALWAYS) -> RequestRecord:
    return RequestRecord(request_id, "24A001", owner, "p_anne", "p_bart", state, valid)


def right(code: str, opens: str, *, valid: Period = ALWAYS) -> FlemishRightRecord:
    return FlemishRightRecord(code, code, opens, True, ("approval:1",), valid)


def agent(agent_id: str, *, valid: Period = ALWAYS) -> AgentRecord:
    return AgentRecord(agent_id, "Contact Centre", valid)


EVERYTHING: Final[tuple[Record, ...]] = (
    person(ANNE),
    person(BART, card=False),
    person(CARLA),
    enterprise("alpha", "0999010126"),
    enterprise("beta", "0999020222"),
    enterprise("gamma", "0999030318"),
    capacity("alpha.nsso"),
    capacity("alpha.finance", domain="finance"),
    capacity("beta.nsso"),
    application("DMFA", group="dmfa"),
    application("DIMONA", group="dmfa"),
    application("EBOX"),
    relation("lf_anne", "legal_function", ANNE, "alpha", state="signing", object_="director"),
    relation("lf_psi", "legal_function", None, "alpha", state="signing", object_="director"),
    relation("gap_bart", "chief_access_manager", BART, "alpha"),
    relation("acc_carla", "user", CARLA, "alpha.nsso"),
    relation("g_carla", "application_grant", CARLA, "alpha.nsso", object_="DMFA", state=""),
    relation("r_carla", "role_assignment", CARLA, "alpha.finance", object_="OWN", state="accepted"),
    relation("emp_anne", "employment", ANNE, "beta", state=""),
    mandate("m_ab", "alpha", "beta"),
    mandate("m_ag", "alpha", "gamma"),
    sender("EXP1", "alpha.nsso"),
    channel("EXP1", "sftp"),
    channel("EXP1", "webservice", applications=None),
    request("req", "gamma"),
    right("VOUCHERS", "EBOX"),
    agent("agent_1"),
)
"""A small world with something of every kind."""


def load(database: Database, add: Iterable[Record], close: Iterable[Record] = ()) -> int:
    """Record in one transaction, with identities for whoever has none yet; return the revision."""
    with Recorder(database) as recorder:
        recorder.add_identities([identity for identity in PEOPLE if recorder.identify(identity.niss) is None])
        return recorder.record(add, close)


def changed(record: Record, **values: object) -> Record:
    return dataclasses.replace(record, **values)  # type: ignore[arg-type]
