"""Directories to work with."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from authz_service.directory.names import Dn
from authz_service.directory.servers import SecretText, ServerSettings
from authz_service.directory.session import Session, open_session
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, PASSWORD, Slapd, SlapdOptions

StartSlapd = Callable[..., Slapd]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_slapd(authority: Authority) -> Iterator[Callable[[SlapdOptions], Slapd]]:
    """Start servers that are gone when the test ends."""
    with ExitStack() as running:
        certificate = authority.sign("localhost", "127.0.0.1")
        yield lambda options: running.enter_context(Slapd(certificate, options))


@pytest.fixture
def slapd(start_slapd: Callable[[SlapdOptions], Slapd]) -> Slapd:
    return start_slapd(SlapdOptions())


@pytest.fixture
def settings(slapd: Slapd, authority: Authority) -> ServerSettings:
    return settings_for(slapd, authority)


@pytest.fixture
def session(settings: ServerSettings) -> Iterator[Session]:
    with open_session(settings) as opened:
        yield opened


@pytest.fixture
def people() -> Dn:
    return Dn.parse(f"ou=people,{BASE}")


def settings_for(slapd: Slapd, authority: Authority) -> ServerSettings:
    return ServerSettings(
        urls=(slapd.tls_url,),
        bind_dn=slapd.sync_dn,
        secret=SecretText(PASSWORD),
        ca_file=authority.file,
        receive_timeout_seconds=10,
    )
