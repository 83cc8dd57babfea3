"""Who and what may come into question: identifiers found by the indexes, in a fixed order, a portion at a time.

Nothing here decides. A candidate is a person, or a thing, that stands where an answer may be yes; whoever asks puts
each of them to the policy. All is read as it is at one instant, as far as it was on record at one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, false, func, or_, select, true, tuple_, union

from authz_service.domain.moments import BEGINNING, FOREVER
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.store import tables
from authz_service.store.rows import storable

__all__ = ["Candidates", "Holding", "Place", "Row"]

ENTERPRISES_AT_ONCE: Final = 20
"""In how many enterprises one statement looks for accounts or roles."""

_NAMELESS: Final = ACCOUNT_KINDS | {
    RelationKind.CHIEF_ACCESS_MANAGER,
    RelationKind.CO_CHIEF_ACCESS_MANAGER,
    RelationKind.FLEMISH_HEAD_LOCAL_MANAGER,
}
"""Relations that have no object: saying so lets the index by object find them."""
_FEW: Final = (_NAMELESS - {RelationKind.USER}) | {RelationKind.LEGAL_FUNCTION}
"""Relations of which an enterprise has so few that they are read at once.

Asked for some of them in an order, PostgreSQL would rather walk through all people of the enterprise in that order.
"""
_STEADY: Final = select(
    func.set_config("max_parallel_workers_per_gather", "0", true()), func.set_config("jit", "off", true())
)
"""For this transaction: starting other processes, or compiling, takes longer than what is asked for here."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Relations of one of some kinds. "" or None where it does not matter; `whenever`: also those not in force."""

    kinds: tuple[RelationKind, ...]
    capacity_id: str = ""
    objects: tuple[str, ...] | None = None
    opens: str | None = None
    relation_id: str = ""
    whenever: bool = False


class Place(NamedTuple):
    """Where somebody holds something: in a capacity, or ("") in the enterprise as a whole."""

    enterprise_id: str
    capacity_id: str


class Row(NamedTuple):
    """What somebody holds in an enterprise; also where it stands in the order of such, which is that of the table."""

    enterprise_id: str
    person_id: str
    kind: str
    capacity_id: str
    relation_id: str

    @classmethod
    def before(cls, enterprise_id: str = "") -> Row:
        """Return what stands before all that is held in an enterprise; "": before everything."""
        return cls(enterprise_id, "", "", "", "")


