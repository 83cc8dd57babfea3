"""Who may do what: for every type of resource a table of roles and actions, each cell an answer of the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from authz_service.domain.actions import RESOURCE_OF
from authz_service.domain.standings import Standing
from authz_service.domain.vocabulary import Action, ResourceType
from authz_service.policy.engine import PolicyEngine
from authz_service.services.policy_book.circumstances import VARIANTS
from authz_service.services.policy_book.roles import BookRole
from authz_service.services.policy_book.standings import standing_for

__all__ = ["AuthorityTable", "Row", "authority_tables"]

_LEVELS: Final = (0, 100, 200, 300, 350, 400, 450, 500)


@dataclass(frozen=True, slots=True)
class Row:
    """An action in one circumstance (`variant`: the id of its label, "" for none), and who may do it.

    `level`: the weakest login with which a person may; None when no person may at all.
    """

    action: Action
    variant: str
    allowed: frozenset[BookRole]
    level: int | None


@dataclass(frozen=True, slots=True)
class AuthorityTable:
    """The table of one type of resource.

    `roles`: its columns; `powerless`: who stands otherwise than anybody, and still may do nothing of all this;
    `like_anybody`: whose role these actions never look at.
    """

    resource: ResourceType
    roles: tuple[BookRole, ...]
    powerless: tuple[BookRole, ...]
    like_anybody: tuple[BookRole, ...]
    rows: tuple[Row, ...]


def authority_tables(policy: PolicyEngine) -> list[AuthorityTable]:
    """Return the tables in the order of the types of resource. Raises PolicyEvaluationError."""
    levels = tuple(sorted({*policy.text.levels.values()} or set(_LEVELS)))
    return [_table(policy, resource, levels) for resource in ResourceType]


def _table(policy: PolicyEngine, resource: ResourceType, levels: Sequence[int]) -> AuthorityTable:
    asked = [
        (action, name, variant)
        for action in Action
        if RESOURCE_OF[action] is resource
        for name, variant in VARIANTS.get(action, (("", {}),))
    ]
    rows = tuple(_row(policy, action, name, variant, levels) for action, name, variant in asked)
    seen: dict[BookRole, tuple[Standing, ...]] = {
        role: tuple(standing_for(action, role, variant) for action, _, variant in asked) for role in BookRole
    }
    anybody = {
        role for role in BookRole if role is not BookRole.OTHER_PERSON and seen[role] == seen[BookRole.OTHER_PERSON]
    }
    able = {role for row in rows for role in row.allowed} - anybody
    return AuthorityTable(
        resource,
        roles=tuple(role for role in BookRole if role in able),
        powerless=tuple(role for role in BookRole if role not in able | anybody),
        like_anybody=tuple(role for role in BookRole if role in anybody),
        rows=rows,
    )


def _row(policy: PolicyEngine, action: Action, name: str, variant: Any, levels: Sequence[int]) -> Row:
    allowed = frozenset(role for role in BookRole if policy.ask(standing_for(action, role, variant)).allowed)
    return Row(action, name, allowed, next(_sufficient(policy, action, variant, allowed, levels), None))


def _sufficient(
    policy: PolicyEngine, action: Action, variant: Any, allowed: frozenset[BookRole], levels: Sequence[int]
) -> Iterator[int]:
    """Yield the levels, the weakest first, with which some person among those allowed still is."""
    persons = [role for role in BookRole if role in allowed and _is_person(action, role, variant)]
    for level in levels:
        if any(policy.ask(standing_for(action, role, variant, level)).allowed for role in persons):
            yield level


def _is_person(action: Action, role: BookRole, variant: Any) -> bool:
    return standing_for(action, role, variant).subject.type == "person"
