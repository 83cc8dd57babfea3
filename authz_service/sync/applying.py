"""Carrying out a plan: what comes from the top down, memberships, and what goes last. Every outcome is settled or told.

Whatever is interrupted where, the next plan starts from what the directory holds, and ends where this one would have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from authz_service.directory.names import Dn
from authz_service.directory.operations import (
    Add,
    Delete,
    Modify,
    Operation,
    OutcomeKind,
    Rename,
    WriteOutcome,
)
from authz_service.directory.session import Session
from authz_service.domain.national_numbers import holds_national_number
from authz_service.store.directories import Directories, Failure, RememberedEntry
from authz_service.sync import targets
from authz_service.sync.comparing import Comparer
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.plans import Action, Plan, PlannedChange, changes_of
from authz_service.sync.reading import TargetReader
from authz_service.sync.renaming import Places, aside, is_spelled_as, places_wanted
from authz_service.sync.rendering import new_entry_attributes, new_password
from authz_service.sync.settling import Settler
from authz_service.sync.targets import Target

__all__ = ["Applied", "Applier"]

_FEW: Final = 64
"""So many new entries are looked at one by one for their ids; more by one search."""
_Job = tuple[PlannedChange, Operation]


@dataclass(slots=True)
class Applied:
    """What became of a plan. `writes`: operations done, by kind; `unknown`: keys of what may have been done or not.

    `stopped`: why the rest was not even tried, "" when all of it was.
    """

    writes: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    stopped: str = ""


class Applier:
    """Carries out one plan over one session, and has what it does remembered.

    `remembered`: the memory that the plan was made with. `may_go_on`: asked before every batch and now and then on the
    way; False: somebody else may write now. `progress`: told how many of how many operations are answered.
    """

    def __init__(
        self,
        session: Session,
        target: Target,
        plan: Plan,
        directories: Directories,
        fingerprints: Fingerprints,
        remembered: Mapping[str, RememberedEntry],
        *,
        may_go_on: Callable[[], bool] = lambda: True,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> None:
        self._session = session
        self._target = target
        self._plan = plan
        self._directories = directories
        self._may_go_on = may_go_on
        self._progress = progress
        self._people = dict(plan.entries)
        self._withheld = set(plan.withheld)
        leave = target.drift is targets.Drift.REPORT
        self._comparer = Comparer(target.mapped, self._people, fingerprints, withheld=self._withheld, leave=leave)
        self._reader = TargetReader(session, target.mapped)
        self._known = remembered
        others = {change.entry_id for change in plan.changes if change.entry_id}
        self._settler = Settler(session, self._reader, self._comparer, remembered, others)
        self._places = Places()
        self._aside: set[str] = set()
        self._open: dict[str, tuple[PlannedChange, WriteOutcome]] = {}
        self._failed: set[str] = set()
        self._tried: set[str] = set()
        self._answered = 0
        self.applied = Applied()

    def apply(self) -> Applied:
        """Carry the plan out as far as can be. Raises IncompleteReadError, ConnectionLostError, StoreUnavailableError.

        When it raises, `applied` tells what was done before.
        """
        if self._is_over():
            return self.applied
        self._remember_what_is()
        self._write_containers()
        people, groups = self._of(EntryKind.PERSON), self._of(EntryKind.GROUP)
        self._make_room([*people, *groups])
        self._carry_out(people)
        self._care_for_groups_of_failed(people)
        self._carry_out(change for change in groups if change.action is Action.ADD or change.new_dn is not None)
        self._carry_out(change for change in groups if change.action is Action.CHANGE and change.new_dn is None)
        self._carry_out(self._deletions())
        return self.applied

    # --- phases -------------------------------------------------------------------------------------------------------

    def _of(self, kind: EntryKind) -> list[PlannedChange]:
        return [change for change in self._plan.changes if change.kind is kind and change.action is not Action.DELETE]

    def _deletions(self) -> list[PlannedChange]:
        return [change for change in self._plan.changes if change.action is Action.DELETE]

    def _remember_what_is(self) -> None:
        """Note what is already as it should be, and, before anything is made, what may be there from now on."""
        now, name = self._plan.made_at, self._target.name
        refreshed = self._plan.refreshed
        additions = [change for change in self._plan.changes if change.action is Action.ADD]
        self._leave_unnamed(change.key for change in additions if holds_national_number(change.key))
        self._directories.remember(name, (self._comparer.remembered(*held, now) for held in refreshed))
        self._directories.remember(
            name,
            (
                self._comparer.about_to_be(each.desired, now)
                for each in additions
                if each.desired is not None and each.key not in self._failed
            ),
        )
        self._directories.forget(name, self._plan.gone)
        if self._target.drift is targets.Drift.REPORT:
            self._remember_changes()

    def _leave_unnamed(self, keys: Iterable[str]) -> None:
        """Leave out what cannot be remembered: a code in its key looks like a national number, and is not repeated."""
        for key in keys:
            self._failed.add(key)
            self.applied.failures.append(Failure("", f"{key.partition('/')[0]}: its key holds a national number"))

    def _make_room(self, coming: list[PlannedChange]) -> None:
        """Move aside whoever stands where one of these has to go, and has to go from there himself.

        So two can exchange their names, and one can take that of another that is deleted. What these lie under has its
        name already.
        """
        wanted = places_wanted(coming)
        leaving = [each for each in self._plan.changes if each.new_dn is not None or each.action is Action.DELETE]
        for change in leaving if wanted else ():
            current = self._places.current(change.dn)
            if wanted.get(current, change.key) != change.key and self._rename(
                change, current, aside(current, change.entry_id)
            ):
                self._aside.add(change.key)

    def _write_containers(self) -> None:
        """Write containers from the top down: below one that is renamed, names are as they will be."""
        for _, level in groupby(self._of(EntryKind.CONTAINER), key=_depth):
            changes = list(level)
            self._make_room(changes)
            for renamed, batch in groupby(changes, key=lambda change: change.new_dn is not None):
                if renamed:
                    self._rename_containers(batch)
                else:
                    self._carry_out(batch)

    def _rename_containers(self, changes: Iterable[PlannedChange]) -> None:
        for change in changes:
            current = self._places.current(change.dn)
            if change.new_dn is not None and not is_spelled_as(current, change.new_dn):
                self._rename(change, current, change.new_dn)
            self._carry_out([change])

    def _rename(self, change: PlannedChange, current: Dn, new: Dn) -> bool:
        """Rename one entry by itself; what lies under it is elsewhere from then on."""
        if self._is_over():
            return False
        outcome = self._session.rename(current, new, self._reader.ours(change.entry_id))
        self._note(change, outcome, "rename")
        if outcome.kind is not OutcomeKind.DONE:
            return False
        self._places.moved(change.dn, new)
        return True

    def _care_for_groups_of_failed(self, people: Iterable[PlannedChange]) -> None:
        """Keep whoever could not be written out of groups, and under his old name whoever could not be renamed."""
        for change in people:
            if change.key in self._failed:
                if change.action is Action.ADD:
                    self._withheld.add(change.key)
                elif change.new_dn is not None:
                    current = self._places.current(change.dn)
                    self._people[change.key] = replace(
                        self._people[change.key], dn=current, spelled=str(current).encode()
                    )

    # --- writing ------------------------------------------------------------------------------------------------------

    def _carry_out(self, changes: Iterable[PlannedChange]) -> None:
        """Write changes that do not depend on one another, settle what was not simply done, and remember it all."""
        batch = list(changes)
        if not batch or self._is_over():
            return
        self._tried = {change.key for change in batch}
        uncertain = [change for change in batch if self._hangs_on_failed(change)]
        for change in uncertain:
            self._open[change.key] = change, WriteOutcome(OutcomeKind.REFUSED)
        skipped = {change.key for change in uncertain} | self._open.keys() | self._failed
        jobs = [job for change in batch if change.key not in skipped for job in self._jobs(change)]
        self._write(jobs)
        self._settle()
        self._remember([change for change in batch if self._is_done(change)])

    def _write(self, jobs: list[_Job]) -> None:
        outcomes = self._session.write_many(operation for _, operation in jobs)
        for number, ((change, operation), outcome) in enumerate(zip(jobs, outcomes, strict=True)):
            self._note(change, outcome, type(operation).__name__.lower())
            if number % _FEW == 0 and self._is_over():
                self.applied.unknown += [each.key for each, _ in jobs[number + 1 : number + 1 + _FEW]]
                return

    def _note(self, change: PlannedChange, outcome: WriteOutcome, kind: str) -> None:
        self._answered += 1
        self._progress(self._answered, max(len(self._plan.changes), self._answered))
        match outcome.kind:
            case OutcomeKind.DONE:
                self.applied.writes[kind] += 1
            case OutcomeKind.REFUSED:
                self._open.setdefault(change.key, (change, outcome))
            case OutcomeKind.UNKNOWN:
                self._failed.add(change.key)
                self.applied.unknown.append(change.key)
                self.applied.stopped = self.applied.stopped or outcome.text or "the connection was lost"
            case OutcomeKind.NOT_SENT:
                self._failed.add(change.key)
                self.applied.stopped = self.applied.stopped or outcome.text or "the connection was lost"

    def _is_over(self) -> bool:
        if not self.applied.stopped and not self._may_go_on():
            self.applied.stopped = "somebody else may write to this target now"
        return bool(self.applied.stopped)

    def _is_done(self, change: PlannedChange) -> bool:
        return change.key in self._tried and change.key not in self._failed and not self.applied.stopped

    def _hangs_on_failed(self, change: PlannedChange) -> bool:
        """Return whether a group that is there names somebody whose entry is not as it was planned to be."""
        members = change.desired.members if change.desired else None
        return change.action is Action.CHANGE and bool(members) and not self._failed.isdisjoint(members or ())

    def _jobs(self, change: PlannedChange) -> Iterator[_Job]:
        """Yield what is sent for a change, each under the condition that the entry is ours and as it was read."""
        if change.action is Action.ADD and change.desired is not None:
            yield change, Add(change.dn, self._new(change.desired))
            return
        current = self._places.current(change.dn)
        ours = self._reader.ours(change.entry_id)
        as_read = f"(&{ours}{change.tag})" if change.tag and change.key not in self._aside else ours
        if change.action is Action.DELETE:
            yield change, Delete(current, as_read)
            return
        if change.new_dn is not None and not is_spelled_as(current, change.new_dn):
            yield change, Rename(current, change.new_dn, as_read)
            current, as_read = change.new_dn, ours
        elif change.new_dn is not None:
            as_read = ours
        if changes := changes_of(change.attributes, change.members):
            yield change, Modify(current, changes, as_read)

    def _new(self, desired: DesiredEntry) -> dict[str, tuple[bytes, ...]]:
        mapped = self._target.mapped
        has_password = desired.kind is EntryKind.PERSON and bool(mapped.people.random_password)
        password = new_password() if has_password else ""
        return new_entry_attributes(mapped, self._comparer.without_withheld(desired), self._people, password)

    def _settle(self) -> None:
        """Look again at every entry whose write was refused, and do what is still to be done."""
        waiting, self._open = self._open, {}
        for change, outcome in waiting.values():
            if self._is_over():
                self._failed.add(change.key)
                continue
            settled = self._settler.settle(change, outcome)
            self.applied.writes.update(settled.writes)
            if settled.is_gone:
                self._directories.forget(self._target.name, [change.key])
            if settled.cause:
                self._failed.add(change.key)
                self.applied.failures.append(Failure(change.key, settled.cause))
            if settled.is_unknown:
                self._failed.add(change.key)
                self.applied.unknown.append(change.key)
                self.applied.stopped = "the connection was lost"

    # --- remembering --------------------------------------------------------------------------------------------------

    def _remember_changes(self) -> None:
        """Note what is about to be changed: if this run is cut off, it is not taken for the doing of others."""
        changing = ((change, self._known.get(change.key)) for change in self._plan.changes if change.entry_id)
        pending = [self._comparer.about_to_change(change, known) for change, known in changing if known is not None]
        self._directories.remember(self._target.name, pending)

    def _remember(self, done: list[PlannedChange]) -> None:
        now = self._plan.made_at
        added = [change for change in done if change.action is Action.ADD]
        ids = self._ids_of(added)
        known = ((change.desired, change.entry_id or ids.get(change.dn, "")) for change in done)
        held = ((desired, entry_id) for desired, entry_id in known if desired is not None and entry_id)
        self._directories.remember(self._target.name, (self._comparer.remembered(*each, now) for each in held))
        self._directories.forget(self._target.name, [change.key for change in done if change.action is Action.DELETE])

    def _ids_of(self, added: list[PlannedChange]) -> dict[Dn, str]:
        if len(added) > _FEW:
            return self._reader.ids()
        found = ((change.dn, self._reader.at(change.dn)) for change in added)
        return {dn: entry.entry_id for dn, entry in found if entry is not None and self._reader.is_marked(entry)}


def _depth(change: PlannedChange) -> int:
    return len((change.new_dn or change.dn).rdns)
