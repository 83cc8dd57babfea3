"""The service that the stories are told to: a real one, on each of the two databases, with a firm for each story."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from authz_service.identity.development import DevelopmentIssuer, ensure_development_key
from tests.administration.portal import PUBLIC_URL, Town
from tests.administration.story_world import story_world
from tests.support.national_numbers import leaks_in_postgresql
from tests.support.postgresql import PostgreSQL
from tests.support.service import PROGRAM, PROJECT, STOP_SECONDS, Service, start_service


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The service that all stories use; each is about a firm that no other is about."""
    directory = tmp_path_factory.mktemp("town")
    if request.param == "sqlite":
        yield from opened_town(f"sqlite:///{directory / 'authz.db'}", directory)
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create_database()
    yield from opened_town(url, directory)
    leaks = list(leaks_in_postgresql(url))
    server.drop_database(url)
    assert leaks == []


def opened_town(url: str, directory: Path) -> Iterator[Town]:
    """Start the service on a database, with the development issuer that `authz token` uses."""
    world, key_file, mails = directory / "town.yaml", directory / "development.pem", directory / "mails"
    world.write_text(yaml.safe_dump(story_world(), allow_unicode=True, sort_keys=False), encoding="utf-8")
    settings = {
        "AUTHZ_ENVIRONMENT": "development",
        "AUTHZ_PUBLIC_URL": PUBLIC_URL,
        "AUTHZ_IDENTITY__DEVELOPMENT_ISSUER": "true",
        "AUTHZ_IDENTITY__DEVELOPMENT_KEY_FILE": str(key_file),
        "AUTHZ_MAIL__TRANSPORT": "folder",
        "AUTHZ_MAIL__FOLDER": str(mails),
    }
    means = frozenset({"eid", "itsme", "totp_app", "password"})
    issuer = DevelopmentIssuer(f"{PUBLIC_URL}/development", PUBLIC_URL, means, ensure_development_key(key_file))
    with start_service(url, directory, scopes=["decide", "explain"], facts=world, settings=settings) as service:
        with mail_delivered(service, directory / "delivery.log"):
            yield Town(service, issuer, mails)
        service.run("audit", "verify")  # fails, and says what it found, when the log is not whole


@contextmanager
def mail_delivered(service: Service, log_file: Path) -> Iterator[None]:
    """Deliver the mails as operators have it done: by a program that watches the outbox."""
    with log_file.open("wb") as log:
        watcher = subprocess.Popen(
            [PROGRAM, "outbox", "deliver", "--watch", "--every", "0.2"],
            cwd=PROJECT,
            env=service.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        watcher.terminate()
        watcher.wait(STOP_SECONDS)
