"""What tests have other processes do: in a module of its own, since a spawned process imports it by name."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from authz_service.store.writing import Recorder
from tests.store import facts


def processes(number: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"))


def upgrade(url: str, path: Path) -> None:
    database = Database(url, read_key_file(path))
    database.upgrade()
    database.close()


def record_agents(url: str, path: Path, writer: int, number: int) -> list[int]:
    """Record so many agents, each in a transaction of its own, and return the revisions that made."""
    database = Database(url, read_key_file(path))
    revisions = []
    for agent in range(number):
        with Recorder(database) as recorder:
            revisions.append(recorder.record([facts.agent(f"{writer}-{agent}")], []))
    database.close()
    return revisions
