"""When dates alone can change what follows from the facts of an enterprise."""

from __future__ import annotations

from collections.abc import Iterator

from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.store.enterprise_facts import EnterpriseFacts

__all__ = ["next_instant"]


def next_instant(facts: EnterpriseFacts, at: int) -> int | None:
    """Return the first instant after `at` when a period begins or ends or something dated falls (UTC microseconds).

    None when there is none. Between the two every fact stands in the same phase, so every answer stays the same.
    """
    return min((instant for instant in _instants(facts) if at < instant < FOREVER), default=None)


def _instants(facts: EnterpriseFacts) -> Iterator[int]:
    for period in _periods(facts):
        if period.since > BEGINNING:
            yield period.since
        yield period.until
    dated = [enterprise.account_active_since for enterprise in facts.namesakes]
    for mandate in facts.mandates:
        dated += [mandate.mandator_signed_at, mandate.mandatary_signed_at, mandate.ended_at]
    yield from (instant for instant in dated if instant is not None)


def _periods(facts: EnterpriseFacts) -> Iterator[Period]:
    for records in (
        facts.namesakes,
        facts.capacities,
        facts.persons,
        facts.contacts,
        facts.applications,
        facts.rights,
        facts.mandates,
        facts.mandators,
    ):
        for record in records:
            yield record.valid
    for relation in facts.relations:
        yield relation.period
    for mandate in facts.mandates:
        yield mandate.term
