"""What is measured: each a story of its own, with a directory and a world of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from authz_service.directory.operations import Add, Modify
from authz_service.directory.splitting import Limits
from authz_service.store.directories import RunOutcome
from authz_service.sync.entries import DesiredEntry, EntryKind
from authz_service.sync.plans import changes_of
from authz_service.sync.rendering import new_entry_attributes
from tools.bench_sync.ceiling import adds_a_second, seconds_for
from tools.bench_sync.figures import Figure
from tools.bench_sync.once import Once
from tools.bench_sync.workshop import LARGEST_REQUEST, Directory, Tools, directory, tools_in
from tools.bench_sync.worlds import Size, World

__all__ = ["Bench", "NotDoneError"]

_PROJECT: Final = Path(__file__).parents[2]
_MEBI: Final = 1 << 20
_WINDOWS: Final = ((1, 64), (4, 16))
"""Connections, and requests under way on each: the better of the two is the ceiling."""


class NotDoneError(RuntimeError):
    """A run did not do what it was made for, so that its time says nothing."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Measures on the disk that `folder` is on. `share`: of the full size; `told`: is told what goes on."""

    folder: Path
    share: float = 1.0
    told: Callable[[str], None] = lambda _: None

    def first_and_again(self) -> Iterator[Figure]:
        """Yield what a first sync comes to beside the server's ceiling, and what a second one takes that finds nothing.

        Ten thousand people and a thousand groups of a hundred, in forty enterprises.
        """
        size = Size(self._of(40), 250, 1, 20, 100)
        with self._at_work(size) as (where, store, _):
            with tools_in(store, where.slapd.tls_url, where.authority) as tools:
                phases = _phases(tools)
            self.told("a first sync")
            first = _once(where, store)
            self.told("a second one")
            again = [_once(where, store) for _ in range(3)]
        count = sum(map(len, phases))
        self.told("the server's ceiling")
        rates = [self._ceiling(phases, *windows) for windows in _WINDOWS]
        ceiling = max(rates)
        yield Figure(f"ceiling: adds of the same {count:,} entries", ceiling, "/s")
        yield _share_of("first sync, while it writes", count / first.writing, ceiling)
        yield _share_of("first sync, whole run", count / first.whole, ceiling, _parts(first))
        if any(each.writes or each.unchanged != count for each in again):
            raise NotDoneError("a second sync found something to do")
        middle = sorted(again, key=lambda each: each.whole)[1]
        yield Figure(
            f"{count:,} unchanged entries, 0 writes, whole run", middle.whole, "s", 3 * self.share, parts=_parts(middle)
        )

    def one_change(self) -> Iterator[Figure]:
        """Yield what passes between a commit and its being seen, in an enterprise of ten thousand people."""
        people = self._of(10_000)
        size = Size(1, people, self._of(40), 22, 100)
        with self._at_work(size) as (where, store, world):
            self.told("a first sync")
            _once(where, store)
            with tools_in(store, where.slapd.tls_url, where.authority) as tools:
                tools.source.everything()
                self.told("single changes")
                changes = [_change(tools, world, number) for number in range(25)]
        whole = sorted(each.renewing + each.applying for each in changes)
        renewing = statistics.median(each.renewing for each in changes)
        applying = statistics.median(each.applying for each in changes)
        parts = (
            f"median: what should be there anew {renewing:.3f} s, comparing and writing it {applying:.3f} s",
            f"median of all {statistics.median(whole):.3f} s, longest {whole[-1]:.3f} s, of {len(whole)} changes",
        )
        late = whole[int(0.95 * len(whole))]
        yield Figure(f"one change, visible, p95, of {people:,} people", late, "s", 1, parts=parts)

    def large_group(self) -> Iterator[Figure]:
        """Yield what a tenth of the members of a group of fifty thousand costs, coming and going, and its memory."""
        members, moving = self._of(50_000), self._of(5_000)
        with self._at_work(Size(1, members + moving + 1, 1, 1, members)) as (where, store, world):
            self.told("a first sync")
            first = _once(where, store)
            taken, given = world.grants(moving)
            world.change(taken, given)
            self.told("members come and go")
            again = _once(where, store)
            self.told("the server's ceiling")
            world.change(given, taken)
            with tools_in(store, where.slapd.tls_url, where.authority) as tools:
                modifies = _modifies(tools)
            alone = seconds_for(where.slapd, modifies, Limits(LARGEST_REQUEST, where.settings.max_values))
        name = f"±{moving:,} members of {members:,}"
        yield Figure(f"ceiling: the server over the same ±{moving:,} members", alone, "s")
        yield Figure(f"{name}, while it writes ({again.writing / alone:.2f} × ceiling)", again.writing, "s", 6)
        yield Figure(f"{name}, whole run", again.whole, "s", parts=_parts(again))
        largest = "the server takes no larger request, and took them all"
        yield Figure(f"{name}, a request at most", LARGEST_REQUEST / _MEBI, "MiB", 1, parts=(largest,))
        yield Figure(f"{name}, memory at most", again.peak / _MEBI, "MiB", 500)
        yield Figure(f"first sync of {members + moving:,} people, memory at most", first.peak / _MEBI, "MiB")

    # --- how ----------------------------------------------------------------------------------------------------------

    def _of(self, count: int) -> int:
        return max(1, round(count * self.share))

    @contextmanager
    def _at_work(self, size: Size) -> Iterator[tuple[Directory, Path, World]]:
        """Give a server that runs, the folder of a store, and the world that is in it."""
        self.told(f"a world of {size.enterprises * size.people:,} people")
        with (
            TemporaryDirectory(prefix="authz-bench-", dir=self.folder) as store,
            directory(self.folder) as where,
            tools_in(Path(store), where.slapd.tls_url, where.authority) as tools,
        ):
            world = World(size, tools.database)
            world.write()
            yield where, Path(store), world

    def _ceiling(self, phases: list[list[Add]], connections: int, window: int) -> float:
        with directory(self.folder) as where:
            return adds_a_second(where.slapd, phases, connections, window)


