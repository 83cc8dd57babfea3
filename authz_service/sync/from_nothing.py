"""A plan for a directory that holds nothing yet: what it would get, told without asking any server."""

from __future__ import annotations

from authz_service.sync.planning import Wanted
from authz_service.sync.plans import Action, Basis, Plan, PlannedChange
from authz_service.sync.rendering import new_entry_attributes
from authz_service.sync.targets import Target

__all__ = ["plan_from_nothing"]


def plan_from_nothing(target: Target, wanted: Wanted, made_at: int) -> Plan:
    """Return what makes all that is wanted where nothing is. `made_at`: UTC microseconds."""
    entries = {entry.key: entry for entry in wanted.entries}
    changes = tuple(
        PlannedChange(
            entry.key,
            entry.kind,
            Action.ADD,
            entry.dn,
            desired=entry,
            values=tuple(new_entry_attributes(target.mapped, entry, entries).items()),
        )
        for entry in wanted.entries
    )
    return Plan(
        target=target.name,
        basis=Basis(wanted.revision, wanted.policy),
        made_at=made_at,
        changes=changes,
        entries=entries,
    )
