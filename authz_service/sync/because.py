"""The fact and the rule behind each change of a plan: why somebody comes or goes, why an entry is there, who did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final
from urllib.parse import unquote

from authz_service.domain.projections import Group
from authz_service.services.projection.because import Causes, EnterpriseCauses
from authz_service.services.projection.groups import ENTERPRISE_WIDE
from authz_service.services.projection.known import read_known
from authz_service.services.projection.projections import Projections
from authz_service.store.directories import RememberedEntry
from authz_service.sync.entries import EntryKind
from authz_service.sync.entry_reasons import REPAIRS, EntryReasons, group_of, person_id_of
from authz_service.sync.member_names import MemberNames, Moves
from authz_service.sync.plans import Action, Plan, PlannedChange
from authz_service.sync.reasons import Reason, ReasonKind, facts_told, membership_reason, more_reason
from authz_service.sync.targets import EmptyGroups, Target

__all__ = ["MOST_TOLD", "Because"]

MOST_TOLD: Final = 1000


@dataclass(frozen=True, slots=True)
class Because:
    """Finds out why a plan for a target does what it does. May be used from any thread.

    `most_told`: so many members, and so many people, are told of one by one in one plan.
    """

    target: Target
    projections: Projections
    most_told: int = MOST_TOLD

    def of(
        self,
        plan: Plan,
        remembered: Mapping[str, RememberedEntry] | None = None,
        policy_before: str = "",
        at: int | None = None,
    ) -> dict[str, tuple[Reason, ...]]:
        """Return the reasons of each change of a plan, by the change's key.

        `remembered`: what is remembered of the target, to know people who went before; `policy_before`: the policy of
        the last run, "" when there was none; `at`: UTC microseconds (default: the present). An enterprise with a
        group that changes is read once, whoever changes in it; of a thousand people at most more is read. Raises
        StoreUnavailableError, KeyFileMismatchError, UndecidedError, ProjectionError: then nothing is known.
        """
        told: dict[str, list[Reason]] = {change.key: [] for change in plan.changes}
        if not told:
            return {}
        groups = _groups_of(plan, MemberNames(self.target.mapped, plan, remembered or {}))
        people = sorted((each for each in plan.changes if each.kind is EntryKind.PERSON), key=_told_early)
        known = read_known(
            self.projections.database,
            {person_id_of(change.key) for change in people[: self.most_told]},
            _numbers(plan),
            _capacity_ids(plan),
            at,
        )
        entries = EntryReasons(self.target, known)
        for change in plan.changes:
            told[change.key] += entries.reasons(change)
        for key, reasons in self._members(groups, plan, at):
            told[key] += reasons
        if policy_before and policy_before != plan.basis.policy:
            for change in plan.changes:
                told[change.key] += _new_policy(change)
        return {key: tuple(reasons) for key, reasons in told.items()}

    def _members(
        self, groups: Sequence[_GroupChange], plan: Plan, at: int | None
    ) -> Iterator[tuple[str, list[Reason]]]:
        """Yield why groups come and go, and their members, one enterprise after the other."""
        by_enterprise: dict[str, list[_GroupChange]] = {}
        for each in groups:
            if cause := each.change.action is Action.DELETE and _not_for(self.target, each.group):
                yield each.change.key, [Reason(ReasonKind.MAPPING, cause)]
            else:
                by_enterprise.setdefault(each.group.enterprise_number, []).append(each)
        _allot([each for of_enterprise in by_enterprise.values() for each in of_enterprise], self.most_told)
        causes = Causes(self.projections.database, self.projections.decisions, self.projections.levels)
        for number, of_enterprise in by_enterprise.items():
            asked = {each.group: frozenset(map(person_id_of, each.asked(plan))) for each in of_enterprise}
            found = causes.of(number, asked, at)
            for each in of_enterprise:
                yield each.change.key, [*_of_group(self.target, each, found), *_of_members(each, found, plan)]


# --- groups and their members -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _GroupChange:
    """A group that changes, and who comes and goes. `singly`: how many of those who go and come are told one by one."""

    change: PlannedChange
    group: Group
    moves: Moves
    singly: dict[bool, int] = field(default_factory=dict)

    def asked(self, plan: Plan) -> Iterator[str]:
        """Yield the keys of the people whose coming or going the policy, or a relation, has to explain."""
        return (key for key in chain(self.moves.removed, self.moves.added) if key not in plan.withheld)


def _groups_of(plan: Plan, names: MemberNames) -> list[_GroupChange]:
    """Return the groups that come or go, or whose members do."""
    return [
        _GroupChange(change, group_of(change), names.moves(change))
        for change in plan.changes
        if change.kind is EntryKind.GROUP and (change.members or change.action is not Action.CHANGE)
    ]


def _allot(groups: Sequence[_GroupChange], left: int) -> None:
    """Say of how many it is told one by one: of those who go first, since that takes something away."""
    for comes in (False, True):
        for each in groups:
            each.singly[comes] = min(left, len(each.moves.side(comes=comes)))
            left -= each.singly[comes]


def _of_group(target: Target, of: _GroupChange, causes: EnterpriseCauses) -> Iterator[Reason]:
    """Yield why a group comes or goes."""
    group, change = of.group, of.change
    facts = causes.group(group)
    if change.action is Action.ADD:
        yield Reason(ReasonKind.ENTRY, facts_told("stands for", facts), facts=facts, revision=causes.revision)
    elif change.action is Action.DELETE:
        if causes.has(group) and target.mapped.groups[group.kind].empty is EmptyGroups.DELETE:
            told = "nobody is a member, and the target keeps no group without members"
            yield Reason(ReasonKind.ENTRY, told, facts=facts, revision=causes.revision)
        else:
            told = facts_told("what it stood for is no more", facts)
            yield Reason(ReasonKind.ENTRY, told, facts=facts, revision=causes.revision)


def _not_for(target: Target, group: Group) -> str:
    """Return in which way a group is none of the target's business, "" when it is."""
    if not target.is_for(group.enterprise_number):
        return f"the target is not for enterprise {group.enterprise_number}"
    if group.kind not in target.mapped.groups:
        return f"the target has no groups of the kind {group.kind}"
    if group.kind not in ENTERPRISE_WIDE and group.domain not in target.domains:
        return f"the target is not for the domain {group.domain}"
    return ""


