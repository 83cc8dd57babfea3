"""Roles in an enterprise come from the person's own relations in force there, in worlds made at random (GGA-CAM-10)."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from authz_service.domain.moments import BEGINNING, FOREVER, Period
from authz_service.domain.records import CapacityRecord, EnterpriseRecord, RelationRecord
from authz_service.domain.vocabulary import RelationKind
from authz_service.services.administration.registrations import registrations
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.snapshot import Snapshot
from authz_service.store.writing import Recorder

NOON = 1_000_000
PERIODS = (
    Period(BEGINNING, FOREVER),
    Period(BEGINNING, NOON),
    Period(NOON, NOON + 1),
    Period(NOON + 1, FOREVER),
    Period(NOON - 1, FOREVER),
)
PEOPLE = [f"p{number}" for number in range(6)]
OWNERS = [f"e{number}" for number in range(4)]
WITHOUT_ROLE = {RelationKind.APPLICATION_GRANT, RelationKind.EMPLOYMENT, RelationKind.FLEMISH_RIGHT}
WITHOUT_ROLE |= {RelationKind.ROLE_ASSIGNMENT, RelationKind.WORK_RELATION}
IN_CAPACITY = {RelationKind.ACCESS_MANAGER, RelationKind.CO_ACCESS_MANAGER, RelationKind.USER}
IN_CAPACITY |= {RelationKind.APPLICATION_GRANT, RelationKind.ROLE_ASSIGNMENT}


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database without facts."""
    made = Database(database_url, ensure_key_file(tmp_path / "keys"))
    made.upgrade()
    yield made
    made.close()


def _enterprise(owner: str) -> EnterpriseRecord:
    return EnterpriseRecord(owner, f"number of {owner}", owner, "", "active", None, None, None, False, PERIODS[0])


def _capacity(capacity_id: str, period: Period) -> CapacityRecord:
    return CapacityRecord(capacity_id, capacity_id.partition(".")[0], "", "finance", "", "", period)


def _relations(chance: random.Random) -> list[RelationRecord]:
    found = []
    for number in range(400):
        kind, owner = chance.choice(list(RelationKind)), chance.choice(OWNERS)
        place = f"{chance.choice(OWNERS)}.{chance.choice('ab')}" if kind in IN_CAPACITY else ""
        state = chance.choice(
            ["signing", "without_signing"] if kind is RelationKind.LEGAL_FUNCTION else ["active", "blocked"]
        )
        person, period = chance.choice(PEOPLE), chance.choice(PERIODS)
        found.append(RelationRecord(f"r{number}", owner, person, kind, place, "", "", "", state, (), period))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_of_everybody_exactly_the_roles_in_force_are_found(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    relations = _relations(chance)
    mistaken = relations[::10]
    places = {f"{owner}.{part}": chance.choice(PERIODS) for owner in OWNERS for part in "ab"}
    with Recorder(database) as recorder:
        capacities = [_capacity(name, period) for name, period in places.items()]
        recorder.record([*map(_enterprise, OWNERS), *capacities, *relations], [])
        recorder.record([], mistaken)
    believed = [relation for relation in relations if relation not in mistaken]
    with Snapshot(database, NOON) as snapshot:
        for person in PEOPLE:
            held = {
                (each.enterprise.enterprise_id, role.role.value, role.capacity_id, role.blocked)
                for each in registrations(snapshot, person)
                for role in each.roles
            }
            assert held == {role for relation in believed for role in _expected(relation, person, places)}


def _expected(relation: RelationRecord, person: str, places: dict[str, Period]) -> list[tuple[str, str, str, bool]]:
    """Return the role that a relation is for a person, if any: the rules once more, in other words."""
    if relation.person_id != person or not relation.valid.since <= NOON < relation.valid.until:
        return []
    if relation.kind in WITHOUT_ROLE or relation.state == "without_signing":
        return []
    if relation.kind == "legal_function":
        return [(relation.enterprise_id, "legal_representative", "", False)]
    if not relation.capacity_id:
        return [(relation.enterprise_id, relation.kind, "", False)]
    place = places[relation.capacity_id]
    if not relation.capacity_id.startswith(f"{relation.enterprise_id}.") or not place.since <= NOON < place.until:
        return []
    return [(relation.enterprise_id, relation.kind, relation.capacity_id, relation.state == "blocked")]
