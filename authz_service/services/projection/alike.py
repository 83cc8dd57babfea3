"""People who stand alike: what the policy could see of one of them is what it would see of the others.

The policy answers standings, which hold no identity, no number of days and no name of a thing, only how somebody stands
towards what is asked about (domain/standings.py). So one question is enough for all who stand alike: an enterprise with
fifty thousand users asks a few hundred. What is put together here is never a decision, only which decisions must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from authz_service.domain.facts import RelationFact
from authz_service.domain.projections import Group, GroupKind
from authz_service.domain.vocabulary import ACCOUNT_KINDS, RelationKind
from authz_service.services.projection.groups import Posed
from authz_service.services.projection.memberships import MEMBERSHIPS, Own
from authz_service.services.projection.places import Place

__all__ = ["Alike", "PeopleAlike"]

OF_AN_OBJECT: Final = frozenset(
    {RelationKind.APPLICATION_GRANT, RelationKind.FLEMISH_RIGHT, RelationKind.ROLE_ASSIGNMENT}
)
"""Relations that count only where their own object is asked about."""
Bearing = Mapping[str, frozenset[Hashable]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Some people, and a group towards which they stand alike.

    `likeness`: equal wherever the answer must be equal; `people`: person ids, `apart`: those of them who are not meant;
    `own`: the id of the first person's own resource, where the group asks for one.
    """

    likeness: Hashable
    people: tuple[str, ...]
    apart: Collection[str] = ()
    own: str = ""

    def __iter__(self) -> Iterator[str]:
        return (person_id for person_id in self.people if person_id not in self.apart)


class _Holding(NamedTuple):
    """What somebody holds that counts whatever is asked about. `accounts`: with their capacities, in their order."""

    means: str | None
    has_card: bool
    accounts: tuple[tuple[str, Hashable], ...]
    around: frozenset[Hashable]


