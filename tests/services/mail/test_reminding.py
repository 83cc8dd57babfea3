"""Reminders to check data (UM-MGT-04, UM-SELF-04): of what, to whom, and no more than one in 30 days."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from authz_service.domain.messages import Mail, MailKind, Topic
from authz_service.domain.moments import FOREVER, Period
from authz_service.domain.records import ContactRecord, Record
from authz_service.services.mail.composing import Composer
from authz_service.services.mail.reminding import ReminderReport, remind
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.outbox import Outbox, OutboxMessage
from tests.services.mail.conftest import START
from tests.store import facts
from tests.store.facts import ALWAYS, ANNE, BART, CARLA

DAY = 86_400_000_000
CHECK_DAYS = 180
WINDOW = 30 * DAY
LONG_AGO = START - CHECK_DAYS * DAY
CHIEF = facts.relation("gap_anne", "chief_access_manager", ANNE, "alpha")
MANAGER = facts.relation("ga_bart", "access_manager", BART, "alpha.nsso")
USER = facts.relation("acc_carla", "user", CARLA, "alpha.nsso")
WORLD: tuple[Record, ...] = (
    *(facts.person(identity) for identity in facts.PEOPLE),
    facts.enterprise("alpha", "0999010126"),
    facts.enterprise("beta", "0999020222"),
    facts.capacity("alpha.nsso"),
)


def contact(
    owner_kind: str, owner_id: str, email: str = "", *, checked_at: int | None = None, language: str = ""
) -> ContactRecord:
    return ContactRecord(owner_kind, owner_id, "", "", language, email, "", "", checked_at, ALWAYS)


def checked(owner_kind: str, owner_id: str, at: int = START) -> ContactRecord:
    """Return that somebody said at that instant that all is right."""
    return contact(owner_kind, owner_id, checked_at=at)


CHIEFS_ADDRESS = contact("designation", "gap_anne", "anne@alpha.example", language="fr")
MANAGERS_ADDRESS = contact("account", "ga_bart", "bart@alpha.example", language="de")
USERS_ADDRESS = contact("account", "acc_carla", "carla@alpha.example")
BARTS_DETAILS_ARE_RIGHT = checked("person", "p_bart")


@pytest.fixture
def world(database: Database) -> Callable[..., None]:
    """Record a small world, and what is given beside it."""

    def recording(*records: Record) -> None:
        facts.load(database, (*WORLD, *records))

    return recording


def reminded(database: Database, at: int = START, **how: Any) -> ReminderReport:
    return remind(database, CHECK_DAYS, at, **how)


def mails(database: Database) -> list[Mail]:
    return [Mail.from_json(message.content) for message in Outbox(database).waiting()]


def sent(database: Database) -> list[tuple[str, str]]:
    """Return the address and the capacity of each mail in the outbox."""
    return sorted((one.to, dict(one.parameters)["capacity_name"]) for one in mails(database))


class TestCapacities:
    def test_the_access_manager_is_reminded_at_the_address_of_the_account(
        self, database: Database, world: Callable[..., None], composer: Composer
    ) -> None:
        world(CHIEF, MANAGER, CHIEFS_ADDRESS, MANAGERS_ADDRESS, BARTS_DETAILS_ARE_RIGHT)
        assert reminded(database) == ReminderReport(capacities=1, people=0, unreachable=0)
        (message,) = Outbox(database).waiting()
        assert Mail.from_json(message.content) == Mail.make(
            MailKind.CHECK_CAPACITY_DETAILS,
            "de",
            "bart@alpha.example",
            person_name="First Last",
            enterprise_name="Alpha",
            enterprise_number="0999010126",
            capacity_name="alpha.nsso",
        )
        assert (message.topic, message.enterprise_id, message.created_at) == (Topic.MAIL, "alpha", START)
        assert (
            composer.compose(Mail.from_json(message.content), message.message_id, START)["To"] == "bart@alpha.example"
        )

    def test_the_chief_access_manager_is_reminded_where_no_access_manager_is_named(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        world(CHIEF, CHIEFS_ADDRESS)
        reminded(database)
        assert [(one.to, one.language) for one in mails(database)] == [("anne@alpha.example", "fr")]

    @pytest.mark.parametrize("email", ["", "nobody"])
    def test_the_chief_access_manager_is_reminded_when_mail_cannot_reach_the_access_manager(
        self, database: Database, world: Callable[..., None], email: str
    ) -> None:
        world(CHIEF, MANAGER, CHIEFS_ADDRESS, contact("account", "ga_bart", email), BARTS_DETAILS_ARE_RIGHT)
        reminded(database)
        assert sent(database) == [("anne@alpha.example", "alpha.nsso")]

    def test_the_chief_access_manager_is_reminded_when_the_access_manager_is_blocked(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        world(CHIEF, facts.changed(MANAGER, state="blocked"), CHIEFS_ADDRESS, MANAGERS_ADDRESS)
        assert reminded(database) == ReminderReport(capacities=1, people=0, unreachable=0)
        assert sent(database) == [("anne@alpha.example", "alpha.nsso")]

    @pytest.mark.parametrize(
        "other",
        [
            facts.relation("else", "co_access_manager", BART, "alpha.nsso"),
            facts.relation("else", "user", BART, "alpha.nsso"),
            facts.relation("else", "access_manager", BART, "alpha.nsso", valid=facts.until(START)),
            facts.relation("else", "access_manager", BART, "alpha.nsso", valid=facts.since(START + 1)),
            facts.relation("else", "access_manager", BART, "alpha.finance"),
            facts.relation("else", "chief_access_manager", BART, "beta"),
            facts.relation("else", "co_chief_access_manager", BART, "alpha"),
            facts.relation("else", "chief_access_manager", BART, "alpha", valid=facts.until(START)),
        ],
        ids=lambda record: f"{record.kind} {record.capacity_id}",
    )
    def test_nobody_else_is_reminded(self, database: Database, world: Callable[..., None], other: Record) -> None:
        addresses = [contact(kind, "else", "bart@alpha.example") for kind in ("account", "designation")]
        world(other, *addresses, BARTS_DETAILS_ARE_RIGHT)
        assert reminded(database) == ReminderReport(capacities=0, people=0, unreachable=1)
        assert mails(database) == []

    def test_details_are_to_be_looked_at_again_after_the_days_that_were_chosen(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        world(CHIEF, CHIEFS_ADDRESS, checked("capacity", "alpha.nsso", LONG_AGO))
        assert reminded(database, START - 1).capacities == 0
        assert reminded(database, START).capacities == 1

    def test_details_that_nobody_ever_looked_at_count_from_the_beginning_of_the_capacity(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        young = facts.capacity("alpha.young", valid=facts.since(LONG_AGO + 1))
        old = facts.capacity("alpha.old", valid=facts.since(LONG_AGO))
        world(CHIEF, CHIEFS_ADDRESS, young, old, checked("capacity", "alpha.nsso"))
        reminded(database)
        assert sent(database) == [("anne@alpha.example", "alpha.old")]

    def test_a_capacity_that_changed_is_as_old_as_before(self, database: Database, world: Callable[..., None]) -> None:
        before = facts.capacity("alpha.old", valid=Period(LONG_AGO, START - DAY))
        since_then = facts.changed(before, identifier="199001126", valid=facts.since(START - DAY))
        world(CHIEF, CHIEFS_ADDRESS, before, since_then, checked("capacity", "alpha.nsso"))
        reminded(database)
        assert sent(database) == [("anne@alpha.example", "alpha.old")]

    def test_nobody_is_reminded_of_what_is_over(self, database: Database, world: Callable[..., None]) -> None:
        world(
            CHIEF,
            CHIEFS_ADDRESS,
            checked("capacity", "alpha.nsso"),
            facts.capacity("alpha.over", valid=facts.until(START)),
            facts.enterprise("gamma", "0999030318", valid=facts.until(START)),
            facts.capacity("gamma.nsso"),
        )
        assert reminded(database) == ReminderReport(0, 0, 0)


class TestPeople:
    @pytest.fixture
    def world(self, world: Callable[..., None]) -> Callable[..., None]:
        """A world where only people's own details are to be looked at."""
        return lambda *records: world(checked("capacity", "alpha.nsso"), *records)

    def test_whoever_has_an_account_is_reminded_at_the_own_address(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        world(USER, USERS_ADDRESS, contact("person", "p_carla", "carla@home.example"))
        assert reminded(database) == ReminderReport(capacities=0, people=1, unreachable=0)
        assert mails(database) == [
            Mail.make(
                MailKind.CHECK_OWN_DETAILS,
                "nl",
                "carla@home.example",
                person_name="First Last",
                enterprise_name="Alpha",
                enterprise_number="0999010126",
                capacity_name="alpha.nsso",
            )
        ]

    @pytest.mark.parametrize("kind", ["access_manager", "co_access_manager", "user"])
    def test_every_kind_of_account_counts(self, database: Database, world: Callable[..., None], kind: str) -> None:
        world(facts.changed(USER, kind=kind), USERS_ADDRESS)
        assert reminded(database).people == 1

    def test_one_mail_goes_to_a_person_with_several_accounts_and_names_the_oldest(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        younger = facts.relation("a_younger", "user", CARLA, "alpha.nsso", valid=facts.since(LONG_AGO))
        older = facts.relation("z_older", "user", CARLA, "beta.nsso", valid=facts.since(LONG_AGO - 1))
        capacity = [facts.capacity("beta.nsso"), checked("capacity", "beta.nsso")]
        world(younger, older, *capacity, contact("person", "p_carla", "carla@home.example"))
        reminded(database)
        assert sent(database) == [("carla@home.example", "beta.nsso")]

    def test_the_mailbox_of_an_enterprise_is_told_of_the_account_there_only(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        older = facts.relation("acc_beta", "user", CARLA, "beta.nsso", valid=facts.since(LONG_AGO - 1))
        capacity = [facts.capacity("beta.nsso"), checked("capacity", "beta.nsso")]
        world(facts.changed(USER, valid=facts.since(LONG_AGO)), older, *capacity, USERS_ADDRESS)
        reminded(database)
        assert sent(database) == [("carla@alpha.example", "alpha.nsso")]

    def test_own_details_are_to_be_looked_at_again_after_the_days_that_were_chosen(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        world(USER, USERS_ADDRESS, checked("person", "p_carla", LONG_AGO))
        assert reminded(database, START - 1).people == 0
        assert reminded(database, START).people == 1

    def test_details_that_were_never_looked_at_count_from_the_beginning_of_the_account(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        unblocked = facts.changed(USER, valid=facts.since(START - DAY))
        world(facts.changed(USER, state="blocked", valid=Period(LONG_AGO, START - DAY)), unblocked, USERS_ADDRESS)
        assert reminded(database, START - 1).people == 0
        assert reminded(database, START).people == 1

    def test_a_blocked_account_gets_none(self, database: Database, world: Callable[..., None]) -> None:
        world(facts.changed(USER, state="blocked"), USERS_ADDRESS, contact("person", "p_carla", "carla@home.example"))
        assert reminded(database) == ReminderReport(0, 0, 0)

    def test_an_account_that_is_not_blocked_gets_one_beside_a_blocked_one(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        other = facts.relation("acc_beta", "user", CARLA, "beta.nsso", state="blocked")
        capacity = [facts.capacity("beta.nsso"), checked("capacity", "beta.nsso")]
        addresses = [USERS_ADDRESS, contact("account", "acc_beta", "carla@beta.example")]
        world(USER, other, *capacity, *addresses)
        reminded(database)
        assert sent(database) == [("carla@alpha.example", "alpha.nsso")]

    @pytest.mark.parametrize(
        "relation",
        [
            facts.changed(USER, valid=facts.until(START)),
            facts.changed(USER, valid=Period(START + 1, FOREVER)),
            facts.changed(USER, capacity_id="alpha.gone"),
            facts.changed(USER, enterprise_id="beta"),
            facts.changed(USER, kind="employment", capacity_id=""),
        ],
        ids=["over", "to come", "of no capacity", "of a capacity of another", "no account"],
    )
    def test_whoever_has_no_account_in_force_gets_none(
        self, database: Database, world: Callable[..., None], relation: Record
    ) -> None:
        world(relation, USERS_ADDRESS, contact("person", "p_carla", "carla@home.example"))
        assert reminded(database) == ReminderReport(0, 0, 0)

    def test_whoever_has_no_address_is_counted(self, database: Database, world: Callable[..., None]) -> None:
        world(USER)
        assert reminded(database) == ReminderReport(capacities=0, people=0, unreachable=1)

    @pytest.mark.parametrize(("language", "expected"), [("fr", "fr"), ("", "nl"), ("it", "en")])
    def test_it_is_in_the_language_that_was_chosen(
        self, database: Database, world: Callable[..., None], language: str, expected: str
    ) -> None:
        world(USER, contact("account", "acc_carla", "carla@alpha.example", language=language))
        reminded(database)
        assert [one.language for one in mails(database)] == [expected]


class TestAtMostOneIn30Days:
    @pytest.fixture(autouse=True)
    def capacity(self, world: Callable[..., None]) -> None:
        """A capacity that nobody looks at, whatever reminders there are."""
        world(CHIEF, CHIEFS_ADDRESS)

    @pytest.mark.parametrize("into_the_window", [0, DAY, WINDOW - 1])
    def test_the_next_one_comes_30_days_later(self, database: Database, into_the_window: int) -> None:
        first = START // WINDOW * WINDOW + into_the_window
        later = [0, DAY, 10 * DAY, WINDOW - 1, WINDOW, WINDOW + DAY, 2 * WINDOW - 1, 2 * WINDOW]
        assert [reminded(database, first + each).capacities for each in later] == [1, 0, 0, 0, 1, 0, 0, 1]

    def test_a_reminder_that_was_delivered_counts_however_soon_delivered_mails_are_deleted(
        self, database: Database
    ) -> None:
        outbox = Outbox(database)
        reminded(database)
        (taken,) = outbox.take(Topic.MAIL, 1, 60, START)
        outbox.done(taken, START)
        outbox.forget_done(START + DAY, once_before=START + 2 * DAY - WINDOW)
        assert reminded(database, START + 2 * DAY).capacities == 0

    def test_one_that_was_given_up_counts_too(self, database: Database) -> None:
        outbox = Outbox(database)
        reminded(database)
        (taken,) = outbox.take(Topic.MAIL, 1, 60, START)
        outbox.failed(taken, "no such recipient", None)
        assert reminded(database, START + DAY).capacities == 0

    def test_several_at_once_remind_once(self, connect: Callable[[], Database], database: Database) -> None:
        reports: list[ReminderReport] = []
        threads = [
            threading.Thread(target=lambda one: reports.append(reminded(one)), args=(connect(),)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(report.capacities for report in reports) == 1
        assert len(mails(database)) == 1

    def test_other_things_have_reminders_of_their_own(self, database: Database) -> None:
        reminded(database)
        facts.load(database, [facts.capacity("alpha.finance"), USER, USERS_ADDRESS])
        assert reminded(database) == ReminderReport(capacities=1, people=1, unreachable=0)

    def test_a_capacity_and_a_person_of_the_same_id_are_two_things(self, database: Database) -> None:
        of_the_same_id = facts.changed(facts.capacity("alpha.finance"), capacity_id="p_carla")
        facts.load(database, [of_the_same_id, USER, USERS_ADDRESS])
        assert reminded(database) == ReminderReport(capacities=2, people=1, unreachable=0)


class TestManyThings:
    def test_portions_leave_nothing_out_and_tell_nobody_twice(
        self, database: Database, world: Callable[..., None]
    ) -> None:
        capacities = [facts.capacity(f"alpha.c{index}") for index in range(7)]
        accounts = [MANAGER, MANAGERS_ADDRESS, USER, USERS_ADDRESS]
        world(CHIEF, CHIEFS_ADDRESS, *capacities, *accounts)
        assert reminded(database, portion=1) == ReminderReport(capacities=8, people=2, unreachable=0)
        assert reminded(database, portion=3) == ReminderReport(0, 0, 0)
        assert len({message.message_id for message in Outbox(database).waiting()}) == 10

    def test_a_portion_that_is_full_is_not_the_last(self, database: Database, world: Callable[..., None]) -> None:
        world(CHIEF, CHIEFS_ADDRESS, facts.capacity("alpha.finance"))
        assert reminded(database, portion=2).capacities == 2

    def test_what_is_reminded_of_already_waits_for_no_writer(
        self, database: Database, connect: Callable[[], Database], world: Callable[..., None]
    ) -> None:
        world(CHIEF, CHIEFS_ADDRESS, USER, USERS_ADDRESS)
        reminded(database)
        with connect().writing():
            began = time.monotonic()
            assert reminded(database) == ReminderReport(0, 0, 0)
            assert time.monotonic() - began < 5


def test_no_fact_is_changed_and_nobody_who_follows_changes_is_told(
    database: Database, world: Callable[..., None]
) -> None:
    world(CHIEF, CHIEFS_ADDRESS, USER, USERS_ADDRESS)
    before = _counted(database)
    assert reminded(database) == ReminderReport(capacities=1, people=1, unreachable=0)
    assert _counted(database) == before
    assert Outbox(database).changes_since(0, 10) == []
    assert {message.revision for message in _waiting(database)} == {1}
    assert not any("p_carla" in json.dumps(message.content) for message in _waiting(database))


def _waiting(database: Database) -> list[OutboxMessage]:
    return Outbox(database).waiting()


def _counted(database: Database) -> dict[str, int]:
    """Return the number of rows of every table but the outbox."""
    with database.reading() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.METADATA.tables.items()
            if name != "outbox"
        }
