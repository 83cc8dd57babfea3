"""What tests have other processes do: in a module of its own, since a spawned process imports it by name."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from authz_service.domain.messages import Topic
from authz_service.domain.moments import now
from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from authz_service.store.outbox import Outbox
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


def take_mails(url: str, path: Path) -> list[str]:
    """Take mails from the outbox, one by one, until there are no more; return their ids."""
    database = Database(url, read_key_file(path))
    outbox = Outbox(database)
    taken = []
    while messages := outbox.take(Topic.MAIL, 1, 600, now()):
        taken += [message.message_id for message in messages]
    database.close()
    return taken
