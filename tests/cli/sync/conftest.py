"""An installation that keeps a private OpenLDAP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.conftest import Program, Result
from tests.cli.sync.installations import Installation, OpenSlapd
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, Slapd, SlapdOptions


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def open_slapd(authority: Authority) -> Iterator[OpenSlapd]:
    """Open a private OpenLDAP whose accesslog tells what was written, with an empty base."""
    with ExitStack() as running:

        def opened() -> Slapd:
            options = SlapdOptions(overlays=("syncprov", "ppolicy", "accesslog"))
            slapd = running.enter_context(Slapd(authority.sign("localhost", "127.0.0.1"), options))
            slapd.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
            return slapd

        yield opened


@pytest.fixture
def slapd(open_slapd: OpenSlapd) -> Slapd:
    return open_slapd()


@pytest.fixture
def bare(loaded: Program, in_process: Callable[..., Result], authority: Authority, tmp_path: Path) -> Installation:
    """An installation that keeps no directory yet."""
    return Installation.like(loaded, in_process, authority, tmp_path)


@pytest.fixture
def installation(bare: Installation, slapd: Slapd) -> Installation:
    """An installation that keeps one directory, which holds nothing yet."""
    bare.keep("uman", slapd)
    return bare
