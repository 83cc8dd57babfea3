"""Administration as the rules tell it: whether a wish is granted, and how things stand then.

Written from the GGA, UM, ACC and DRV rules and the readings AMB-01, 08, 09, 12, 26, 39, 40 and 48. Whether something is
allowed is for the oracle of this model to say; what it comes to stands in `administration_effects`.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .administration_effects import EFFECTS, Effect
from .administration_state import State, Wish
from .oracle import ACTIONS, Verdict, decide
from .world import World

__all__ = ["Asker", "Expected", "Model", "Wish"]

ALLOWED, REFUSED, CONFLICT, WITHDRAWN = "allowed", "refused", "conflict", "withdrawn"
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Asker:
    """Who wishes something. `name`: of a person, the id in the world; `acting_for`: the id of an enterprise."""

    kind: str
    name: str
    acting_for: str = ""
    means: str | None = "eid"


@dataclass(frozen=True)
class Expected:
    """What is to become of a wish.

    `conflicts`: the codes of which a conflict names one; `changes`: whether the facts change by it.
    """

    outcome: str
    verdict: Verdict
    conflicts: frozenset[str] = frozenset()
    changes: bool = False


class Model:
    """A world that wishes change. `strangers`: numbers of people whom the world does not know, by their names here."""

    def __init__(self, data: Mapping[str, Any], strangers: Mapping[str, str]) -> None:
        self._numbers = {str(row["id"]): str(row["niss"]) for row in data["persons"]} | dict(strangers)
        self.state = State(copy.deepcopy(dict(data)))

    @property
    def world(self) -> World:
        """The world as it is."""
        return self.state.world

    def number_of(self, name: str) -> str:
        """The national number of a person, known or not."""
        return self._numbers[name]

    # -- questions -----------------------------------------------------------------------------

    def request(self, asker: Asker, action: str, of: str, properties: Mapping[str, Any], **context: Any) -> Any:
        """The question whether somebody may do something, in the shape of the wire; `of`: an id of the world."""
        kind = ACTIONS[action].resource
        subject: dict[str, Any] = {"type": asker.kind, "id": self._numbers.get(asker.name, asker.name)}
        if asker.acting_for:
            subject["properties"] = {"acting_for": self._resource("enterprise", asker.acting_for)}
        means = {} if asker.means is None else {"authentication_means": asker.means}
        return {
            "subject": subject,
            "action": {"name": action, "properties": dict(properties)},
            "resource": {"type": kind, "id": self._resource(kind, of)},
            "context": means | context,
        }

    def _resource(self, kind: str, name: str) -> str:
        if kind == "enterprise":
            return str(self.world.enterprise_by_id[name]["enterprise_number"])
        return self._numbers[name] if kind == "person" else name

    def properties(self, wish: Wish) -> dict[str, Any]:
        """The properties of the action that the wish is about."""
        said: dict[str, Any] = {}
        if wish.person:
            role = "target" if wish.action == "remove_co_chief_access_manager" else "candidate"
            said[role] = self._numbers[wish.person]
        if wish.application:
            said["application"] = wish.application
        if wish.action == "designate_chief_access_manager":
            said["confirmed"] = wish.confirmed
        return said

    def verdict(self, asker: Asker, wish: Wish, at: datetime) -> Verdict:
        """Whether somebody may have his wish at the instant."""
        return decide(self.world, self.request(asker, wish.action, wish.of, self.properties(wish)), now=at)

    # -- changes -------------------------------------------------------------------------------

    def carry_out(self, asker: Asker, wishes: Sequence[Wish], at: datetime, *, together: bool) -> list[Expected]:
        """What becomes of wishes, each judged on what those before it have made; `together`: all of them or none."""
        before = copy.deepcopy(self.state)
        expected = [self._one(asker, wish, at + number * TICK) for number, wish in enumerate(wishes)]
        if together and any(each.outcome != ALLOWED for each in expected):
            self.state = before
            return [replace(each, outcome=WITHDRAWN) if each.outcome == ALLOWED else each for each in expected]
        return expected

    def _one(self, asker: Asker, wish: Wish, at: datetime) -> Expected:
        verdict = self.verdict(asker, wish, at)
        if not verdict.decision:
            return Expected(REFUSED, verdict)
        effect: Effect = EFFECTS[wish.action](self.state, wish, at)
        if effect.conflicts:
            return Expected(CONFLICT, verdict, effect.conflicts)
        if effect.changes:
            self.state.changed()
        return Expected(ALLOWED, verdict, changes=effect.changes)

    def register_says(self, kind: str, row: Mapping[str, Any]) -> None:
        """A source outside administration says something: a function or employment and its end, a new capacity."""
        rows = self.state.data[kind]
        rows[:] = [known for known in rows if known["id"] != row["id"]] + [dict(row)]
        self.state.changed()
