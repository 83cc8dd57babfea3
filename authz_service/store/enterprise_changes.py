"""What was recorded about an enterprise after a revision: only of persons, or also of what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, and_, exists, or_, select

from authz_service.domain.moments import FOREVER
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.snapshot import Snapshot

__all__ = ["MOST_PERSONS", "Given", "given_in", "persons_changed"]

MOST_PERSONS: Final = 200
"""Of more persons, everything is read as fast."""


class Given(NamedTuple):
    """A Flemish right or a role that somebody in an enterprise was given, whoever he is."""

    kind: RelationKind
    capacity_id: str
    object: str
    context: str


def persons_changed(snapshot: Snapshot, number: str, enterprise_id: str, revision: int) -> frozenset[str] | None:
    """Return of which persons something was recorded after a facts revision that bears on this enterprise.

    None: also of the enterprise (which has this number), its capacities, mandates or catalogues, or of many persons.
    Raises StoreUnavailableError.
    """
    counted = tables.revision.c
    since = snapshot.connection.scalar(select(counted.recorded_at).where(counted.revision == revision))
    if since is None or _is_more_than_persons(snapshot, number, enterprise_id, since):
        return None
    relation = tables.relation.c
    here, is_new = relation.enterprise_id == enterprise_id, _is_new(tables.relation, since)
    rows = snapshot.connection.execute(select(relation.person_id, relation.relation_id).where(here, is_new)).all()
    changed = {person_id for person_id, _ in rows}
    if len(rows) <= MOST_PERSONS:
        # What was one person's may be another's now.
        same = relation.relation_id.in_({relation_id for _, relation_id in rows})
        changed.update(snapshot.connection.scalars(select(relation.person_id).where(here, same)))
    detail = tables.person_detail.c
    own = select(detail.person_id).where(
        detail.person_id.in_(_of(here, relation.person_id)), _is_new(tables.person_detail, since)
    )
    changed.update(snapshot.connection.scalars(own), _reached_otherwise(snapshot, here, since))
    return None if "" in changed or len(changed) > MOST_PERSONS else frozenset(changed)


def given_in(snapshot: Snapshot, enterprise_id: str, at: int, *, never: Iterable[str]) -> frozenset[Given]:
    """Return the rights and roles that persons known at `at` (UTC microseconds) were given, in force or not.

    `never`: states in which a role does not count. Raises StoreUnavailableError.
    """
    relation, person = tables.relation.c, tables.person_detail.c
    is_known = exists().where(
        person.person_id == relation.person_id,
        person.recorded_to == FOREVER,
        person.valid_from <= at,
        person.valid_to > at,
    )
    counts = or_(
        relation.kind == RelationKind.FLEMISH_RIGHT.value,
        and_(relation.kind == RelationKind.ROLE_ASSIGNMENT.value, relation.state.not_in(sorted(never))),
    )
    query = select(relation.kind, relation.capacity_id, relation.object, relation.context).where(
        relation.enterprise_id == enterprise_id, relation.recorded_to == FOREVER, counts, is_known
    )
    rows = snapshot.connection.execute(query.distinct())
    return frozenset(Given(RelationKind(kind), *words) for kind, *words in rows)


def _is_new(table: FromClause, since: int) -> ColumnElement[bool]:
    """Return whether a row came, or went, after an instant of recording."""
    ended = and_(table.c.recorded_to > since, table.c.recorded_to < FOREVER)
    return or_(table.c.recorded_from > since, ended)


def _of(here: ColumnElement[bool], column: ColumnElement[str], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(column).where(here, tables.relation.c.recorded_to == FOREVER, *conditions).scalar_subquery()


def _is_more_than_persons(snapshot: Snapshot, number: str, enterprise_id: str, since: int) -> bool:
    enterprise, capacity, mandate, request = (
        each.c for each in (tables.enterprise, tables.capacity, tables.mandate, tables.request)
    )
    given = mandate.mandatary_id == enterprise_id
    concerned = select(mandate.mandator_id).where(given).scalar_subquery()
    bearing: tuple[tuple[FromClause, tuple[ColumnElement[bool], ...]], ...] = (
        (tables.application, ()),
        (tables.flemish_right, ()),
        (tables.mandate, (given,)),
        (tables.request, (request.enterprise_id == enterprise_id,)),
        (tables.capacity, (or_(capacity.enterprise_id == enterprise_id, capacity.enterprise_id.in_(concerned)),)),
        (
            tables.enterprise,
            (
                or_(
                    enterprise.number == number,
                    enterprise.enterprise_id == enterprise_id,
                    enterprise.enterprise_id.in_(concerned),
                ),
            ),
        ),
    )
    return any(
        snapshot.connection.execute(select(table.c.recorded_from).where(_is_new(table, since), *where).limit(1)).first()
        for table, where in bearing
    )


def _reached_otherwise(snapshot: Snapshot, here: ColumnElement[bool], since: int) -> set[str]:
    """Return the persons whose own contact, or that of an account of theirs, changed."""
    contact, relation = tables.contact.c, tables.relation.c
    accounts = relation.kind.in_(sorted(ACCOUNT_KINDS))
    is_new = _is_new(tables.contact, since)
    persons = select(contact.owner_id).where(
        contact.owner_kind == "person", contact.owner_id.in_(_of(here, relation.person_id)), is_new
    )
    ids = select(contact.owner_id).where(
        contact.owner_kind == "account", contact.owner_id.in_(_of(here, relation.relation_id, accounts)), is_new
    )
    holders = select(relation.person_id).where(here, relation.relation_id.in_(ids.scalar_subquery()))
    return {*snapshot.connection.scalars(persons), *snapshot.connection.scalars(holders)}