class PeopleAlike:
    """The people of a place, sorted by how they stand towards each of its groups."""

    def __init__(self, place: Place, means: Mapping[str, str | None]) -> None:
        """`means`: how each of the place's persons logs in."""
        self._place = place
        self._holding = {person_id: _holding(place, person_id, logged_in) for person_id, logged_in in means.items()}
        self._holders: dict[_Holding, list[str]] = {}
        for person_id, holding in self._holding.items():
            self._holders.setdefault(holding, []).append(person_id)
        self._standing: dict[str, dict[_Holding, Hashable]] = {}
        self._together: dict[str, dict[Hashable, tuple[str, ...]]] = {}
        self._about: dict[Hashable, dict[str, frozenset[Hashable]]] = {}
        self._alone: dict[Hashable, frozenset[Hashable]] = {}
        self._assignments: dict[str, list[RelationFact]] = {}
        self._assigned: dict[tuple[str, str], dict[str, None]] = {}
        for held in place.relations.values():
            for relation in held:
                if relation.kind in OF_AN_OBJECT:
                    self._note(relation)

    def towards(self, posed: Posed) -> Iterator[Alike]:
        """Yield everybody of the place, each once; of a group that asks for own resources, each of those once."""
        asked = MEMBERSHIPS[posed.group.kind].asked
        if asked is None:
            return
        if asked.resource is Own.ROLE_ASSIGNMENT:
            yield from self._own_assignments(posed)
            return
        capacity_id = posed.group.capacity_id
        bearing = self._bearing(posed.group)
        standing = self._standing_in(capacity_id)
        holders: dict[Hashable, list[str]] = {}
        for person_id, borne in bearing.items():
            holders.setdefault((posed.alike, standing[self._holding[person_id]], borne), []).append(person_id)
        for likeness, people in holders.items():
            yield Alike(likeness, tuple(people))
        for likeness, together in self._together[capacity_id].items():
            yield Alike((posed.alike, likeness, frozenset()), together, bearing)

    def _own_assignments(self, posed: Posed) -> Iterator[Alike]:
        group = posed.group
        standing = self._standing_in(group.capacity_id)
        for relation_id in self._assigned.get((group.capacity_id, group.object), {}):
            rows = self._assignments[relation_id]
            for person_id in {row.person_id for row in rows if _is_of(row, group)}:
                rows_alike = tuple(
                    (row.period.phase(self._place.at), row.state, row.capacity_id, row.person_id == person_id)
                    for row in sorted(rows, key=lambda row: row.period.since)
                )
                yield Alike(
                    (posed.alike, standing[self._holding[person_id]], rows_alike), (person_id,), own=relation_id
                )

    # --- what people hold of an object --------------------------------------------------------------------------------

    def _note(self, relation: RelationFact) -> None:
        phase = relation.period.phase(self._place.at)
        if relation.kind is RelationKind.APPLICATION_GRANT:
            self._add(_application(relation.capacity_id, relation.object), relation, ("grant", phase))
        elif relation.kind is RelationKind.ROLE_ASSIGNMENT:
            self._add(_application(relation.capacity_id, relation.opens), relation, ("role", relation.state, phase))
            self._assignments.setdefault(relation.relation_id, []).append(relation)
            self._assigned.setdefault((relation.capacity_id, relation.object), {})[relation.relation_id] = None
        else:
            self._add(_right(relation.object), relation, ("right", phase))
            right = self._place.rights.get(relation.object)
            if right is not None:
                for capacity_id in self._place.capacities:
                    self._add(_application(capacity_id, right.opens), relation, ("right", phase))

    def _add(self, about: Hashable, relation: RelationFact, borne: Hashable) -> None:
        bearing = self._about.setdefault(about, {})
        known = bearing.get(relation.person_id)
        if known is None:
            alone = self._alone.get(borne)
            bearing[relation.person_id] = alone or self._alone.setdefault(borne, frozenset({borne}))
        else:
            bearing[relation.person_id] = known | {borne}

    def _bearing(self, group: Group) -> Bearing:
        about = _ABOUT.get(group.kind)
        return self._about.get(about(group), {}) if about else {}

    # --- how people stand apart from that -----------------------------------------------------------------------------

    def _standing_in(self, capacity_id: str) -> Mapping[_Holding, Hashable]:
        """Return how people stand in a capacity ("": in the enterprise), by what they hold."""
        if capacity_id not in self._standing:
            standing = {holding: _standing(holding, capacity_id) for holding in self._holders}
            together: dict[Hashable, list[str]] = {}
            for holding, people in self._holders.items():
                together.setdefault(standing[holding], []).extend(people)
            self._standing[capacity_id] = standing
            self._together[capacity_id] = {likeness: tuple(people) for likeness, people in together.items()}
        return self._standing[capacity_id]


def _holding(place: Place, person_id: str, means: str | None) -> _Holding:
    accounts, around = [], set()
    for relation in place.relations[person_id]:
        if relation.kind in ACCOUNT_KINDS:
            held = (relation.kind, relation.state, relation.period.phase(place.at))
            accounts.append((relation.capacity_id, held))
        elif relation.kind not in OF_AN_OBJECT:
            around.add((relation.kind, relation.state, relation.period.phase(place.at)))
    return _Holding(means, place.persons[person_id].has_card, tuple(accounts), frozenset(around))


def _standing(holding: _Holding, capacity_id: str) -> Hashable:
    """Return how somebody stands in a capacity: which other one an account is in makes no difference."""
    here = tuple(held for place, held in holding.accounts if place == capacity_id)
    elsewhere = frozenset(held for place, held in holding.accounts if place != capacity_id)
    return (holding.means, holding.has_card, here, elsewhere, holding.around)


def _is_of(row: RelationFact, group: Group) -> bool:
    return row.capacity_id == group.capacity_id and row.object == group.object


def _application(capacity_id: str, code: str) -> Hashable:
    return (RelationKind.APPLICATION_GRANT, capacity_id, code)


def _right(code: str) -> Hashable:
    return (RelationKind.FLEMISH_RIGHT, code)


_ABOUT: Final[Mapping[GroupKind, Callable[[Group], Hashable]]] = {
    GroupKind.APPLICATION: lambda group: _application(group.capacity_id, group.object),
    GroupKind.FLEMISH_RIGHT: lambda group: _right(group.object),
    GroupKind.MANDATE_APPLICATION: lambda group: _application(group.capacity_id, group.object),
}
"""Under what the relations are noted that bear on a group of this kind."""
