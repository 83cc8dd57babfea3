"""The kinds of objects in a facts file and what each of them says: one table, read from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authz_service.domain.identifiers import EnterpriseNumber, Niss
from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.services.facts_file import words
from authz_service.services.facts_file.members import (
    BEGIN,
    EMAIL,
    END,
    FLAG,
    INSTANT,
    LAST_DAY,
    LEVEL,
    TEXT,
    TEXT_OR_EMPTY,
    Member,
    Reader,
    either,
    list_of,
    mapping_of,
    means_name,
    nullable,
    object_of,
    one_of,
    reference,
    scalar,
    text,
)

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of the file. `since` and `until` name the members that say when an object of it is so.

    One id may stand there several times, for successive states of one thing; `same`: the members in which these agree.
    `usual` False: an export has the list only when something is in it.
    """

    members: Mapping[str, Member]
    since: str = "valid_from"
    until: str = "valid_until"
    same: tuple[str, ...] = ()
    usual: bool = True


def _members(**readers: Reader) -> dict[str, Member]:
    return {name: Member(read) for name, read in readers.items()}


_PERSON: Final = reference("persons")
_ENTERPRISE: Final = reference("enterprises")
_CAPACITY: Final = reference("capacities")
_APPLICATION: Final = reference("applications")
_NUMBER_OF_PERSON: Final = scalar(lambda value: Niss.parse(text(value)))
_NUMBER_OF_ENTERPRISE: Final = scalar(lambda value: EnterpriseNumber.parse(text(value)))

_BEGIN_AND_END: Final = _members(begin=BEGIN, end=END)
# What follows may be left out. A store that has lived knows more than the rest can say: the export writes it so.
_VALID_FROM: Final = {"valid_from": Member(BEGIN, required=False, default=BEGINNING)}
_VALID_UNTIL: Final = {"valid_until": Member(END, required=False, default=FOREVER)}
_VALID: Final = _VALID_FROM | _VALID_UNTIL
_NOTES: Final = {"notes": Member(mapping_of(TEXT, TEXT), required=False, default=())}
_OWN_ID: Final = {"id": Member(TEXT, required=False)}
_KNOWN_OF_CONTACT: Final = {
    **dict.fromkeys(("user_name", "title"), Member(TEXT, required=False, default="")),
    "language": Member(one_of(words.LANGUAGES), required=False, default=""),
    **dict.fromkeys(("email", "local_email"), Member(EMAIL, required=False, default="")),
    "telephone": Member(TEXT, required=False, default=""),
    "checked_at": Member(INSTANT, required=False),
}