def _share_of(name: str, rate: float, ceiling: float, parts: tuple[str, ...] = ()) -> Figure:
    return Figure(f"{name} ({rate:,.0f}/s)", rate / ceiling, "× ceiling", 0.45, at_least=True, parts=parts)


def _parts(run: Once) -> tuple[str, ...]:
    spent = f"{run.wanted:.2f} s what should be there, {run.planning:.2f} s reading and comparing"
    return (f"{spent}, {run.writing:.2f} s writing, {run.ending:.2f} s remembering; {run.peak / _MEBI:.0f} MiB",)


def _phases(tools: Tools) -> list[list[Add]]:
    """Return the additions of a first sync, in groups of which each needs the one before."""
    entries = tools.source.everything().entries
    people = {entry.key: entry for entry in entries}
    phases: dict[tuple[EntryKind, int], list[Add]] = {}
    for entry in entries:
        attributes = new_entry_attributes(tools.target.mapped, entry, people)
        phases.setdefault(_phase(entry), []).append(Add(entry.dn, attributes))
    return list(phases.values())


def _modifies(tools: Tools) -> list[Modify]:
    """Return the modifies that have to be made now."""
    plan, _ = tools.runner.plan(tools.source.everything())
    return [Modify(each.dn, changes_of(each.attributes, each.members)) for each in plan.changes]


def _phase(entry: DesiredEntry) -> tuple[EntryKind, int]:
    return entry.kind, len(entry.dn.rdns) if entry.kind is EntryKind.CONTAINER else 0


@dataclass(frozen=True, slots=True)
class _Change:
    renewing: float
    applying: float


def _change(tools: Tools, world: World, number: int) -> _Change:
    """Take a grant from somebody and give another, and follow it until the directory shows it."""
    taken, given = world.grants(1, application=number % 5)
    world.change(taken, given)
    begun = time.perf_counter()
    wanted = tools.source.renewed([tools.projections.enterprises()[0]])
    renewed = time.perf_counter()
    report = tools.runner.apply(wanted)
    ended = time.perf_counter()
    if report.run.outcome is not RunOutcome.DONE or not report.writes:
        raise NotDoneError(f"a change did not arrive: {report.run.outcome}")
    return _Change(renewed - begun, ended - renewed)


def _once(where: Directory, store: Path) -> Once:
    """Make one run in another process. Raises NotDoneError."""
    command = [sys.executable, "-m", "tools.bench_sync.once", str(store), where.slapd.tls_url, str(where.authority)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=_PROJECT, check=False)
    if done.returncode:
        raise NotDoneError(f"a run failed: {done.stderr[-2000:]}")
    once = Once(**json.loads(done.stdout))
    if once.outcome != RunOutcome.DONE:
        raise NotDoneError(f"a run ended {once.outcome}: {once.failures}")
    return once
