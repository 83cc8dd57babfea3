"""Delivering what waits in the outbox, to a real mail server."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import update

from authz_service.delivery.smtp import Security, SmtpServer, SmtpTransport
from authz_service.domain.messages import Topic
from authz_service.domain.moments import now
from authz_service.services.mail.composing import Composer
from authz_service.services.mail.delivering import LEASE_SECONDS, DeliveryReport, Retrying, deliver_due
from authz_service.store import tables
from authz_service.store.database import Database
from authz_service.store.outbox import Outbox
from tests.delivery.mail_server import ACCEPTED, MailServer
from tests.services.mail.conftest import START, mail

SECOND = 1_000_000
RETRYING = Retrying(attempts=3, first_seconds=60, longest_seconds=200)
Round = Callable[..., DeliveryReport]
Put = Callable[..., list[str]]


@pytest.fixture
def deliver(outbox: Outbox, transport: SmtpTransport, composer: Composer) -> Round:
    """Deliver what is due so many seconds after the start, without chance."""

    def delivering(seconds: int = 0) -> DeliveryReport:
        return deliver_due(
            outbox, transport, composer, RETRYING, clock=lambda: START + seconds * SECOND, random=lambda: 0.0
        )

    return delivering


def test_what_is_due_goes_out_once(put: Put, deliver: Round, server: MailServer) -> None:
    ids = put(mail(to="a@alpha.example"), mail(to="b@alpha.example"))
    assert deliver() == DeliveryReport(sent=2)
    assert deliver(9999) == DeliveryReport()
    assert sorted(server.identifiers) == sorted(f"<{message_id}@example.org>" for message_id in ids)
    assert sorted(recipients[0] for recipients, _ in server.received) == ["a@alpha.example", "b@alpha.example"]


def test_a_mail_that_is_put_off_comes_back_later(put: Put, deliver: Round, server: MailServer) -> None:
    put(mail())
    server.recipient_replies = ["451 4.7.1 later"]
    assert deliver() == DeliveryReport(retried=1)
    assert deliver(59) == DeliveryReport()
    assert deliver(60) == DeliveryReport(sent=1)


def test_others_go_out_while_one_is_put_off(put: Put, deliver: Round, server: MailServer) -> None:
    put(mail(), mail(), mail())
    server.recipient_replies = [ACCEPTED, "451 4.7.1 later"]
    assert deliver() == DeliveryReport(sent=2, retried=1)


def test_the_waiting_grows_and_then_a_mail_is_given_up(
    put: Put, deliver: Round, server: MailServer, outbox: Outbox
) -> None:
    put(mail())
    server.recipient_replies = ["451 4.7.1 later"] * 3
    assert deliver() == DeliveryReport(retried=1)
    assert deliver(60) == DeliveryReport(retried=1)
    assert deliver(60 + 199) == DeliveryReport(), "four times as long, but no longer than the longest"
    assert deliver(60 + 200) == DeliveryReport(dead=1)
    (dead,) = outbox.dead_letters()
    assert dead.failure == "the mail server refuses the recipient (451 4.7.1)"
    assert deliver(9999) == DeliveryReport()


def test_a_dead_letter_that_is_tried_again_has_all_its_attempts(
    put: Put, deliver: Round, server: MailServer, outbox: Outbox
) -> None:
    put(mail())
    server.recipient_replies = ["550 5.1.1 unknown", "451 4.7.1 later"]
    assert deliver() == DeliveryReport(dead=1)
    outbox.retry_all(START + 100 * SECOND)
    assert deliver(100) == DeliveryReport(retried=1)
    assert deliver(160) == DeliveryReport(sent=1)


def test_a_recipient_that_does_not_exist_is_not_tried_again(
    put: Put, deliver: Round, server: MailServer, outbox: Outbox
) -> None:
    put(mail())
    server.recipient_replies = ["550 5.1.1 unknown"]
    assert deliver() == DeliveryReport(dead=1)
    assert [dead.failure for dead in outbox.dead_letters()] == ["the mail server refuses the recipient (550 5.1.1)"]


class TestServerDown:
    @pytest.fixture
    def down(self, outbox: Outbox, composer: Composer) -> Callable[[int], DeliveryReport]:
        with MailServer() as server:
            port = server.port
        nobody = SmtpTransport(SmtpServer("127.0.0.1", port, Security.NONE, timeout_seconds=1))

        def delivering(seconds: int) -> DeliveryReport:
            clock = START + seconds * SECOND
            return deliver_due(outbox, nobody, composer, RETRYING, clock=lambda: clock, random=lambda: 0.0)

        return delivering

    def test_only_the_mail_that_showed_it_loses_an_attempt(
        self, put: Put, down: Callable[[int], DeliveryReport], outbox: Outbox
    ) -> None:
        put(mail(), mail(), mail())
        report = down(0)
        assert (report.sent, report.retried, report.dead) == (0, 1, 0)
        assert report.stopped_by == "the connection to the mail server fails (ConnectionRefusedError)"
        assert sorted(message.attempts for message in outbox.waiting()) == [0, 0, 1]

    def test_everything_goes_out_once_it_is_up(
        self, put: Put, down: Callable[[int], DeliveryReport], deliver: Round
    ) -> None:
        put(mail(), mail(), mail())
        down(0)
        assert deliver(60) == DeliveryReport(sent=3)


class TestCrashes:
    def test_what_a_crashed_deliverer_had_taken_goes_out_after_the_lease(
        self, put: Put, deliver: Round, outbox: Outbox
    ) -> None:
        put(mail())
        outbox.take(Topic.MAIL, 1, LEASE_SECONDS, START)
        assert deliver(LEASE_SECONDS - 1) == DeliveryReport()
        assert deliver(LEASE_SECONDS) == DeliveryReport(sent=1)

    def test_a_crash_after_sending_sends_the_same_message_once_more(
        self, put: Put, deliver: Round, outbox: Outbox, composer: Composer, transport: SmtpTransport, server: MailServer
    ) -> None:
        put(mail())
        (taken,) = outbox.take(Topic.MAIL, 1, LEASE_SECONDS, START)
        transport.send(composer.compose(mail(), taken.message_id, taken.created_at))
        assert deliver(LEASE_SECONDS) == DeliveryReport(sent=1)
        first, second = (message.as_bytes() for _, message in server.received)
        assert first == second

    def test_a_mail_that_ends_every_deliverer_is_given_up(
        self, put: Put, deliver: Round, outbox: Outbox, server: MailServer
    ) -> None:
        put(mail())
        for attempt in range(RETRYING.attempts):
            assert outbox.take(Topic.MAIL, 1, LEASE_SECONDS, START + attempt * LEASE_SECONDS * SECOND)
        assert deliver(RETRYING.attempts * LEASE_SECONDS) == DeliveryReport(dead=1)
        assert server.received == []


@pytest.mark.parametrize("content", ["{}", '{"kind":"of tomorrow","language":"nl","to":"a@b","parameters":{}}'])
def test_a_content_that_is_no_mail_is_given_up(
    put: Put, deliver: Round, outbox: Outbox, database: Database, content: str
) -> None:
    put(mail())
    with database.writing() as connection:
        connection.execute(update(tables.outbox).values(content=content))
    assert deliver() == DeliveryReport(dead=1)
    assert "no mail of a kind that is known" in outbox.dead_letters()[0].failure


def test_deliverers_at_the_same_time_send_nothing_twice(
    put: Put, connect: Callable[[], Database], transport: SmtpTransport, composer: Composer, server: MailServer
) -> None:
    ids = put(*[mail() for _ in range(40)])
    reports: list[DeliveryReport] = []

    def run(outbox: Outbox) -> None:
        reports.append(deliver_due(outbox, transport, composer, RETRYING))

    threads = [threading.Thread(target=run, args=(Outbox(connect()),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 40
    assert sorted(server.identifiers) == sorted(f"<{message_id}@example.org>" for message_id in ids)


def test_a_round_ends_when_it_is_told_to(
    put: Put, outbox: Outbox, transport: SmtpTransport, composer: Composer
) -> None:
    put(mail(), mail(), mail())
    answers = iter([False, True])
    assert deliver_due(outbox, transport, composer, RETRYING, stop=lambda: next(answers)) == DeliveryReport(sent=1)


def test_the_clock_is_that_of_the_day_unless_told(
    put: Put, outbox: Outbox, transport: SmtpTransport, composer: Composer
) -> None:
    put(mail(), at=now() + 3600 * SECOND)
    assert deliver_due(outbox, transport, composer, RETRYING) == DeliveryReport()


class TestWaiting:
    def test_it_grows_fourfold_up_to_the_longest(self) -> None:
        waits = [Retrying(8, 60, 21_600).wait(attempts, 0.0) // SECOND for attempts in range(1, 9)]
        assert waits == [60, 240, 960, 3840, 15_360, 21_600, 21_600, 21_600]

    def test_chance_adds_up_to_half(self) -> None:
        assert Retrying().wait(1, 0.5) == 75 * SECOND
        assert 60 * SECOND <= Retrying().wait(1, 0.999) < 90 * SECOND

    def test_any_number_of_attempts(self) -> None:
        assert Retrying().wait(100_000, 0.0) == 21_600 * SECOND
