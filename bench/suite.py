"""One run: loads, starts, checks and measures everything, and gives what it found."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.bulk import BulkLoad, bulk_load
from bench.checking import Checked, check
from bench.dataset import Dataset
from bench.engines import measure_engines
from bench.growth import Growth, growth
from bench.peers.interface import Peer, PeerUnavailableError, Shape
from bench.plans import QUESTIONS, Plan, batches_of
from bench.postgresql import Cluster
from bench.processes import memory
from bench.rounds import Cell, Contender, Figures, measure
from bench.service import AuthzService, Logged
from bench.writes import Revoked, UnderWrites, revocations, under_writes

__all__ = ["Results", "Suite"]

_STARTS: Final = 3
_WRITES_A_SECOND: Final = 200


@dataclass(slots=True)
class Results:
    """What a run found. `left_out`: peers that could not be had or were wrong, and why."""

    plan: Plan
    facts: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    checked: dict[tuple[str, Shape], Checked] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    cells: dict[Cell, Figures] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    logged: dict[str, Logged] = field(default_factory=dict)
    revoked: list[Revoked] = field(default_factory=list)
    writes: list[UnderWrites] = field(default_factory=list)
    grown: Growth | None = None
    bulk: list[BulkLoad] = field(default_factory=list)
    engines: dict[str, Figures] = field(default_factory=dict)
    """Engines in process, by name, ours as "authz, remembered" and "authz, not remembered"; a question a request."""


class Suite:
    """A run with our service on both databases and with those peers that can be had."""

    def __init__(self, plan: Plan, folder: Path, cluster: Cluster, tell: Callable[[str], None]) -> None:
        """`folder`: for databases and programs, kept between runs; `tell`: where progress is told."""
        self._plan = plan
        self._folder = folder
        self._cluster = cluster
        self._tell = tell
        self._dataset = Dataset(plan.size)
        self._batches = batches_of(self._dataset, plan)
        self._exits = ExitStack()
        self._requests = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.results = Results(plan, facts=sum(each.facts() for each in self._dataset.enterprises()))

    def run(self, peers: Iterable[Peer]) -> Results:
        """Measure everything. Raises RuntimeError when our own service or a tool fails."""
        ours = [AuthzService(self._cluster), AuthzService(None)]
        with self._exits:
            self._requests = Path(self._exits.enter_context(TemporaryDirectory(dir=self._folder)))
            every: list[Peer] = [*ours, *peers]
            running = [peer for peer in every if self._readied(peer)]
            contenders = [each for peer in running for each in self._contenders(peer)]
            self._tell("measuring, all in turns")
            plan = self._plan
            self.results.cells = measure(contenders, plan.connections, plan.rounds, plan.seconds, self._tell)
            self.results.memory = {peer.name: memory(peer.pids()) for peer in running}
            for service in ours:
                self._written(service, contenders)
        for service in ours:
            self.results.logged[service.name] = service.take_log()
            self._started(service)
        if plan.grown:
            self.results.grown = growth(self._cluster, self._folder, plan, self._tell)
        self._in_process()
        self._tell("bulk load")
        self.results.bulk = [
            bulk_load(Dataset(plan.bulk), self._folder / "bulk", each) for each in (self._cluster, None)
        ]
        return self.results

    def _readied(self, peer: Peer) -> bool:
        """Prepare and start a peer; False, and told, where it cannot be had."""
        self._tell(f"preparing {peer.name}")
        folder = (self._folder / peer.name.replace(" ", "_").replace(",", "").lower()).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            peer.prepare(folder, self._dataset)
            self._exits.callback(peer.stop)
            peer.start()
        except PeerUnavailableError as error:
            self.results.left_out[peer.name] = str(error)
            self._tell(f"{peer.name} is left out: {error}")
            return False
        self.results.versions[peer.name] = peer.version
        return True

    def _contenders(self, peer: Peer) -> Iterable[Contender]:
        """Yield what of a peer is measured: the shapes in which it answered everything rightly."""
        for shape in (shape for shape in Shape if shape in peer.shapes):
            enough = max(-(-self._plan.checked // QUESTIONS[shape]), 10)
            found = check(peer, shape, self._batches[shape][:enough])
            self.results.checked[peer.name, shape] = found
            if found.wrong:
                why = f"{found.wrong} of {found.asked} answers wrong; the first: {found.first}"
                self.results.left_out[f"{peer.name}, {shape.value}"] = why
                self._tell(f"{peer.name} is not timed for {shape.value}: {why}")
            else:
                self._tell(f"{peer.name}, {shape.value}: 0 wrong of {found.asked} ({found.allowed} allowed)")
                yield Contender.prepared(peer, shape, self._batches[shape], self._requests)

    def _written(self, service: AuthzService, contenders: Sequence[Contender]) -> None:
        """Measure a service beside writes, and revoke under its eyes."""
        single = [each for each in contenders if each.peer.name == service.name and each.shape is Shape.SINGLE]
        for contender in single:
            self._tell(f"{service.name}: decisions beside {_WRITES_A_SECOND} writes a second")
            rounds, seconds = max(self._plan.rounds, 2), self._plan.seconds + 1
            self.results.writes.append(under_writes(contender, service, _WRITES_A_SECOND, rounds, seconds))
            self._tell(f"{service.name}: {self._plan.revocations} revocations")
            self.results.revoked.append(revocations(service, self._plan.revocations))

    def _in_process(self) -> None:
        """Measure the engines in process."""
        run = measure_engines(self._dataset, self._plan.rounds, self._plan.seconds / 2, self._tell)
        self.results.engines = run.figures
        self.results.versions |= run.versions
        self.results.left_out |= run.left_out

    def _started(self, service: AuthzService) -> None:
        """Measure the time from the start of the program to the first answer."""
        times = []
        for _ in range(_STARTS):
            try:
                service.start(self._batches[Shape.SINGLE][0][0])
                times.append(service.started)
            finally:
                service.stop()
        self.results.started[service.name] = statistics.median(times)
