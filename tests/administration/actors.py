"""Every kind of actor that the rules tell apart, as somebody of the reference world, seen from one capacity of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.support.reference import WORLD

ENTERPRISE: Final = "alpha"
CAPACITY: Final = "alpha.nsso"
_FILE: Final[dict[str, Any]] = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
_LEVELS: Final[Mapping[str, int]] = _FILE["meta"]["assurance"]["levels"]
_TABLE: Final[Mapping[str, Mapping[str, Any]]] = {row["action"]: row for row in _FILE["action_table"]}
SSIN: Final[Mapping[str, str]] = {person["id"]: person["niss"] for person in _FILE["world"]["persons"]}
NUMBER: Final[Mapping[str, str]] = {each["id"]: each["enterprise_number"] for each in _FILE["world"]["enterprises"]}

PERSON: Final = "person"
AGENT: Final = "agent"
OPERATOR: Final = "operator"
NOBODY: Final = "nobody"

REPRESENTATIVE: Final = "legal_representative"
CHIEF: Final = "chief_access_manager"
CO_CHIEF: Final = "co_chief_access_manager"
MANAGER: Final = "access_manager of the capacity"
"""The action table's words for who is entitled; where it says GA, co-GAs are meant too (the rules' preface)."""
USER: Final = "user"


@dataclass(frozen=True)
class Kind:
    """A kind of actor. `name`: of the person, agent or program; `holds`: the roles in force in the enterprise.

    A legal representative in the table's sense has a function in force and signs (ACC-02, AMB-45).
    """

    description: str
    name: str
    holds: frozenset[str] = frozenset()
    means: str = "eid"
    type: str = PERSON

    def __str__(self) -> str:
        return self.description.replace(" ", "_")

    def is_entitled(self, action: str) -> bool:
        """Return whether the action table lets this kind do the action, conditions on the target being met."""
        row = _TABLE[action]
        if self.type != PERSON or _LEVELS[self.means] < row["min_level"]:
            return False
        return "anyone" in row["who"] or not self.holds.isdisjoint(row["who"])

    @property
    def registered(self) -> bool:
        """Whether he is shown what he is registered in: holds anything there (GGA-CAM-10), and is well logged in."""
        return bool(self.holds) and self.is_entitled("update_own_data")

    def subject(self, acting_for: str) -> dict[str, Any]:
        """Return the subject of a question of this actor; `acting_for`: an enterprise number, "" for none."""
        number = SSIN[self.name] if self.type == PERSON else self.name
        return {"type": self.type, "id": number, "properties": {"acting_for": acting_for} if acting_for else {}}

    def context(self) -> dict[str, Any]:
        """Return the context of such a question."""
        return {"authentication_means": self.means} if self.type in {PERSON, AGENT} else {}


KINDS: Final = (
    Kind("representative who signs", "anne", frozenset({REPRESENTATIVE})),
    Kind("representative with a code only", "anne", frozenset({REPRESENTATIVE}), means="totp_app"),
    Kind("director who does not sign", "oscar"),
    Kind("former representative", "bart"),
    Kind("GAP", "carla", frozenset({CHIEF})),
    Kind("GAP with a password only", "carla", frozenset({CHIEF}), means="password"),
    Kind("GAP with a code only", "carla", frozenset({CHIEF}), means="totp_app"),
    Kind("former GAP", "dirk"),
    Kind("co-GAP", "els", frozenset({CO_CHIEF})),
    Kind("former co-GAP", "ruben"),
    Kind("GA of the capacity", "frank", frozenset({MANAGER})),
    Kind("co-GA of the capacity", "greet", frozenset({MANAGER})),
    Kind("former co-GA", "hugo"),
    Kind("blocked co-GA", "pavel", frozenset({"blocked manager"})),
    Kind("GA of another capacity", "karen", frozenset({"access_manager of another capacity"})),
    Kind("user", "ines", frozenset({USER})),
    Kind("user with a password only", "ines", frozenset({USER}), means="password"),
    Kind("employee without a role", "umar"),
    Kind("outsider", "quinten"),
    Kind("GAP of another enterprise", "victor"),
    Kind("GA of another enterprise", "milan"),
    Kind("agent", "agent_1", type=AGENT),
    Kind("program with every scope", "portal", type=OPERATOR),
    Kind("nobody", "", type=NOBODY),
)


def known_actions() -> frozenset[str]:
    """Return the actions of the action table."""
    return frozenset(_TABLE)
