"""One command while it is carried out: what is believed, and the records that its changes make."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final, TypeVar

from authz_service.domain.commands import ContactDetails
from authz_service.domain.identifiers import Niss
from authz_service.domain.messages import MAIL_LANGUAGES, Mail, MailKind, is_address
from authz_service.domain.moments import FOREVER, Period, Phase
from authz_service.domain.records import (
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    PersonRecord,
    Record,
    RelationRecord,
)
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.authority.reports import Effect
from authz_service.store.writing import Recorder

__all__ = ["Work", "full_name", "state_tag"]

AnyRecord = TypeVar("AnyRecord", bound=Record)
NO_CONTACT = ContactDetails()
OTHERWISE: Final = "en"
"""The language for whoever reads none of ours."""


class Work:
    """What a command finds and changes. The policy has allowed it: what it names is there."""

    def __init__(self, recorder: Recorder, actor_id: str) -> None:
        self.recorder = recorder
        self.actor_id = actor_id
        self.instant = recorder.instant
        self._add: list[Record] = []
        self._close: list[Record] = []
        self._mails: list[Mail] = []

    # --- what is believed ---------------------------------------------------------------------------------------------

    def enterprise(self, number: str) -> EnterpriseRecord:
        """Return the enterprise with the number."""
        return self._current(self.recorder.find(EnterpriseRecord, number=number))

    def enterprise_of(self, capacity: CapacityRecord) -> EnterpriseRecord:
        """Return the enterprise that the capacity belongs to."""
        return self._current(self.recorder.find(EnterpriseRecord, enterprise_id=capacity.enterprise_id))

    def capacity(self, capacity_id: str) -> CapacityRecord:
        """Return the capacity."""
        return self._current(self.recorder.find(CapacityRecord, capacity_id=capacity_id))

    def account(self, account_id: str) -> RelationRecord:
        """Return the account, as it is now."""
        return self._current(self.recorder.find(RelationRecord, relation_id=account_id))

    def person_id(self, niss: Niss) -> str:
        """Return the opaque id of a person that the policy has found to be known."""
        found = self.recorder.identify(niss)
        if found is None:
            raise LookupError("a person that the policy knows is not in the store")
        return found

    def relations(self, kind: RelationKind, enterprise_id: str, **said: str) -> list[RelationRecord]:
        """Return the relations of a kind in an enterprise that are not over."""
        found = self.recorder.find(RelationRecord, kind=kind.value, enterprise_id=enterprise_id, **said)
        return [record for record in found if record.valid.until > self.instant]

    def in_force(self, records: Iterable[AnyRecord]) -> AnyRecord | None:
        """Return the record that is in force now, None when none is."""
        return next((record for record in records if record.valid.phase(self.instant) is Phase.DURING), None)

    def grants(self, account: RelationRecord) -> list[RelationRecord]:
        """Return the applications in the profile of an account that are not over."""
        found = self.relations(
            RelationKind.APPLICATION_GRANT,
            account.enterprise_id,
            person_id=account.person_id,
            capacity_id=account.capacity_id,
        )
        return [grant for grant in found if grant.relation_id.startswith(f"{account.relation_id}/")]

    def contact(self, owner_kind: str, owner_id: str) -> ContactRecord | None:
        """Return how the owner is reached, None when nothing is known."""
        return self.in_force(self.recorder.find(ContactRecord, owner_kind=owner_kind, owner_id=owner_id))

    def person(self, person_id: str) -> PersonRecord:
        """Return the person's own data."""
        return self._current(self.recorder.find(PersonRecord, person_id=person_id))

    def _current(self, records: list[AnyRecord]) -> AnyRecord:
        found = self.in_force(records)
        if found is None:
            raise LookupError("what the policy found in force is not in the store")
        return found

    # --- what changes -------------------------------------------------------------------------------------------------

    def begin(self, record: Record) -> None:
        """Believe something new."""
        self._add.append(record)

    def end(self, records: Iterable[Record]) -> None:
        """End records at this instant; one that has not begun is never to be."""
        for record in records:
            self._close.append(record)
            if record.valid.since < self.instant:
                self._add.append(replace(record, valid=Period(record.valid.since, self.instant)))

    def change(self, record: Record, **values: Any) -> None:
        """Make a record say something else from this instant on."""
        self.end([record])
        self._add.append(replace(record, valid=Period(self.instant, record.valid.until), **values))

    def correct(self, record: Record, **values: Any) -> None:
        """Make a record say something else for its whole period: for instants that it holds itself."""
        self._close.append(record)
        self._add.append(replace(record, **values))

    def keep_contact(self, owner_kind: str, owner_id: str, details: ContactDetails) -> None:
        """Keep how an owner is reached, in place of what is known; nothing given changes nothing."""
        if details != NO_CONTACT:
            self.change_contact(owner_kind, owner_id, **asdict(details))

    def change_contact(self, owner_kind: str, owner_id: str, **values: Any) -> None:
        """Change some of what is known of how an owner is reached."""
        known = self.contact(owner_kind, owner_id)
        if known is None:
            empty = {**asdict(NO_CONTACT), "checked_at": None}
            period = Period(self.instant, FOREVER)
            self.begin(ContactRecord(owner_kind=owner_kind, owner_id=owner_id, valid=period, **{**empty, **values}))
        elif any(getattr(known, name) != value for name, value in values.items()):
            self.change(known, **values)

    def end_contacts(self, owner_kinds: tuple[str, ...], owner_id: str) -> None:
        """Forget from now on how somebody was reached in a role that is over."""
        found = self.recorder.find(ContactRecord, owner_kind=owner_kinds, owner_id=owner_id)
        self.end(contact for contact in found if contact.valid.until > self.instant)

    def end_account(self, account: RelationRecord) -> None:
        """End an account, the applications in its profile, and its contact details (UM-DEL-01)."""
        self.end([account, *self.grants(account)])
        self.end_contacts(("account",), account.relation_id)

    # --- what is told -------------------------------------------------------------------------------------------------

    def tell(
        self,
        kind: MailKind,
        contact: ContactDetails | ContactRecord,
        person: PersonRecord,
        enterprise: EnterpriseRecord,
        **more: str,
    ) -> None:
        """Tell somebody by e-mail what was done in an enterprise; nobody, when there is no address."""
        language = contact.language or person.language
        # Facts that were loaded may hold what no form would have taken; that must not undo what was decided.
        if is_address(contact.email):
            self._mails.append(
                Mail.make(
                    kind,
                    language if language in MAIL_LANGUAGES else OTHERWISE,
                    contact.email,
                    person_name=full_name(person),
                    enterprise_name=enterprise.name,
                    enterprise_number=enterprise.number,
                    **more,
                )
            )

    def effect(self, enterprise_id: str, **result: str) -> Effect:
        """Return all that this command changes."""
        return Effect(
            tuple(self._add), tuple(self._close), result=result, mails=tuple(self._mails), enterprise_id=enterprise_id
        )


def full_name(person: PersonRecord) -> str:
    """Return a person's first name and name."""
    return f"{person.first_name} {person.name}"


def state_tag(*records: Record | None) -> str:
    """Return a tag that changes when what these records say changes: for `ETag` and `If-Match` (RFC 9110, 8.8.3)."""
    said = json.dumps([None if record is None else asdict(record) for record in records], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
