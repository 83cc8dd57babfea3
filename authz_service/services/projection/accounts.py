"""What no question tells: the accounts that people have, and the relations that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from authz_service.domain.facts import RelationFact
from authz_service.domain.moments import Phase
from authz_service.domain.projections import Group
from authz_service.domain.states import AccountState
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.projection.memberships import MEMBERSHIPS
from authz_service.services.projection.places import Place
from authz_service.services.standings.common import account_in_force

__all__ = ["Account", "Accounts", "Holders", "accounts_of"]

HELD_KINDS: Final = frozenset(membership.held for membership in MEMBERSHIPS.values()) - ACCOUNT_KINDS


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account in force in a capacity. `account_ids`: those of all his records in force there."""

    kind: RelationKind
    state: AccountState
    account_ids: tuple[str, ...]


Accounts = Mapping[str, Mapping[str, Account]]
"""By capacity and person: the account in force of whoever has one."""


def accounts_of(place: Place) -> Accounts:
    """Return the accounts in force in the capacities in force, of several of one person the one that decisions take."""
    accounts: dict[str, dict[str, Account]] = {capacity_id: {} for capacity_id in place.capacities}
    for person_id, held in place.relations.items():
        records: dict[str, list[RelationFact]] = {}
        for relation in held:
            if relation.kind in ACCOUNT_KINDS and relation.period.phase(place.at) is Phase.DURING:
                records.setdefault(relation.capacity_id, []).append(relation)
        for capacity_id, current in records.items():
            if capacity_id in accounts:
                kind, state = account_in_force(current, place.at)
                ids = tuple(record.relation_id for record in current)
                accounts[capacity_id][person_id] = Account(RelationKind(kind.value), state, ids)
    return accounts


class Holders:
    """Who holds the relation that a group is held to: in force, and not blocked."""

    def __init__(self, place: Place, accounts: Accounts) -> None:
        self._accounts = accounts
        self._held: dict[tuple[str, ...], set[str]] = {}
        for person_id, held in place.relations.items():
            for relation in held:
                if relation.kind in HELD_KINDS and relation.period.phase(place.at) is Phase.DURING:
                    key = (relation.kind, relation.capacity_id, relation.object, relation.context)
                    self._held.setdefault(key, set()).add(person_id)

    def of(self, group: Group) -> frozenset[str]:
        """Return the person ids. Raises LookupError when the group is held to no relation."""
        kind = MEMBERSHIPS[group.kind].held
        if kind is None:
            raise LookupError("no relation tells who is in this group")
        if kind not in ACCOUNT_KINDS:
            return frozenset(self._held.get((kind, group.capacity_id, group.object, group.context), ()))
        accounts = self._accounts.get(group.capacity_id, {})
        return frozenset(
            person_id
            for person_id, account in accounts.items()
            if account.kind is kind and account.state is AccountState.ACTIVE
        )
