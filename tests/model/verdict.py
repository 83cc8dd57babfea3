"""What the model says about a question, and how the findings of the rules become that."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

IDENTITY = frozenset(
    {
        "AGENT_HAS_NO_ENTERPRISE_POWER",
        "ASSURANCE_TOO_LOW",
        "BACK_OFFICE_ONLY",
        "DECLARED_PERSON_ONLY",
        "NOT_AUTHENTICATED",
        "NOT_A_TECHNICAL_USER",
        "NO_DIGITAL_KEY",
        "TECHNICAL_USER_PORTAL",
        "UNKNOWN_SUBJECT",
    }
)


@dataclass(frozen=True)
class Verdict:
    """A decision with the codes that may and must stand among the reasons.

    `reasons`: every code that is true of the case and belongs to a need that is not met.
    `must`: those of them that any correct service names.
    `one_of`: sets of which any correct service names at least one member.
    """

    decision: bool
    reasons: frozenset[str]
    must: frozenset[str]
    one_of: tuple[frozenset[str], ...] = ()

    def agrees(self, decision: bool, reasons: Iterable[str]) -> bool:
        """Whether an answer is one that a correct service can give."""
        named = frozenset(reasons)
        if decision is not self.decision:
            return False
        return self.must <= named <= self.reasons and all(group & named for group in self.one_of)


class Findings:
    """Collects the needs that are not met while the rules are read."""

    def __init__(self) -> None:
        self.denied = False
        self.must: set[str] = set()
        self.may: set[str] = set()
        self.one_of: list[frozenset[str]] = []
        self._side_remark = False

    def fail(self, *codes: str, may: Iterable[str] = ()) -> None:
        """A need is not met, and each of the codes must be named."""
        self.may.update(may)
        if self._side_remark:
            self.may.update(codes)
            return
        self.denied = True
        self.must.update(codes)

    def fail_one_of(self, *codes: str) -> None:
        """A need is not met, and at least one of the codes must be named."""
        self.may.update(codes)
        if not self._side_remark:
            self.denied = True
            self.one_of.append(frozenset(codes))

    def remark(self, *codes: str) -> None:
        """Codes that are true and may be named, but refuse nothing by themselves."""
        self.may.update(codes)

    @contextmanager
    def side_remarks(self) -> Iterator[None]:
        """What fails inside is true, but only a remark beside something that refuses anyway."""
        before, self._side_remark = self._side_remark, True
        try:
            yield
        finally:
            self._side_remark = before

    def verdict(self) -> Verdict:
        """The decision; unreadable input and wrong identities make the rest optional."""
        if not self.denied:
            return Verdict(True, frozenset(), frozenset())
        reasons = frozenset(self.must | self.may)
        for decisive, also in (
            ("UNKNOWN_SUBJECT", frozenset[str]()),
            ("INVALID_INPUT", frozenset[str]()),
            ("UNKNOWN_RESOURCE", IDENTITY),
            ("WRONG_ENTERPRISE", IDENTITY),
        ):
            if decisive in self.must:
                return Verdict(False, reasons, frozenset(self.must & (also | {decisive})))
        groups = tuple(group for group in self.one_of if not group & self.must)
        return Verdict(False, reasons, frozenset(self.must), groups)
