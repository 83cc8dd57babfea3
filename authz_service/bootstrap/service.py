"""What answers questions, put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from authz_service.bootstrap.databases import open_database
from authz_service.bootstrap.identity import build_access_tokens
from authz_service.bootstrap.operators import build_authority
from authz_service.bootstrap.policies import load_explanations, load_policy
from authz_service.bootstrap.replicas import Servers, open_servers
from authz_service.identity.tokens import AccessTokens
from authz_service.policy.engine import PolicyEngine
from authz_service.services.authority.door import Authority
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from authz_service.services.freshness import FreshDecisions, FreshSearches
from authz_service.services.search.searches import Searches
from authz_service.settings import Settings
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader

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
    access_tokens: AccessTokens
    policy: PolicyEngine
    decisions: DecisionService
    fresh_decisions: FreshDecisions
    searches: FreshSearches
    explanations: Explanations
    authority: Authority

    def close(self) -> None:
        """Give back the connections of this thread and of the pools."""
        self.servers.close()


def build_service(settings: Settings) -> Service:
    """Return the service, ready to answer. Raises StartError, StoreError."""
    policy = load_policy(settings)
    access_tokens = build_access_tokens(settings)
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
        authority=build_authority(settings, database, policy),
    )
