"""`authz outbox`."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest

from authz_service.domain.messages import Mail, MailKind
from authz_service.domain.moments import now
from authz_service.domain.records import ContactRecord
from authz_service.store.database import Database
from authz_service.store.keys import read_key_file
from authz_service.store.outbox import enqueue, mail_entry
from tests.cli.conftest import PROJECT, Program, Result
from tests.delivery.mail_server import MailServer, write_certificate
from tests.store import facts

Run = Callable[..., Result]
ADDRESS = "carla@alpha.example"


@dataclass(frozen=True)
class Installation:
    """The program on a database of its own, and that database."""

    program: Program
    database: Database
    folder: Path

    def put(self, *addresses: str) -> list[str]:
        """Put a mail for each address into the outbox and return their ids."""
        entries = [
            mail_entry(
                Mail.make(
                    MailKind.CHIEF_ACCESS_MANAGER_DESIGNATED,
                    "nl",
                    address,
                    person_name="Carla",
                    enterprise_name="Alpha",
                    enterprise_number="0123456749",
                ),
                enterprise_id="alpha",
                revision=1,
                at=now(),
            )
            for address in addresses
        ]
        with self.database.writing() as connection:
            enqueue(connection, entries)
        return [entry.message_id for entry in entries]

    def remember(self) -> None:
        """Have facts by which a GA is to be reminded of a capacity, and of himself; of another capacity, nobody can be."""
        facts.load(
            self.database,
            [
                facts.person(facts.CARLA),
                facts.enterprise("alpha", "0999010126"),
                facts.capacity("alpha.nsso"),
                facts.capacity("alpha.finance"),
                facts.relation("ga_carla", "access_manager", facts.CARLA, "alpha.nsso"),
                ContactRecord("account", "ga_carla", "", "", "fr", ADDRESS, "", "", None, facts.ALWAYS),
            ],
        )

    def by_smtp(self, server: MailServer, **settings: object) -> Program:
        smtp = {"TRANSPORT": "smtp", "HOST": "127.0.0.1", "PORT": server.port, "SENDER": "access@example.org"}
        return self.program.having(**{f"MAIL__{name}": value for name, value in (smtp | settings).items()})


@pytest.fixture
def installation(
    in_process: Run, program_on_each: Program, database_url: str, tmp_path: Path
) -> Iterator[Installation]:
    assert in_process(program_on_each, "db", "upgrade").code == 0
    database = Database(database_url, read_key_file(tmp_path / "authz.key"))
    yield Installation(program_on_each, database, tmp_path / "mail")
    database.close()


def test_mails_become_files_unless_a_server_is_set_up(in_process: Run, installation: Installation) -> None:
    (message_id,) = installation.put(ADDRESS)
    run = partial(in_process, installation.program)
    assert run("outbox", "deliver") == Result(0, "1 sent, 0 to be tried again, 0 given up\n", "")
    (file,) = installation.folder.iterdir()
    assert file.name == f"{message_id}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "U bent Hoofdtoegangsbeheerder van Alpha"
    assert run("outbox", "deliver").out.startswith("0 sent")
    assert run("outbox", "list", "--json").json == []


def test_mails_can_be_shown_on_the_console(in_process: Run, installation: Installation) -> None:
    installation.put(ADDRESS)
    shown = in_process(installation.program.having(MAIL__TRANSPORT="console"), "outbox", "deliver")
    assert shown.code == 0
    assert f"To: {ADDRESS}\nSubject: U bent Hoofdtoegangsbeheerder van Alpha" in shown.err


def test_mails_go_to_a_server_with_tls_and_a_login(in_process: Run, installation: Installation, tmp_path: Path) -> None:
    installation.put(ADDRESS)
    certificate, trusted = write_certificate(tmp_path)
    with MailServer(login=("authz", "open sesame"), certificate=certificate) as server:
        program = installation.by_smtp(server, CA_FILE=trusted, USERNAME="authz", PASSWORD="open sesame")
        assert in_process(program, "outbox", "deliver").code == 0
    ((recipients, message),) = server.received
    assert recipients == [ADDRESS]
    assert message["From"] == "access@example.org"


def test_a_mail_that_was_given_up_is_listed_and_tried_again(in_process: Run, installation: Installation) -> None:
    message_id, other = installation.put(ADDRESS, "dirk@alpha.example")
    with MailServer(recipient_replies=[f"550 5.1.1 <{ADDRESS}> unknown"] * 2) as server:
        run = partial(in_process, installation.by_smtp(server, SECURITY="none"))
        delivered = run("outbox", "deliver")
        assert (delivered.code, delivered.out) == (1, "0 sent, 0 to be tried again, 2 given up\n")
        assert "@" not in delivered.err

        listed = run("outbox", "list", "--dead", "--json").json
        (dead,) = (one for one in listed if one["id"] == message_id)
        assert dead | {"created_at": "", "due_at": ""} == {
            "id": message_id,
            "kind": "chief_access_manager_designated",
            "language": "nl",
            "to": "c***@alpha.example",
            "enterprise": "alpha",
            "revision": 1,
            "state": "dead",
            "attempts": 1,
            "created_at": "",
            "due_at": "",
            "failure": "the mail server refuses the recipient (550 5.1.1)",
        }
        assert run("outbox", "retry", message_id).out == "1 to be tried again\n"
        assert [one["id"] for one in run("outbox", "list", "--dead", "--json").json] == [other]
        assert [one["state"] for one in run("outbox", "list", "--json").json] == ["pending", "dead"]
        assert run("outbox", "retry", "--all").out == "1 to be tried again\n"
        assert run("outbox", "deliver").out == "2 sent, 0 to be tried again, 0 given up\n"


def test_a_table_for_people_shows_no_address(in_process: Run, installation: Installation) -> None:
    installation.put(ADDRESS)
    table = in_process(installation.program, "outbox", "list").out
    assert "c***@alpha.example" in table
    assert ADDRESS not in table


def test_a_server_that_is_down_is_told(in_process: Run, installation: Installation) -> None:
    installation.put(ADDRESS, ADDRESS)
    with MailServer() as server:
        program = installation.by_smtp(server, SECURITY="none")
    delivered = in_process(program, "outbox", "deliver")
    assert (delivered.code, delivered.out) == (1, "0 sent, 1 to be tried again, 0 given up\n")
    assert "authz: the connection to the mail server fails (ConnectionRefusedError); the rest waits\n" in delivered.err


def test_nothing_to_list_or_to_try_again(in_process: Run, installation: Installation) -> None:
    run = partial(in_process, installation.program)
    assert run("outbox", "list") == Result(0, "", "no mail waits\n")
    assert run("outbox", "list", "--dead") == Result(0, "", "no mail was given up\n")
    assert run("outbox", "retry", "--all").out == "0 to be tried again\n"
    assert run("outbox", "retry", "nothing").is_one_line_error(1, "no such mail")
    assert run("outbox", "retry").is_one_line_error(2, "--all")
    assert run("outbox", "retry", "nothing", "--all").is_one_line_error(2, "--all")


def test_a_service_delivers_what_comes_until_it_is_told_to_stop(installation: Installation) -> None:
    with MailServer() as server:
        program = installation.by_smtp(server, SECURITY="none")
        service = subprocess.Popen(
            program.command("outbox", "deliver", "--watch", "--every", "0.1"),
            env=program.whole_environment(),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            for number in (1, 2):
                installation.put(ADDRESS)
                _wait_for(server, number)
            service.send_signal(signal.SIGTERM)
            out, err = service.communicate(timeout=30)
        finally:
            service.kill()
            service.communicate()
    assert (service.returncode, out) == (0, "")
    told = [json.loads(line) for line in err.splitlines()]
    first, *delivered, last = told
    assert (first["event"], last["event"]) == ("delivering mails", "stopped")
    assert {each["event"] for each in delivered} == {"delivered mails"}
    assert sum(each["sent"] for each in delivered) == 2
    assert "@" not in err


def _wait_for(server: MailServer, number: int) -> None:
    deadline = time.monotonic() + 60
    while len(server.received) < number:
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestReminders:
    def test_reminders_are_put_there_and_delivered(self, in_process: Run, installation: Installation) -> None:
        installation.remember()
        run = partial(in_process, installation.program)
        assert run("outbox", "remind") == Result(
            0,
            "reminders: 1 about capacities, 1 about people's own data\n",
            "authz: reminders that reach nobody, for want of an address: 1\n",
        )
        assert run("outbox", "deliver").out == "2 sent, 0 to be tried again, 0 given up\n"
        subjects = {
            message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"]
            for file in installation.folder.iterdir()
        }
        assert subjects == {
            "Vérifiez les données de alpha.nsso chez Alpha",
            "Vérifiez vos propres données chez Alpha",
        }

    def test_nobody_is_reminded_again_the_next_day(self, in_process: Run, installation: Installation) -> None:
        installation.remember()
        run = partial(in_process, installation.program)
        assert run("outbox", "remind", "--json").json == {"capacities": 1, "people": 1, "unreachable": 1}
        assert run("outbox", "remind", "--json").json == {"capacities": 0, "people": 0, "unreachable": 1}

    def test_after_how_many_days_is_a_setting(self, in_process: Run, installation: Installation) -> None:
        checked_at = now() - 40 * 86_400_000_000
        installation.remember()
        details = [
            ContactRecord(kind, owner, "", "", "", "", "", "", checked_at, facts.ALWAYS)
            for kind, owner in (("capacity", "alpha.nsso"), ("capacity", "alpha.finance"), ("person", "p_carla"))
        ]
        facts.load(installation.database, details)
        after = {days: installation.program.having(ADMINISTRATION__CHECK_DAYS=days) for days in (41, 40)}
        told = {days: in_process(program, "outbox", "remind", "--json").json for days, program in after.items()}
        assert told == {
            41: {"capacities": 0, "people": 0, "unreachable": 0},
            40: {"capacities": 1, "people": 1, "unreachable": 1},
        }


@pytest.mark.parametrize(
    "command",
    [("deliver",), ("deliver", "--watch"), ("list",), ("list", "--dead"), ("retry", "--all"), ("remind",)],
)
def test_what_the_policy_refuses_an_operator_is_not_done(
    in_process: Run, installation: Installation, command: tuple[str, ...]
) -> None:
    installation.remember()
    installation.put(ADDRESS)
    powerless = installation.program.having(OPERATORS__COMMAND_LINE='["audit"]')
    assert in_process(powerless, "outbox", *command).is_one_line_error(1, "OPS-01")
    (waiting,) = in_process(installation.program, "outbox", "list", "--json").json
    assert waiting["attempts"] == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"TRANSPORT": "smtp"}, "host and sender must be set"),
        ({"TRANSPORT": "smtp", "HOST": "mail.example.org"}, "host and sender must be set"),
        ({"TRANSPORT": "pigeon"}, "mail.transport"),
        ({"SENDER": "nobody"}, "mail.sender"),
        ({"SENDER": "a@société.example"}, "mail.sender"),
        ({"SENDER": "A <a@b>\nBcc: c@d"}, "mail.sender"),
        ({"PORTAL_URL": "portal"}, "mail.portal_url"),
        ({"PORT": "0"}, "mail.port"),
        ({"TIMEOUT_SECONDS": "600"}, "mail.timeout_seconds"),
        ({"ATTEMPTS": "0"}, "mail.attempts"),
    ],
)
def test_settings_that_cannot_be_right(in_process: Run, program: Program, settings: dict[str, str], told: str) -> None:
    wrong = program.having(**{f"MAIL__{name}": value for name, value in settings.items()})
    assert in_process(wrong, "outbox", "list").is_one_line_error(2, told)


@pytest.mark.parametrize(
    ("security", "login", "told"),
    [
        ("none", {"USERNAME": "authz", "PASSWORD": "sesame"}, "without TLS only to this machine"),
        ("tls", {"USERNAME": "authz"}, "belong together"),
        ("tls", {"PASSWORD": "sesame"}, "belong together"),
    ],
)
def test_logins_that_would_be_unsafe(
    in_process: Run, program: Program, security: str, login: dict[str, str], told: str
) -> None:
    smtp = {"TRANSPORT": "smtp", "HOST": "mail.example.org", "SENDER": "a@example.org", "SECURITY": security, **login}
    wrong = program.having(**{f"MAIL__{name}": value for name, value in smtp.items()})
    result = in_process(wrong, "outbox", "list")
    assert result.is_one_line_error(2, told)
    assert "sesame" not in result.err


def test_certificates_that_are_not_there(in_process: Run, installation: Installation, tmp_path: Path) -> None:
    with MailServer() as server:
        program = installation.by_smtp(server, CA_FILE=tmp_path / "none.pem")
    assert in_process(program, "outbox", "deliver").is_one_line_error(1, "mail.ca_file")
