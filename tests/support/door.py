"""The write door in this process, over the reference world, with its people by name."""

import dataclasses
import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import select

from authz_service.audit.log import AuditLog
from authz_service.audit.signing import ensure_signing_key
from authz_service.domain.actors import Actor
from authz_service.domain.commands import Command, ContactDetails, DesignateChiefAccessManager
from authz_service.domain.identifiers import Niss
from authz_service.domain.questions import Question
from authz_service.domain.vocabulary import Action, Scope, SubjectType
from authz_service.services.authority.door import Authority
from authz_service.services.authority.reports import Idempotency, Report
from authz_service.store import tables
from tests.support.reference import WORLD, Reference

REACHED: Final = ContactDetails(email="access@enterprise.example", telephone="+3225556677")
DECLARATION: Final = "2018-07"


_WORLD: Final = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["world"]
NISS: Final[Mapping[str, str]] = {person["id"]: person["niss"] for person in _WORLD["persons"]}
NUMBER: Final[Mapping[str, str]] = {each["id"]: each["enterprise_number"] for each in _WORLD["enterprises"]}


def niss(name: str) -> Niss:
    """Return the national number of a person of the reference world."""
    return Niss(NISS[name])


def person(name: str, enterprise: str = "", means: str | None = "eid") -> Actor:
    """Return somebody of the reference world, acting for an enterprise of it."""
    return Actor(SubjectType.PERSON, NISS[name], NUMBER.get(enterprise, enterprise), means, request_id="r-1")


def own_means(name: str) -> str | None:
    """Return the strongest means of authentication that a person of the reference world has, None without any."""
    keys = next(each["digital_keys"] for each in _WORLD["persons"] if each["id"] == name)
    order = ("eid", "eidas_high", "itsme", "totp_app", "sms_otp", "eidas_substantial", "email_otp")
    return next((means for means in order if means in keys), None)


def operator(*scopes: Scope) -> Actor:
    """Return an operator with these scopes."""
    return Actor(SubjectType.OPERATOR, "an operator", scopes=frozenset(scopes))


def designation(
    enterprise: str, candidate: str, *, replaces: str | None = None, confirmed: bool = True, made: str = ""
) -> DesignateChiefAccessManager:
    """Return the command that names a GAP of the reference world."""
    return DesignateChiefAccessManager(
        enterprise=NUMBER[enterprise],
        candidate=niss(candidate),
        confirmed=confirmed,
        declaration=DECLARATION,
        replaces=replaces,
        contact=REACHED,
        requester=dataclasses.replace(REACHED, email="owner@enterprise.example"),
        designation_id=made or str(uuid.uuid4()),
    )


@dataclasses.dataclass(frozen=True)
class Door:
    """The write door, and what it leaves behind."""

    reference: Reference
    authority: Authority

    def do(
        self, actor: Actor, *commands: Command, together: bool = True, idempotency: Idempotency | None = None
    ) -> Report:
        """Have commands carried out."""
        return self.authority.carry_out(actor, commands, together=together, idempotency=idempotency)

    def allows(self, actor: Actor, action: Action, resource: str, **properties: Any) -> bool:
        """Return what the decision endpoint would say now."""
        return self.decided(actor.asks(action, resource, properties))

    def opens(self, actor: Actor, application: str, capacity: str) -> bool:
        """Return whether the actor may open an application in a capacity now."""
        question = actor.asks(Action.USE_APPLICATION, application, {})
        return self.decided(dataclasses.replace(question, context={**question.context, "capacity": capacity}))

    def decided(self, question: Question) -> bool:
        return self.reference.decisions.decide([question])[0].answer.allowed

    def audited(self) -> list[Mapping[str, Any]]:
        """Return the entries of the audit log, in order."""
        with self.reference.database.engine.connect() as connection:
            rows = connection.execute(select(tables.audit_record).order_by(tables.audit_record.c.sequence)).all()
        return [json.loads(row.record)["entry"] for row in rows]

    def messages(self, topic: str) -> list[Mapping[str, Any]]:
        """Return what stands in the outbox, in the order of its revisions."""
        outbox = tables.outbox
        query = select(outbox.c.content).where(outbox.c.topic == topic).order_by(outbox.c.revision, outbox.c.content)
        with self.reference.database.engine.connect() as connection:
            return [json.loads(content) for content in connection.scalars(query)]


def open_door(reference: Reference, directory: Path) -> Door:
    """Return the door to a reference world. `directory`: for the key that the log is signed with."""
    log = AuditLog(ensure_signing_key(directory / "audit.pem"))
    decisions = reference.decisions
    return Door(reference, Authority(reference.database, decisions.policy, decisions.levels, log))
