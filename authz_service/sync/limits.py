"""What a plan may not do by itself: beyond these limits it waits for somebody's approval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from authz_service.store.directories import Run
from authz_service.sync.plans import Action, Plan
from authz_service.sync.targets import Limits

__all__ = ["Excess", "ExcessKind", "excesses"]


class ExcessKind(StrEnum):
    """Which limit a plan goes beyond."""

    DELETIONS = "deletions"
    REMOVED_MEMBERS = "removed_members"
    EMPTY_SOURCE = "empty_source"
    SHRUNKEN_SOURCE = "shrunken_source"
    POLICY_CHANGE = "policy_change"


@dataclass(frozen=True, slots=True)
class Excess:
    """One limit that a plan goes beyond. `key`: of the group concerned; `going` of `there`, and what is allowed."""

    kind: ExcessKind
    told: str
    key: str = ""
    going: int = 0
    there: int = 0

    def as_json(self) -> dict[str, str | int]:
        """Return the JSON object."""
        return {
            "kind": self.kind.value,
            "told": self.told,
            "key": self.key,
            "going": self.going,
            "there": self.there,
        }


def excesses(plan: Plan, limits: Limits, last: Run | None) -> tuple[Excess, ...]:
    """Return what a plan does beyond its limits, nothing when it has nothing to write.

    `last`: the last run that wrote what it had to; None: there was none. A source of nothing counts as empty only
    where something of ours is there.
    """
    if not plan.changes:
        return ()
    counts: Mapping[str, int] = last.counts if last is not None else {}
    return (
        *_deletions(plan, limits),
        *_members(plan, limits),
        *_source(plan, limits, counts),
        *_policy(plan, limits, last),
    )


def _deletions(plan: Plan, limits: Limits) -> Iterator[Excess]:
    going = sum(change.action is Action.DELETE for change in plan.changes)
    limit = limits.deletions
    if going and limit.is_exceeded(going, plan.there):
        told = f"{going} of {plan.there} entries would be deleted; {limit.number} or {limit.percent:g} % may be"
        yield Excess(ExcessKind.DELETIONS, told, going=going, there=plan.there)


def _members(plan: Plan, limits: Limits) -> Iterator[Excess]:
    limit = limits.removed_members
    for change in plan.changes:
        members = change.members
        if members is not None and members.going and limit.is_exceeded(members.going, members.there):
            told = (
                f"{members.going} of {members.there} members would be taken out of {change.key};"
                f" {limit.number} or {limit.percent:g} % may be"
            )
            yield Excess(ExcessKind.REMOVED_MEMBERS, told, change.key, members.going, members.there)


def _source(plan: Plan, limits: Limits, counts: Mapping[str, int]) -> Iterator[Excess]:
    if not plan.people and not plan.groups:
        if limits.approve_empty_source and plan.there:
            yield Excess(ExcessKind.EMPTY_SOURCE, "nobody and no group should be there", there=plan.there)
        return
    limit = limits.shrunken_source
    for name, count in (("people", plan.people), ("groups", plan.groups)):
        before = counts.get(name, 0)
        if count < before and limit.is_exceeded(before - count, before):
            allowed = f"{limit.number} or {limit.percent:g} % may go"
            told = f"{count} {name} should be there, {before} at the last run; {allowed}"
            yield Excess(ExcessKind.SHRUNKEN_SOURCE, told, name, before - count, before)


def _policy(plan: Plan, limits: Limits, last: Run | None) -> Iterator[Excess]:
    if limits.approve_policy_change and last is not None and last.policy and last.policy != plan.basis.policy:
        yield Excess(ExcessKind.POLICY_CHANGE, "the policy has changed since the last run")
