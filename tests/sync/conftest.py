"""An office that keeps a private OpenLDAP as it should be, with all it remembers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from authz_service.store.directories import Directories
from tests.directory.certificates import Authority
from tests.directory.slapd import BASE, Slapd, SlapdOptions
from tests.support.directories import own_memory
from tests.support.door import Door
from tests.support.reference import Reference, load_reference
from tests.sync.keeping import Kept, kept_by, world_copied
from tests.sync.mappings import EXAMPLE, changed, targets_in
from tests.sync.offices import Office

Change = tuple[str, str]
OpenOffice = Callable[..., Office]


@pytest.fixture(scope="session")
def sync_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def directories(tmp_path: Path) -> Iterator[Directories]:
    with own_memory(tmp_path) as directories:
        yield directories


@pytest.fixture
def open_office(sync_authority: Authority, directories: Directories, tmp_path: Path) -> Iterator[OpenOffice]:
    """Open an office for the example for OpenLDAP, with some of its text replaced, and a server of its own."""
    with ExitStack() as running:

        def opened(
            *changes: Change, overlays: tuple[str, ...] = ("syncprov", "ppolicy", "accesslog"), limits: str = ""
        ) -> Office:
            options = SlapdOptions(overlays=overlays, limits=limits or "size=unlimited time=unlimited")
            slapd = running.enter_context(Slapd(sync_authority.sign("localhost", "127.0.0.1"), options))
            slapd.add(f"dn: ou=authz,{BASE}\nobjectClass: organizationalUnit\nou: authz\n")
            text = changed(EXAMPLE.read_text(), ("dc=uman,dc=example", BASE), *changes)
            return Office(targets_in(tmp_path, text)["uman"], slapd, sync_authority, directories)

        yield opened


@pytest.fixture
def office(open_office: OpenOffice) -> Office:
    return open_office()


@pytest.fixture(scope="session")
def sync_reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    """The reference world, to be copied."""
    folder = tmp_path_factory.mktemp("reference")
    reference = load_reference(f"sqlite:///{folder / 'facts.db'}", folder)
    yield reference
    reference.database.close()


@pytest.fixture
def door(sync_reference: Reference, tmp_path: Path) -> Iterator[Door]:
    """The write door to a reference world of one's own."""
    folder = tmp_path / "world"
    folder.mkdir()
    with world_copied(sync_reference, folder) as opened:
        yield opened


@pytest.fixture
def kept(office: Office, door: Door) -> Kept:
    """A directory for two enterprises of that world, which nobody follows yet."""
    return kept_by(office, door)
