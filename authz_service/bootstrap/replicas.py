"""The database servers of an installation: the primary and its replicas, and what reads from each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from authz_service.settings import Settings
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.replicas import Patience, ReplicatedCallers, Server, Source, Sources

__all__ = ["Servers", "open_servers"]

Reads = TypeVar("Reads")


@dataclass(frozen=True, slots=True)
class Servers:
    """The database servers. A replica that does not answer stops nobody, also not from starting."""

    primary: Server
    replicas: tuple[Server, ...]
    patience: Patience
    callers: Callers | ReplicatedCallers

    def sources(self, reads: Callable[[Database], Reads], of_primary: Reads) -> Sources[Reads]:
        """Return what reads from each of the servers; `of_primary` is there already."""
        replicas = tuple(Source(server, reads(server.database)) for server in self.replicas)
        return Sources(Source(self.primary, of_primary), replicas, self.patience)

    def close(self) -> None:
        """Close all connections of this thread and of the pools."""
        for server in (self.primary, *self.replicas):
            server.database.close()


def open_servers(settings: Settings, primary: Database) -> Servers:
    """Return the servers of the settings; nothing is opened yet. Raises StoreError for a URL that cannot be."""
    chosen = settings.database
    replicas = tuple(Server(Database(url.get_secret_value(), primary.keys)) for url in chosen.replicas)
    callers: Callers | ReplicatedCallers = Callers(primary)
    if replicas and chosen.callers_on_replicas:
        callers = ReplicatedCallers(Server(primary), [Server(replica.database) for replica in replicas])
    return Servers(Server(primary), replicas, Patience(chosen.min_facts_wait, settings.threads // 2), callers)
