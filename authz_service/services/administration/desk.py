"""What all reading has in common: the policy is asked first, and a path is followed only inside its enterprise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from authz_service.domain.actors import Actor
from authz_service.domain.moments import now
from authz_service.domain.questions import Decision, Question
from authz_service.domain.records import CapacityRecord, EnterpriseRecord
from authz_service.domain.vocabulary import Action
from authz_service.services.administration.settings import AdministrationSettings
from authz_service.services.administration.views import Refused
from authz_service.services.decisions import DecisionService
from authz_service.store.database import Database
from authz_service.store.snapshot import Snapshot

__all__ = ["Desk", "Place", "enterprise_of", "place_of"]

DAY: Final = 24 * 60 * 60 * 1_000_000
"""In microseconds."""
NOTHING: Final[Mapping[str, Any]] = {}
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Place:
    """A capacity and the enterprise it belongs to, both in force."""

    enterprise: EnterpriseRecord
    capacity: CapacityRecord


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs: the store, the policy, and what the installation chooses."""

    database: Database
    decisions: DecisionService
    settings: AdministrationSettings

    def decide(self, actor: Actor, questions: Sequence[Question], at: int) -> list[Decision]:
        """Return what the policy says of each question at the instant, all from one facts revision."""
        return self.decisions.decide(questions, actor.scopes, at)

    def refusal(
        self, actor: Actor, action: Action, resource_id: str, at: int, properties: Mapping[str, Any] = NOTHING
    ) -> Refused | None:
        """Return why the actor may not do this, None when he may."""
        decision = self.decide(actor, [actor.asks(action, resource_id, properties)], at)[0]
        return None if decision.answer.allowed else Refused(action, decision)

    def in_enterprise(
        self, actor: Actor, action: Action, tell: Callable[[Snapshot, EnterpriseRecord], Told]
    ) -> Told | Refused:
        """Return what `tell` finds in the enterprise acted for, if the policy allows the action on it."""
        at = now()
        refused = self.refusal(actor, action, actor.acting_for, at)
        if refused is not None:
            return refused
        with Snapshot(self.database, at) as snapshot:
            enterprise = enterprise_of(snapshot, actor.acting_for)
            if enterprise is None:
                raise LookupError("what the policy found in force is not in the store")
            return tell(snapshot, enterprise)

    def in_capacity(
        self, actor: Actor, action: Action, capacity_id: str, tell: Callable[[Snapshot, Place], Told]
    ) -> Told | Refused | None:
        """Return what `tell` finds in a capacity of the enterprise acted for, if the policy allows the action on it.

        None when that enterprise has no such capacity: whether another one has, is not told.
        """
        at = now()
        refused = self.refusal(actor, action, capacity_id, at)
        with Snapshot(self.database, at) as snapshot:
            place = place_of(snapshot, actor.acting_for, capacity_id)
            if place is None:
                return None if actor.acting_for else refused
            return refused if refused is not None else tell(snapshot, place)

    def check_due(self, checked_at: int | None, at: int) -> bool:
        """Return True when contact details are to be looked at again: long after the last time, or never done."""
        return checked_at is None or checked_at + self.settings.check_days * DAY <= at


def enterprise_of(snapshot: Snapshot, number: str) -> EnterpriseRecord | None:
    """Return the enterprise with the number, in force; None when there is none."""
    return snapshot.in_force(EnterpriseRecord, number=number) if number else None


def place_of(snapshot: Snapshot, number: str, capacity_id: str) -> Place | None:
    """Return a capacity of the enterprise with the number, in force; None when it has no such capacity."""
    enterprise = enterprise_of(snapshot, number)
    capacity = snapshot.in_force(CapacityRecord, capacity_id=capacity_id)
    if enterprise is None or capacity is None or capacity.enterprise_id != enterprise.enterprise_id:
        return None
    return Place(enterprise, capacity)
