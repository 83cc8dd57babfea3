"""Branches of private directories, of the three kinds of servers that the examples are for."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from authz_service.store.directories import Directories
from tests.directory.certificates import Authority
from tests.directory_servers.branches import Branch, planted
from tests.directory_servers.ds389 import Ds389
from tests.directory_servers.openldap import OpenLdap
from tests.directory_servers.samba import Samba
from tests.directory_servers.servers import DirectoryServer
from tests.support.directories import own_memory

OpenBranch = Callable[..., Branch]
_BRANCHES: Final = count(1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(OpenLdap, id="openldap"),
        pytest.param(Ds389, id="389", marks=pytest.mark.directories),
        pytest.param(Samba, id="samba", marks=pytest.mark.directories),
    ],
)
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[DirectoryServer]:
    """A server; pytest runs all that is to run against it before it turns to the next, so there is one at a time."""
    kind: type[DirectoryServer] = request.param
    with kind(authority) as running:
        yield running


@pytest.fixture
def directories(tmp_path: Path) -> Iterator[Directories]:
    with own_memory(tmp_path) as directories:
        yield directories


@pytest.fixture
def open_branch(server: DirectoryServer, directories: Directories, tmp_path: Path) -> Iterator[OpenBranch]:
    """Open the test's own branch, kept by the example for the server with some of its text replaced."""
    root = server.trunk.child("ou", f"branch {next(_BRANCHES)}")
    try:
        yield lambda *changes: planted(server, root, directories, tmp_path, *changes)
    finally:
        if server.found(server.trunk, f"(ou={root.rdns[0][0][1]})"):
            server.fell(root)


@pytest.fixture
def branch(open_branch: OpenBranch) -> Branch:
    return open_branch()
