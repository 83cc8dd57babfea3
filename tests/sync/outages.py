"""Runs that end in the middle, and runs of other processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from authz_service.directory.servers import ServerSettings
from authz_service.directory.session import open_session
from authz_service.domain.projections import Projection
from authz_service.store.database import Database
from authz_service.store.directories import Directories
from authz_service.store.keys import ensure_key_file
from authz_service.sync.fingerprints import Fingerprints
from authz_service.sync.holders import this_process
from authz_service.sync.planning import Wanted
from authz_service.sync.rendering import render_all
from authz_service.sync.runs import Runner
from authz_service.sync.target_files import read_targets
from tests.sync.offices import Office

__all__ = ["KilledError", "elsewhere", "killing", "runner_with", "waited_for"]


class KilledError(BaseException):
    """The process would be gone now."""


def killing(after: int) -> Callable[[int, int], None]:
    """Return a `progress` that ends the run when so many writes are answered."""

    def progress(done: int, _total: int) -> None:
        if done == after:
            raise KilledError

    return progress


def runner_with(office: Office, **settings: Any) -> Runner:
    """Return a runner that reaches the office's server with other settings."""
    changed = replace(office.settings, **settings)
    return Runner(
        office.target, office.directories, Fingerprints(office.secret), lambda: open_session(changed), office.holder
    )


def waited_for(file: Path) -> None:
    """Wait until a file is there. Raises TimeoutError."""
    end = time.monotonic() + 30
    while not file.exists():
        if time.monotonic() > end:
            raise TimeoutError(file.name)
        time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What another process needs for a run. `folder`: where the target, the memory and the keys are."""

    folder: Path
    settings: ServerSettings
    secret: bytes
    projections: tuple[Projection, ...]
    killed_after: int
    waits_after: int

    def run(self) -> None:
        database = Database(f"sqlite:///{self.folder / 'memory.db'}", ensure_key_file(self.folder / "keys.json"))
        target = {each.name: each for each in read_targets(self.folder / "directories.toml")}["uman"]
        settings = self.settings
        runner = Runner(
            target, Directories(database), Fingerprints(self.secret), lambda: open_session(settings), this_process()
        )
        wanted = Wanted(render_all(target, self.projections), 7, "policy")
        runner.apply(wanted, progress=self._progress)

    def _progress(self, done: int, _total: int) -> None:
        if done == self.killed_after:
            os.kill(os.getpid(), signal.SIGKILL)
        if done == self.waits_after:
            (self.folder / "waits").touch()
            waited_for(self.folder / "go on")


def elsewhere(
    office: Office, folder: Path, *projections: Projection, killed_after: int = 0, waits_after: int = 0
) -> BaseProcess:
    """Start a run in a process of its own.

    `killed_after`: it ends itself as a power cut would when so many writes are answered; `waits_after`: it makes the
    file "waits" in the folder then, and waits for the file "go on".
    """
    this = _Elsewhere(folder, office.settings, office.secret, projections, killed_after, waits_after)
    process = get_context("spawn").Process(target=this.run)
    process.start()
    return process
