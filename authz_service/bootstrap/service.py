"""What answers questions, put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from authz_service.audit.signing import SigningKey
from authz_service.bootstrap.audit import read_audit_key
from authz_service.bootstrap.opening import open_database
from authz_service.bootstrap.policies import load_explanations, load_policy
from authz_service.bootstrap.replicas import Servers, open_servers
from authz_service.bootstrap.tokens import Tokens
from authz_service.policy.engine import PolicyEngine
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from authz_service.services.freshness import FreshDecisions, FreshSearches
from authz_service.services.search.searches import Searches
from authz_service.settings import Settings
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader

if TYPE_CHECKING:
    from authz_service.services.authority.door import Authority

__all__ = ["Service", "build_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """What answers questions, put together.

    `decisions` are made from the primary; `fresh_decisions` and `searches` from as fresh facts as a question asks for.
    """

    settings: Settings
    database: Database
    servers: Servers
    callers: Callers
    access_tokens: Tokens
    policy: PolicyEngine
    decisions: DecisionService
    fresh_decisions: FreshDecisions
    searches: FreshSearches
    explanations: Explanations
    audit_key: SigningKey

    @property
    def authority(self) -> Authority:
        """The write door. A process that only decides never imports what is behind it."""
        from authz_service.audit.log import AuditLog  # noqa: PLC0415 - as just said
        from authz_service.services.authority.door import Authority  # noqa: PLC0415

        return Authority(self.database, self.policy, self.settings.assurance.levels, AuditLog(self.audit_key))

    def close(self) -> None:
        """Give back the connections of this thread and of the pools."""
        self.servers.close()


def build_service(settings: Settings) -> Service:
    """Return the service, ready to answer. Raises StartError, StoreError."""
    policy = load_policy(settings)
    access_tokens = Tokens(settings)
    database = open_database(settings)
    servers = open_servers(settings, database)

    def deciding(place: Database, *, whole: bool = True) -> DecisionService:
        return DecisionService(FactsReader(place), policy, settings.assurance.levels, whole)

    sparing = partial(deciding, whole=False)

    decisions = deciding(database)
    searches = servers.sources(lambda place: Searches(place, deciding(place)), Searches(database, decisions))
    return Service(
        settings=settings,
        database=database,
        servers=servers,
        callers=Callers(database),
        access_tokens=access_tokens,
        policy=policy,
        decisions=decisions,
        fresh_decisions=FreshDecisions(servers.sources(sparing, sparing(database))),
        searches=FreshSearches(searches),
        explanations=load_explanations(),
        audit_key=read_audit_key(settings),
    )
