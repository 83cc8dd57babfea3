"""What a transaction records beside the facts: the audit entries and the messages of its commands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from authz_service.audit.entries import AuditEntry, Change, Party
from authz_service.audit.redaction import changes_of
from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.actors import Actor, Outcome
from authz_service.domain.commands import Command
from authz_service.domain.identifiers import InvalidIdentifierError, Niss
from authz_service.domain.records import ContactRecord, PersonRecord, RelationRecord
from authz_service.domain.vocabulary import ResourceType, SubjectType
from authz_service.services.authority.reports import CommandResult, Effect
from authz_service.store.outbox import OutboxEntry, change_entry, mail_entry
from authz_service.store.writing import Recorder

__all__ = ["AuditWriter"]

PERSONS = frozenset({SubjectType.PERSON, SubjectType.DECLARED_PERSON})


class AuditWriter:
    """Collects the entries of one transaction. Persons stand in them by what stands for them, never by number."""

    def __init__(self, recorder: Recorder, actor: Actor) -> None:
        self._recorder = recorder
        self._given = actor
        self.actor = Party(actor.type.value, self._person(actor.id) if actor.type in PERSONS else actor.id)
        self.entries: list[AuditEntry] = []
        self.messages: list[OutboxEntry] = []

    def note(
        self, result: CommandResult, instant: int, effect: Effect | None = None, revision: int | None = None
    ) -> None:
        """Note what became of a command, decided at that instant; `effect` and `revision`: what it changed."""
        command, decision = result.command, result.decision
        self.entries.append(
            AuditEntry(
                at=instant,
                actor=self.actor,
                acting_for=self._given.acting_for,
                means=self._given.means,
                action=command.action.value,
                target=self._target(command),
                asked=self._asked(command),
                outcome=result.outcome,
                reasons=(result.conflict.code,) if result.conflict else decision.answer.reasons,
                rules=decision.answer.rules,
                policy=decision.policy,
                facts_read=decision.facts,
                facts_made=revision,
                changes=() if effect is None else _changes(effect),
                request_id=self._given.request_id,
                caller=self._given.caller,
                origin=self._given.origin,
            )
        )
        if effect is not None:
            self.messages.extend(
                _messages(command, effect, self._recorder.revision, instant, changed=revision is not None)
            )

    def withdraw(self, revision: int) -> None:
        """Note that nothing of it was carried out, because another command of the group was not.

        `revision`: of the facts before; those that were made on the way never were.
        """
        self.messages.clear()
        self.entries = [
            replace(
                entry,
                outcome=Outcome.WITHDRAWN if entry.outcome is Outcome.ALLOWED else entry.outcome,
                facts_read=min(entry.facts_read, revision),
                facts_made=None,
                changes=(),
            )
            for entry in self.entries
        ]

    def _target(self, command: Command) -> Party:
        kind = RESOURCE_OF[command.action]
        is_person = kind is ResourceType.PERSON
        return Party(kind.value, self._person(command.resource_id) if is_person else command.resource_id)

    def _asked(self, command: Command) -> dict[str, object]:
        """Return the properties of the action, with what stands for a person in place of the number."""
        people = {"candidate", "target"}
        return {name: self._person(value) if name in people else value for name, value in command.properties().items()}

    def _person(self, digits: str) -> str:
        try:
            niss = Niss.parse(digits)
        except InvalidIdentifierError:
            return "unreadable"
        return self._recorder.identify(niss) or self._recorder.pseudonym(niss)


def _changes(effect: Effect) -> tuple[Change, ...]:
    if effect.told is None:
        return tuple(changes_of(effect.add, effect.close))
    return tuple(Change(**dict(each)) for each in effect.told)  # type: ignore[arg-type]


def _messages(command: Command, effect: Effect, revision: int, instant: int, *, changed: bool) -> Iterable[OutboxEntry]:
    if changed:
        content: dict[str, object] = {"action": command.action.value}
        if effect.told is None:
            relations = [record for record in (*effect.add, *effect.close) if isinstance(record, RelationRecord)]
            content["persons"] = sorted(_persons(effect))
            content["capacities"] = sorted({record.capacity_id for record in relations if record.capacity_id})
        yield change_entry(
            json.dumps(content, sort_keys=True), enterprise_id=effect.enterprise_id, revision=revision, at=instant
        )
    for mail in effect.mails:
        yield mail_entry(mail, enterprise_id=effect.enterprise_id, revision=revision, at=instant)


def _persons(effect: Effect) -> frozenset[str]:
    """Return what stands for the persons whose relations or own data changed."""
    found = set[str]()
    for record in (*effect.add, *effect.close):
        if isinstance(record, (RelationRecord, PersonRecord)):
            found.add(record.person_id)
        elif isinstance(record, ContactRecord) and record.owner_kind == "person":
            found.add(record.owner_id)
    return frozenset(found - {""})
