"""What answers questions, put together."""

from __future__ import annotations

from dataclasses import dataclass

from authz_service.bootstrap.databases import open_database
from authz_service.bootstrap.identity import build_access_tokens
from authz_service.bootstrap.operators import build_authority
from authz_service.bootstrap.policies import load_explanations, load_policy
from authz_service.identity.tokens import AccessTokens
from authz_service.policy.engine import PolicyEngine
from authz_service.services.authority.door import Authority
from authz_service.services.decisions import DecisionService
from authz_service.services.explanations import Explanations
from authz_service.settings import Settings
from authz_service.store.callers import Callers
from authz_service.store.database import Database
from authz_service.store.reading import FactsReader

__all__ = ["Service", "build_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """What answers questions, put together."""

    settings: Settings
    database: Database
    callers: Callers
    access_tokens: AccessTokens
    policy: PolicyEngine
    decisions: DecisionService
    explanations: Explanations
    authority: Authority

    def close(self) -> None:
        """Give back the connections of this thread and of the pool."""
        self.database.close()


def build_service(settings: Settings) -> Service:
    """Return the service, ready to answer. Raises StartError, StoreError."""
    policy = load_policy(settings)
    access_tokens = build_access_tokens(settings)
    database = open_database(settings)
    return Service(
        settings=settings,
        database=database,
        callers=Callers(database),
        access_tokens=access_tokens,
        policy=policy,
        decisions=DecisionService(FactsReader(database), policy, settings.assurance.levels),
        explanations=load_explanations(),
        authority=build_authority(settings, database, policy),
    )
