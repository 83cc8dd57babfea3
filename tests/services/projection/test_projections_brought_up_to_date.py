"""What is known of an enterprise, brought up to date, is what asking about everything anew gives."""

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from authz_service.domain.moments import FOREVER, Period, now
from authz_service.domain.projections import Projection
from authz_service.domain.records import (
    ApplicationRecord,
    CapacityRecord,
    ContactRecord,
    EnterpriseRecord,
    MandateRecord,
    PersonRecord,
    Record,
    RelationRecord,
)
from authz_service.policy.engine import PolicyEngine
from authz_service.store.writing import Recorder
from tests.services.projection.worlds import NUMBERS, WorldInUse, fuller, in_use

DAY = 86_400_000_000
STEPS = 15
RICH = [NUMBERS[name] for name in ("alpha", "epsilon", "omega", "sigma")]


def changed_relation(chance: random.Random, old: RelationRecord, people: list[str]) -> RelationRecord | None:
    """The same relation otherwise, None: it is gone."""
    states = {"user": ["active", "blocked"], "role_assignment": ["accepted", "pending_acceptance", "declined"]}
    match chance.randrange(4):
        case 0:
            return None
        case 1:
            return dataclasses.replace(old, person_id=chance.choice(people)) if old.person_id else None
        case 2:
            return dataclasses.replace(old, valid=Period(old.valid.since, now() + chance.choice([-1, 1]) * DAY))
        case _:
            return dataclasses.replace(old, state=chance.choice(states.get(old.kind, [old.state])))


def change(chance: random.Random, recorder: Recorder) -> None:
    """Change something that is in force for ever, mostly of a person."""
    believed = [each for each in recorder.believed() if each.valid.until == FOREVER and each.valid.since < now() - DAY]
    kinds = [RelationRecord, RelationRecord, RelationRecord, PersonRecord, ContactRecord]
    kinds += chance.sample([CapacityRecord, ApplicationRecord, EnterpriseRecord, MandateRecord], 1)
    kind = chance.choice(kinds)
    of_kind: list[Record] = [each for each in believed if isinstance(each, kind)]
    if not of_kind:
        return
    old = chance.choice(of_kind)
    people = sorted({each.person_id for each in believed if isinstance(each, PersonRecord)})
    new: Record | None = old
    match old:
        case RelationRecord():
            new = changed_relation(chance, old, people)
        case PersonRecord():
            new = dataclasses.replace(old, name="Zoetemelk", digital_keys=chance.choice([("eid",), ("itsme",), ()]))
        case ContactRecord():
            new = dataclasses.replace(old, email="elsewhere@x.example")
        case EnterpriseRecord():
            new = dataclasses.replace(old, name="Otherwise NV")
        case CapacityRecord():
            new = dataclasses.replace(old, valid=Period(old.valid.since, now() - 1))
        case ApplicationRecord():
            new = dataclasses.replace(old, offered_to=old.offered_to[1:])
        case MandateRecord():
            new = dataclasses.replace(old, ended_at=now() - DAY)
    recorder.record([] if new is None else [new], [old])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_known_is_brought_up_to_date(seed: int, tmp_path: Path, policy: PolicyEngine) -> None:
    chance = random.Random(seed)
    with in_use(fuller(seed), f"sqlite:///{tmp_path / 'facts.db'}", tmp_path, policy) as used:
        known = {number: used.projections.of(number) for number in RICH}
        for _ in range(STEPS):
            with Recorder(used.database) as recorder:
                change(chance, recorder)
            for number in RICH:
                known[number] = brought = used.projections.of(number, known=known[number])
                assert_same(brought, used.projections.of(number))


def assert_same(brought: Projection | None, anew: Projection | None) -> None:
    if brought is None or anew is None:
        assert brought is anew
        return
    assert (brought.enterprise, brought.revision, brought.people) == (anew.enterprise, anew.revision, anew.people)
    assert list(brought.groups.items()) == list(anew.groups.items())
    assert (brought.changes_at or FOREVER) <= (anew.changes_at or FOREVER)


PERSONS: list[tuple[str, Callable[[WorldInUse], None]]] = [
    ("an account is blocked", lambda used: used.change(RelationRecord, {"relation_id": "acc_greet"}, state="blocked")),
    (
        "a person is called otherwise",
        lambda used: used.change(PersonRecord, {"person_id": used.person_id("greet")}, name="Anders"),
    ),
]


@pytest.mark.parametrize("happens", [happens for _, happens in PERSONS], ids=[name for name, _ in PERSONS])
def test_whoever_did_not_change_stays_the_same_object(used: WorldInUse, happens: Callable[[WorldInUse], None]) -> None:
    before = used.projection("alpha")
    happens(used)
    after = used.projection("alpha", known=before)
    changed = used.person_id("greet")
    kept = {person.person_id: person for person in before.people if person.person_id != changed}
    assert after != before
    assert all(kept[each.person_id] is each for each in after.people if each.person_id != changed)
    assert any(before.groups[group] is members for group, members in after.groups.items())


def test_nothing_that_was_known_under_another_policy_is_kept(used: WorldInUse) -> None:
    before = dataclasses.replace(used.projection("alpha"), policy="another", people=(), groups={})
    assert used.projection("alpha", known=before).people == used.projection("alpha").people
