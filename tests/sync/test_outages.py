"""Runs cut off anywhere, by whatever ends first: the next one ends where they would have, and nothing is done twice."""

import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from authz_service.domain.moments import now
from authz_service.domain.projections import GroupKind, Projection
from authz_service.store.directories import RunOutcome
from tests.directory.slapd import PASSWORD
from tests.sync.mappings import CARLA, ELS, FRANK, INES, OMEGA, PEOPLE, alpha, chief, of_capacity, person, projection
from tests.sync.offices import AUTHZ, Office
from tests.sync.outages import KilledError, elsewhere, killing, runner_with

USERS = of_capacity(GroupKind.USERS)
STAY = tuple(person(f"p_stays{number}", "", f"Stays {number}") for number in range(4))
CROWD = tuple(person(f"p_{number:03}", "", f"N{number}") for number in range(120))


def before() -> Projection:
    groups = {chief(): frozenset({CARLA}), USERS: frozenset({ELS, INES, *(each.person_id for each in STAY)})}
    return projection(people=(*PEOPLE, *STAY), groups=groups)


def after() -> Projection:
    """Return what it is when people have come, changed and gone, and memberships with them."""
    changed = tuple(
        replace(each, email=f"{each.first_name[0]}@new.example") for each in PEOPLE if each.person_id != FRANK
    )
    users = frozenset({INES, "p_new", *(each.person_id for each in STAY)})
    more = {of_capacity(GroupKind.APPLICATION, code=code): users for code in ("DMFA", "DIMONA")}
    return projection(
        name="Alpha & Co",
        people=(*changed, *STAY, person("p_new", "Nora", "Nys")),
        groups={chief(): frozenset({ELS}), USERS: users, **more},
    )


def golden(office: Office) -> dict[object, object]:
    """Return all that is ours, with the ids of the entries that stay untouched."""
    untouched = office.held(condition="(uid=p_stays*)")
    return {dn: attributes["entryuuid"] for dn, attributes in untouched.items()}


def once(office: Office, since: int) -> bool:
    """Whether nothing was added or deleted twice since then."""
    done = Counter(each for each in office.slapd.writes()[since:] if each[0] in {"add", "delete"})
    return max(done.values(), default=1) == 1


def at(when: int, act: Callable[[], None]) -> Callable[[int, int], None]:
    """Return a `progress` that does something once, when so many writes are answered."""
    times = [when]

    def progress(done: int, _total: int) -> None:
        if times and done >= times[0]:
            times.clear()
            act()

    return progress


class TestTheServer:
    @pytest.mark.parametrize("when", [1, 4, 8, 11])
    def test_killed_and_started_again_while_a_run_goes_on(self, office: Office, when: int) -> None:
        office.without_limits()
        office.done(before())
        stay, since = golden(office), office.writes()

        def restart() -> None:
            office.slapd.kill()
            office.slapd.start()

        report = office.runner.apply(office.wanted(after()), progress=at(when, restart))
        assert report.run.outcome is RunOutcome.DONE, report.run.failures
        assert golden(office) == stay
        assert once(office, since)
        assert office.is_exact()

    @pytest.mark.parametrize("when", [2, 10])
    def test_frozen_for_longer_than_we_wait_and_back_before_we_give_up(self, office: Office, when: int) -> None:
        office.without_limits()
        office.done(before())
        stay, since = golden(office), office.writes()
        waking = Timer(0.9, office.slapd.resume)

        def freeze() -> None:
            office.slapd.pause()
            waking.start()

        runner = runner_with(office, receive_timeout_seconds=0.3, connect_timeout_seconds=0.4)
        runner.apply(office.wanted(after()), progress=at(when, freeze))
        waking.join()
        office.done()
        assert golden(office) == stay
        assert once(office, since)
        assert office.is_exact()

    @pytest.mark.parametrize("when", [2, 10])
    def test_frozen_for_good_and_what_it_does_when_it_wakes_up_is_not_done_again(
        self, office: Office, when: int
    ) -> None:
        office.without_limits()
        office.done(before())
        stay, since = golden(office), office.writes()
        runner = runner_with(office, receive_timeout_seconds=0.2, connect_timeout_seconds=0.2)
        report = runner.apply(office.wanted(after()), progress=at(when, office.slapd.pause))
        assert report.run.outcome is RunOutcome.FAILED
        assert "in time" in report.run.failures[-1].cause
        office.slapd.resume()
        office.done()
        assert golden(office) == stay
        assert once(office, since)
        assert office.is_exact()

    def test_frozen_while_it_is_read(self, office: Office) -> None:
        office.done(before())
        writes = office.writes()
        office.slapd.pause()
        runner = runner_with(office, receive_timeout_seconds=0.2, connect_timeout_seconds=0.2)
        report = runner.apply(office.wanted(after()))
        office.slapd.resume()
        assert (report.run.outcome, report.plan, office.writes()) == (RunOutcome.FAILED, None, writes)
        assert "does not answer in time" in report.run.failures[0].cause

    def test_ended_for_good_is_told_and_nothing_is_lost(self, office: Office) -> None:
        office.done(before())
        stay = golden(office)
        report = office.runner.apply(office.wanted(after()), progress=at(5, office.slapd.stop))
        assert report.run.outcome is RunOutcome.FAILED
        assert report.run.failures[-1].cause
        office.slapd.start()
        office.done()
        assert golden(office) == stay
        assert office.is_exact()

    def test_a_password_that_is_changed_meanwhile_is_tried_once(self, office: Office) -> None:
        office.done(before())

        def changed() -> None:
            office.by_hand(f"dn: {office.slapd.sync_dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: x\n")
            office.slapd.kill()
            office.slapd.start()

        report = office.runner.apply(office.wanted(after()), progress=at(3, changed))
        assert report.run.outcome is RunOutcome.FAILED
        assert "does not accept the name and the password" in report.run.failures[-1].cause
        assert PASSWORD not in repr(report)


