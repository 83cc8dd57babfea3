"""Verifying: everything is read again and compared with everything that should be. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.sync.plans import Plan

__all__ = ["Verification", "verified"]


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a directory is from what it should be: entries that differ, that are left alone, that are as they should.

    `left`: what others changed, and the target says to leave.
    """

    differing: int
    clashing: int
    left: int
    unchanged: int

    @property
    def is_exact(self) -> bool:
        """Whether nothing differs and nothing is in the way."""
        return not (self.differing or self.clashing or self.left)


def verified(plan: Plan) -> Verification:
    """Return what a plan over the whole target says of it."""
    return Verification(len(plan.changes), len(plan.clashes), len(plan.reported), plan.unchanged)
