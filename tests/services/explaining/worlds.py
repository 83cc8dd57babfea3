"""Decisions over a world, and the same world with what an explanation names otherwise.

The world is a facts file as a dictionary; the independent model (tests/model) judges it. What an explanation names is
carried out here by hand, without the code that looks for it.
"""

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

from authz_service.domain.moments import text_of
from authz_service.domain.questions import Decision
from authz_service.services.decisions import DecisionService
from tests.model.oracle import decide
from tests.model.questions import random_questions
from tests.model.world import World
from tests.services.test_decisions_agree import SCOPES, question_of

Thing = dict[str, Any]
LONG_AGO = "1995-01-01"


@dataclasses.dataclass(frozen=True)
class Told:
    """A question in the shape of the wire, with its decision."""

    request: Thing
    decision: Decision


def told(service: DecisionService, world: Thing, seed: int, count: int) -> Iterator[Told]:
    """Random questions, a good part of them allowed."""
    requests = list(random_questions(World(world), seed, count, absent_at=0))
    decisions = service.decide([question_of(request) for request in requests], SCOPES)
    return (Told(request, decision) for request, decision in zip(requests, decisions, strict=True))


def allowed(world: Thing, request: Thing) -> bool:
    """What the independent model says."""
    return decide(World(world), request, scopes=frozenset(scope.value for scope in SCOPES)).decision


