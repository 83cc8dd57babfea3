"""What the status of a target says."""

from authz_service.domain.moments import now
from authz_service.store.directories import RunOutcome
from authz_service.sync.holders import is_gone, this_process
from authz_service.sync.status import TargetStatus, status_of
from tests.directory.slapd import BASE
from tests.sync.mappings import CARLA, projection
from tests.sync.offices import Office

SECOND = 1_000_000


def status(office: Office, revision: int = 7, since: int = 0) -> TargetStatus:
    at = now()
    return status_of(office.target, office.directories, revision, lambda _reached: at - since * SECOND, at)


def test_a_target_that_never_ran(office: Office) -> None:
    told = status(office)
    assert (told.last, told.lag_revisions, told.lag_seconds, told.next_at) == (None, None, None, None)


def test_a_target_that_is_up_to_date(office: Office) -> None:
    run = office.done(projection()).run
    told = status(office, since=60)
    assert (told.lag_revisions, told.lag_seconds, told.failing, told.failures) == (0, 0.0, 0, ())
    assert told.last is not None
    assert told.last.run_id == run.run_id
    assert told.next_at == (told.last.ended_at or 0) + int(office.target.schedule.full_seconds * SECOND)


def test_a_target_that_is_behind(office: Office) -> None:
    office.done(projection())
    told = status(office, revision=9, since=60)
    assert (told.lag_revisions, told.lag_seconds) == (2, 60.0)


def test_drift_is_counted(office: Office) -> None:
    office.done(projection())
    office.by_hand(f"dn: uid={CARLA},ou=people,ou=authz,{BASE}\nchangetype: modify\nreplace: sn\nsn: Other\n")
    office.done()
    assert status(office).drift == 1


def test_failures_add_up_and_put_the_next_run_off(office: Office) -> None:
    office.slapd.kill()
    for count in (1, 2, 3):
        assert office.apply(projection()).run.outcome is RunOutcome.FAILED
        told = status(office)
        assert told.failing == count
        assert told.last is not None
        waits = ((told.next_at or 0) - (told.last.ended_at or 0)) / SECOND
        assert waits == office.target.schedule.first_retry_seconds * 2**count
        assert told.failures[0].key == ""
        assert told.failures[0].cause


def test_this_process_is_there_and_what_cannot_be_told_is_not_gone() -> None:
    assert not is_gone(this_process())
    assert not is_gone("elsewhere pid:[1] 12 34")
    assert is_gone(this_process() + "0")
