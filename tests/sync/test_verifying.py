"""What others did to our entries: told by its kind, and repaired by one run that writes nothing else, or left."""

from dataclasses import replace

import pytest

from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from authz_service.sync.plans import DriftKind
from authz_service.sync.targets import Drift
from authz_service.sync.verifying import verified
from tests.directory.slapd import BASE
from tests.sync.mappings import CARLA, ELS, FRANK, INES, PEOPLE, chief, of_capacity, projection
from tests.sync.offices import AUTHZ, Office

USERS = of_capacity(GroupKind.USERS)
PEOPLE_DN = f"ou=people,{AUTHZ}"


def told(*users: str) -> Projection:
    return projection(groups={chief(): frozenset({CARLA}), USERS: frozenset(users)})


MEMBER_ADDED = f"changetype: modify\nadd: member\nmember: uid={FRANK},{PEOPLE_DN}\n"
CASES = {
    "a member added": (DriftKind.MEMBERS, f"group/{USERS.key}", "{users}" + MEMBER_ADDED),
    "a member removed": (
        DriftKind.MEMBERS,
        f"group/{USERS.key}",
        "{users}" + f"changetype: modify\ndelete: member\nmember: uid={INES},{PEOPLE_DN}\n",
    ),
    "an attribute changed": (
        DriftKind.CHANGED,
        f"person/{ELS}",
        f"dn: uid={ELS},{PEOPLE_DN}\nchangetype: modify\nreplace: sn\nsn: Somebody\n",
    ),
    "an attribute taken away": (
        DriftKind.CHANGED,
        f"person/{CARLA}",
        f"dn: uid={CARLA},{PEOPLE_DN}\nchangetype: modify\ndelete: mail\n",
    ),
    "an entry deleted": (DriftKind.DELETED, f"person/{FRANK}", f"dn: uid={FRANK},{PEOPLE_DN}\nchangetype: delete\n"),
    "an entry moved away": (
        DriftKind.MOVED,
        f"person/{FRANK}",
        f"dn: uid={FRANK},{PEOPLE_DN}\nchangetype: modrdn\nnewrdn: uid={FRANK}\ndeleteoldrdn: 1\nnewsuperior: ou=foreign,{BASE}\n",
    ),
    "an entry renamed": (
        DriftKind.MOVED,
        f"person/{FRANK}",
        f"dn: uid={FRANK},{PEOPLE_DN}\nchangetype: modrdn\nnewrdn: uid=x\ndeleteoldrdn: 1\n",
    ),
}


@pytest.fixture
def drifted(office: Office, request: pytest.FixtureRequest) -> Office:
    """An office whose directory somebody else has changed."""
    office.done(told(ELS, INES))
    users = office.the("(cn=Utilisateurs)")[0]
    office.by_hand(request.param.replace("{users}", f"dn: {users}\n"))
    return office


@pytest.mark.parametrize(
    ("drifted", "kind", "key"),
    [(ldif, kind, key) for kind, key, ldif in CASES.values()],
    ids=CASES,
    indirect=["drifted"],
)
class TestDrift:
    def test_it_is_told_by_kind_and_repaired_by_one_write(self, drifted: Office, kind: DriftKind, key: str) -> None:
        plan = drifted.plan()
        assert [(change.key, change.drift) for change in plan.changes] == [(key, (kind,))]
        assert not verified(plan).is_exact
        writes = drifted.writes()
        report = drifted.done()
        assert drifted.writes() - writes == 1
        assert report.run.counts[f"drift_{kind}"] == 1
        assert verified(drifted.plan()).is_exact

    def test_it_is_left_where_the_target_says_so(self, drifted: Office, kind: DriftKind, key: str) -> None:
        drifted.target = replace(drifted.target, drift=Drift.REPORT)
        plan = drifted.plan()
        assert [(drift.key, drift.kinds) for drift in plan.reported] == [(key, (kind,))]
        writes = drifted.writes()
        drifted.apply()
        assert drifted.writes() == writes
        assert verified(drifted.plan()).left == 1


class TestBesideDrift:
    def test_what_the_facts_say_is_done_and_what_others_did_is_left(self, office: Office) -> None:
        office.done(told(ELS, INES))
        office.target = replace(office.target, drift=Drift.REPORT)
        office.by_hand(f"dn: {office.the('(cn=Utilisateurs)')[0]}\n{MEMBER_ADDED}")
        assert office.apply(told(ELS)).run.outcome is RunOutcome.DONE
        assert office.members("Utilisateurs") == {ELS, FRANK}

    def test_what_changes_because_of_the_facts_is_no_drift(self, office: Office) -> None:
        office.done(told(ELS, INES))
        people = tuple(replace(each, name="Other") for each in PEOPLE)
        plan = office.plan(replace(told(FRANK), people=people))
        assert plan.changes
        assert not any(change.drift for change in plan.changes)

    def test_another_key_of_the_digests_claims_no_drift(self, office: Office) -> None:
        office.done(told(ELS, INES))
        office.secret = b"another"
        plan = office.plan(told(FRANK))
        assert plan.changes
        assert not any(change.drift for change in plan.changes)
        office.done()
        assert office.is_exact()


def test_verifying_counts_what_is_as_it_should_be(office: Office) -> None:
    office.done(told(ELS))
    verification = verified(office.plan())
    assert verification.is_exact
    assert verification.unchanged == len(office.entries)


def test_no_value_of_the_directory_stands_in_the_memory(office: Office) -> None:
    office.done(told(ELS))
    for entry in office.directories.remembered("uman").values():
        assert "Claes" not in entry.state