class Otherwise:
    """A copy of a world and of one question, in which things are made otherwise."""

    def __init__(self, world: Thing, asked: Told) -> None:
        self.world: Thing = copy.deepcopy(world)
        self.request: Thing = copy.deepcopy(asked.request)
        basis = asked.decision.basis
        assert basis is not None
        self.facts = basis.facts
        self.day = text_of(asked.decision.at)[:10]

    @property
    def allowed(self) -> bool:
        return allowed(self.world, self.request)

    def row(self, kind: str, name: str, value: object) -> Thing:
        return next(row for row in self.world[kind] if row.get(name) == value)

    @property
    def person(self) -> str:
        return str(self.row("persons", "niss", self.request["subject"]["id"])["id"])

    @property
    def enterprise(self) -> Thing:
        assert self.facts.enterprise is not None
        return self.row("enterprises", "enterprise_number", self.facts.enterprise.number)

    @property
    def capacity(self) -> str:
        assert self.facts.capacity is not None
        return self.facts.capacity.capacity_id

    @property
    def place(self) -> str:
        """The capacity asked about or, where none is, the first of social security."""
        if self.facts.capacity is not None:
            return self.capacity
        of = (self.enterprise["id"], "social_security")
        places = [row for row in self.world["capacities"] if (row["enterprise"], row["domain"]) == of]
        return str(min(row["id"] for row in places if row["created"] <= self.day))

    @property
    def means(self) -> str:
        context, subject = self.request.get("context") or {}, self.request["subject"].get("properties") or {}
        return str(context.get("authentication_means") or subject.get("authentication_means"))

    def properties(self) -> Thing:
        properties: Thing = self.request["action"].setdefault("properties", {})
        return properties

    # What an allow rests on, taken away

    def take(self, kind: str, name: str | None) -> bool:
        """Take a named fact away; False when that cannot be written in a facts file."""
        rows = {
            **dict.fromkeys(("access_manager", "co_access_manager", "user"), "accounts"),
            **dict.fromkeys(
                ("chief_access_manager", "co_chief_access_manager", "flemish_head_local_manager"), "designations"
            ),
            "agent": "agents",
            "application": "applications",
            "flemish_right": "flemish_rights",
            "legal_function": "legal_functions",
            "mandate": "mandates",
            "request": "exceptional_requests",
            "role_assignment": "role_assignments",
        }
        if kind in rows:
            key = self.request["subject"]["id"] if kind == "agent" else name
            before = self.world[rows[kind]]
            self.world[rows[kind]] = [row for row in before if row["id"] != key]
            return len(self.world[rows[kind]]) < len(before)
        if kind == "authentication_means":
            self.request["subject"].get("properties", {}).pop("authentication_means", None)
            self.request["context"].pop("authentication_means", None)
        elif kind == "digital_key":
            self.row("persons", "id", self.person)["digital_keys"].remove(name)
        elif kind == "person":
            self.row("persons", "id", self.person)["niss"] = "known by another number"
        elif kind == "capacity":
            self.row("capacities", "id", name)["created"] = "2099-01-01"
        elif kind in {"enterprise_account", "ebox"}:
            member = "portal_account_active_since" if kind == "enterprise_account" else "ebox_active_since"
            self.row("enterprises", "enterprise_number", name)[member] = None
        elif kind == "service_vouchers_approval":
            self.row("enterprises", "enterprise_number", name)["approved_for_service_vouchers"] = False
        elif kind == "application_grant":
            self._take_grant(str(name))
        else:
            return False
        return True

    def _take_grant(self, relation_id: str) -> None:
        relation = next(one for one in self.facts.relations if one.relation_id == relation_id)
        for account in self.world["accounts"]:
            if (account["person"], account["capacity"]) == (self.person, relation.capacity_id):
                account["applications"] = [code for code in account["applications"] if code != relation.object]

    # What a deny lacks, added

    def make(self, code: str) -> bool:
        """Bring a named change about; False when that cannot be written in a facts file or a question."""
        change = getattr(self, f"_{code}", None)
        if change is None:
            return False
        change()
        return True

    def _log_in_stronger(self) -> None:
        self.request["context"]["authentication_means"] = "eid"

    def _activate_digital_key(self) -> None:
        keys = self.row("persons", "id", self.person)["digital_keys"]
        if self.means not in keys:
            keys.append(self.means)

    def _act_for_enterprise(self) -> None:
        self.request["subject"]["properties"]["acting_for"] = self.enterprise["enterprise_number"]

    def _activate_account(self) -> None:
        self.enterprise["portal_account_active_since"] = LONG_AGO

    def _activate_ebox(self) -> None:
        self.enterprise["ebox_active_since"] = LONG_AGO

    def _approve_enterprise(self) -> None:
        self.enterprise["approved_for_service_vouchers"] = True

    def _confirm(self) -> None:
        self.properties()["confirmed"] = True

    def _designate_chief(self) -> None:
        self._designate("chief_access_manager")

    def _designate_co_chief(self) -> None:
        self._designate("co_chief_access_manager")

    def _designate_head_local_manager(self) -> None:
        self._designate("flemish_head_local_manager")

    def _designate(self, role: str) -> None:
        self._add("designations", role=role, enterprise=self.enterprise["id"], person=self.person)

    def _add(self, kind: str, **values: Any) -> None:
        self.world[kind].append({"id": f"new {kind}", "begin": LONG_AGO, "end": None, **values})

    def _record_legal_function(self) -> None:
        for party in (self.facts.enterprise, self.facts.mandator, self.facts.mandatary):
            if party is not None:
                enterprise = self.row("enterprises", "enterprise_number", party.number)["id"]
                values = dict.fromkeys(("held_by_enterprise", "permanent_representative"))
                self._add("legal_functions", enterprise=enterprise, held_by=self.person, signing_power=True, **values)

    def _appoint_access_manager(self) -> None:
        place = self.place
        self.world["accounts"] = [
            row for row in self.world["accounts"] if (row["person"], row["capacity"]) != (self.person, place)
        ]
        self._add(
            "accounts", person=self.person, capacity=place, type="co_access_manager", status="active", applications=[]
        )

    def _unblock_account(self) -> None:
        for row in self.world["accounts"]:
            if row["person"] == self.person and row["status"] == "blocked":
                row["status"] = "active"

    def _unblock_target(self) -> None:
        self.row("accounts", "id", self.request["resource"]["id"])["status"] = "active"

    def _block_target(self) -> None:
        self.row("accounts", "id", self.request["resource"]["id"])["status"] = "blocked"

    def _employ_candidate(self) -> None:
        self._add("employments", person=self._candidate(), enterprise=self.enterprise["id"])

    def _link_candidate(self) -> None:
        self._add("work_relations", person=self._candidate(), enterprise=self.enterprise["id"])

    def _candidate(self) -> str:
        return str(self.row("persons", "niss", self.properties()["candidate"])["id"])

    def _grant_application(self) -> None:
        code = {"read_ebox": "EBOX", "view_mandates": "MAHIS_CONSULT", "create_mandate": "MAHIS_MANAGE"}.get(
            self.request["action"]["name"], self.request["resource"]["id"]
        )
        place = self.place
        own = [row for row in self.world["accounts"] if (row["person"], row["capacity"]) == (self.person, place)]
        for row in own:
            row["applications"] = [*row["applications"], code]
        if not [row for row in own if row["begin"] <= self.day and (row["end"] or self.day) >= self.day]:
            grant = {"status": "active", "applications": [code]}
            self._add("accounts", person=self.person, capacity=place, type="user", **grant)

    def _assign_role(self) -> None:
        code = self.request["resource"]["id"]
        self._add(
            "role_assignments", person=self.person, capacity=self.capacity, opens=code, role="ANY", status="accepted"
        )

    def _accept_role(self) -> None:
        for row in self.world["role_assignments"]:
            if row["person"] == self.person and row["status"] == "pending_acceptance":
                row["status"] = "accepted"

    def _grant_flemish_right(self) -> None:
        right = self.world["flemish_rights_catalogue"][0]
        context = right["contexts"][0]
        self._add(
            "flemish_rights", person=self.person, enterprise=self.enterprise["id"], right=right["id"], context=context
        )

    def _hand_in_certificate(self) -> None:
        self.properties()["certificate"] = {"format": "cer", "expires": "2099-01-01"}

    def _hand_in_ssh_key(self) -> None:
        self.properties()["ssh_public_key"] = True

    def _repeat_technical_name(self) -> None:
        self.properties().update(technical_user_name="EXPNEW", technical_user_name_confirmation="EXPNEW")

    def _sign_file(self) -> None:
        self.request["context"]["file_signed"] = True

    def _use_registered_certificate(self) -> None:
        self.request["context"].pop("certificate_serial", None)

    def _sign_as_mandator(self) -> None:
        self._sign("mandator")

    def _sign_as_mandatary(self) -> None:
        self._sign("mandatary")

    def _sign_by_both(self) -> None:
        self._sign("mandator", "mandatary")

    def _sign(self, *sides: str) -> None:
        for mandate in self.facts.mandates:
            signatures = self.row("mandates", "id", mandate.mandate_id)["signatures"]
            for side in sides:
                signatures[side] = {"person": "anne", "date": LONG_AGO}