class TestOurProcess:
    @pytest.mark.parametrize("when", [1, 10, 100])
    def test_killed_in_the_first_run_is_followed_by_one_that_writes_the_rest(
        self, office: Office, tmp_path: Path, when: int
    ) -> None:
        told = projection(people=CROWD, groups={chief(): frozenset({"p_000"}), USERS: frozenset({"p_001", "p_002"})})
        process = elsewhere(office, tmp_path, told, killed_after=when)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert office.directories.holder("uman", now())
        written = {dn: held["entryuuid"] for dn, held in office.held().items()}
        assert len(written) > when
        report = office.done(told)
        assert not any(count for name, count in report.run.counts.items() if name.startswith("drift_"))
        assert written.items() <= {dn: held["entryuuid"] for dn, held in office.held().items()}.items()
        assert once(office, 0)
        assert len(office.marked()) == len(office.entries)
        assert office.is_exact()

    @pytest.mark.parametrize("when", [1, 5, 9, 12])
    def test_killed_while_it_changes_things_is_followed_by_one_that_changes_the_rest(
        self, office: Office, when: int
    ) -> None:
        office.without_limits()
        office.done(before())
        stay, since = golden(office), office.writes()
        with pytest.raises(KilledError):
            office.runner.apply(office.wanted(after()), progress=killing(when))
        report = office.done()
        assert not any(count for name, count in report.run.counts.items() if name.startswith("drift_"))
        assert golden(office) == stay
        assert once(office, since)
        assert office.is_exact()

    @pytest.mark.parametrize("when", [1, 5, 9])
    def test_killed_and_the_facts_are_as_they_were_before(self, office: Office, when: int) -> None:
        office.without_limits()
        office.done(before())
        marked = office.marked()
        with pytest.raises(KilledError):
            office.runner.apply(office.wanted(after()), progress=killing(when))
        office.done(before())
        assert office.marked() == marked
        assert office.is_exact()

    def test_what_a_frozen_server_does_late_is_known_as_ours(self, office: Office) -> None:
        marker = office.target.mapped.marker
        office.without_limits()
        with pytest.raises(KilledError):
            office.runner.apply(office.wanted(alpha()), progress=killing(2))
        fewer = replace(alpha(), people=PEOPLE[:1], groups={chief(): frozenset({CARLA})})
        office.done(fewer)
        office.slapd.add(
            f"dn: uid={ELS},ou=people,{AUTHZ}\nobjectClass: inetOrgPerson\nuid: {ELS}\ncn: Els\nsn: Evers\n"
            f"{marker.attribute}: {marker.value}\n"
        )
        office.done(fewer)
        assert office.held(condition=f"(uid={ELS})") == {}
        assert office.is_exact()

    def test_killed_and_nobody_is_wanted_any_more(self, office: Office) -> None:
        office.without_limits()
        with pytest.raises(KilledError):
            office.runner.apply(office.wanted(alpha()), progress=killing(9))
        office.done(projection(number=OMEGA, people=(), groups={}, capacities=()))
        assert office.is_exact()
