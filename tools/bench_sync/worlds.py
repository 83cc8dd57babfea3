"""Enterprises of any size, written straight into a store of facts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from authz_service.domain.identifiers import Niss
from authz_service.domain.moments import FOREVER, Period, now
from authz_service.domain.person_ids import new_person_id
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    PersonIdentity,
    PersonRecord,
    Record,
    RelationRecord,
)
from authz_service.store.database import Database
from authz_service.store.writing import Recorder

__all__ = ["Grant", "Size", "World"]

_ALWAYS: Final = Period(now() - 5 * 365 * 86_400_000_000, FOREVER)
_DAY: Final = timedelta(days=1)
_SERIALS: Final = 900
_FIRST_NAMES: Final = ("Anne", "Bram", "Chloé", "Dirk", "Els", "François", "Greet", "Hugo", "Inès", "Jan", "Karim")
_NAMES: Final = (
    "Aerts",
    "Bogaert",
    "Claes",
    "Dubois",
    "Evers",
    "Fontaine",
    "Goossens",
    "Hermans",
    "Janssens",
    "Müller",
)


@dataclass(frozen=True, slots=True)
class Size:
    """So many enterprises, each with so many people and capacities.

    `applications`: offered to each capacity; `members`: of each application in each capacity.
    """

    enterprises: int
    people: int
    capacities: int
    applications: int
    members: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody's leave to open an application in a capacity."""

    enterprise: int
    capacity: int
    application: int
    person_id: str


class World:
    """A world of one size in a store, and changes of it."""

    def __init__(self, size: Size, database: Database) -> None:
        self._size = size
        self._database = database
        self._people: list[list[str]] = []
        self._granted: dict[Grant, RelationRecord] = {}

    def write(self) -> None:
        """Write all of it. Raises what the store raises."""
        size = self._size
        numbers = _national_numbers()
        with Recorder(self._database) as recorder:
            for _ in range(size.enterprises):
                self._people.append([new_person_id() for _ in range(size.people)])
                identities = zip(self._people[-1], islice(numbers, size.people), strict=True)
                recorder.add_identities(PersonIdentity(person_id, niss) for person_id, niss in identities)
            recorder.record(self._records(), [])

    def grants(self, count: int, enterprise: int = 0, application: int = 0) -> tuple[list[Grant], list[Grant]]:
        """Return so many grants of one application that are given, and as many that are not."""
        of_this = (enterprise, 0, application)
        given = [each for each in self._granted if (each.enterprise, each.capacity, each.application) == of_this]
        holders = {each.person_id for each in given}
        others = (each for each in self._people[enterprise][1:] if each not in holders)
        return given[:count], [Grant(*of_this, person_id) for person_id in islice(others, count)]

    def change(self, taken: list[Grant], given: list[Grant]) -> None:
        """Take grants and give others, in one transaction."""
        gone = [self._granted.pop(each) for each in taken]
        made = {each: _grant(each) for each in given}
        self._granted |= made
        with Recorder(self._database) as recorder:
            recorder.record(made.values(), gone)

    # --- what is in it ------------------------------------------------------------------------------------------------

    def _records(self) -> Iterator[Record]:
        for application in range(self._size.applications):
            yield _application(application)
        for enterprise, people in enumerate(self._people):
            yield from self._enterprise(enterprise, people)

    def _enterprise(self, enterprise: int, people: list[str]) -> Iterator[Record]:
        size, chance = self._size, random.Random(enterprise)  # noqa: S311 - the same world every time
        yield _enterprise(enterprise)
        for place, person_id in enumerate(people):
            yield from _person(person_id, chance)
            yield _relation(f"work/{person_id}", enterprise, person_id, "employment")
            yield _account(enterprise, place % size.capacities, person_id)
        yield _relation(f"chief/{enterprise}", enterprise, people[0], "chief_access_manager")
        for capacity in range(size.capacities):
            yield _capacity(enterprise, capacity)
            here = people[capacity :: size.capacities]
            for application in range(size.applications):
                for person_id in chance.sample(here, min(size.members, len(here))):
                    grant = Grant(enterprise, capacity, application, person_id)
                    self._granted[grant] = record = _grant(grant)
                    yield record


def _national_numbers() -> Iterator[Niss]:
    """Yield numbers that nobody is known by here, each once."""
    born = date(1955, 1, 1)
    while True:
        for serial in range(1, _SERIALS):
            front = f"{born:%y%m%d}{serial:03}"
            yield Niss(f"{front}{97 - int(front) % 97:02}")
        born += _DAY


def _number(enterprise: int) -> str:
    front = 9_990_000 + enterprise
    return f"0{front:07}{97 - front % 97:02}"


def _capacity_id(enterprise: int, capacity: int) -> str:
    return f"e{enterprise}.nsso.{capacity}"


def _code(application: int) -> str:
    return f"APPLICATION_{application}"


def _application(application: int) -> Record:
    code = _code(application)
    offered = ("nsso_employer",)
    return ApplicationRecord(code, code.title(), "social_security", offered, "none", "", ("portal",), 0, _ALWAYS)


def _enterprise(enterprise: int) -> Record:
    name, since = f"Enterprise {enterprise} NV", _ALWAYS.since
    kind, status = "private_employer", "active"
    return EnterpriseRecord(
        f"e{enterprise}",
        _number(enterprise),
        name,
        kind,
        status,
        since,
        since,
        since,
        approved_for_service_vouchers=False,
        valid=_ALWAYS,
    )


def _capacity(enterprise: int, capacity: int) -> Record:
    front = 10_000 * (100 + enterprise) + capacity
    identifier = f"{front:07}{96 - front * 100 % 97:02}"
    name = _capacity_id(enterprise, capacity)
    kind, domain, scheme = "nsso_employer", "social_security", "nsso_number"
    return CapacityRecord(name, f"e{enterprise}", kind, domain, scheme, identifier, _ALWAYS)


def _person(person_id: str, chance: random.Random) -> Iterator[Record]:
    first_name, name = chance.choice(_FIRST_NAMES), chance.choice(_NAMES)
    keys = tuple(sorted(chance.choice([("eid", "itsme"), ("itsme",), ("eid", "itsme", "totp_app")])))
    language = chance.choice(["nl", "fr"])
    yield PersonRecord(person_id, first_name, name, language, has_card=True, digital_keys=keys, valid=_ALWAYS)
    user_name, email = person_id[-8:], f"{person_id[-8:]}@enterprise.example"
    yield ContactRecord("person", person_id, user_name, "", "nl", email, "", "", None, _ALWAYS)


def _account(enterprise: int, capacity: int, person_id: str) -> Record:
    where = _capacity_id(enterprise, capacity)
    return _relation(f"account/{person_id}", enterprise, person_id, "user", where, state="active")


def _grant(grant: Grant) -> RelationRecord:
    where, code = _capacity_id(grant.enterprise, grant.capacity), _code(grant.application)
    name = f"account/{grant.person_id}/{code}"
    return _relation(name, grant.enterprise, grant.person_id, "application_grant", where, code)


def _relation(
    name: str, enterprise: int, person_id: str, kind: str, capacity_id: str = "", code: str = "", *, state: str = ""
) -> RelationRecord:
    return RelationRecord(name, f"e{enterprise}", person_id, kind, capacity_id, code, "", "", state, (), _ALWAYS)
