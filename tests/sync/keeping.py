"""A directory that is kept: the reference world behind its write door, a private OpenLDAP, and who follows."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from authz_service.directory.names import Dn
from authz_service.directory.servers import ServerSettings
from authz_service.directory.session import Session, open_session
from authz_service.domain import moments
from authz_service.domain.commands import CreateUser
from authz_service.domain.moments import Period
from authz_service.domain.records import Record, RelationRecord
from authz_service.domain.vocabulary import Scope
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.authority.facts import LoadFacts
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from authz_service.services.facts_file.tree import FactsFile
from authz_service.services.projection.projections import Projections
from authz_service.store.database import Database
from authz_service.store.directories import Approval, Directories, Run, RunOutcome, add_approval
from authz_service.store.keys import read_key_file
from authz_service.store.outbox import Outbox
from authz_service.store.reading import FactsReader
from authz_service.store.revisions import recorded_after
from authz_service.store.writing import Recorder
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.following import Follower, Memory
from authz_service.sync.holders import this_process
from authz_service.sync.planning import Wanted
from authz_service.sync.plans import Plan
from authz_service.sync.runs import Progress, Runner, RunReport
from authz_service.sync.saved_plans import SavedPlan
from authz_service.sync.source import Source
from authz_service.sync.status import TargetStatus, status_of
from authz_service.sync.target_files import read_targets
from authz_service.sync.targets import Schedule, Target
from tests.support.door import NUMBER, REACHED, Door, niss, open_door, operator, person
from tests.support.reference import PROJECT, WORLD, Reference
from tests.sync.offices import Office

__all__ = ["FRANK", "NSSO", "Elsewhere", "Kept", "kept_by", "seen_within", "world_copied"]

FRANK: Final = person("frank", "alpha")
NSSO: Final = "alpha.nsso"
_SCHEDULE: Final = Schedule(full_seconds=3600, watch_seconds=3600, first_retry_seconds=0.05, longest_retry_seconds=0.2)
_PATIENCE_SECONDS: Final = 30


@dataclass(slots=True)
class Kept:
    """One target of the service, who follows it, and what can be seen of both."""

    door: Door
    office: Office
    followers: list[Follower] = field(default_factory=list)
    server: dict[str, Any] = field(default_factory=dict)
    """What followers have otherwise of the server's settings."""

    @property
    def directories(self) -> Directories:
        return self.office.directories

    @property
    def target(self) -> Target:
        return self.office.target

    @property
    def projections(self) -> Projections:
        decisions = self.door.reference.decisions
        return Projections(self.door.reference.database, decisions, decisions.levels)

    def schedule(self, **seconds: float) -> None:
        """From now on, followers keep other times."""
        self.office.target = replace(self.target, schedule=replace(self.target.schedule, **seconds))

    def begun(self, holder: str = "this") -> Follower:
        """Return a follower that has compared everything, and wrote it."""
        follower = self.follower(holder)
        follower.step()
        assert self.runs()[0].outcome is RunOutcome.DONE
        return follower

    def source(self) -> Source:
        return Source(self.target, self.projections)

    def follower(self, holder: str = "this", **arguments: Any) -> Follower:
        """Return somebody to follow the target, who has not begun."""
        runner = Runner(self.target, self.directories, Fingerprints(self.office.secret), self.connect, holder)
        memory = Memory(self.directories, Outbox(self.door.reference.database))
        source = arguments.pop("source", None) or self.source()
        made = Follower(self.target, source, runner, memory, self.connect, holder, **arguments)
        self.followers.append(made)
        return made

    def connect(self) -> AbstractContextManager[Session]:
        return open_session(replace(self.office.settings, **self.server))

    # --- changing the facts -------------------------------------------------------------------------------------------

    def create_umar(self) -> None:
        """Make a user of Alpha who was none before."""
        assert self.door.do(FRANK, CreateUser(NSSO, niss("umar"), REACHED, "u1")).done

    def load(self, world: Mapping[str, Any]) -> None:
        """Have an operator load a facts file."""
        file = FactsFile(json.dumps({"world": world}))
        assert self.door.do(operator(Scope.ADMIN), LoadFacts(file, self.door.reference.decisions.levels)).done

    def change(self, record_type: type[Record], said: Mapping[str, str], **values: Any) -> None:
        """Record that what says this says something else instead; the outbox tells nothing of it."""
        with Recorder(self.door.reference.database) as recorder:
            (known,) = recorder.find(record_type, **said)
            recorder.record([replace(known, **values)], [known])

    def end(self, name: str, until: int) -> None:
        """Have somebody be a user of Alpha until an instant (UTC microseconds)."""
        said = {"person_id": self.person_id(name), "kind": "user", "capacity_id": NSSO}
        self.change(RelationRecord, said, valid=Period(moments.moment_of("2020-01-01"), until))

    def approve(self, digest: str) -> None:
        """Have an operator let a plan be carried out."""
        now = moments.now()
        approval = Approval(self.target.name, digest, "an operator", now, now + 60_000_000)
        with self.door.reference.database.writing() as connection:
            add_approval(connection, approval)

    # --- looking ------------------------------------------------------------------------------------------------------

    def person_id(self, name: str) -> str:
        with Recorder(self.door.reference.database) as recorder:
            return str(recorder.identify(niss(name)))

    def person_key(self, name: str) -> str:
        return f"person/{self.person_id(name)}"

    def dn(self, key: str) -> Dn:
        return Dn.parse(self.directories.remembered(self.target.name)[key].dn)

    def values(self, key: str, attribute: str) -> set[bytes]:
        """Return the values of an attribute of an entry of ours."""
        return (self.entry(key) or {}).get(attribute, set())

    def entry(self, key: str) -> dict[str, set[bytes]] | None:
        """Return what the directory holds of an entry of ours, None when there is none."""
        known = self.directories.remembered(self.target.name).get(key)
        if known is None:
            return None
        condition = f"(entryUUID={known.entry_id})"
        return next(iter(self.office.held(self.target.mapped.base, condition).values()), None)

    def users(self) -> set[str]:
        """Return the keys of the members of the group of Alpha's users."""
        return self.members(f"group/users/{NUMBER['alpha']}/{NSSO}/social_security")

    def openers(self, application: str) -> set[str]:
        """Return the keys of those whom the directory lets open an application for Alpha."""
        return self.members(f"group/application/{NUMBER['alpha']}/{NSSO}/social_security/{application}")

    def members(self, key: str) -> set[str]:
        names = {Dn.parse(value.decode()).rdns[0][0][1] for value in self.values(key, "member")}
        return {f"person/{name}" for name in names if name.startswith("p_")}

    def runs(self) -> list[Run]:
        return self.directories.runs(self.target.name, 100)

    def status(self) -> TargetStatus:
        revision = self.projections.last().revision
        recorded = partial(recorded_after, self.projections.database)
        return status_of(self.target, self.directories, revision, recorded, moments.now())

    def plan(self) -> Plan:
        """Return what has to be done, by a fresh look at everything."""
        fingerprints = Fingerprints(self.office.secret)
        runner = Runner(self.target, self.directories, fingerprints, self.connect, "a look")
        return runner.plan(self.source().everything())[0]

    def is_exact(self) -> bool:
        """Whether a fresh look at everything finds nothing to do."""
        plan = self.plan()
        return not plan.changes and not plan.clashes and not plan.reported


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another process needs to follow the target. `folder`: where its file is, and the copied world."""

    folder: Path
    settings: ServerSettings
    secret: bytes
    killed_after: int

    def follow(self) -> None:
        """Begin to follow, and end as by a power cut when so many writes are answered."""
        levels = yaml.safe_load(WORLD.read_text(encoding="utf-8"))["meta"]["assurance"]["levels"]
        world = self.folder / "world"
        database = Database(f"sqlite:///{world / 'facts.db'}", read_key_file(world / "keys"))
        policy = PolicyEngine(read_policy(PROJECT / "policies", {}, levels, Explanations.load().digest))
        projections = Projections(database, DecisionService(FactsReader(database), policy, levels), levels)
        target = _two_enterprises({each.name: each for each in read_targets(self.folder / "directories.toml")}["uman"])
        directories, holder = Directories(database), this_process()

        def connect() -> AbstractContextManager[Session]:
            return open_session(self.settings)

        runner = _Mortal(target, directories, Fingerprints(self.secret), connect, holder)
        runner.killed_after = self.killed_after
        memory = Memory(directories, Outbox(database))
        Follower(target, Source(target, projections), runner, memory, connect, holder).step()


class _Mortal(Runner):
    """Ends its process in the middle of a run."""

    killed_after = 0

    def apply(
        self,
        wanted: Wanted | Callable[[], Wanted],
        saved: SavedPlan | None = None,
        progress: Progress = lambda _done, _total: None,
    ) -> RunReport:
        del progress
        return super().apply(wanted, saved, self._die)

    def _die(self, done: int, _total: int) -> None:
        if done == self.killed_after:
            os.kill(os.getpid(), signal.SIGKILL)


def seen_within(condition: Callable[[], bool], *followers: Follower, seconds: float = _PATIENCE_SECONDS) -> bool:
    """Let followers go on, step by step, until something can be seen; False: it cannot within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        rests = [follower.step() for follower in followers]
        time.sleep(min([*rests, 0.05]))
    return True


@contextmanager
def world_copied(reference: Reference, folder: Path) -> Iterator[Door]:
    """Open the write door to a copy of the reference world, which is in a database of SQLite, in an empty folder."""
    known = Path(reference.database.engine.url.database or "")
    reference.database.engine.dispose()
    for path in (known, known.parent / "keys"):
        shutil.copy(path, folder / path.name)
    database = Database(f"sqlite:///{folder / known.name}", read_key_file(folder / "keys"))
    decisions = DecisionService(FactsReader(database), reference.decisions.policy, reference.decisions.levels)
    try:
        yield open_door(replace(reference, database=database, decisions=decisions), folder)
    finally:
        database.close()


def kept_by(office: Office, door: Door, name: str = "uman") -> Kept:
    """Have an office keep two enterprises of the reference world, as a target with that name."""
    office.target = replace(_two_enterprises(office.target), name=name)
    office.directories = Directories(door.reference.database)
    return Kept(door, office)


def _two_enterprises(target: Target) -> Target:
    two = frozenset({NUMBER["alpha"], NUMBER["omega"]})
    return replace(target, enterprises=two, schedule=_SCHEDULE)
