"""A private directory, a store of facts, and what keeps the one as the other says."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from authz_service.directory.connecting import connected
from authz_service.directory.operations import Operation, WriteOutcome
from authz_service.directory.servers import Endpoint, SecretText, ServerSettings
from authz_service.directory.session import DEFAULT_WINDOW, Session
from authz_service.directory.wire import Wire
from authz_service.policy.engine import PolicyEngine
from authz_service.policy.text import read_policy
from authz_service.services.decisions import DecisionService
from authz_service.services.projection.projections import Projections
from authz_service.store.database import Database
from authz_service.store.directories import Directories
from authz_service.store.keys import ensure_key_file
from authz_service.store.reading import FactsReader
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.runs import Runner
from authz_service.sync.source import Source
from authz_service.sync.target_files import read_targets
from authz_service.sync.targets import Limit, Target
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, PASSWORD, Slapd, SlapdOptions
from tests.model.rules_subjects import LEVELS

__all__ = ["LARGEST_REQUEST", "OVERLAYS", "Directory", "Tools", "directory", "tools_in"]

OVERLAYS: Final = ("syncprov", "ppolicy")
LARGEST_REQUEST: Final = 1 << 20
"""In octets: the server closes the connection over which a larger one comes."""
_PROJECT: Final = Path(__file__).parents[2]
_NO_LIMIT: Final = Limit(10_000_000, 100, 10_000_000)


@dataclass(frozen=True, slots=True)
class Directory:
    """A server that runs, and the file of whoever signed its certificate."""

    slapd: Slapd
    authority: Path

    @property
    def settings(self) -> ServerSettings:
        """How it is reached, as in production: over TLS, checked."""
        return server_settings(self.slapd.tls_url, self.authority)


@dataclass(slots=True)
class Writes:
    """When a run began to write and when it last had an answer to what it wrote, by the clock of `perf_counter`."""

    begun: float = 0.0
    ended: float = 0.0


class _TimedSession(Session):
    """A session that notes when it writes."""

    def __init__(self, wire: Wire, endpoint: Endpoint, settings: ServerSettings, writes: Writes) -> None:
        super().__init__(wire, endpoint, settings)
        self._writes = writes

    def write_many(self, operations: Iterable[Operation], window: int = DEFAULT_WINDOW) -> Iterator[WriteOutcome]:
        self._writes.begun = self._writes.begun or time.perf_counter()
        yield from super().write_many(operations, window)
        self._writes.ended = time.perf_counter()


@dataclass(slots=True)
class Tools:
    """What one process works with."""

    database: Database
    projections: Projections
    target: Target
    source: Source
    runner: Runner
    writes: Writes


@contextmanager
def directory(folder: Path, overlays: Sequence[str] = OVERLAYS) -> Iterator[Directory]:
    """Run a server that commits every write to the disk `folder` is on, and has the base that `tools_in` writes under.

    Raises SlapdError.
    """
    with ExitStack() as exits:
        certificates = Path(exits.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        authority = Authority(certificates)
        options = SlapdOptions(overlays=overlays, global_lines=f"sockbuf_max_incoming_auth {LARGEST_REQUEST}")
        with _temporary_files_in(folder):
            slapd = exits.enter_context(Slapd(authority.sign("localhost", "127.0.0.1"), options))
        slapd.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
        yield Directory(slapd, authority.file)


@contextmanager
def tools_in(folder: Path, url: str, authority: Path) -> Iterator[Tools]:
    """Open a store in a folder (made when it is not there) and all that keeps the server at this address."""
    database = Database(f"sqlite:///{folder / 'facts.db'}", ensure_key_file(folder / "keys.json"))
    try:
        database.upgrade()
        policy = PolicyEngine(read_policy(_PROJECT / "policies", levels=LEVELS))
        projections = Projections(database, DecisionService(FactsReader(database), policy, LEVELS), LEVELS)
        target = _target(folder)
        settings = server_settings(url, authority)

        writes = Writes()

        @contextmanager
        def connect() -> Iterator[Session]:
            wire, endpoint = connected(settings)
            try:
                yield _TimedSession(wire, endpoint, settings, writes)
            finally:
                wire.close()

        runner = Runner(target, Directories(database), Fingerprints(b"of the benchmark"), connect, "benchmark")
        yield Tools(database, projections, target, Source(target, projections), runner, writes)
    finally:
        database.close()


def server_settings(url: str, authority: Path) -> ServerSettings:
    """Return how the account of the sync reaches a server."""
    return ServerSettings(urls=(url,), bind_dn=Slapd.sync_dn, secret=SecretText(PASSWORD), ca_file=authority)


def _target(folder: Path) -> Target:
    """Return the example for OpenLDAP; nothing waits for an approval."""
    text = (_PROJECT / "config" / "directories.example.toml").read_text("utf-8")
    file = folder / "directories.toml"
    file.write_text(text.replace("dc=uman,dc=example", BASE), "utf-8")
    target = next(each for each in read_targets(file) if each.name == "uman")
    return replace(
        target,
        limits=replace(target.limits, deletions=_NO_LIMIT, removed_members=_NO_LIMIT, shrunken_source=_NO_LIMIT),
    )


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    before = tempfile.tempdir
    tempfile.tempdir = os.fspath(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
