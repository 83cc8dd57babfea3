"""The parts of random questions: people, moments, and properties that fit an action."""

import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from .identifiers import enterprise_check_digits, niss_check_digits
from .rules_subjects import LEVELS
from .world import BRUSSELS, HEAD_LOCAL_MANAGER, MANAGER_TYPES, Record, World

Json = dict[str, Any]

MEANS = (*LEVELS, "smart_watch", "EID")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def dates_in(value: object) -> set[str]:
    """Every date that stands somewhere in the facts."""
    if isinstance(value, str):
        return {value} if _DATE.match(value) else set()
    if isinstance(value, Mapping):
        return set().union(*(dates_in(item) for item in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(dates_in(item) for item in value))
    return set()


class Parts:
    """Draws the parts of questions about one world."""

    def __init__(self, world: World, rng: random.Random, today: str) -> None:
        self.world = world
        self.rng = rng
        self.today = today
        self.dates = [date.fromisoformat(text) for text in sorted(dates_in(world.data))]
        self.niss = {str(row["id"]): str(row["niss"]) for row in world.persons}
        self.people = {str(row["id"]): self._people(row) for row in world.enterprises}
        self.leaders = {str(row["id"]): self._leaders(row) for row in world.enterprises}
        self.groups = sorted(world.groups("mahis") | world.groups("ssm"))

    def favoured(self, action: str) -> list[str]:
        """Enterprises where the action has something to work on."""
        wanted = {
            "remove_co_chief_access_manager": "co_chief_access_manager",
            "remove_flemish_head_local_manager": HEAD_LOCAL_MANAGER,
        }.get(action)
        world = self.world
        if action in ("grant_flemish_right", "use_flemish_right", "end_flemish_right"):
            return sorted({str(row["enterprise"]) for row in world.flemish_rights})
        return sorted({str(row["enterprise"]) for row in world.designations if row["role"] == wanted})

    def holder_of_right(self, enterprise: str) -> str:
        """Mostly the holder of a Flemish right of the enterprise."""
        holders = [row["person"] for row in self.world.flemish_rights if row["enterprise"] == enterprise]
        if holders and self.rng.random() < 0.7:
            return self.niss[str(self.rng.choice(holders))]
        return self.somebody_of(enterprise)

    # -- people --------------------------------------------------------------------------------

    def _people(self, enterprise: Record) -> list[str]:
        world, key = self.world, enterprise["id"]
        own = {row["id"] for row in world.capacities if row["enterprise"] == key}
        found = [row["person"] for row in world.employments if row["enterprise"] == key]
        found += [row["person"] for row in world.flemish_rights if row["enterprise"] == key]
        found += [row["person"] for row in world.accounts if row["capacity"] in own]
        found += [row["person"] for row in world.role_assignments if row["capacity"] in own]
        return sorted({str(person) for person in found} | set(self._leaders(enterprise)))

    def _leaders(self, enterprise: Record) -> list[str]:
        world, key = self.world, enterprise["id"]
        own = {row["id"] for row in world.capacities if row["enterprise"] == key}
        found = [row["person"] for row in world.designations if row["enterprise"] == key]
        found += [
            row["held_by"] or row.get("permanent_representative")
            for row in world.legal_functions
            if row["enterprise"] == key
        ]
        found += [row["person"] for row in world.accounts if row["capacity"] in own and row["type"] in MANAGER_TYPES]
        return sorted({str(person) for person in found if person})

    def anybody(self) -> str:
        """The NISS of any known person."""
        return self.rng.choice(sorted(self.niss.values()))

    def somebody_of(self, enterprise: str) -> str:
        """The NISS of somebody who has to do with the enterprise, its leaders preferred."""
        pools = [self.leaders.get(enterprise), self.people.get(enterprise)]
        people = pools[0] if self.rng.random() < 0.65 else pools[1]
        people = people or pools[1]
        return self.niss[self.rng.choice(people)] if people else self.anybody()

    def manager_of(self, capacity: Record) -> str:
        """Mostly somebody who is or was GA or co-GA of the capacity."""
        found = [
            str(row["person"])
            for row in self.world.accounts
            if row["capacity"] == capacity["id"] and row["type"] in MANAGER_TYPES
        ]
        return self.niss[self.rng.choice(found)] if found else self.somebody_of(str(capacity["enterprise"]))

    def head_or(self, enterprise: str, role: str) -> str:
        """Mostly the holder of a role in the enterprise."""
        holders = [
            row["person"] for row in self.world.designations if row["enterprise"] == enterprise and row["role"] == role
        ]
        if holders and self.rng.random() < 0.85:
            return self.niss[str(self.rng.choice(holders))]
        return self.somebody_of(enterprise)

    def stranger(self) -> str:
        """A valid national number of nobody in the world."""
        year, month = self.rng.randint(1950, 2003), self.rng.randint(1, 12)
        month += self.rng.choice([0, 0, 0, 20, 40])
        nine = f"{year % 100:02d}{month:02d}{self.rng.randint(1, 28):02d}{self.rng.randint(1, 997):03d}"
        return nine + niss_check_digits(nine, year >= 2000)

    def strange_firm(self) -> str:
        """A valid enterprise number of nobody in the world."""
        eight = f"0998{self.rng.randint(0, 9999):04d}"
        return eight + enterprise_check_digits(eight)

    # -- moments -------------------------------------------------------------------------------

    def moment(self) -> str:
        """A date, or an instant a second around midnight in Brussels, at some boundary of the facts."""
        rng = self.rng
        day = rng.choice(self.dates) if rng.random() < 0.9 else date(rng.randint(2009, 2027), 6, 15)
        day += timedelta(days=rng.choice([-1, 0, 0, 0, 1, 1]))
        if rng.random() < 0.6:
            return day.isoformat()
        instant = datetime.combine(day, time(), BRUSSELS).astimezone(UTC)
        instant += timedelta(seconds=rng.choice([-1, -1, 0, 0, 1]))
        shape = rng.random()
        if shape < 0.6:
            return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
        if shape < 0.8:
            return instant.astimezone(BRUSSELS).isoformat()
        return instant.strftime("%Y-%m-%dT%H:%M:%S.250000+00:00")

    # -- properties ----------------------------------------------------------------------------

    def properties(self, action: str, enterprise: str, capacity: Record | None) -> Json:
        """Properties that fit the action, most of them."""
        maker = MAKERS.get(action)
        return maker(self, enterprise, capacity) if maker else {}

    def maybe(self, name: str, value: object, share: float) -> Json:
        """A property that is there in a share of the questions."""
        return {name: value} if self.rng.random() < share else {}

    def number(self, enterprise: str) -> str:
        """The number of a known enterprise."""
        return str(self.world.enterprise_by_id[enterprise]["enterprise_number"])

    def some_firm(self) -> str:
        """The number of any known enterprise."""
        return str(self.rng.choice(self.world.enterprises)["enterprise_number"])

    def provider(self) -> str:
        """The number of an enterprise that may be a mandatary, mostly."""
        known = [row for row in self.world.enterprises if "social" in row["kind"]]
        firms = known if known and self.rng.random() < 0.85 else self.world.enterprises
        return str(self.rng.choice(firms)["enterprise_number"])

    def application(self, capacity: Record | None) -> str:
        """An application offered to the capacity, mostly."""
        offered = [
            str(row["id"])
            for row in self.world.applications
            if capacity is not None and capacity["type"] in row["offered_to"]
        ]
        if offered and self.rng.random() < 0.85:
            return self.rng.choice(offered)
        return str(self.rng.choice(self.world.applications)["id"])

    def certificate(self) -> Json:
        """A certificate, mostly one that lasts."""
        last = self.rng.choice(["2030-01-01", "2026-01-01", "2028-12-31", self.today, "2024-03-14"])
        return {"format": "cer", "expires": last}

    def channel_data(self, capacity: Record | None) -> Json:
        """What a channel of its kind needs."""
        channel = self.rng.choice(["ftp", "sftp", "webservice"])
        made: Json = {"channel": channel, "certificate": self.certificate()}
        if channel == "sftp":
            made["ssh_public_key"] = self.rng.random() < 0.93
        if channel != "webservice":
            made["applications"] = sorted({self.application(capacity) for _ in range(self.rng.choice([1, 1, 2]))})
        return made

    def sender_data(self, capacity: Record | None) -> Json:
        """A channel with its contact person and technical user."""
        made = self.channel_data(capacity) | {"contact_person_complete": self.rng.random() < 0.95}
        if made["channel"] != "webservice":
            name = f"EXPNEW{self.rng.randint(1, 9999):04d}"
            made |= {"technical_user_name": name, "technical_user_name_confirmation": name}
        return made

    def flemish(self, who: str, enterprise: str) -> Json:
        """A Flemish right with its context, and the person it is about."""
        right = self.rng.choice(self.world.rights_catalogue) if self.world.rights_catalogue else None
        context = self.rng.choice(right["contexts"]) if right and right["contexts"] else "approval:EPS-001"
        return {
            who: self.holder_of_right(enterprise) if who == "target" else self.somebody_of(enterprise),
            "right": str(right["id"]) if right else "NO_SUCH_RIGHT",
            "right_context": context,
        }

    def mandate_data(self, system: str, enterprise: str) -> Json:
        """Two parties and groups, mostly of the system."""
        own = self.number(enterprise) if enterprise else self.some_firm()
        given = self.rng.random() < 0.55
        mandator, mandatary = (own, self.provider()) if given else (self.some_firm(), own)
        groups = sorted(self.world.groups(system))
        if not groups or self.rng.random() < 0.12:
            groups = self.groups or ["dmfa_dimona"]
        chosen = sorted({self.rng.choice(groups) for _ in range(self.rng.choice([1, 1, 2]))})
        return {"mandator": mandator, "mandatary": mandatary, "groups": chosen}

    def role_data(self, enterprise: str, capacity: Record | None) -> Json:
        """A role for somebody, mostly of the domain of the capacity."""
        domain = capacity["domain"] if capacity else "finance"
        return {
            "candidate": self.somebody_of(enterprise),
            "role": "FPSFIN_OWN_ENTERPRISE" if domain == "finance" else "MOBILITY_FLEET",
            "role_domain": domain,
        }

    def person_to_name(self, enterprise: str) -> str:
        """A candidate: mostly of the enterprise."""
        pick = self.rng.random()
        if pick < 0.8 and self.people.get(enterprise):
            return self.niss[self.rng.choice(self.people[enterprise])]
        return self.anybody() if pick < 0.95 else self.stranger()

    def paper(self, enterprise: str) -> Json:
        """The signed form of the exceptional procedure."""
        received = self.rng.choice(["post", "post", "post", "post", "fax", "email", "scan"])
        return {
            "received_by": received,
            "original": self.rng.random() < 0.9,
            "signed_by": self.somebody_of(enterprise),
        }


Maker = Callable[[Parts, str, Record | None], Json]


def _candidate(parts: Parts, enterprise: str, _: Record | None) -> Json:
    return {"candidate": parts.person_to_name(enterprise)}


def _confirmed(parts: Parts, enterprise: str, _: Record | None) -> Json:
    return {"candidate": parts.person_to_name(enterprise), "confirmed": parts.rng.random() < 0.95}


def _application(parts: Parts, _: str, capacity: Record | None) -> Json:
    return {"application": parts.application(capacity)}


MAKERS: Mapping[str, Maker] = {
    "designate_chief_access_manager": _confirmed,
    "submit_exceptional_request": _confirmed,
    "process_exceptional_request": lambda p, e, c: {"paper": p.paper(e)},
    "delete_enterprise_account": lambda p, e, c: {"letter": {"signed_by": p.somebody_of(e)}},
    "designate_co_chief_access_manager": _candidate,
    "remove_co_chief_access_manager": lambda p, e, c: {"target": p.head_or(e, "co_chief_access_manager")},
    "change_access_manager": _candidate,
    "add_co_access_manager": _candidate,
    "create_user": _candidate,
    "grant_application": _application,
    "revoke_application": _application,
    "create_sender": lambda p, e, c: p.sender_data(c),
    "add_channel": lambda p, e, c: p.channel_data(c),
    "assign_role": lambda p, e, c: p.role_data(e, c),
    "grant_flemish_right": lambda p, e, c: p.flemish("candidate", e),
    "link_person": _candidate,
    "use_flemish_right": lambda p, e, c: {"right": p.flemish("x", e)["right"]},
    "create_mandate": lambda p, e, c: p.mandate_data("mahis", e),
    "sign_mandate": lambda p, e, c: {"for_side": p.rng.choice(["mandator", "mandatary"])},
    "designate_flemish_head_local_manager": _candidate,
    "remove_flemish_head_local_manager": lambda p, e, c: {"target": p.head_or(e, HEAD_LOCAL_MANAGER)},
    "end_flemish_right": lambda p, e, c: p.flemish("target", e),
    "stop_channel": lambda p, e, c: {"channel": p.rng.choice(["ftp", "sftp", "webservice"])},
    "replace_channel_keys": lambda p, e, c: p.channel_data(c),
    "create_ssm_mandate": lambda p, e, c: p.mandate_data("ssm", e),
    "import_register": lambda p, e, c: {"register": p.rng.choice(["cbe", "nrn"])},
    "activate_policy": lambda p, e, c: {"revision": "r1"},
    "apply_directory_plan": lambda p, e, c: {"target": p.rng.choice(["uman", "rma", "webidm"])},
    "approve_directory_plan": lambda p, e, c: {"target": p.rng.choice(["uman", "rma", "webidm"])},
}
