"""The accounts of one capacity that are in force, with what a list is searched and put in order by."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, and_, exists, select

from authz_service.domain.moments import FOREVER
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.snapshot import Snapshot

__all__ = ["AccountRow", "account_rows"]

BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account: whose it is, and by which names he is found. `user_name`: "" when none is known."""

    account_id: str
    person_id: str
    first_name: str
    name: str
    user_name: str


def account_rows(
    snapshot: Snapshot,
    enterprise_id: str,
    capacity_id: str,
    *,
    person_id: str | None = None,
    kind: RelationKind | None = None,
    blocked: bool | None = None,
    application: str = "",
) -> list[AccountRow]:
    """Return the accounts of a capacity of an enterprise that are in force at the snapshot's instant, in any order.

    All that are given must be so. `kind`: one of ACCOUNT_KINDS; `application`: one that stands in the profile.
    Raises StoreUnavailableError.
    """
    account, person, contact = tables.relation, tables.person_detail, tables.contact
    kinds = sorted(ACCOUNT_KINDS if kind is None else ACCOUNT_KINDS & {kind})
    query = (
        select(account.c.relation_id, account.c.person_id, person.c.first_name, person.c.name, contact.c.user_name)
        .join(person, and_(person.c.person_id == account.c.person_id, _in_force(person, snapshot.at)))
        .outerjoin(
            contact,
            and_(
                contact.c.owner_kind == "person",
                contact.c.owner_id == account.c.person_id,
                _in_force(contact, snapshot.at),
            ),
        )
        .where(
            account.c.enterprise_id == enterprise_id,
            account.c.capacity_id == capacity_id,
            account.c.kind.in_(kinds),
            _in_force(account, snapshot.at),
        )
    )
    if person_id is not None:
        query = query.where(account.c.person_id == person_id)
    if blocked is not None:
        query = query.where((account.c.state == BLOCKED) if blocked else (account.c.state != BLOCKED))
    if application:
        query = query.where(_has(application, snapshot.at))
    rows = snapshot.connection.execute(query)
    return [AccountRow(account_id, holder, first, name, user or "") for account_id, holder, first, name, user in rows]


def _in_force(table: FromClause, at: int) -> ColumnElement[bool]:
    return and_(table.c.recorded_to == FOREVER, table.c.valid_from <= at, table.c.valid_to > at)


def _has(application: str, at: int) -> ColumnElement[bool]:
    """Return the condition that an application stands in the profile of the holder in this capacity."""
    account, grant = tables.relation, tables.relation.alias("grant_of")
    return exists().where(
        grant.c.enterprise_id == account.c.enterprise_id,
        grant.c.person_id == account.c.person_id,
        grant.c.kind == RelationKind.APPLICATION_GRANT,
        grant.c.capacity_id == account.c.capacity_id,
        grant.c.object == application,
        _in_force(grant, at),
    )