_GRANT: Final = object_of(_members(application=_APPLICATION) | _BEGIN_AND_END | _NOTES)
_SIGNATURE: Final = nullable(object_of(_members(person=_PERSON, date=BEGIN)))
_CHANNEL: Final = object_of(
    _members(
        channel=one_of(words.SENDER_CHANNELS),
        connection_type=TEXT,
        status=one_of(words.SENDER_STATUSES),
        applications=nullable(list_of(_APPLICATION)),
        certificate=object_of(_members(serial=TEXT, expires=LAST_DAY)),
        ssh_key=FLAG,
    )
    | {name: Member(member.read, required=False) for name, member in _VALID.items()}
)

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "persons": Kind(
            _members(
                id=TEXT,
                niss=_NUMBER_OF_PERSON,
                kind=one_of(words.NUMBER_KINDS),
                first_name=TEXT_OR_EMPTY,
                name=TEXT,
                language=one_of(words.LANGUAGES),
                has_eid_or_foreigner_card=FLAG,
                digital_keys=list_of(means_name),
            )
            | _VALID,
            same=("niss",),
        ),
        "enterprises": Kind(
            _members(
                id=TEXT,
                enterprise_number=_NUMBER_OF_ENTERPRISE,
                name=TEXT,
                kind=one_of(words.ENTERPRISE_KINDS),
                cbe_status=one_of(words.CBE_STATUSES),
                registered_in_csam=nullable(BEGIN),
                portal_account_active_since=nullable(BEGIN),
                ebox_active_since=nullable(BEGIN),
                approved_for_service_vouchers=FLAG,
            )
            | _VALID,
        ),
        "legal_functions": Kind(
            _members(
                id=TEXT,
                enterprise=_ENTERPRISE,
                held_by=nullable(_PERSON),
                held_by_enterprise=nullable(_ENTERPRISE),
                permanent_representative=nullable(_PERSON),
                function=TEXT,
            )
            | _BEGIN_AND_END
            | _members(signing_power=FLAG)
            | _NOTES,
            "begin",
            "end",
            same=("enterprise", "held_by", "held_by_enterprise"),
        ),
        "employments": Kind(
            _OWN_ID | _members(person=_PERSON, enterprise=_ENTERPRISE) | _BEGIN_AND_END | _NOTES,
            "begin",
            "end",
            same=("person", "enterprise"),
        ),
        "designations": Kind(
            _members(
                id=TEXT,
                role=one_of(words.DESIGNATION_ROLES),
                enterprise=_ENTERPRISE,
                person=_PERSON,
                designated_by=nullable(_PERSON),
            )
            | _BEGIN_AND_END
            | _members(end_reason=nullable(TEXT))
            | _NOTES,
            "begin",
            "end",
            same=("enterprise", "person"),
        ),
        "capacities": Kind(
            _members(
                id=TEXT,
                enterprise=_ENTERPRISE,
                type=TEXT,
                domain=one_of(words.DOMAINS),
                identifier=object_of(_members(scheme=one_of(words.IDENTIFIER_SCHEMES), value=TEXT)),
                created=BEGIN,
            )
            | _VALID_UNTIL,
            "created",
            same=("enterprise",),
        ),
        "applications": Kind(
            _members(
                id=TEXT,
                label=TEXT,
                domain=one_of(words.DOMAINS),
                offered_to=list_of(TEXT),
                mandate_system=nullable(one_of(words.MANDATE_SYSTEMS)),
                mandate_group=nullable(TEXT),
                channels=list_of(one_of(words.APPLICATION_CHANNELS)),
                min_level=LEVEL,
            )
            | _VALID
        ),
        "accounts": Kind(
            _members(
                id=TEXT,
                person=_PERSON,
                capacity=_CAPACITY,
                type=one_of(words.ACCOUNT_TYPES),
                status=one_of(words.ACCOUNT_STATUSES),
                applications=list_of(either(_APPLICATION, _GRANT)),
            )
            | _BEGIN_AND_END
            | _NOTES,
            "begin",
            "end",
            same=("person", "capacity"),
        ),
        "exceptional_requests": Kind(
            _members(
                id=TEXT,
                ticket=TEXT,
                enterprise=_ENTERPRISE,
                declared_legal_representative=_PERSON,
                candidate=_PERSON,
                filed=BEGIN,
                status=one_of(words.REQUEST_STATUSES),
            )
            | _VALID_UNTIL,
            "filed",
            same=("enterprise",),
        ),
        "mandates": Kind(
            _members(
                id=TEXT,
                system=one_of(words.MANDATE_SYSTEMS),
                mandator=_ENTERPRISE,
                mandatary=_ENTERPRISE,
                groups=list_of(TEXT),
            )
            | _BEGIN_AND_END
            | _members(
                signatures=object_of(_members(mandator=_SIGNATURE, mandatary=_SIGNATURE)),
                ended_on=nullable(LAST_DAY),
            )
            | _VALID,
            same=("system", "mandator", "mandatary"),
        ),
        "senders": Kind(
            _members(
                id=TEXT,
                capacity=_CAPACITY,
                status=one_of(words.SENDER_STATUSES),
                technical_user=TEXT,
                contact_person=_PERSON,
                channels=list_of(_CHANNEL),
                preferred_channel=mapping_of(_APPLICATION, one_of(words.SENDER_CHANNELS)),
            )
            | _VALID,
            same=("capacity",),
        ),
        "role_assignments": Kind(
            _members(
                id=TEXT,
                person=_PERSON,
                capacity=_CAPACITY,
                role=TEXT,
                opens=nullable(_APPLICATION),
                assigned_by=nullable(_PERSON),
                status=one_of(words.ROLE_STATUSES),
            )
            | _BEGIN_AND_END
            | _NOTES,
            "begin",
            "end",
            same=("person", "capacity", "role"),
        ),
        "flemish_rights_catalogue": Kind(
            _members(
                id=TEXT,
                label=TEXT,
                opens=_APPLICATION,
                requires_approved_enterprise=FLAG,
                contexts=list_of(TEXT),
            )
            | _VALID
        ),
        "work_relations": Kind(
            _OWN_ID | _members(person=_PERSON, enterprise=_ENTERPRISE) | _BEGIN_AND_END | _NOTES,
            "begin",
            "end",
            same=("person", "enterprise"),
        ),
        "flemish_rights": Kind(
            _members(
                id=TEXT,
                person=_PERSON,
                enterprise=_ENTERPRISE,
                right=reference("flemish_rights_catalogue"),
                context=nullable(TEXT),
                granted_by=nullable(_PERSON),
            )
            | _BEGIN_AND_END
            | _NOTES,
            "begin",
            "end",
            same=("person", "enterprise", "right"),
        ),
        "agents": Kind(_members(id=TEXT, service=TEXT) | _VALID),
        "contacts": Kind(
            _members(owner_kind=one_of(words.CONTACT_OWNERS), owner=TEXT) | _KNOWN_OF_CONTACT | _VALID, usual=False
        ),
    }
)
