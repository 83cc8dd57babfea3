"""Projections: what a directory should contain of an enterprise, at one facts revision, one policy and one instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter

from authz_service.domain import moments
from authz_service.domain.identifiers import Niss
from authz_service.domain.projections import Group, ProjectedCapacity, ProjectedEnterprise, Projection
from authz_service.domain.records import EnterpriseRecord
from authz_service.domain.vocabulary import Domain
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.accounts import Holders, accounts_of
from authz_service.services.projection.asking import Asking
from authz_service.services.projection.groups import NEVER_IN_FORCE, groups_of
from authz_service.services.projection.instants import next_instant
from authz_service.services.projection.people import people_of, projected_ids
from authz_service.services.projection.places import Place, bearer_of, place_of
from authz_service.store.database import Database
from authz_service.store.enterprise_changes import Given, given_in, persons_changed
from authz_service.store.enterprise_facts import (
    EnterpriseFacts,
    LastRevision,
    all_enterprises,
    enterprises_concerned,
    last_revision,
    read_enterprise,
)
from authz_service.store.snapshot import Snapshot

__all__ = ["Projections"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one snapshot shows of an enterprise. `changed`: of whom the `facts` tell; None: of all."""

    last: LastRevision
    at: int
    facts: EnterpriseFacts
    enterprise: EnterpriseRecord | None
    changed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Projections:
    """Makes projections. May be called from any thread.

    `levels`: the assurance level of each means of authentication; `decisions` must answer from the same store.
    """

    database: Database
    decisions: DecisionService
    levels: Mapping[str, int]

    def of(
        self,
        enterprise_number: str,
        domains: frozenset[Domain] | None = None,
        *,
        with_national_numbers: bool = False,
        at: int | None = None,
        known: Projection | None = None,
    ) -> Projection | None:
        """Return what a directory should contain, None when no enterprise in force has the number.

        `domains`: what the directory is for (None: everything); `with_national_numbers`: fill each person's `niss`;
        `at`: UTC microseconds (default: the present). All of it is answered from the facts as they were known at one
        revision, whatever is recorded meanwhile.
        `known`: what this returned before, asked for in the same way: where only some persons have changed since, only
        they are asked about anew.
        Raises StoreUnavailableError, KeyFileMismatchError, UndecidedError, ProjectionError; then nothing is known.
        """
        with Snapshot(self.database, moments.now() if at is None else at) as snapshot:
            usable = known if known and known.policy == self.decisions.policy.revision else None
            seen = _see(snapshot, enterprise_number, present=at is None, known=usable)
            if seen.enterprise is None:
                return None
            place = place_of(seen.facts, seen.enterprise, seen.at)
            asking = Asking(place, groups_of(place, domains, _given(snapshot, seen)), self.levels)
            numbers = snapshot.national_numbers(asking.people)
        accounts = accounts_of(place)
        groups = asking.members(asking.answers(self.decisions, seen.last, numbers), Holders(place, accounts))
        concerned = _capacities(place, domains)
        members = frozenset[str]().union(*groups.values())
        shown = projected_ids(accounts, concerned, members)
        projection = Projection(
            enterprise=_enterprise(place, groups, concerned),
            revision=seen.last.revision,
            policy=self.decisions.policy.revision,
            at=seen.at,
            people=people_of(
                place, accounts, concerned, shown, members, self._numbers(shown) if with_national_numbers else {}
            ),
            groups=groups,
            changes_at=next_instant(seen.facts, seen.at),
        )
        return projection if known is None or seen.changed is None else _brought_in(projection, seen.changed, known)

    def changes_at(self, enterprise_number: str, at: int | None = None) -> int | None:
        """Return when dates alone may next change what `of` says, its None included (UTC microseconds; None: never).

        `at`: UTC microseconds (default: the present). Asks the policy nothing. Raises StoreUnavailableError.
        """
        with Snapshot(self.database, moments.now() if at is None else at) as snapshot:
            seen = _see(snapshot, enterprise_number, present=at is None)
        return next_instant(seen.facts, seen.at)

    def enterprises(self) -> tuple[str, ...]:
        """Return the numbers of all enterprises, in force or not, sorted. Raises StoreUnavailableError."""
        with Snapshot(self.database, moments.now()) as snapshot:
            return all_enterprises(snapshot)

    def last(self) -> LastRevision:
        """Return the last facts revision. Raises StoreUnavailableError."""
        with Snapshot(self.database, moments.now()) as snapshot:
            return last_revision(snapshot)

    def concerned(self, enterprise_ids: frozenset[str], person_ids: frozenset[str]) -> frozenset[str]:
        """Return the numbers of the enterprises whose projection a change of these may change.

        A person or enterprise that has no relation and no mandate concerns nobody else. Raises
        StoreUnavailableError.
        """
        with Snapshot(self.database, moments.now()) as snapshot:
            return enterprises_concerned(snapshot, enterprise_ids, person_ids)

    def _numbers(self, person_ids: Iterable[str]) -> dict[str, Niss]:
        """Return national numbers, which never change, by person id."""
        with Snapshot(self.database, moments.now()) as snapshot:
            return snapshot.national_numbers(person_ids)


