"""One standing while it is judged: what the policy is shown of a question, and the findings about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .verdict import Findings, Verdict

Facts = Mapping[str, Any]

CURRENT_FUNCTIONS = frozenset({"signing", "without_signing"})
MANAGER_TYPES = frozenset({"access_manager", "co_access_manager"})


@dataclass
class Case:
    """A standing in plain values. `facts` are all of it; `switches` those that are not at their default."""

    action: str
    facts: Facts
    switches: Mapping[str, str]
    findings: Findings = field(default_factory=Findings)

    @property
    def subject(self) -> Facts:
        """Who asks."""
        found: Facts = self.facts["subject"]
        return found

    @property
    def enterprise(self) -> Facts:
        """How he stands in the enterprise that the question is about."""
        found: Facts = self.facts["enterprise"]
        return found

    @property
    def capacity(self) -> Facts:
        """How he stands in the capacity that the question is about."""
        found: Facts = self.facts["capacity"]
        return found

    @property
    def problems(self) -> frozenset[str]:
        """What was found unreadable or missing while the question was read."""
        return frozenset(self.facts["problems"])

    def is_on(self, switch: str) -> bool:
        """Whether a switch is on; all are off by default."""
        return self.switches.get(switch, "off") == "on"

    def given(self, name: str, missing: Iterable[str], also: Iterable[str] = ()) -> bool:
        """Whether the person or enterprise that must be named can be read; else a finding.

        `missing`: the codes for its absence, the first of which must be told. `also`: what is true of it anyway when
        it cannot be read.
        """
        named = self.facts[name]
        if named == "given":
            return True
        if named == "missing":
            first, *others = missing
            self.findings.fail(first, may=[*others, "MISSING_DATA"])
        elif named == "wrong_number":
            self.findings.fail("INVALID_IDENTIFIER", may=also)
        else:
            self.findings.fail("INVALID_INPUT", may=also)
        return False

    def verdict(self) -> Verdict:
        """Return what was found: every unmet need must be told, so nothing here is softened."""
        found = self.findings
        if not found.denied:
            return Verdict(True, frozenset(), frozenset())
        groups = tuple(group for group in found.one_of if not group & found.must)
        return Verdict(False, frozenset(found.must | found.may), frozenset(found.must), groups)
