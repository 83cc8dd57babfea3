"""The directories of an installation: each target with what it should hold and what writes it, for its operator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from authz_service.bootstrap.databases import checked_database
from authz_service.bootstrap.errors import StartError
from authz_service.bootstrap.operators import carry_out, command_line_operator, require_decided
from authz_service.bootstrap.policies import load_policy
from authz_service.directory.errors import DirectoryError
from authz_service.directory.session import Session, open_session
from authz_service.domain import moments
from authz_service.domain.commands import Command
from authz_service.domain.service_commands import ApplyDirectoryPlan, ApproveDirectoryPlan
from authz_service.domain.vocabulary import Action
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.errors import ProjectionError
from authz_service.services.projection.projections import Projections
from authz_service.settings import Settings
from authz_service.store.database import Database
from authz_service.store.directories import Directories
from authz_service.store.outbox import Outbox
from authz_service.store.reading import FactsReader
from authz_service.store.revisions import recorded_after
from authz_service.sync.because import Because
from authz_service.sync.entry_checks import RenderingError
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.following import Follower, Memory
from authz_service.sync.from_nothing import plan_from_nothing
from authz_service.sync.holders import this_process
from authz_service.sync.limits import Excess
from authz_service.sync.plans import Plan
from authz_service.sync.reasons import Reason
from authz_service.sync.runs import Runner, RunReport, TargetBusyError
from authz_service.sync.saved_plans import SavedPlan
from authz_service.sync.source import Progress, Source
from authz_service.sync.status import TargetStatus, status_of
from authz_service.sync.target_files import read_targets, server_settings
from authz_service.sync.targets import Target

__all__ = ["CANNOT_SAY", "KeptDirectory", "PlanChangedError", "opened_directories"]

CANNOT_SAY: Final = (DirectoryError, RenderingError, ProjectionError, TargetBusyError)
"""What keeps one target from being worked with, and says nothing of another."""
_HOUR: Final = 3_600_000_000


class PlanChangedError(Exception):
    """What was to be approved is not what would be done now."""


@dataclass(frozen=True, slots=True)
class KeptDirectory:
    """One target, as the operator of this machine works with it. Methods raise StoreUnavailableError."""

    settings: Settings
    database: Database
    target: Target
    source: Source
    runner: Runner
    follower: Follower
    directories: Directories

    @property
    def name(self) -> str:
        return self.target.name

    def plan(self) -> tuple[Plan, tuple[Excess, ...]]:
        """Return what has to be done, and which limits that is beyond. Raises CANNOT_SAY."""
        return self.runner.plan(self.source.everything())

    def because(self, plan: Plan) -> Mapping[str, tuple[Reason, ...]]:
        """Return why each of its changes is to be, by key: the facts and the rules behind it. Raises CANNOT_SAY."""
        last = self.directories.reached(self.name)
        remembered = self.directories.remembered(self.name)
        return Because(self.target, self.source.projections).of(plan, remembered, last.policy if last else "")

    def plan_from_nothing(self) -> Plan:
        """Return what would be done if the directory held nothing; no server is asked. Raises CANNOT_SAY."""
        return plan_from_nothing(self.target, self.source.everything(), moments.now())

    def apply(self, saved: SavedPlan | None, asking: Progress, writing: Progress) -> RunReport:
        """Have it done, in the name of the operator; `asking`, `writing`: told how far that has come.

        Raises CANNOT_SAY, RefusedError.
        """
        self._carry_out(ApplyDirectoryPlan(self.name, saved.digest if saved else ""))
        return self.runner.apply(lambda: self.source.everything(asking), saved, writing)

    def approve(self, digest: str, hours: float) -> tuple[Plan, tuple[Excess, ...]]:
        """Let the plan with that digest, or with one that begins so, be carried out once within so many hours.

        Raises PlanChangedError when it is not the plan of now or needs no approval, CANNOT_SAY, RefusedError.
        """
        plan, beyond = self.plan()
        if not plan.digest.startswith(digest):
            raise PlanChangedError(f"target {self.name}: the plan of now is another; `authz sync plan` shows it")
        if not beyond:
            raise PlanChangedError(f"target {self.name}: the plan is within its limits and waits for nothing")
        until = moments.now() + int(hours * _HOUR)
        told = tuple(excess.told for excess in beyond)
        self._carry_out(ApproveDirectoryPlan(self.name, plan.digest, told, until))
        return plan, beyond

    def _carry_out(self, command: Command) -> None:
        carry_out(self.settings, self.database, [command], self.source.projections.decisions.policy)

    def status(self) -> TargetStatus:
        """Return how the target stands."""
        revision = self.source.projections.last().revision
        return status_of(self.target, self.directories, revision, partial(recorded_after, self.database), moments.now())


@contextmanager
def opened_directories(settings: Settings, names: Iterable[str] = ()) -> Iterator[tuple[KeptDirectory, ...]]:
    """Open the database for the operator, yield the targets of these names (none: all there are), and close it.

    Raises StartError, TargetFileError, RefusedError, StoreError.
    """
    targets = _targets(settings, tuple(dict.fromkeys(names)))
    policy = load_policy(settings)
    with checked_database(settings) as database:
        decisions = DecisionService(FactsReader(database), policy, settings.assurance.levels)
        projections = Projections(database, decisions, settings.assurance.levels)
        for target in targets:
            require_decided(settings, decisions, Action.APPLY_DIRECTORY_PLAN, target=target.name)
        yield tuple(_kept(settings, database, target, projections) for target in targets)


def _targets(settings: Settings, names: tuple[str, ...]) -> list[Target]:
    file = settings.directories_file
    if not file.is_file():
        raise StartError(f"there is no {file}; directories.example.toml shows what it looks like")
    known = {target.name: target for target in read_targets(file)}
    if not known:
        raise StartError(f"{file} names no target")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise StartError(f"{file} has no target {unknown[0]}; there are {', '.join(known)}")
    return [known[name] for name in names or known]


def _kept(settings: Settings, database: Database, target: Target, projections: Projections) -> KeptDirectory:
    directories, holder, connect = Directories(database), this_process(), _connecting(target)
    source = Source(target, projections)
    operators = settings.operators
    runner = Runner(
        target,
        directories,
        Fingerprints(database.key.hash_key),
        connect,
        holder,
        operator=command_line_operator(settings).id if operators.second_operator else "",
    )
    follower = Follower(target, source, runner, Memory(directories, Outbox(database)), connect, holder)
    return KeptDirectory(settings, database, target, source, runner, follower, directories)


def _connecting(target: Target) -> Callable[[], AbstractContextManager[Session]]:
    return lambda: open_session(server_settings(target))