def _see(snapshot: Snapshot, number: str, *, present: bool, known: Projection | None = None) -> _Seen:
    """Return what the snapshot shows. `present`: at its instant, or at its last commit if that is later.

    `known`: what of it is known by now, so that only persons who changed since are read, where that is enough.
    The clock of whoever recorded may go ahead of ours: what was recorded last is in force all the same.
    """
    last = last_revision(snapshot)
    at = max(snapshot.at, last.recorded_at) if present else snapshot.at
    named = read_enterprise(snapshot, number, None)
    enterprise = bearer_of(named.namesakes, number, at)
    if enterprise is None:
        return _Seen(last, at, named, None)
    changed = None if known is None else _changed(snapshot, enterprise, at, known)
    facts = read_enterprise(snapshot, number, enterprise.enterprise_id, changed)
    return _Seen(last, at, facts, enterprise, changed)


def _changed(snapshot: Snapshot, enterprise: EnterpriseRecord, at: int, known: Projection) -> frozenset[str] | None:
    """Return the persons who have changed since what is known, None: more than persons has, or the time has come."""
    is_same = known.enterprise.enterprise_id == enterprise.enterprise_id
    if not is_same or at < known.at or (known.changes_at is not None and known.changes_at <= at):
        return None
    return persons_changed(snapshot, enterprise.number, enterprise.enterprise_id, known.revision)


def _given(snapshot: Snapshot, seen: _Seen) -> frozenset[Given] | None:
    if seen.changed is None or seen.enterprise is None:
        return None
    return given_in(snapshot, seen.enterprise.enterprise_id, seen.at, never=NEVER_IN_FORCE)


def _brought_in(anew: Projection, changed: frozenset[str], known: Projection) -> Projection:
    """Return what is known with the persons who changed as they are anew; what stays the same stays the same object."""
    groups = {
        group: _members(known.groups.get(group, frozenset()), changed, anew.groups[group]) for group in anew.groups
    }
    others = (person for person in known.people if person.person_id not in changed)
    return replace(
        anew,
        people=tuple(sorted((*others, *anew.people), key=attrgetter("person_id"))),
        groups=groups,
        changes_at=min(filter(None, (anew.changes_at, known.changes_at)), default=None),
    )


def _members(known: frozenset[str], changed: frozenset[str], anew: frozenset[str]) -> frozenset[str]:
    return known if known & changed == anew else known - changed | anew


def _enterprise(place: Place, groups: Iterable[Group], concerned: frozenset[str]) -> ProjectedEnterprise:
    """Return the enterprise with the capacities concerned, and those that a group is of without."""
    shown = concerned | {group.capacity_id for group in groups}
    capacities = tuple(
        ProjectedCapacity(capacity.capacity_id, capacity.type, Domain(capacity.domain), capacity.identifier)
        for capacity_id, capacity in sorted(place.capacities.items())
        if capacity_id in shown
    )
    enterprise = place.enterprise
    return ProjectedEnterprise(enterprise.enterprise_id, enterprise.number, enterprise.name, capacities)


def _capacities(place: Place, domains: frozenset[Domain] | None) -> frozenset[str]:
    """Return the ids of the capacities whose people are a directory's for these domains."""
    return frozenset(
        capacity_id
        for capacity_id, capacity in place.capacities.items()
        if domains is None or capacity.domain in domains
    )
