"""The questions of the demonstration: short stories from the sources, on the synthetic reference world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import yaml

__all__ = ["AT", "STORIES", "Names", "Story"]

AT: Final = "2024-03-15"
"""The day the stories play on: their answers are the same on any other day."""


@dataclass(frozen=True, slots=True)
class Story:
    """One question and what must be answered.

    `person`, `enterprise`, and the texts in `people` and `mandator` are names of the reference world. `reasons`: why it
    is refused; none on an allow.
    """

    title: str
    person: str
    enterprise: str
    means: str
    action: str
    resource: tuple[str, str]
    reasons: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    mandator: str = ""
    language: str = "en"


STORIES: Final = (
    Story(
        "Anne represents Alpha by law. May she designate Els as its Chief Access Manager (GAP)?",
        person="anne",
        enterprise="alpha",
        means="itsme",
        action="designate_chief_access_manager",
        resource=("enterprise", "alpha"),
        people={"candidate": "els"},
        properties={"confirmed": True},
    ),
    Story(
        "Carla is Alpha's GAP, so she is access manager everywhere in it. May she see the users of its social action?",
        person="carla",
        enterprise="alpha",
        means="totp_app",
        action="list_users",
        resource=("capacity", "alpha.social_action"),
    ),
    Story(
        "Frank is access manager of Alpha as an NSSO employer only. May he see the users of its social action?",
        person="frank",
        enterprise="alpha",
        means="totp_app",
        action="list_users",
        resource=("capacity", "alpha.social_action"),
        reasons=("WRONG_CAPACITY",),
        language="fr",
    ),
    Story(
        "Yann works for Omega, which has a mandate of Alpha. May he use DmfA for Alpha?",
        person="yann",
        enterprise="omega",
        means="itsme",
        action="act_under_mandate",
        resource=("application", "DMFA"),
        context={"capacity": "omega.provider"},
        mandator="alpha",
    ),
    Story(
        "No mandate covers Publiato. May Yann use it for Alpha all the same?",
        person="yann",
        enterprise="omega",
        means="itsme",
        action="act_under_mandate",
        resource=("application", "PUBLIATO"),
        context={"capacity": "omega.provider"},
        mandator="alpha",
        reasons=("APPLICATION_NOT_MANDATABLE",),
    ),
    Story(
        "Pavel is co-access manager of Alpha, and blocked. May he see its users?",
        person="pavel",
        enterprise="alpha",
        means="eid",
        action="list_users",
        resource=("capacity", "alpha.nsso"),
        reasons=("ACCOUNT_BLOCKED",),
    ),
    Story(
        "The pension register asks for an eID or itsme. May Ines open it after a login with a code from an app?",
        person="ines",
        enterprise="alpha",
        means="totp_app",
        action="use_application",
        resource=("application", "PENSION_REGISTER"),
        context={"capacity": "alpha.nsso"},
        reasons=("ASSURANCE_TOO_LOW",),
    ),
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the reference world with the numbers they stand for, and first names by number."""

    numbers: Mapping[str, str]
    shown: Mapping[str, str]

    @classmethod
    def of_world(cls, path: Path) -> Self:
        """Read the facts file that the demonstration loads. Raises OSError."""
        world = yaml.safe_load(path.read_text("utf-8"))["world"]
        numbers = {person["id"]: person["niss"] for person in world["persons"]}
        numbers |= {enterprise["id"]: enterprise["enterprise_number"] for enterprise in world["enterprises"]}
        shown = {person["niss"]: person["first_name"] for person in world["persons"]}
        shown |= {enterprise["enterprise_number"]: enterprise["name"] for enterprise in world["enterprises"]}
        return cls(numbers, shown)

    def question(self, story: Story) -> dict[str, Any]:
        """Return the request that a portal would send (AuthZEN Authorization API 1.0)."""
        kind, name = story.resource
        people = {role: self.numbers[person] for role, person in story.people.items()}
        mandator = {"for_enterprise": self.numbers[story.mandator]} if story.mandator else {}
        properties = {"properties": people | dict(story.properties)} if people or story.properties else {}
        return {
            "subject": {
                "type": "person",
                "id": self.numbers[story.person],
                "properties": {"acting_for": self.numbers[story.enterprise]},
            },
            "action": {"name": story.action, **properties},
            "resource": {"type": kind, "id": self.numbers.get(name, name)},
            "context": {"authentication_means": story.means, **story.context, **mandator, "at": AT, "explain": True},
        }

    def named(self, text: str) -> list[str]:
        """Return the names of all numbers in a text, in their order."""
        found = sorted((text.index(number), name) for number, name in self.shown.items() if number in text)
        return [name for _, name in found]
