"""Fixtures for mails: the outbox on each database, sentences as they are shipped, a mail server that can be told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authz_service.delivery.smtp import Security, SmtpServer, SmtpTransport
from authz_service.domain.messages import PARAMETERS, Mail, MailKind
from authz_service.services.mail.composing import Composer
from authz_service.services.mail.templates import MailTemplates, read_templates
from authz_service.store.database import Database
from authz_service.store.keys import ensure_key_file
from authz_service.store.outbox import Outbox, enqueue, mail_entry
from tests.delivery.mail_server import MailServer
from tests.support.databases import make_tables

VALUES = {
    "person_name": "Carla Ébène",
    "enterprise_name": "Alpha & Sœurs",
    "enterprise_number": "0123456749",
    "capacity_name": "Werkgever RSZ",
    "user_name": "carla.ebene",
    "chief_access_manager_name": "Dirk {Dé}",
}
START = 1_700_000_000_000_000


def mail(
    kind: MailKind = MailKind.CHECK_OWN_DETAILS, language: str = "nl", to: str = "carla@alpha.example", **changed: str
) -> Mail:
    values = {name: VALUES[name] for name in PARAMETERS[kind]} | changed
    return Mail.make(kind, language, to, **values)


@pytest.fixture(scope="session")
def templates() -> MailTemplates:
    return read_templates()


@pytest.fixture
def composer(templates: MailTemplates) -> Composer:
    return Composer(templates, sender="Toegang & Accès <access@example.org>", portal_url="https://portal.example.org")


@pytest.fixture
def connect(database_url: str, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Open the same database once more, as another process would."""
    opened: list[Database] = []

    def another() -> Database:
        opened.append(Database(database_url, ensure_key_file(tmp_path / "keys.json")))
        return opened[-1]

    yield another
    for database in opened:
        database.close()


@pytest.fixture
def database(connect: Callable[[], Database]) -> Database:
    made = connect()
    make_tables(made)
    return made


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


@pytest.fixture
def put(database: Database) -> Callable[..., list[str]]:
    """Put mails into the outbox and return their ids."""

    def putting(*mails: Mail, at: int = START) -> list[str]:
        entries = [mail_entry(one, enterprise_id="alpha", revision=1, at=at) for one in mails]
        with database.writing() as connection:
            enqueue(connection, entries)
        return [entry.message_id for entry in entries]

    return putting


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def transport(server: MailServer) -> SmtpTransport:
    return SmtpTransport(SmtpServer("127.0.0.1", server.port, Security.NONE, timeout_seconds=5))