def _of_members(of: _GroupChange, causes: EnterpriseCauses, plan: Plan) -> Iterator[Reason]:
    for comes in (False, True):
        people = of.moves.side(comes=comes)
        for key in people[: of.singly[comes]]:
            if key not in plan.withheld:
                yield membership_reason(causes.of(of.group, person_id_of(key)), comes=comes)
            elif not comes:
                told = f"{person_id_of(key)} stands in no group: what stands where the entry should be is not ours"
                yield Reason(ReasonKind.CLASH, told, person_id=person_id_of(key))
        yield from _more(of.group, people[of.singly[comes] :], causes, plan)
    yield from _about_values(of)


def _more(group: Group, keys: Iterable[str], causes: EnterpriseCauses, plan: Plan) -> Iterator[Reason]:
    """Yield of the rest how many there are for the same rules."""
    alike: dict[object, list[str]] = {}
    for key in keys:
        if key not in plan.withheld:
            alike.setdefault(causes.verdict(group, person_id_of(key)), []).append(key)
    for people in alike.values():
        yield more_reason(causes.of(group, person_id_of(people[0])), len(people))


def _about_values(of: _GroupChange) -> Iterator[Reason]:
    """Yield why values come and go that stand for nobody who comes or goes."""
    moves, members = of.moves, of.change.members
    if moves.renamed:
        yield Reason(ReasonKind.NAME, "a member stands in it under another name now", count=moves.renamed)
    if moves.placeholder is not None:
        told = "the last member goes" if moves.placeholder else "there is a member again"
        yield Reason(ReasonKind.PLACEHOLDER, f"a group without members is not allowed there, and {told}")
    if moves.unknown:
        told = f"somebody put values into it that stand for nobody of ours; {REPAIRS}"
        yield Reason(ReasonKind.HAND, told, count=moves.unknown)
    elif members is not None and members.by_others:
        yield Reason(ReasonKind.HAND, f"somebody else put members in or took some out; {REPAIRS}")


# --- which keys a plan has --------------------------------------------------------------------------------------------


def _told_early(change: PlannedChange) -> int:
    """Return how early a person is told of: whoever is taken something away from first."""
    return {Action.DELETE: 0, Action.CHANGE: 1, Action.ADD: 2}[change.action]


def _numbers(plan: Plan) -> frozenset[str]:
    """Return the numbers of the enterprises whose records may be behind an entry."""
    of_containers = (change for change in plan.changes if change.kind is EntryKind.CONTAINER)
    numbers = {unquote(part) for change in of_containers for part in change.key.split("/")[2:]}
    return frozenset(numbers).union(*(change.desired.enterprises for change in plan.changes if change.desired))


def _capacity_ids(plan: Plan) -> frozenset[str]:
    """Return the ids of the capacities whose records may be behind an entry."""
    of_containers = (change for change in plan.changes if change.kind is EntryKind.CONTAINER)
    ids = {unquote(part) for change in of_containers for part in change.key.split("/")[2:]}
    return frozenset(ids | {group_of(change).capacity_id for change in plan.changes if change.kind is EntryKind.GROUP})


def _new_policy(change: PlannedChange) -> Iterator[Reason]:
    """Yield that a new policy may be behind who comes and goes."""
    comes_or_goes = change.kind is not EntryKind.CONTAINER and change.action is not Action.CHANGE
    if comes_or_goes or change.members is not None:
        told = "the policy is another one than at the last run, so that the same facts may say otherwise"
        yield Reason(ReasonKind.POLICY, told)
