"""A world of facts, indexed, and the questions about it at one instant."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Record = Mapping[str, Any]

BRUSSELS = ZoneInfo("Europe/Brussels")
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)

CHIEF = "chief_access_manager"
CO_CHIEF = "co_chief_access_manager"
HEAD_LOCAL_MANAGER = "flemish_head_local_manager"
MANAGER_TYPES = frozenset({"access_manager", "co_access_manager"})

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)


def _midnight(day: date) -> datetime:
    try:
        return datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
    except OverflowError:
        return FIRST


def parse_date(text: str) -> date | None:
    """A full date, or nothing when the text is none."""
    if not _DATE.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_timestamp(text: str) -> datetime | None:
    """An RFC 3339 timestamp as an instant in UTC, or nothing when the text is none."""
    if not _TIMESTAMP.match(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_moment(text: str) -> datetime | None:
    """The moment a question is about: a timestamp, or a date meaning noon in Brussels."""
    day = parse_date(text)
    if day is not None:
        return datetime.combine(day, time(12), BRUSSELS).astimezone(UTC)
    return parse_timestamp(text)


def begin_of(value: object) -> datetime:
    """The first instant in force: a date starts at midnight in Brussels; no value, always."""
    if value is None:
        return FIRST
    day = value if isinstance(value, date) else parse_date(str(value))
    if isinstance(day, date):
        return _midnight(day)
    moment = parse_timestamp(str(value))
    if moment is None:
        raise ValueError(f"no date or timestamp: {value!r}")
    return moment


def end_of(value: object) -> datetime:
    """The first instant no longer in force: a date is the last day that still counts."""
    if value is None:
        return LAST
    day = value if isinstance(value, date) else parse_date(str(value))
    if isinstance(day, date):
        return LAST if day == date.max else _midnight(day + timedelta(days=1))
    return begin_of(value)


def in_force(record: Record, at: datetime) -> bool:
    """Whether the period of a record holds the instant."""
    return has_begun(record, at) and not has_ended(record, at)


def has_begun(record: Record, at: datetime) -> bool:
    """Whether the record began at or before the instant."""
    return begin_of(record.get("begin")) <= at


def has_ended(record: Record, at: datetime) -> bool:
    """Whether the record was over at the instant."""
    return end_of(record.get("end")) <= at


def since(value: object, at: datetime) -> bool:
    """Whether a thing that holds from a date onwards (or never, without one) holds at the instant."""
    return value is not None and begin_of(value) <= at


class World:
    """The facts of one world: who is who, and who stands where."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        def rows(kind: str) -> list[Record]:
            return list(data.get(kind) or ())

        self.data = data
        self.persons = rows("persons")
        self.enterprises = rows("enterprises")
        self.legal_functions = rows("legal_functions")
        self.employments = rows("employments")
        self.designations = rows("designations")
        self.capacities = rows("capacities")
        self.applications = rows("applications")
        self.accounts = rows("accounts")
        self.mandates = rows("mandates")
        self.senders = rows("senders")
        self.role_assignments = rows("role_assignments")
        self.rights_catalogue = rows("flemish_rights_catalogue")
        self.work_relations = rows("work_relations")
        self.flemish_rights = rows("flemish_rights")
        self.agents = rows("agents")
        self.requests = rows("exceptional_requests")

        self.person_by_niss = {str(row["niss"]): row for row in self.persons}
        self.person_by_id = _by_id(self.persons)
        self.enterprise_by_number = {str(row["enterprise_number"]): row for row in self.enterprises}
        self.enterprise_by_id = _by_id(self.enterprises)
        self.capacity_by_id = _by_id(self.capacities)
        self.application_by_id = _by_id(self.applications)
        self.account_by_id = _by_id(self.accounts)
        self.mandate_by_id = _by_id(self.mandates)
        self.role_by_id = _by_id(self.role_assignments)
        self.right_by_id = _by_id(self.rights_catalogue)
        self.request_by_id = _by_id(self.requests)
        self.agent_by_id = _by_id(self.agents)

    # -- enterprises and capacities ------------------------------------------------------------

    def enterprise_of(self, capacity: Record) -> Record:
        """The enterprise that a capacity belongs to."""
        return self.enterprise_by_id[str(capacity["enterprise"])]

    def capacity_at(self, capacity_id: str, at: datetime) -> Record | None:
        """A capacity that exists at the instant: before its creation it is unknown."""
        capacity = self.capacity_by_id.get(capacity_id)
        if capacity is None or begin_of(capacity.get("created")) > at:
            return None
        return capacity

    def capacities_of(self, enterprise: Record, at: datetime) -> list[Record]:
        """The capacities of an enterprise that exist at the instant."""
        return [
            row
            for row in self.capacities
            if row["enterprise"] == enterprise["id"] and begin_of(row.get("created")) <= at
        ]

    # -- persons in enterprises ----------------------------------------------------------------

    def functions(self, person: Record, enterprise: Record) -> list[Record]:
        """Legal functions that a person exercises, himself or as permanent representative."""
        return [
            row
            for row in self.legal_functions
            if row["enterprise"] == enterprise["id"]
            and person["id"]
            in (
                row.get("held_by"),
                row.get("permanent_representative") if row.get("held_by_enterprise") else None,
            )
        ]

    def is_representative(self, person: Record, enterprise: Record, at: datetime) -> bool:
        """Current legal function with signing power (ACC-02, AMB-36, AMB-45)."""
        return any(in_force(row, at) and bool(row["signing_power"]) for row in self.functions(person, enterprise))

    def is_linked(self, person: Record, enterprise: Record, at: datetime) -> bool:
        """Current staff, or any current legal function (GGA-PRE-03, UM-USR-08, AMB-02)."""
        staff = any(
            row["person"] == person["id"] and row["enterprise"] == enterprise["id"] and in_force(row, at)
            for row in self.employments
        )
        return staff or any(in_force(row, at) for row in self.functions(person, enterprise))

    def has_work_relation(self, person: Record, enterprise: Record, at: datetime) -> bool:
        """Linked to the organisation in the Flemish user management (ACM-REL-01)."""
        return any(
            row["person"] == person["id"] and row["enterprise"] == enterprise["id"] and in_force(row, at)
            for row in self.work_relations
        )

    def designations_of(self, person: Record, enterprise: Record, roles: Iterable[str]) -> list[Record]:
        """Designations of a person in an enterprise, whatever their period."""
        wanted = frozenset(roles)
        return [
            row
            for row in self.designations
            if row["person"] == person["id"] and row["enterprise"] == enterprise["id"] and row["role"] in wanted
        ]

    def holds(self, person: Record, enterprise: Record, at: datetime, *roles: str) -> bool:
        """Whether one of the roles is held in the enterprise at the instant."""
        return any(in_force(row, at) for row in self.designations_of(person, enterprise, roles))

    def once_held(self, person: Record, enterprise: Record, at: datetime, *roles: str) -> bool:
        """Whether one of the roles was held there and is over."""
        return any(has_ended(row, at) for row in self.designations_of(person, enterprise, roles))

    # -- accounts ------------------------------------------------------------------------------

    def accounts_in(self, person: Record, capacity: Record) -> list[Record]:
        """All records of a person in a capacity, whatever their period."""
        return [row for row in self.accounts if row["person"] == person["id"] and row["capacity"] == capacity["id"]]

    def account(self, person: Record, capacity: Record, at: datetime) -> Record | None:
        """The record of a person in a capacity that is in force."""
        for row in self.accounts_in(person, capacity):
            if in_force(row, at):
                return row
        return None

    def manages(self, person: Record, capacity: Record, at: datetime) -> bool:
        """Whether the person is GA or co-GA of the capacity by a record that is not blocked."""
        row = self.account(person, capacity, at)
        return row is not None and row["type"] in MANAGER_TYPES and not is_blocked(row)

    def once_managed(self, person: Record, capacity: Record, at: datetime) -> bool:
        """Whether the person was GA or co-GA of the capacity and is so no more."""
        return any(row["type"] in MANAGER_TYPES and has_ended(row, at) for row in self.accounts_in(person, capacity))

    # -- mandates ------------------------------------------------------------------------------

    def groups(self, system: str) -> frozenset[str]:
        """The application groups of a mandate system."""
        return frozenset(
            str(row["mandate_group"])
            for row in self.applications
            if row.get("mandate_system") == system and row.get("mandate_group")
        )

    def mandates_between(self, mandator: str, mandatary: str) -> list[Record]:
        """Every mandate from one enterprise number to another, in whatever state."""
        giver = self.enterprise_by_number.get(mandator)
        holder = self.enterprise_by_number.get(mandatary)
        if giver is None or holder is None:
            return []
        return [row for row in self.mandates if row["mandator"] == giver["id"] and row["mandatary"] == holder["id"]]


def _by_id(rows: list[Record]) -> dict[str, Record]:
    return {str(row["id"]): row for row in rows}


def is_blocked(account: Record) -> bool:
    """`blocked` holds for the whole period of the record; `deleted` says only how it ended."""
    return bool(account["status"] == "blocked")


def signed(mandate: Record, side: str, at: datetime) -> bool:
    """Whether a side has signed; a signature counts from its date."""
    signature = (mandate.get("signatures") or {}).get(side)
    return signature is not None and since(signature.get("date"), at)


def was_ended(mandate: Record, at: datetime) -> bool:
    """Whether the mandate was ended; `ended_on` is its last day in force."""
    return end_of(mandate.get("ended_on")) <= at