class Candidates:
    """What a reading transaction sees at an instant (`at`) as far as it was known (`known_at`); UTC microseconds.

    Every method is one statement and gives at most `most` identifiers, each once, those that come after `after` in the
    order of bytes. They raise StoreUnavailableError.
    """

    def __init__(self, connection: Connection, at: int, known_at: int) -> None:
        self._connection = connection
        self._at = min(max(at, BEGINNING), FOREVER)
        self._known_at = min(max(known_at, BEGINNING), FOREVER - 1)
        if connection.dialect.name == "postgresql":
            connection.execute(_STEADY)

    # --- persons ------------------------------------------------------------------------------------------------------

    def people(self, enterprise_ids: Iterable[str], holdings: Iterable[Holding], after: str, most: int) -> list[str]:
        """Return persons by their id who hold one of these in one of the enterprises."""
        parts = [
            self._holders(enterprise_id, holding, kind, after, most)
            for enterprise_id in sorted(set(enterprise_ids))
            for holding in holdings
            for kind in holding.kinds
        ]
        return self._merged(parts, most)

    def _holders(self, enterprise_id: str, holding: Holding, kind: RelationKind, after: str, most: int) -> Select[Any]:
        relation = tables.relation.c
        query = select(relation.person_id).where(
            relation.enterprise_id == enterprise_id,
            relation.kind == kind,
            self._is_held(holding, kind),
            relation.person_id > after,
        )
        return query.distinct() if kind in _FEW else query.distinct().order_by(relation.person_id).limit(most)

    def places(self, person_id: str, holdings: Iterable[Holding]) -> list[Place]:
        """Return all places where a person holds one of these, in order."""
        relation = tables.relation.c
        held = or_(*(and_(relation.kind.in_(each.kinds), self._is_held(each)) for each in holdings))
        query = select(relation.enterprise_id, relation.capacity_id).where(relation.person_id == person_id, held)
        return sorted(Place(*row) for row in self._connection.execute(query.distinct()))

    def _is_held(self, holding: Holding, kind: RelationKind | None = None) -> ColumnElement[bool]:
        relation = tables.relation.c
        conditions = [self._is_known(tables.relation) if holding.whenever else self._is_so(tables.relation)]
        if holding.objects is not None:
            conditions.append(relation.object.in_(_storable(holding.objects)))
        elif kind in _NAMELESS:
            conditions.append(relation.object == "")
        for column, value in (
            (relation.capacity_id, holding.capacity_id or None),
            (relation.relation_id, holding.relation_id or None),
            (relation.opens, holding.opens),
        ):
            if value is not None:
                conditions.append(column == value if storable(value) else false())
        return and_(*conditions)

    # --- enterprises, capacities, accounts and roles ------------------------------------------------------------------

    def enterprise_numbers(self, person_id: str, holdings: Iterable[Holding], after: str, most: int) -> list[str]:
        """Return the numbers of the enterprises where a person holds one of these."""
        enterprise, mine = tables.enterprise.c, self._mine(person_id, holdings)
        query = (
            select(enterprise.number)
            .join_from(mine, tables.enterprise, enterprise.enterprise_id == mine.c.enterprise_id)
            .where(self._is_so(tables.enterprise), enterprise.number > after)
        )
        return self._first(query, enterprise.number, most)

    def capacities(self, person_id: str, holdings: Iterable[Holding], after: str, most: int) -> list[str]:
        """Return the capacities in force where a person holds one of these: there, or in the enterprise as a whole."""
        capacity, mine = tables.capacity.c, self._mine(person_id, holdings)
        here = or_(mine.c.capacity_id == "", mine.c.capacity_id == capacity.capacity_id)
        query = (
            select(capacity.capacity_id)
            .join_from(mine, tables.capacity, and_(capacity.enterprise_id == mine.c.enterprise_id, here))
            .where(self._is_so(tables.capacity), capacity.capacity_id > after)
        )
        return self._first(query, capacity.capacity_id, most)

    def own_relations(self, person_id: str, holding: Holding, after: str, most: int) -> list[str]:
        """Return the ids of what a person holds of this, wherever it is."""
        relation = tables.relation.c
        query = select(relation.relation_id).where(
            relation.person_id == person_id,
            relation.kind.in_(holding.kinds),
            self._is_held(holding),
            relation.relation_id > after,
        )
        return self._first(query, relation.relation_id, most)

    def relations(
        self, places: Iterable[Place], holding: Holding, after: Row, most: int, *, except_of: str = ""
    ) -> tuple[list[Row], Row | None]:
        """Return what anybody (`except_of`: but that person) holds in these places, and where to go on (None: the end).

        Looks in some enterprises at a time: what it returns can be less than `most` without being the end.
        """
        by_enterprise: dict[str, set[str]] = {}
        for place in places:
            if place.enterprise_id >= after.enterprise_id:
                by_enterprise.setdefault(place.enterprise_id, set()).add(place.capacity_id)
        enterprise_ids = sorted(by_enterprise)
        looked, rest = enterprise_ids[:ENTERPRISES_AT_ONCE], enterprise_ids[ENTERPRISES_AT_ONCE:]
        if not looked:
            return [], None
        parts = [
            self._relations_in(each, by_enterprise[each], holding, after)
            .where(tables.relation.c.person_id != except_of)
            .limit(most)
            .subquery()
            for each in looked
        ]
        merged = union(*(select(part) for part in parts)).subquery()
        query = select(merged).order_by(*merged.c).limit(most)
        rows = [Row(*row) for row in self._connection.execute(query)]
        if len(rows) == most:
            return rows, rows[-1]
        return rows, Row.before(rest[0]) if rest else None

    def _relations_in(self, enterprise_id: str, capacity_ids: set[str], holding: Holding, after: Row) -> Select[Any]:
        relation = tables.relation.c
        order = [relation[name] for name in Row._fields]
        behind = after if after.enterprise_id == enterprise_id else Row.before(enterprise_id)
        query = select(*order).where(
            relation.enterprise_id == enterprise_id,
            tuple_(*order[1:]) > tuple_(*behind[1:]),
            relation.kind.in_(holding.kinds),
            self._is_held(holding),
        )
        if "" not in capacity_ids:
            query = query.where(relation.capacity_id.in_(sorted(capacity_ids)))
        return query.distinct().order_by(*order)

    def _mine(self, person_id: str, holdings: Iterable[Holding]) -> Any:
        relation = tables.relation.c
        held = or_(*(and_(relation.kind.in_(each.kinds), self._is_held(each)) for each in holdings))
        query = select(relation.enterprise_id, relation.capacity_id).where(relation.person_id == person_id, held)
        return query.distinct().subquery()

    # --- mandates, requests -------------------------------------------------------------------------------------------

    def mandates(self, party_number: str, after: str, most: int) -> list[str]:
        """Return the mandates to which an enterprise with that number is a party."""
        mandate, enterprise = tables.mandate.c, tables.enterprise.c
        parties = select(enterprise.enterprise_id).where(
            enterprise.number == party_number, self._is_so(tables.enterprise)
        )
        return self._merged(
            [
                select(mandate.mandate_id)
                .where(side.in_(parties), self._is_so(tables.mandate), mandate.mandate_id > after)
                .distinct()
                .order_by(mandate.mandate_id)
                .limit(most)
                for side in (mandate.mandator_id, mandate.mandatary_id)
            ],
            most,
        )

    def requests(self, person_id: str, holdings: Iterable[Holding], after: str, most: int) -> list[str]:
        """Return the requests on paper of the enterprises where a person holds one of these."""
        request, mine = tables.request.c, self._mine(person_id, holdings)
        query = select(request.request_id).where(
            request.enterprise_id.in_(select(mine.c.enterprise_id)),
            self._is_known(tables.request),
            request.request_id > after,
        )
        return self._first(query, request.request_id, most)

    # --- the catalogue, agents, technical users -----------------------------------------------------------------------

    def applications(self, capacity_type: str | None, after: str, most: int) -> list[str]:
        """Return the applications that are offered to a type of capacity (None: to any)."""
        application = tables.application.c
        query = select(application.code).where(self._is_so(tables.application), application.code > after)
        if capacity_type is not None:
            query = query.where(_holds(application.offered_to, capacity_type))
        return self._first(query, application.code, most)

    def agents(self, after: str, most: int) -> list[str]:
        """Return the contact-centre agents."""
        agent = tables.agent.c
        query = select(agent.agent_id).where(self._is_so(tables.agent), agent.agent_id > after)
        return self._first(query, agent.agent_id, most)

    def technical_users(
        self, channel: str, application: str, mandator_id: str | None, after: str, most: int
    ) -> list[str]:
        """Return the technical users of active senders with such an active channel that may carry the application.

        `mandator_id`: only those of that enterprise, and of the enterprises that it gave a mandate.
        """
        sender, open_channel = tables.sender.c, tables.channel.c
        carries = select(open_channel.sender_id).where(
            open_channel.sender_id == sender.sender_id,
            open_channel.channel == channel,
            open_channel.state == "active",
            self._is_so(tables.channel),
            or_(open_channel.applications.is_(None), _holds(open_channel.applications, application)),
        )
        query = select(sender.technical_user).where(
            self._is_so(tables.sender), sender.state == "active", sender.technical_user > after, carries.exists()
        )
        if mandator_id is not None:
            mandate, capacity = tables.mandate.c, tables.capacity.c
            mandataries = select(mandate.mandatary_id).where(mandate.mandator_id == mandator_id)
            within = or_(capacity.enterprise_id == mandator_id, capacity.enterprise_id.in_(mandataries))
            query = query.where(sender.capacity_id.in_(select(capacity.capacity_id).where(within)))
        return self._first(query, sender.technical_user, most)

    # --- what all of them are made of ---------------------------------------------------------------------------------

    def _is_known(self, table: Table) -> ColumnElement[bool]:
        return and_(table.c.recorded_from <= self._known_at, table.c.recorded_to > self._known_at)

    def _is_so(self, table: Table) -> ColumnElement[bool]:
        return and_(self._is_known(table), table.c.valid_from <= self._at, table.c.valid_to > self._at)

    def _first(self, query: Select[Any], column: ColumnElement[str], most: int) -> list[str]:
        return list(self._connection.scalars(query.distinct().order_by(column).limit(most)))

    def _merged(self, parts: Sequence[Select[Any]], most: int) -> list[str]:
        """Return the first values of all parts, which are limited and ordered each by itself."""
        if not parts:
            return []
        merged = union(*(select(part.subquery()) for part in parts)).subquery()
        (column,) = merged.c
        return list(self._connection.scalars(select(column).order_by(column).limit(most)))


def _storable(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if storable(text)]


def _holds(array: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """The JSON array may hold the text: more can match (on SQLite letter case does not count), never less."""
    quoted = json.dumps(text if storable(text) else "", ensure_ascii=False)
    return array.contains(quoted, autoescape=True)
