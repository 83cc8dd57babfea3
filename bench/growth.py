"""What ten times the facts do to a decision and to the service's memory: two services in turns, on one server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.checking import check
from bench.dataset import Dataset
from bench.peers.interface import Shape
from bench.plans import Plan, batches_of
from bench.postgresql import Cluster
from bench.processes import memory
from bench.rounds import Contender, Figures, measure
from bench.service import AuthzService

__all__ = ["Grown", "Growth", "growth"]


@dataclass(frozen=True, slots=True)
class Grown:
    """One size: `single` by the number of connections; memory (PSS) of the service in octets, after all of it."""

    enterprises: int
    wrong: int
    single: Mapping[int, Figures]
    memory: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The two sizes. `loading`: how long the larger took to load, in seconds; 0 where it was there."""

    small: Grown
    large: Grown
    loading: float


def growth(cluster: Cluster, folder: Path, plan: Plan, tell: Callable[[str], None]) -> Growth:
    """Measure the service on both sizes of `plan`, newly started, in turns. Raises RuntimeError."""
    with ExitStack() as exits:
        requests = Path(exits.enter_context(TemporaryDirectory(dir=folder)))
        services = []
        contenders = []
        wrong = {}
        for size in (plan.size, plan.grown):
            service = AuthzService(cluster, f"authz, PostgreSQL, {size:,} enterprises")
            services.append(service)
            tell(f"preparing {service.name}")
            dataset = Dataset(size)
            service.prepare(folder / f"growth_{size}", dataset)
            exits.callback(service.stop)
            service.start()
            singles = batches_of(dataset, replace(plan, batches=0))[Shape.SINGLE]
            wrong[size] = check(service, Shape.SINGLE, singles[: plan.checked]).wrong
            contenders.append(Contender.prepared(service, Shape.SINGLE, singles, requests))
        connections = {Shape.SINGLE: plan.connections[Shape.SINGLE]}
        cells = measure(contenders, connections, plan.rounds, plan.seconds, tell)
        small, large = (
            Grown(
                service.size,
                wrong[service.size],
                {cell.connections: figures for cell, figures in cells.items() if cell.name == service.name},
                memory(service.pids()),
            )
            for service in services
        )
        return Growth(small, large, services[-1].loaded)
