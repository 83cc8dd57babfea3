"""Which family of questions an action belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from authz_service.domain.facts import FactsQuery, QuestionFacts
from authz_service.domain.standings import Standing
from authz_service.domain.vocabulary import Action
from authz_service.services.standings import (
    accounts,
    applications,
    capacities,
    designation,
    ebox,
    egov_roles,
    flanders,
    mandates,
    own_record,
    paper,
    senders,
    service,
)
from authz_service.services.standings.reading import Reading

__all__ = ["FAMILIES", "FamilyQuestion"]


class FamilyQuestion(Protocol):
    """A question that has been read: what facts it wants, and the standing that they make."""

    def query(self) -> FactsQuery:
        """Return what to read."""

    def standing(self, facts: QuestionFacts) -> Standing:
        """Return the standing. Raises nothing: what is missing from the facts is not so."""


_FAMILIES: Final[tuple[tuple[tuple[Action, ...], Callable[[Reading], FamilyQuestion]], ...]] = (
    (accounts.ACTIONS, accounts.AccountQuestion),
    (applications.ACTIONS, applications.ApplicationQuestion),
    (capacities.ACTIONS, capacities.CapacityQuestion),
    (designation.ACTIONS, designation.ChiefQuestion),
    (ebox.ACTIONS, ebox.EboxQuestion),
    (egov_roles.ACTIONS, egov_roles.RoleQuestion),
    (flanders.ACTIONS, flanders.FlemishQuestion),
    (mandates.ACTIONS, mandates.MandateQuestion),
    (own_record.ACTIONS, own_record.PersonQuestion),
    (paper.ACTIONS, paper.PaperQuestion),
    (senders.ACTIONS, senders.SenderQuestion),
    ((Action.SUBMIT_FILE,), senders.SubmissionQuestion),
    (service.ACTIONS, service.ServiceQuestion),
)
FAMILIES: Final[Mapping[Action, Callable[[Reading], FamilyQuestion]]] = MappingProxyType(
    {action: family for actions, family in _FAMILIES for action in actions}
)
