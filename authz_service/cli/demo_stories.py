"""The story of the demonstration: commands and the questions of portals in turn, on the synthetic reference world."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self

import yaml

__all__ = ["ENTERPRISE", "STORY", "Command", "Names", "Question"]

ENTERPRISE: Final = "alpha"
"""The one the story is about."""
NSSO: Final = "alpha.nsso"
_NAME: Final = re.compile(r'"@(\w+)"')
"""Stands for the number of a person or an enterprise, or for an id that an earlier command was answered with."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a portal and what must be answered. `reasons`: why it is refused; none on an allow."""

    title: str
    person: str
    means: str
    action: str
    resource: tuple[str, str]
    reasons: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Command:
    """A request to the administration API. `path` goes on from the enterprise; `keeps`: what its answer's id is called.

    `reasons`: why it is refused; none when it is carried out.
    """

    title: str
    person: str
    means: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    status: HTTPStatus = HTTPStatus.OK
    keeps: str = ""
    reasons: tuple[str, ...] = ()
    language: str = "en"


STORY: Final[tuple[Question | Command, ...]] = (
    Question(
        "Umar works for Alpha. A portal asks: may he name its access managers?",
        person="umar",
        means="itsme",
        action="change_access_manager",
        resource=("capacity", NSSO),
        properties={"candidate": "@mia"},
        reasons=("NOT_CHIEF_ACCESS_MANAGER",),
        language="fr",
    ),
    Command(
        "Anne represents Alpha by law. She looks up who its Chief Access Manager (GAP) is: Carla.",
        person="anne",
        means="itsme",
        method="GET",
        path="/chiefAccessManager",
        keeps="present",
    ),
    Command(
        "She designates Umar in Carla's place.",
        person="anne",
        means="itsme",
        method="POST",
        path="/chiefAccessManagerDesignations",
        body={
            "candidate": {"ssin": "@umar"},
            "email": "access@alpha.example",
            "telephone": "+3225550101",
            "requester": {"email": "anne@alpha.example", "telephone": "+3225550102"},
            "confirmed": True,
            "declaration": "2018-07",
            "replaces": "@present",
        },
        status=HTTPStatus.CREATED,
    ),
    Question(
        "The portal asks again: may Umar name access managers?",
        person="umar",
        means="itsme",
        action="change_access_manager",
        resource=("capacity", NSSO),
        properties={"candidate": "@mia"},
    ),
    Question(
        "And may Carla, whom he replaced?",
        person="carla",
        means="eid",
        action="change_access_manager",
        resource=("capacity", NSSO),
        properties={"candidate": "@mia"},
        reasons=("NOT_CHIEF_ACCESS_MANAGER", "ROLE_ENDED"),
    ),
    Command(
        "Umar makes Mia access manager (GA) of Alpha as an NSSO employer; Frank, who was, is it no more.",
        person="umar",
        means="itsme",
        method="PUT",
        path=f"/capacities/{NSSO}/accessManager",
        body={"ssin": "@mia", "email": "mia@alpha.example", "replaces": "acc_frank"},
    ),
    Command(
        "Mia creates a user, Olga, and gives her Dimona.",
        person="mia",
        means="totp_app",
        method="POST",
        path=f"/capacities/{NSSO}/users",
        body={"ssin": "@olga", "email": "olga@alpha.example", "language": "de", "applications": ["DIMONA"]},
        status=HTTPStatus.CREATED,
        keeps="account",
    ),
    Question(
        "The portal of Dimona asks: may Olga open it?",
        person="olga",
        means="eid",
        action="use_application",
        resource=("application", "DIMONA"),
        context={"capacity": NSSO},
    ),
    Command(
        "Mia blocks Olga.",
        person="mia",
        means="totp_app",
        method="POST",
        path=f"/capacities/{NSSO}/users/block",
        body={"users": ["@account"]},
    ),
    Question(
        "The portal asks once more.",
        person="olga",
        means="eid",
        action="use_application",
        resource=("application", "DIMONA"),
        context={"capacity": NSSO},
        reasons=("ACCOUNT_BLOCKED",),
        language="de",
    ),
    Command(
        "Olga would unblock herself.",
        person="olga",
        means="eid",
        method="POST",
        path=f"/capacities/{NSSO}/users/unblock",
        body={"users": ["@account"]},
        status=HTTPStatus.FORBIDDEN,
        reasons=("ACCOUNT_BLOCKED", "NOT_A_MANAGER", "OWN_ACCOUNT"),
        language="nl",
    ),
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the story with the numbers and ids they stand for, and what people call who has a number."""

    known: dict[str, str]
    shown: Mapping[str, str]

    @classmethod
    def of_world(cls, path: Path) -> Self:
        """Read the facts file that the demonstration loads. Raises OSError."""
        world = yaml.safe_load(path.read_text("utf-8"))["world"]
        known = {person["id"]: person["niss"] for person in world["persons"]}
        known |= {enterprise["id"]: enterprise["enterprise_number"] for enterprise in world["enterprises"]}
        shown = {person["niss"]: person["first_name"] for person in world["persons"]}
        shown |= {enterprise["enterprise_number"]: enterprise["name"] for enterprise in world["enterprises"]}
        return cls(known, shown)

    def filled_in(self, value: Any) -> Any:
        """Return a JSON value with what the names in it stand for; what no answer has told stands for itself."""
        return json.loads(_NAME.sub(lambda name: json.dumps(self.known.get(name[1], name[1])), json.dumps(value)))

    def asked(self, question: Question) -> dict[str, Any]:
        """Return the request that a portal would send (AuthZEN Authorization API 1.0)."""
        kind, resource = question.resource
        properties = {"properties": self.filled_in(question.properties)} if question.properties else {}
        return {
            "subject": {
                "type": "person",
                "id": self.known[question.person],
                "properties": {"acting_for": self.known[ENTERPRISE]},
            },
            "action": {"name": question.action, **properties},
            "resource": {"type": kind, "id": resource},
            "context": {"authentication_means": question.means, **question.context, "explain": True},
        }

    def path(self, command: Command) -> str:
        """Return the path that a command is sent to."""
        return f"/accessManagement/v1/enterprises/{self.known[ENTERPRISE]}{command.path}"

    def named(self, text: str) -> list[str]:
        """Return the names of all numbers in a text, in their order."""
        found = sorted((text.index(number), name) for number, name in self.shown.items() if number in text)
        return [name for _, name in found]
