"""What a target should hold, and what of it is to be looked at again after a change."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from authz_service.domain import moments
from authz_service.domain.commands import DeleteUser, GrantApplication
from authz_service.domain.records import EnterpriseRecord
from authz_service.store.errors import StoreUnavailableError
from authz_service.sync.planning import Wanted
from tests.support.door import NUMBER
from tests.sync.keeping import FRANK, NSSO, Kept

ALPHA, OMEGA = NUMBER["alpha"], NUMBER["omega"]
USERS = f"group/users/{ALPHA}/{NSSO}/social_security"
DMFA = f"group/application/{ALPHA}/{NSSO}/social_security/DMFA"


def members(wanted: Wanted, key: str) -> frozenset[str]:
    return next(entry.members or frozenset() for entry in wanted.entries if entry.key == key)


def test_everything_is_of_the_last_revision_and_looked_at_as_a_whole(kept: Kept) -> None:
    wanted = kept.source().everything()
    assert wanted.only is None
    assert wanted.revision == kept.projections.last().revision
    assert wanted.policy == kept.door.reference.decisions.policy.revision
    assert {f"container/enterprise/{ALPHA}", USERS} <= {entry.key for entry in wanted.entries}


def test_how_far_the_asking_has_come_is_told(kept: Kept) -> None:
    told: list[tuple[int, int]] = []
    kept.source().everything(lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_after_a_change_what_differs_is_looked_at(kept: Kept) -> None:
    source = kept.source()
    source.everything()
    kept.create_umar()
    umar = kept.person_key("umar")
    created = source.renewed([ALPHA])
    assert created.only is not None
    assert {umar, USERS} <= created.only
    assert kept.door.do(FRANK, GrantApplication("u1", "DMFA")).done
    granted = source.renewed([ALPHA])
    assert granted.only == frozenset({DMFA})
    assert umar in members(granted, DMFA)
    assert len(granted.entries) == len(created.entries)
    assert kept.door.do(FRANK, DeleteUser("u1")).done
    deleted = source.renewed([ALPHA])
    assert umar in (deleted.only or ())
    assert umar not in {entry.key for entry in deleted.entries}


def test_what_has_not_changed_is_not_looked_at(kept: Kept) -> None:
    source = kept.source()
    source.everything()
    kept.create_umar()
    assert source.renewed([OMEGA]).only == frozenset()
    assert source.renewed([]).only == frozenset()
    assert kept.person_key("umar") in (source.renewed([ALPHA]).only or ())
    assert source.renewed([ALPHA]).only == frozenset()


def test_what_is_no_business_of_the_target_is_left_out(kept: Kept) -> None:
    kept.office.target = replace(kept.target, enterprises=frozenset({OMEGA}))
    source = kept.source()
    assert not any(ALPHA in entry.key for entry in source.everything().entries if entry.key.startswith("container"))
    assert source.renewed([ALPHA]).only == frozenset()


def test_an_enterprise_that_ends_goes_with_all_it_had(kept: Kept) -> None:
    source = kept.source()
    source.everything()
    now = moments.now()
    kept.change(EnterpriseRecord, {"number": OMEGA}, valid=moments.Period(moments.moment_of("2020-01-01"), now))
    gone = source.renewed([OMEGA])
    assert f"container/enterprise/{OMEGA}" in (gone.only or ())
    assert not any(OMEGA in entry.key for entry in gone.entries if entry.key.startswith("container"))


def test_the_next_instant_at_which_dates_change_something_is_known(kept: Kept) -> None:
    source = kept.source()
    until = moments.now() + 3_600_000_000
    kept.end("ines", until)
    source.everything()
    assert source.dated_at == until
    assert source.dated_until(until - 1) == frozenset()
    assert ALPHA in source.dated_until(until)


def test_facts_that_cannot_be_read_leave_what_was_made_before(kept: Kept) -> None:
    source = kept.source()
    before = source.everything()
    kept.create_umar()
    with kept.door.reference.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE relation RENAME TO elsewhere"))
    with pytest.raises(StoreUnavailableError):
        source.everything()
    with pytest.raises(StoreUnavailableError):
        source.renewed([ALPHA])
    with kept.door.reference.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO relation"))
    assert source.renewed([]).entries == before.entries
    assert kept.person_key("umar") in (source.renewed([ALPHA]).only or ())
