"""A primary and its streaming replica with the reference world, and what answers from them in this process."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authz_service.domain import moments
from authz_service.domain.records import RelationRecord
from authz_service.services.decisions import DecisionService
from authz_service.services.freshness import FreshDecisions, FreshSearches
from authz_service.services.search.searches import Searches
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader
from authz_service.store.replicas import Patience, Server, Source, Sources
from authz_service.store.writing import Recorder
from tests.support.postgresql import PostgreSQL, Replica
from tests.support.reference import Reference, load_reference

WAIT_SECONDS = 0.2


@dataclasses.dataclass
class Replicated:
    """Two servers; `reference` writes to the primary and reads from it."""

    primary: PostgreSQL
    replica: Replica
    url: str
    reference: Reference
    behind: Database
    key_file: Path

    @property
    def replica_url(self) -> str:
        """Where the replica has the database."""
        return self.replica.url(self.url.rpartition("/")[2])

    def sources(self, seconds: float = WAIT_SECONDS) -> tuple[Sources[DecisionService], Sources[Searches]]:
        """What reads from the primary and from the replica, as for a process that has just started."""
        decisions = self.reference.decisions
        there = DecisionService(FactsReader(self.behind), decisions.policy, decisions.levels)
        primary, replica = Server(self.reference.database), Server(self.behind)
        patience = Patience(seconds, 2)
        return (
            Sources(Source(primary, decisions), (Source(replica, there),), patience),
            Sources(
                Source(primary, self.reference.searches), (Source(replica, Searches(self.behind, there)),), patience
            ),
        )

    def decisions(self, seconds: float = WAIT_SECONDS) -> FreshDecisions:
        """What decides. `seconds`: how long a revision is waited for."""
        return FreshDecisions(self.sources(seconds)[0])

    def searches(self) -> FreshSearches:
        """What searches."""
        return FreshSearches(self.sources()[1])

    def let_carla(self, *, manage: bool) -> int:
        """Record that Carla is GAP of her enterprise, or that she was until 2024; return the facts revision of that."""
        with Recorder(self.reference.database) as recorder:
            [known] = recorder.find(RelationRecord, relation_id="ds02")
            until = moments.FOREVER if manage else moments.begin_of("2024-01-01")
            new = dataclasses.replace(known, valid=moments.Period(known.valid.since, until))
            recorder.record(add=[new], close=[known])
            return recorder.revision

    def last_revision(self) -> int:
        """The facts revision of the primary."""
        with Recorder(self.reference.database) as recorder:
            return recorder.revision

    def heal(self) -> None:
        """Have both servers up, Carla manage, and the replica know all of it."""
        for server in (self.primary, self.replica):
            server.come_up()
        self.let_carla(manage=False)
        self.let_carla(manage=True)
        self.replica.resume()
        self.replica.catch_up()


@contextmanager
def replicated(directory: Path) -> Iterator[Replicated]:
    """Start both servers; `directory`: for the key file."""
    with PostgreSQL() as primary:
        url = primary.create_database()
        reference = load_reference(url, directory)
        with primary.replica() as replica:
            behind = Database(replica.url(url.rpartition("/")[2]), reference.database.keys)
            try:
                yield Replicated(primary, replica, url, reference, behind, directory / "keys")
            finally:
                behind.close()
                reference.database.close()
