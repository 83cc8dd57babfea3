"""Several people at once (F26), each with a connection of his own, on both databases: nothing is lost or done twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from authz_service.services.authority.reports import Report
from tests.administration import worlds
from tests.administration.desk import Desk, Equipment
from tests.administration.standing import standing, twice_at_once
from tests.administration.worlds import Beginning, numbers
from tests.model.administration import Asker, Wish

FIRM: Final = Beginning(
    chief={"alpha": "alpha_ann"},
    co_chiefs={"alpha": ["alpha_bob"]},
    active={"alpha": True},
    accounts=[("alpha_cis", "alpha.nsso", "access_manager")],
)
ANN, BOB = Asker("person", "alpha_ann", "alpha"), Asker("person", "alpha_bob", "alpha")
PRESENT: Final = "chief_access_manager/alpha/alpha_ann"
LINKED: Final = ("alpha_rep", "alpha_silent", "alpha_ann", "alpha_bob", "alpha_cis", "alpha_dan", "both")
Put = tuple[Asker, Wish]


@pytest.fixture(scope="module")
def equipment(tmp_path_factory: pytest.TempPathFactory) -> Equipment:
    return Equipment.in_folder(tmp_path_factory.mktemp("concurrency"))


@pytest.fixture
def open_desk(equipment: Equipment, database_url: str) -> Iterator[Callable[[], Desk]]:
    """Opens another desk over the same database: connections of its own, as in another process."""
    opened: list[Desk] = []

    def open_another() -> Desk:
        opened.append(Desk(equipment, database_url, numbers()))
        return opened[-1]

    yield open_another
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_desk: Callable[[], Desk]) -> Desk:
    """A firm with two legal representatives, a GAP, a co-GAP and a GA."""
    desk, world = open_desk(), worlds.world(FIRM)
    desk.open_with(world)
    second = worlds.function("alpha_once", "alpha", None)
    desk.register_says({"persons": worlds.persons(), "legal_functions": [second]})
    return desk


def at_once(open_desk: Callable[[], Desk], puts: Sequence[Put], key: str = "") -> list[Report]:
    """Have everybody put his wish at the same instant; return what became of each."""
    desks, barrier = [open_desk() for _ in puts], threading.Barrier(len(puts))

    def put(desk: Desk, asker: Asker, wish: Wish) -> Report:
        barrier.wait()
        return desk.carry_out(asker, [wish], key=key)

    with ThreadPoolExecutor(len(puts)) as pool:
        futures = [pool.submit(put, desk, *each) for desk, each in zip(desks, puts, strict=True)]
        return [future.result() for future in futures]


def outcome_of(report: Report) -> str:
    return report.results[0].outcome.value


def assert_sound(desk: Desk, revision: int, audited: int) -> None:
    """As many revisions and audit records as that, nothing twice at once, and one chain of records."""
    state = desk.state()
    assert (state.revision, state.audited) == (revision, audited)
    assert twice_at_once(state.believed) == []
    report = desk.audit_report()
    assert report.whole, [str(fault) for fault in report.faults]


def test_of_two_who_name_the_chief_at_once_one_wins_and_the_other_is_told_who_is(
    desk: Desk, open_desk: Callable[[], Desk]
) -> None:
    before = desk.state()
    puts = [
        (Asker("person", by, "alpha"), Wish("designate_chief_access_manager", "alpha", who, replaces=PRESENT, new=who))
        for by, who in (("alpha_rep", "alpha_dan"), ("alpha_once", "alpha_cis"))
    ]
    reports = at_once(open_desk, puts)
    assert sorted(map(outcome_of, reports)) == ["allowed", "conflict"]
    winner, loser = sorted(reports, key=outcome_of)
    conflict, named = loser.results[0].conflict, winner.results[0].result["designation"]
    assert conflict is not None
    assert conflict.code == "chiefAccessManagerChanged"
    told = {name: conflict.facts[name] for name in ("designation", "first_name", "name")}
    assert told == {"designation": named, "first_name": named.title(), "name": "Voorbeeld"}
    assert_sound(desk, before.revision + 1, before.audited + 2)


def test_the_other_can_name_his_own_once_he_has_seen_who_is_there(desk: Desk, open_desk: Callable[[], Desk]) -> None:
    first = Wish("designate_chief_access_manager", "alpha", "alpha_dan", replaces=PRESENT, new="first")
    second = Wish("designate_chief_access_manager", "alpha", "alpha_cis", replaces="first", new="second")
    for by, wish in (("alpha_rep", first), ("alpha_once", second)):
        assert open_desk().carry_out(Asker("person", by, "alpha"), [wish]).done


def test_of_two_who_name_the_access_manager_at_once_one_wins(desk: Desk, open_desk: Callable[[], Desk]) -> None:
    before = desk.state()
    puts = [
        (asker, Wish("change_access_manager", "alpha.nsso", who, replaces="alpha.nsso/alpha_cis", new=who))
        for asker, who in ((ANN, "alpha_dan"), (BOB, "both"))
    ]
    reports = at_once(open_desk, puts)
    assert sorted(map(outcome_of, reports)) == ["allowed", "conflict"]
    assert_sound(desk, before.revision + 1, before.audited + 2)


def test_twenty_writers_lose_nothing_and_never_fork_the_audit_log(desk: Desk, open_desk: Callable[[], Desk]) -> None:
    before = desk.state()
    rooms = [(where, who) for where in worlds.CAPACITIES["alpha"] for who in LINKED]
    free = [(where, who) for where, who in rooms if (where, who) != ("alpha.nsso", "alpha_cis")]
    puts = [
        ((ANN, BOB)[number % 2], Wish("create_user", where, who, new=f"{where}/{who}"))
        for number, (where, who) in enumerate(free)
    ]
    assert len(puts) == 20
    reports = at_once(open_desk, puts)
    assert Counter(map(outcome_of, reports)) == {"allowed": 20}
    assert sorted(report.revision for report in reports) == [before.revision + n for n in range(1, 21)]
    assert_sound(desk, before.revision + 20, before.audited + 20)
    state = desk.state()
    standing_now = standing(state.believed, desk.names(), state.instant)
    users = {each[1] for each in standing_now if each[:1] == ("account",) and each[2] == "user"}
    assert users == {f"{where}/{who}" for where, who in free}


def test_of_many_who_create_the_same_user_at_once_one_does(desk: Desk, open_desk: Callable[[], Desk]) -> None:
    before = desk.state()
    wishes = [Wish("create_user", "alpha.finance", "alpha_dan", new=f"account_{number}") for number in range(8)]
    reports = at_once(open_desk, [(ANN, wish) for wish in wishes])
    assert Counter(map(outcome_of, reports)) == {"allowed": 1, "refused": 7}
    assert_sound(desk, before.revision + 1, before.audited + 8)


def test_a_request_that_is_sent_many_times_at_once_is_carried_out_once(
    desk: Desk, open_desk: Callable[[], Desk]
) -> None:
    before = desk.state()
    wish = Wish("create_user", "alpha.finance", "alpha_dan", new="account")
    reports = at_once(open_desk, [(ANN, wish)] * 8, key="one and the same")
    assert all(report.done for report in reports)
    assert Counter(report.replayed for report in reports) == {True: 7, False: 1}
    assert {tuple(made.items()) for report in reports for made in report.made} == {(("account", "account"),)}
    assert_sound(desk, before.revision + 1, before.audited + 1)
