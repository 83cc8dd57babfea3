"""One question with what its rules read, and the reading of its input."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .identifiers import is_enterprise_number, is_niss
from .verdict import Findings
from .world import BRUSSELS, Record, World

CHANNELS = frozenset({"ftp", "sftp", "webservice"})


@dataclass
class Question:
    """A question after its subject was found: who asks what of which resource, when and how."""

    world: World
    at: datetime
    now: datetime
    subject_type: str
    person: Record
    subject_id: str
    acting_for: object
    own_means: object
    action: str
    properties: Mapping[str, Any]
    resource_id: str
    context: Mapping[str, Any]
    scopes: frozenset[str]
    findings: Findings = field(default_factory=Findings)

    # -- reading the properties ----------------------------------------------------------------

    def text(self, name: str, missing: str = "MISSING_DATA") -> str | None:
        """A property of type text or code."""
        value = self.properties.get(name)
        if value is None:
            self.findings.fail(missing, may=["MISSING_DATA"])
            return None
        if not isinstance(value, str):
            self.findings.fail("INVALID_INPUT", may=[missing] if missing != "MISSING_DATA" else [])
            return None
        return value

    def choice(self, name: str, allowed: Iterable[str]) -> str | None:
        """A property with a closed list of values."""
        value = self.text(name)
        if value is not None and value not in frozenset(allowed):
            self.findings.fail("INVALID_INPUT")
            return None
        return value

    def ticked(self, name: str, code: str) -> bool:
        """A boolean that must be true; absent or false gives the code."""
        value = self.properties.get(name)
        if value is None or value is False:
            self.findings.fail(code, may=["MISSING_DATA"] if value is None else [])
        elif value is not True:
            self.findings.fail("INVALID_INPUT", may=[code])
        return value is True

    def codes(self, name: str) -> list[str] | None:
        """A list of codes that must not be empty."""
        value = self.properties.get(name)
        if value is None:
            self.findings.fail("MISSING_DATA")
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.findings.fail("INVALID_INPUT")
            return None
        if not value:
            self.findings.fail("MISSING_DATA", may=["INVALID_INPUT"])
            return None
        return list(value)

    def part(self, name: str, missing: str) -> Mapping[str, Any] | None:
        """A property that is an object."""
        value = self.properties.get(name)
        if value is None:
            self.findings.fail(missing, may=["MISSING_DATA"])
            return None
        if not isinstance(value, dict):
            self.findings.fail("INVALID_INPUT", may=[missing])
            return None
        return value

    def niss(self, value: object, missing: Iterable[str], also: Iterable[str] = ()) -> str | None:
        """A national number; `missing` are the codes for its absence, `also` what is true anyway."""
        if value is None:
            first, *others = [*missing]
            self.findings.fail(first, may=[*others, "MISSING_DATA"])
            return None
        if not isinstance(value, str):
            self.findings.fail("INVALID_INPUT", may=also)
            return None
        if not is_niss(value, self.now.astimezone(BRUSSELS).date()):
            self.findings.fail("INVALID_IDENTIFIER", may=also)
            return None
        return value

    def candidate(self) -> str | None:
        """The person named by the question (GGA-AM-04); no candidate is no eligible one."""
        codes = ("CANDIDATE_NOT_ELIGIBLE", "NOT_LINKED_TO_ENTERPRISE")
        return self.niss(self.properties.get("candidate"), codes, also=codes)

    def target(self) -> str | None:
        """The person whose role or right is to end."""
        return self.niss(self.properties.get("target"), ["MISSING_DATA"], also=["TARGET_STATE", "RIGHT_NOT_HELD"])

    def number(self, value: object, missing: str = "MISSING_DATA") -> str | None:
        """An enterprise number (GGA-EXC-04)."""
        if value is None:
            self.findings.fail(missing)
            return None
        if not isinstance(value, str):
            self.findings.fail("INVALID_INPUT")
            return None
        if not is_enterprise_number(value):
            self.findings.fail("INVALID_IDENTIFIER")
            return None
        return value

    # -- reading the context -------------------------------------------------------------------

    def chosen_capacity(self) -> Record | None:
        """The capacity chosen after login (`context.capacity`); unknown before it was created."""
        value = self.context.get("capacity")
        if value is None:
            self.findings.fail("MISSING_DATA")
            return None
        if not isinstance(value, str):
            self.findings.fail("INVALID_INPUT", may=["UNKNOWN_RESOURCE", "INVALID_IDENTIFIER"])
            return None
        capacity = self.world.capacity_at(value, self.at)
        if capacity is None:
            self.findings.fail("UNKNOWN_RESOURCE", may=["INVALID_INPUT"])
        return capacity

    # -- people by number ----------------------------------------------------------------------

    def known(self, niss: str) -> Record | None:
        """The person with that number, if the facts know one."""
        return self.world.person_by_niss.get(niss)
