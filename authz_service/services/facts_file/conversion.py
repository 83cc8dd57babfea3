"""Makes records of the file's entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authz_service.domain.moments import Period
from authz_service.domain.records import (
    AgentRecord,
    ApplicationRecord,
    CapacityRecord,
    ChannelRecord,
    ContactRecord,
    EnterpriseRecord,
    FlemishRightRecord,
    MandateRecord,
    PersonRecord,
    Record,
    RelationRecord,
    RequestRecord,
    SenderRecord,
)
from authz_service.domain.vocabulary import MandateSystem, RelationKind
from authz_service.services.facts_file.dates import begin_text
from authz_service.services.facts_file.entries import Entry
from authz_service.services.facts_file.people import People

__all__ = ["Converter", "grant_id", "period_id"]


def grant_id(account_id: str, application: str) -> str:
    """Return the relation id of an application in the profile of an account."""
    return f"{account_id}/{application}"


def period_id(kind: RelationKind, enterprise_id: str, person_id: str, since: int) -> str:
    """Return the relation id of an employment or a work relation, which has no id of its own in the file."""
    return f"{kind}/{enterprise_id}/{person_id}/{begin_text(since)}"


def _sorted(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(items)))


@dataclass(frozen=True, slots=True)
class Converter:
    """Makes records of sound entries. `enterprise_of`: the enterprise of every capacity in the file and the store."""

    people: People
    enterprise_of: Mapping[str, str]

    def records(self, entry: Entry) -> tuple[Record, ...]:
        """Return the records of an entry: an account with its grants, a sender with its channels, one for any other."""
        return _CONVERSIONS[entry.kind](self, entry)

    def _notes(self, entry: Entry, **known: str | None) -> tuple[tuple[str, str], ...]:
        return tuple(sorted({**dict(entry["notes"]), **{name: said for name, said in known.items() if said}}.items()))

    def _relation(self, entry: Entry, kind: str, **said: Any) -> tuple[RelationRecord]:
        """Return the relation; what is neither `said` nor known of every entry is ""."""
        fields = dict.fromkeys(("capacity_id", "object", "opens", "context", "state"), "") | said
        fields.setdefault("relation_id", entry.name)
        fields.setdefault("person_id", self.people[entry.values.get("person", "")])
        if fields["capacity_id"]:
            fields["enterprise_id"] = self.enterprise_of.get(fields["capacity_id"], "")
        else:
            fields["enterprise_id"] = entry["enterprise"]
        fields.setdefault("notes", self._notes(entry))
        return (RelationRecord(kind=str(kind), valid=entry.valid, **fields),)

    def person(self, entry: Entry) -> tuple[Record, ...]:
        return (
            PersonRecord(
                person_id=self.people[entry.name],
                first_name=entry["first_name"],
                name=entry["name"],
                language=entry["language"],
                has_card=entry["has_eid_or_foreigner_card"],
                digital_keys=_sorted(entry["digital_keys"]),
                valid=entry.valid,
            ),
        )

    def enterprise(self, entry: Entry) -> tuple[Record, ...]:
        return (
            EnterpriseRecord(
                enterprise_id=entry.name,
                number=entry["enterprise_number"].digits,
                name=entry["name"],
                kind=entry["kind"],
                cbe_status=entry["cbe_status"],
                registered_at=entry["registered_in_csam"],
                account_active_since=entry["portal_account_active_since"],
                ebox_active_since=entry["ebox_active_since"],
                approved_for_service_vouchers=entry["approved_for_service_vouchers"],
                valid=entry.valid,
            ),
        )

    def legal_function(self, entry: Entry) -> tuple[Record, ...]:
        return self._relation(
            entry,
            RelationKind.LEGAL_FUNCTION,
            person_id=self.people.or_nobody(entry["held_by"] or entry["permanent_representative"]),
            object=entry["function"],
            state="signing" if entry["signing_power"] else "without_signing",
            notes=self._notes(entry, held_by_enterprise=entry["held_by_enterprise"]),
        )

    def _of_a_period(self, entry: Entry, kind: RelationKind) -> tuple[Record, ...]:
        derived = period_id(kind, entry["enterprise"], self.people[entry["person"]], entry.valid.since)
        return self._relation(entry, kind, relation_id=entry.name or derived)

    def employment(self, entry: Entry) -> tuple[Record, ...]:
        return self._of_a_period(entry, RelationKind.EMPLOYMENT)

    def work_relation(self, entry: Entry) -> tuple[Record, ...]:
        return self._of_a_period(entry, RelationKind.WORK_RELATION)

    def designation(self, entry: Entry) -> tuple[Record, ...]:
        by = self.people.or_nobody(entry["designated_by"])
        return self._relation(
            entry, entry["role"], notes=self._notes(entry, designated_by=by, end_reason=entry["end_reason"])
        )

    def capacity(self, entry: Entry) -> tuple[Record, ...]:
        return (
            CapacityRecord(
                capacity_id=entry.name,
                enterprise_id=entry["enterprise"],
                type=entry["type"],
                domain=entry["domain"],
                identifier_scheme=entry["identifier"]["scheme"],
                identifier=entry["identifier"]["value"],
                valid=entry.valid,
            ),
        )

    def application(self, entry: Entry) -> tuple[Record, ...]:
        return (
            ApplicationRecord(
                code=entry.name,
                label=entry["label"],
                domain=entry["domain"],
                offered_to=_sorted(entry["offered_to"]),
                mandate_system=entry["mandate_system"] or MandateSystem.NONE.value,
                mandate_group=entry["mandate_group"] or "",
                channels=_sorted(entry["channels"]),
                minimum_level=entry["min_level"],
                valid=entry.valid,
            ),
        )

    def account(self, entry: Entry) -> tuple[Record, ...]:
        (account,) = self._relation(entry, entry["type"], capacity_id=entry["capacity"], state=entry["status"])
        grants: list[Record] = []
        for grant in entry["applications"]:
            is_short = isinstance(grant, str)
            application = grant if is_short else grant["application"]
            grants.append(
                RelationRecord(
                    relation_id=grant_id(entry.name, application),
                    enterprise_id=account.enterprise_id,
                    person_id=account.person_id,
                    kind=RelationKind.APPLICATION_GRANT.value,
                    capacity_id=account.capacity_id,
                    object=application,
                    opens="",
                    context="",
                    state="",
                    notes=() if is_short else grant["notes"],
                    valid=entry.valid if is_short else Period(grant["begin"], grant["end"]),
                )
            )
        return (account, *grants)

    def request(self, entry: Entry) -> tuple[Record, ...]:
        return (
            RequestRecord(
                request_id=entry.name,
                ticket=entry["ticket"],
                enterprise_id=entry["enterprise"],
                declared_representative_id=self.people[entry["declared_legal_representative"]],
                candidate_id=self.people[entry["candidate"]],
                state=entry["status"],
                valid=entry.valid,
            ),
        )

    def mandate(self, entry: Entry) -> tuple[Record, ...]:
        signed_by: dict[str, str] = {}
        signed_at: dict[str, int | None] = {}
        for side, signature in entry["signatures"].items():
            signed_by[side] = "" if signature is None else self.people[signature["person"]]
            signed_at[side] = None if signature is None else signature["date"]
        return (
            MandateRecord(
                mandate_id=entry.name,
                system=entry["system"],
                mandator_id=entry["mandator"],
                mandatary_id=entry["mandatary"],
                groups=_sorted(entry["groups"]),
                term=Period(entry["begin"], entry["end"]),
                mandator_signed_by=signed_by["mandator"],
                mandator_signed_at=signed_at["mandator"],
                mandatary_signed_by=signed_by["mandatary"],
                mandatary_signed_at=signed_at["mandatary"],
                ended_at=entry["ended_on"],
                valid=entry.valid,
            ),
        )

    def sender(self, entry: Entry) -> tuple[Record, ...]:
        sender = SenderRecord(
            sender_id=entry.name,
            capacity_id=entry["capacity"],
            state=entry["status"],
            technical_user=entry["technical_user"],
            contact_person_id=self.people[entry["contact_person"]],
            preferred_channels=entry["preferred_channel"],
            valid=entry.valid,
        )
        channels = (
            ChannelRecord(
                sender_id=entry.name,
                channel=channel["channel"],
                connection_type=channel["connection_type"],
                state=channel["status"],
                applications=None if channel["applications"] is None else _sorted(channel["applications"]),
                certificate_serial=channel["certificate"]["serial"],
                certificate_expires_at=channel["certificate"]["expires"],
                has_ssh_key=channel["ssh_key"],
                valid=Period(
                    entry.valid.since if channel["valid_from"] is None else channel["valid_from"],
                    entry.valid.until if channel["valid_until"] is None else channel["valid_until"],
                ),
            )
            for channel in entry["channels"]
        )
        return (sender, *channels)

    def role_assignment(self, entry: Entry) -> tuple[Record, ...]:
        return self._relation(
            entry,
            RelationKind.ROLE_ASSIGNMENT,
            capacity_id=entry["capacity"],
            object=entry["role"],
            opens=entry["opens"] or "",
            state=entry["status"],
            notes=self._notes(entry, assigned_by=self.people.or_nobody(entry["assigned_by"])),
        )

    def right_of_catalogue(self, entry: Entry) -> tuple[Record, ...]:
        return (
            FlemishRightRecord(
                code=entry.name,
                label=entry["label"],
                opens=entry["opens"],
                requires_approved_enterprise=entry["requires_approved_enterprise"],
                contexts=_sorted(entry["contexts"]),
                valid=entry.valid,
            ),
        )

    def flemish_right(self, entry: Entry) -> tuple[Record, ...]:
        return self._relation(
            entry,
            RelationKind.FLEMISH_RIGHT,
            object=entry["right"],
            context=entry["context"] or "",
            notes=self._notes(entry, granted_by=self.people.or_nobody(entry["granted_by"])),
        )

    def agent(self, entry: Entry) -> tuple[Record, ...]:
        return (AgentRecord(agent_id=entry.name, service=entry["service"], valid=entry.valid),)

    def contact(self, entry: Entry) -> tuple[Record, ...]:
        owner_kind = entry["owner_kind"]
        return (
            ContactRecord(
                owner_kind=owner_kind,
                owner_id=self.people[entry["owner"]] if owner_kind == "person" else entry["owner"],
                user_name=entry["user_name"],
                title=entry["title"],
                language=entry["language"],
                email=entry["email"],
                local_email=entry["local_email"],
                telephone=entry["telephone"],
                checked_at=entry["checked_at"],
                valid=entry.valid,
            ),
        )


_CONVERSIONS: Final[Mapping[str, Callable[[Converter, Entry], tuple[Record, ...]]]] = {
    "persons": Converter.person,
    "enterprises": Converter.enterprise,
    "legal_functions": Converter.legal_function,
    "employments": Converter.employment,
    "designations": Converter.designation,
    "capacities": Converter.capacity,
    "applications": Converter.application,
    "accounts": Converter.account,
    "exceptional_requests": Converter.request,
    "mandates": Converter.mandate,
    "senders": Converter.sender,
    "role_assignments": Converter.role_assignment,
    "flemish_rights_catalogue": Converter.right_of_catalogue,
    "work_relations": Converter.work_relation,
    "flemish_rights": Converter.flemish_right,
    "agents": Converter.agent,
    "contacts": Converter.contact,
}
